/* Memory of the plugin: blocks, results in blocks of its own, and the few functions of libc that
 * are wanted. There is no libc here. */
#ifndef C_SAMPLE_MEMORY_H
#define C_SAMPLE_MEMORY_H

#include "fz_udf.h"

static inline void *at(uint32_t address) { return (void *)(uintptr_t)address; }

void copy(void *to, const void *from, uint32_t len);
void fill(void *to, uint8_t byte, uint32_t len);

/* The bytes of a row of a utf8 or binary column. Those of a null row are none. */
typedef struct Bytes {
    const uint8_t *start;
    uint32_t len;
} Bytes;
Bytes bytes_of(const FzColumn *column, uint32_t row);

/* A result in a block of the plugin's own, laid out front to back:
 *
 *     FzResultHeader │ FzColumn … │ buffers, each at a multiple of 16
 *
 * The host gives it back with fz_free. */
typedef struct Block {
    uint32_t ptr;    /* 0 where there is no room */
    uint32_t len;
    uint32_t used;
    uint32_t stride; /* bytes from one column to the next */
} Block;

/* A block of `columns` columns, the first `values` of them the result itself, of `rows` rows, and
 * `bytes` bytes of buffers: add 15 for each buffer behind the first one. */
Block block_new(const FzCallHeader *call, uint32_t rows, uint32_t columns, uint32_t values,
                uint64_t bytes);
FzColumn *block_column(const Block *block, uint32_t index);
/* The address of the next `len` bytes for a buffer. */
uint32_t block_take(Block *block, uint32_t len);
/* The function's answer. */
uint64_t block_answer(const Block *block);

/* The answer of a call that failed as a whole, with a message of so many bytes. */
uint64_t fail_with(const FzCallHeader *call, uint32_t error, const char *message, uint32_t len);
/* The same with a literal. */
#define fail(call, error, literal) fail_with(call, error, literal, sizeof(literal) - 1)
/* The failure that there is no room for the result. The host may try with fewer rows. */
uint64_t no_room(const FzCallHeader *call);
/* The answer in the room that the host prepared. */
static inline uint64_t done(const FzCallHeader *call) {
    return fz_pack(call->result, sizeof(FzResultHeader));
}

#endif
