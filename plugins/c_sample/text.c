/* Texts in, texts out: into the room that the host prepared where they fit, otherwise into a block
 * of our own. */
#include "memory.h"

/* An argument of an elementwise call, row by row. */
typedef struct Texts {
    const FzColumn *column; /* a null pointer where the argument is missing */
    uint32_t step;          /* 0 for a scalar, whose one row stands for all */
} Texts;

static Texts texts(const FzCallHeader *call, uint32_t index) {
    Texts texts = {0, 0};
    const FzArg *arg = fz_arg(call, index);
    if (arg == 0) return texts;
    texts.column = fz_column(call, arg, 0);
    texts.step = arg->kind == FZ_ARG_SCALAR ? 0 : 1;
    return texts;
}

/* The text of a row; none where the argument is missing. That of a null row is empty. */
static Bytes text(const Texts *texts, uint32_t row) {
    Bytes none = {0, 0};
    return texts->column == 0 ? none : bytes_of(texts->column, row * texts->step);
}

static uint8_t *append(uint8_t *to, Bytes bytes) {
    copy(to, bytes.start, bytes.len);
    return to + bytes.len;
}

FZ_EXPORT(fz_fn_join) uint64_t fz_fn_join(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    FzResultHeader *result = fz_result(call);
    FzColumn *column = fz_result_column(call, result, 0);
    Texts a = texts(call, 0), b = texts(call, 1), between = texts(call, 2);
    int32_t *offsets = at(column->offsets);
    uint64_t bytes = 0;
    uint64_t answer = done(call);
    uint8_t *to;
    uint32_t row;
    (void)len;
    if (a.column == 0 || b.column == 0) return fail(call, FZ_ERROR_VALUE, "a or b is missing");

    /* The offsets have room in any case. */
    offsets[0] = 0;
    for (row = 0; row < call->rows; row++) {
        bytes += text(&a, row).len + (uint64_t)text(&between, row).len + text(&b, row).len;
        if (bytes > INT32_MAX) return no_room(call);
        offsets[row + 1] = (int32_t)bytes;
    }
    column->data_len = (uint32_t)bytes;
    if (bytes > column->data_cap) {
        /* The data moves to a block of our own, and the descriptor with it; the offsets stay. */
        Block block = block_new(call, call->rows, 1, 1, bytes);
        if (block.ptr == 0) return no_room(call);
        copy(block_column(&block, 0), column, sizeof *column);
        column = block_column(&block, 0);
        column->data = block_take(&block, (uint32_t)bytes);
        answer = block_answer(&block);
    }
    to = at(column->data);
    for (row = 0; row < call->rows; row++) {
        to = append(to, text(&a, row));
        to = append(to, text(&between, row));
        to = append(to, text(&b, row));
    }
    return answer;
}
