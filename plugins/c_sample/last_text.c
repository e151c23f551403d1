/* An aggregate with states of any size: the text that is the last one in the order of its bytes.
 *
 * A state is empty where there was no text yet; otherwise the byte 1 and the text. So the larger of two
 * states, byte by byte, is the state of both. */
#include "states.h"

/* Whether a comes after b. */
static int is_after(Bytes a, Bytes b) {
    uint32_t i, len = a.len < b.len ? a.len : b.len;
    for (i = 0; i < len; i++)
        if (a.start[i] != b.start[i]) return a.start[i] > b.start[i];
    return a.len > b.len;
}

/* While rows are looked at: what wins in a group, and whether it is a text, which lacks the byte 1
 * that a state has. */
typedef struct Winner {
    Bytes bytes;
    uint32_t is_text;
} Winner;

static Winner *winners(const FzColumn *before) {
    uint64_t len = (uint64_t)before->len * sizeof(Winner);
    uint32_t ptr = len > UINT32_MAX ? 0 : fz_alloc((uint32_t)len), group;
    Winner *list = at(ptr);
    if (ptr == 0) return 0;
    for (group = 0; group < before->len; group++) {
        list[group].bytes = bytes_of(before, group);
        list[group].is_text = 0;
    }
    return list;
}

/* The states of the winners. Gives the list back. */
static uint64_t answer(const FzCallHeader *call, Winner *list, uint32_t groups) {
    uint64_t bytes = 0;
    uint32_t group, used = 0;
    FzColumn *column;
    Block block;
    for (group = 0; group < groups; group++) bytes += list[group].bytes.len + list[group].is_text;
    block = bytes_block(call, FZ_DTYPE_BINARY, groups, bytes, &column);
    if (column != 0) {
        int32_t *offsets = at(column->offsets);
        uint8_t *data = at(column->data);
        offsets[0] = 0;
        for (group = 0; group < groups; group++) {
            Bytes won = list[group].bytes;
            if (list[group].is_text) data[used++] = 1;
            copy(data + used, won.start, won.len);
            used += won.len;
            offsets[group + 1] = (int32_t)used;
        }
    }
    fz_free((uint32_t)(uintptr_t)list, groups * (uint32_t)sizeof(Winner));
    return column == 0 ? no_room(call) : block_answer(&block);
}

FZ_EXPORT(fz_fn_last_text_init) uint64_t fz_fn_last_text_init(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    FzColumn *column;
    Block block = bytes_block(call, FZ_DTYPE_BINARY, call->rows, 0, &column);
    (void)len;
    if (column == 0) return no_room(call);
    /* Offsets that are all zero: empty states. */
    fill(at(column->offsets), 0, (call->rows + 1) * 4);
    return block_answer(&block);
}

FZ_EXPORT(fz_fn_last_text_update) uint64_t fz_fn_last_text_update(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *before = column_of(call, STATES), *texts;
    const uint32_t *groups = at(column_of(call, GROUPS)->values);
    const FzArg *arg = fz_arg(call, OWN);
    Winner *list = winners(before);
    uint32_t row;
    (void)len;
    if (list == 0 || arg == 0) return no_room(call);
    texts = fz_column(call, arg, 0);
    for (row = 0; row < call->rows; row++) {
        uint32_t index = arg->kind == FZ_ARG_SCALAR ? 0 : row;
        Winner *held = &list[groups[row]];
        Bytes text = bytes_of(texts, index), other = held->bytes;
        int is_first = !held->is_text && other.len == 0;
        if (!fz_is_valid(texts, index)) continue;
        if (!held->is_text && other.len > 0) {
            other.start++;
            other.len--;
        }
        if (is_first || is_after(text, other)) {
            held->bytes = text;
            held->is_text = 1;
        }
    }
    return answer(call, list, before->len);
}

FZ_EXPORT(fz_fn_last_text_merge) uint64_t fz_fn_last_text_merge(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *before = column_of(call, STATES), *partial = column_of(call, OWN);
    const uint32_t *groups = at(column_of(call, GROUPS)->values);
    Winner *list = winners(before);
    uint32_t row;
    (void)len;
    if (list == 0) return no_room(call);
    for (row = 0; row < call->rows; row++) {
        Bytes state = bytes_of(partial, row);
        Winner *held = &list[groups[row]];
        if (is_after(state, held->bytes)) held->bytes = state;
    }
    return answer(call, list, before->len);
}

FZ_EXPORT(fz_fn_last_text_finish) uint64_t fz_fn_last_text_finish(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *states = column_of(call, STATES);
    const FzColumn *out = fz_result_column(call, fz_result(call), 0);
    FzColumn *column;
    Block block;
    uint64_t bytes = 0;
    uint32_t group, used = 0;
    int32_t *offsets;
    (void)len;
    for (group = 0; group < call->rows; group++) bytes += bytes_of(states, group).len;
    block = bytes_block(call, FZ_DTYPE_UTF8, call->rows, bytes, &column);
    if (column == 0) return no_room(call);
    /* The bitmap stays where the host prepared it: results may lie in both blocks. */
    column->validity = out->validity;
    fill(at(column->validity), 0, (call->rows + 7) / 8);
    offsets = at(column->offsets);
    offsets[0] = 0;
    for (group = 0; group < call->rows; group++) {
        Bytes state = bytes_of(states, group);
        if (state.len > 0) {
            uint8_t *valid = at(column->validity);
            valid[group >> 3] |= (uint8_t)(1u << (group & 7));
            copy((uint8_t *)at(column->data) + used, state.start + 1, state.len - 1);
            used += state.len - 1;
        } else {
            column->null_count++;
        }
        offsets[group + 1] = (int32_t)used;
    }
    column->data_len = used;
    return block_answer(&block);
}
