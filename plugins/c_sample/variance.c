/* An aggregate with states of a fixed size: the variance of a sample.
 *
 * Numbers one by one: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and
 * Products", Technometrics 4 (1962), with weights as D. H. D. West gave them (Communications of the ACM
 * 22, 1979). Two states: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm
 * for Computing Sample Variances" (1979). */
#include "states.h"

typedef struct State {
    double count;   /* of the numbers, weights counted */
    double mean;
    double squares; /* of the differences from the mean, summed */
} State;

static void merge(State *a, State b) {
    double count = a->count + b.count, difference = b.mean - a->mean;
    if (b.count == 0) return;
    a->mean += difference * (b.count / count);
    a->squares += b.squares + difference * difference * (a->count * b.count / count);
    a->count = count;
}

/* A column of states, those of `from` where there are any, in a block of our own: inputs are read
 * only. Its data stands at a multiple of 16, and its rows follow one another. */
static State *states(const FzCallHeader *call, uint32_t groups, const FzColumn *from, Block *block) {
    FzColumn *column;
    int32_t *offsets;
    State *to;
    uint32_t group;
    *block = bytes_block(call, FZ_DTYPE_BINARY, groups, (uint64_t)groups * sizeof(State), &column);
    if (column == 0) return 0;
    offsets = at(column->offsets);
    for (group = 0; group <= groups; group++) offsets[group] = (int32_t)(group * sizeof(State));
    to = at(column->data);
    fill(to, 0, column->data_len);
    for (group = 0; from != 0 && group < groups; group++) {
        /* A row of a binary column is not aligned: it is copied, not read in place. */
        Bytes state = bytes_of(from, group);
        if (state.len == sizeof(State)) copy(&to[group], state.start, sizeof(State));
    }
    return to;
}

FZ_EXPORT(fz_fn_variance_init) uint64_t fz_fn_variance_init(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    Block block;
    (void)len;
    /* All zero: nothing was counted. */
    return states(call, call->rows, 0, &block) == 0 ? no_room(call) : block_answer(&block);
}

FZ_EXPORT(fz_fn_variance_update) uint64_t fz_fn_variance_update(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *before = column_of(call, STATES);
    const uint32_t *groups = at(column_of(call, GROUPS)->values);
    const FzArg *x_arg = fz_arg(call, OWN), *times_arg = fz_arg(call, OWN + 1);
    const FzColumn *x, *times = times_arg == 0 ? 0 : fz_column(call, times_arg, 0);
    uint32_t row;
    Block block;
    State *to;
    (void)len;
    if (x_arg == 0) return fail(call, FZ_ERROR_VALUE, "x is missing");
    x = fz_column(call, x_arg, 0);
    to = states(call, before->len, before, &block);
    if (to == 0) return no_room(call);
    for (row = 0; row < call->rows; row++) {
        State one = {1, 0, 0};
        uint32_t at_x = x_arg->kind == FZ_ARG_SCALAR ? 0 : row;
        if (!fz_is_valid(x, at_x)) continue;
        one.mean = ((const double *)at(x->values))[at_x];
        if (times != 0) {
            uint32_t at_times = times_arg->kind == FZ_ARG_SCALAR ? 0 : row;
            if (fz_is_valid(times, at_times))
                one.count = ((const double *)at(times->values))[at_times];
        }
        if (one.count < 0) {
            fz_free(block.ptr, block.len);
            return fail(call, FZ_ERROR_NUM, "a number counts less than zero times");
        }
        merge(&to[groups[row]], one);
    }
    return block_answer(&block);
}

FZ_EXPORT(fz_fn_variance_merge) uint64_t fz_fn_variance_merge(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *before = column_of(call, STATES), *partial = column_of(call, OWN);
    const uint32_t *groups = at(column_of(call, GROUPS)->values);
    uint32_t row;
    Block block;
    State *to = states(call, before->len, before, &block);
    (void)len;
    if (to == 0) return no_room(call);
    for (row = 0; row < call->rows; row++) {
        Bytes bytes = bytes_of(partial, row);
        State state;
        if (bytes.len != sizeof state) {
            fz_free(block.ptr, block.len);
            return fail(call, FZ_ERROR_VALUE, "this is no state of C_VARIANCE");
        }
        copy(&state, bytes.start, sizeof state);
        merge(&to[groups[row]], state);
    }
    return block_answer(&block);
}

/* The host prepared a column of the manifest's type, a row a group. */
FZ_EXPORT(fz_fn_variance_finish) uint64_t fz_fn_variance_finish(uint32_t ptr, uint32_t len) {
    const FzCallHeader *call = at(ptr);
    const FzColumn *before = column_of(call, STATES);
    FzColumn *out = fz_result_column(call, fz_result(call), 0);
    double *values = at(out->values);
    uint8_t *valid = at(out->validity);
    uint32_t group;
    (void)len;
    fill(valid, 0, (call->rows + 7) / 8);
    for (group = 0; group < call->rows; group++) {
        Bytes bytes = bytes_of(before, group);
        State state;
        if (bytes.len != sizeof state)
            return fail(call, FZ_ERROR_VALUE, "this is no state of C_VARIANCE");
        copy(&state, bytes.start, sizeof state);
        values[group] = 0;
        if (state.count > 1) {
            values[group] = state.squares / (state.count - 1);
            valid[group >> 3] |= (uint8_t)(1u << (group & 7));
        } else {
            out->null_count++;
        }
    }
    return done(call);
}
