/* Elementwise functions of numbers: optional parameters, and errors of rows with messages. */
#include "memory.h"

/* An argument of an elementwise call, row by row. */
typedef struct Numbers {
    const FzColumn *column; /* a null pointer where the argument is missing */
    const double *values;
    uint32_t step;          /* 0 for a scalar, whose one row stands for all */
} Numbers;

static Numbers numbers(const FzCallHeader *call, uint32_t index) {
    Numbers numbers = {0, 0, 0};
    const FzArg *arg = fz_arg(call, index);
    if (arg == 0) return numbers;
    numbers.column = fz_column(call, arg, 0);
    numbers.values = at(numbers.column->values);
    numbers.step = arg->kind == FZ_ARG_SCALAR ? 0 : 1;
    return numbers;
}

/* The number of a row; `missing` where the argument or the row is missing. */
static double or_else(const Numbers *numbers, uint32_t row, double missing) {
    uint32_t index = row * numbers->step;
    if (numbers->column == 0 || !fz_is_valid(numbers->column, index)) return missing;
    return numbers->values[index];
}

/* Total: the zero in the slot of a null row does no harm, and the host overlays the nulls of x. */
FZ_EXPORT(fz_fn_scale) uint64_t fz_fn_scale(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    FzResultHeader *result = fz_result(call);
    Numbers x = numbers(call, 0), factor = numbers(call, 1), offset = numbers(call, 2);
    double *out = at(fz_result_column(call, result, 0)->values);
    uint32_t row;
    (void)len;
    if (x.column == 0) return fail(call, FZ_ERROR_VALUE, "x is missing");
    for (row = 0; row < call->rows; row++)
        out[row] = x.values[row * x.step] * or_else(&factor, row, 1.0) + or_else(&offset, row, 0.0);
    return done(call);
}

static const char FRONT[] = "row ", BACK[] = " is negative";

/* Writes the message of a row and answers its bytes; writes nothing where `to` is null. */
static uint32_t message(uint8_t *to, uint64_t row) {
    uint8_t digits[20];
    uint32_t count = 0, front = sizeof FRONT - 1, back = sizeof BACK - 1;
    do {
        digits[sizeof digits - ++count] = (uint8_t)('0' + row % 10);
        row /= 10;
    } while (row > 0);
    if (to != 0) {
        copy(to, FRONT, front);
        copy(to + front, digits + sizeof digits - count, count);
        copy(to + front + count, BACK, back);
    }
    return front + count + back;
}

/* Values and errors stand in the room that the host prepared. Only where a row is in error, a block
 * of our own carries the column's descriptor and a second column, with the messages. */
FZ_EXPORT(fz_fn_root) uint64_t fz_fn_root(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    FzResultHeader *result = fz_result(call);
    FzColumn *column = fz_result_column(call, result, 0), *texts;
    Numbers x = numbers(call, 0);
    double *out = at(column->values);
    uint8_t *errors = at(column->errors), *data;
    int32_t *offsets;
    uint32_t row, bad = 0;
    uint64_t bytes = 0;
    Block block;
    (void)len;
    if (x.column == 0) return fail(call, FZ_ERROR_VALUE, "x is missing");
    for (row = 0; row < call->rows; row++) {
        double value = x.values[row * x.step];
        int is_bad = value < 0;
        out[row] = is_bad ? 0 : __builtin_sqrt(value);
        errors[row] = is_bad ? FZ_ERROR_NUM : 0;
        bad += (uint32_t)is_bad;
        if (is_bad) bytes += message(0, call->row_offset + row);
    }
    if (bad == 0) return done(call);

    /* A column of its rows: one offset more than rows. */
    if (bytes > INT32_MAX) return no_room(call);
    block = block_new(call, call->rows, 2, 1, ((uint64_t)call->rows + 1) * 4 + 15 + bytes);
    if (block.ptr == 0) return no_room(call);
    copy(block_column(&block, 0), column, sizeof *column);
    block_column(&block, 0)->error_count = bad;
    block_column(&block, 0)->error_text = 1 + 1; /* 1 + the index of the column of messages */
    texts = block_column(&block, 1);
    texts->dtype = FZ_DTYPE_UTF8;
    texts->offsets = block_take(&block, (call->rows + 1) * 4);
    texts->data = block_take(&block, (uint32_t)bytes);
    offsets = at(texts->offsets);
    data = at(texts->data);
    offsets[0] = 0;
    for (row = 0; row < call->rows; row++) {
        uint32_t used = (uint32_t)offsets[row];
        if (errors[row] != 0) used += message(data + used, call->row_offset + row);
        offsets[row + 1] = (int32_t)used;
    }
    texts->data_len = (uint32_t)offsets[call->rows];
    return block_answer(&block);
}
