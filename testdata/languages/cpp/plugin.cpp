// SCALE and MEAN_OF in C++, without a standard library.

#include "fz_udf.h"

extern "C" uint8_t __heap_base;

namespace {

// Blocks stand one behind the other; what was given out last is taken back.
uint32_t top = 0;

uint32_t end_of(uint32_t ptr, uint32_t len) { return (ptr + len + 15u) & ~15u; }

template <typename T> T *at(uint32_t address) { return reinterpret_cast<T *>(address); }

class Argument {
  public:
    Argument(const FzCallHeader *call, uint32_t index) : call(call), arg(fz_arg(call, index)) {}

    bool is_there() const { return arg != nullptr; }
    uint32_t columns() const { return arg->columns; }
    uint32_t rows() const { return arg->rows; }

    // A scalar's one row stands for all rows.
    bool is_valid(uint32_t row, uint32_t index = 0) const {
        return fz_is_valid(fz_column(call, arg, index), of(row)) != 0;
    }
    double number(uint32_t row, uint32_t index = 0) const {
        return at<const double>(fz_column(call, arg, index)->values)[of(row)];
    }

  private:
    uint32_t of(uint32_t row) const { return arg->kind == FZ_ARG_SCALAR ? 0 : row; }

    const FzCallHeader *call;
    const FzArg *arg;
};

// The column that the host has prepared.
FzColumn *output(const FzCallHeader *call) { return fz_result_column(call, fz_result(call), 0); }

uint64_t done(const FzCallHeader *call) { return fz_pack(call->result, sizeof(FzResultHeader)); }

const double FACTOR = 2;

} // namespace

extern "C" {

FZ_EXPORT(fz_abi_version) uint32_t fz_abi_version(void) { return FZ_ABI_VERSION; }

FZ_EXPORT(fz_alloc) uint32_t fz_alloc(uint32_t len) {
    if (top == 0) top = end_of(reinterpret_cast<uintptr_t>(&__heap_base), 0);
    const uint64_t end = (uint64_t{top} + len + 15u) & ~uint64_t{15};
    const uint64_t have = uint64_t{__builtin_wasm_memory_size(0)} << 16;
    if (end >= UINT32_MAX) return 0;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535u) >> 16) == UINTPTR_MAX) return 0;
    const uint32_t ptr = top;
    top = static_cast<uint32_t>(end);
    return ptr;
}

FZ_EXPORT(fz_free) void fz_free(uint32_t ptr, uint32_t len) {
    if (end_of(ptr, len) == top) top = ptr;
}

FZ_EXPORT(fz_fn_scale) uint64_t fz_fn_scale(uint32_t ptr, uint32_t) {
    const FzCallHeader *call = at<const FzCallHeader>(ptr);
    const Argument x(call, 0), factor(call, 1);
    double *out = at<double>(output(call)->values);
    for (uint32_t row = 0; row < call->rows; row++) {
        const bool has_factor = factor.is_there() && factor.is_valid(row);
        out[row] = x.number(row) * (has_factor ? factor.number(row) : FACTOR);
    }
    return done(call);
}

FZ_EXPORT(fz_fn_mean_of) uint64_t fz_fn_mean_of(uint32_t ptr, uint32_t) {
    const FzCallHeader *call = at<const FzCallHeader>(ptr);
    const Argument values(call, 0);
    double sum = 0, count = 0;
    for (uint32_t index = 0; index < values.columns(); index++) {
        for (uint32_t row = 0; row < values.rows(); row++) {
            if (!values.is_valid(row, index)) continue;
            sum += values.number(row, index);
            count += 1;
        }
    }
    FzColumn *column = output(call);
    *at<double>(column->values) = count == 0 ? 0 : sum / count;
    if (count == 0) {
        *at<uint8_t>(column->errors) = FZ_ERROR_DIV;
        column->error_count = 1;
    }
    return done(call);
}
}
