/* Functions of whole ranges: one value of them, or rows and columns. */
#include "memory.h"

/* Columns of a worksheet: no result needs more. */
#define MAX_COLUMNS 16384u

FZ_EXPORT(fz_fn_mean) uint64_t fz_fn_mean(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzArg *range = fz_arg(call, 0);
    FzResultHeader *result = fz_result(call);
    FzColumn *out = fz_result_column(call, result, 0);
    double sum = 0, count = 0;
    uint32_t index, row;
    (void)len;
    for (index = 0; range != 0 && index < range->columns; index++) {
        const FzColumn *column = fz_column(call, range, index);
        const double *values = at(column->values);
        for (row = 0; row < range->rows; row++) {
            if (!fz_is_valid(column, row)) continue;
            sum += values[row];
            count += 1;
        }
    }
    if (count > 0) {
        *(double *)at(out->values) = sum / count;
    } else {
        /* One row: one byte of the bitmap. */
        *(uint8_t *)at(out->validity) = 0;
        out->null_count = 1;
    }
    return done(call);
}

FZ_EXPORT(fz_fn_transpose) uint64_t fz_fn_transpose(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzArg *range = fz_arg(call, 0);
    uint32_t rows, columns, bitmap, index, row;
    Block block;
    (void)len;
    if (range == 0 || range->columns == 0 || range->rows == 0)
        return fail(call, FZ_ERROR_CALC, "the range is empty");
    if (range->rows > MAX_COLUMNS)
        return fail(call, FZ_ERROR_VALUE, "the range has more than 16384 rows");
    rows = range->columns;
    columns = range->rows;
    bitmap = (rows + 7) / 8;
    block = block_new(call, rows, columns, columns,
                      (uint64_t)columns * ((uint64_t)rows * 8 + 15 + bitmap + 15));
    if (block.ptr == 0) return no_room(call);
    for (index = 0; index < columns; index++) {
        FzColumn *out = block_column(&block, index);
        double *values;
        uint8_t *valid;
        out->dtype = FZ_DTYPE_F64;
        out->values = block_take(&block, rows * 8);
        out->validity = block_take(&block, bitmap);
        values = at(out->values);
        valid = at(out->validity);
        fill(valid, 0, bitmap);
        for (row = 0; row < rows; row++) {
            const FzColumn *in = fz_column(call, range, row);
            values[row] = ((const double *)at(in->values))[index];
            if (fz_is_valid(in, index))
                valid[row >> 3] |= (uint8_t)(1u << (row & 7));
            else
                out->null_count++;
        }
    }
    return block_answer(&block);
}
