/* What the exports of an aggregate have in common: a frame with states and groups in it. */
#ifndef C_SAMPLE_STATES_H
#define C_SAMPLE_STATES_H

#include "memory.h"

/* Arguments of _update, _merge and _finish. */
#define STATES 0u
#define GROUPS 1u
#define OWN    2u /* the function's own ones; for _merge the partial states */

/* A column of an argument that is always there. */
static inline const FzColumn *column_of(const FzCallHeader *call, uint32_t argument) {
    return fz_column(call, fz_arg(call, argument), 0);
}

/* A result in a block of its own: one column of `rows` binary or text rows with `bytes` bytes of data,
 * offsets and data still to be written. `column` becomes a null pointer where there is no room. */
static inline Block bytes_block(const FzCallHeader *call, uint16_t dtype, uint32_t rows,
                                uint64_t bytes, FzColumn **column) {
    Block block = {0, 0, 0, 0};
    *column = 0;
    if (bytes > INT32_MAX) return block;
    block = block_new(call, rows, 1, 1, ((uint64_t)rows + 1) * 4 + 15 + bytes);
    if (block.ptr == 0) return block;
    *column = block_column(&block, 0);
    (*column)->dtype = dtype;
    (*column)->offsets = block_take(&block, (rows + 1) * 4);
    (*column)->data = block_take(&block, (uint32_t)bytes);
    (*column)->data_len = (uint32_t)bytes;
    return block;
}

#endif
