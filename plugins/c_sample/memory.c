#include "memory.h"

static uint64_t aligned(uint64_t len) { return (len + 15u) & ~(uint64_t)15u; }

FZ_EXPORT(fz_abi_version) uint32_t fz_abi_version(void) { return FZ_ABI_VERSION; }

/* ---- blocks: a list of free ones, sorted by address, and fresh memory behind `top` ----
 *
 * Every block is a multiple of 16 bytes; fz_free is told its length, so that none is kept beside it. */

typedef struct Free {
    struct Free *next;
    uint32_t len;
} Free;

extern uint8_t __heap_base;
static uint32_t top; /* 0 before the first block */
static Free *first;

static uint32_t address(const void *pointer) { return (uint32_t)(uintptr_t)pointer; }

FZ_EXPORT(fz_alloc) uint32_t fz_alloc(uint32_t len) {
    uint64_t size = aligned(len == 0 ? 1 : len), end;
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
    Free **link, *block;
    uint32_t ptr;
    for (link = &first; (block = *link) != 0; link = &block->next) {
        if (block->len < size) continue;
        if (block->len == size) {
            *link = block->next;
        } else {
            Free *rest = at(address(block) + (uint32_t)size);
            rest->next = block->next;
            rest->len = block->len - (uint32_t)size;
            *link = rest;
        }
        return address(block);
    }
    if (top == 0) top = (uint32_t)aligned(address(&__heap_base));
    end = top + size;
    if (end > UINT32_MAX) return 0;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535u) >> 16) == SIZE_MAX)
        return 0;
    ptr = top;
    top = (uint32_t)end;
    return ptr;
}

FZ_EXPORT(fz_free) void fz_free(uint32_t ptr, uint32_t len) {
    Free *block = at(ptr), *before = 0, *after = first;
    block->len = (uint32_t)aligned(len == 0 ? 1 : len);
    while (after != 0 && address(after) < ptr) {
        before = after;
        after = after->next;
    }
    block->next = after;
    if (after != 0 && ptr + block->len == address(after)) {
        block->len += after->len;
        block->next = after->next;
    }
    if (before != 0 && address(before) + before->len == ptr) {
        before->len += block->len;
        before->next = block->next;
    } else if (before != 0) {
        before->next = block;
    } else {
        first = block;
    }
}

FZ_EXPORT(fz_reset) void fz_reset(void) {
    top = 0;
    first = 0;
}

/* One instruction each, with -mbulk-memory. */
void copy(void *to, const void *from, uint32_t len) { __builtin_memcpy(to, from, len); }
void fill(void *to, uint8_t byte, uint32_t len) { __builtin_memset(to, byte, len); }

Bytes bytes_of(const FzColumn *column, uint32_t row) {
    const int32_t *offsets = at(column->offsets);
    Bytes bytes = {(const uint8_t *)at(column->data) + offsets[row],
                   (uint32_t)(offsets[row + 1] - offsets[row])};
    return bytes;
}

Block block_new(const FzCallHeader *call, uint32_t rows, uint32_t columns, uint32_t values,
                uint64_t bytes) {
    Block block = {0, 0, 0, call->column_stride};
    uint64_t front = sizeof(FzResultHeader) + (uint64_t)columns * call->column_stride;
    uint64_t len = aligned(front) + bytes;
    FzResultHeader *header;
    uint32_t index;
    if (len > UINT32_MAX) return block;
    block.ptr = fz_alloc((uint32_t)len);
    if (block.ptr == 0) return block;
    block.len = (uint32_t)len;
    block.used = (uint32_t)aligned(front);
    fill(at(block.ptr), 0, block.used);
    header = at(block.ptr);
    header->status = FZ_STATUS_OK;
    header->rows = rows;
    header->columns = block.ptr + (uint32_t)sizeof *header;
    header->column_count = columns;
    header->value_columns = values;
    for (index = 0; index < columns; index++) block_column(&block, index)->len = rows;
    return block;
}

FzColumn *block_column(const Block *block, uint32_t index) {
    return at(block->ptr + (uint32_t)sizeof(FzResultHeader) + index * block->stride);
}

uint32_t block_take(Block *block, uint32_t len) {
    uint32_t address = block->ptr + block->used;
    block->used += (uint32_t)aligned(len);
    return address;
}

uint64_t block_answer(const Block *block) { return fz_pack(block->ptr, block->len); }

uint64_t fail_with(const FzCallHeader *call, uint32_t error, const char *message, uint32_t len) {
    FzResultHeader *result = fz_result(call);
    result->status = FZ_STATUS_ERROR;
    result->error_kind = error;
    result->message = (uint32_t)(uintptr_t)message;
    result->message_len = len;
    return done(call);
}

uint64_t no_room(const FzCallHeader *call) {
    return fail(call, FZ_ERROR_VALUE, "no memory is left for the result");
}
