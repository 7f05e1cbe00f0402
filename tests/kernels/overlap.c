/* SPDX-License-Identifier: MIT
 *
 * Which buffers a plan or a run refuses because they overlap, compared with sets of bytes: random
 * small layouts whose strides interleave, evenly or not, and random places of everything that a run
 * touches. */
#include "tests/support/support.h"
#include "tests/support/weights.h"

#include "reference/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4, PLACES = 1 << 16, MIDDLE = PLACES / 2, ROOM = 4096, WEIGHTS = 256 };
enum { STRIDED_LAYOUTS = 4000, OFFSETS = 41, SHUFFLES = 20000 };

static const float zeros[WEIGHTS];
static int accepted, refused, interleaved, failed;

static void fail(const char *what, const char *text) {
    if (failed++ < 20)
        printf("FAILED: %s: %s\n", text, what);
}

/* ---- Rows of floats ----------------------------------------------------------------------------
 */

typedef struct rows {
    int batch, steps, width;
    rnn_strides strides;
} rows;

/* Whether, with one of these dimensions within the other, no row begins before the end of the row
 * before it. */
static bool in_order(const rows *r, bool time_inside) {
    ptrdiff_t end = 0;
    for (int outer = 0; outer < (time_inside ? r->batch : r->steps); outer++)
        for (int inner = 0; inner < (time_inside ? r->steps : r->batch); inner++) {
            const int n = time_inside ? outer : inner, t = time_inside ? inner : outer;
            const ptrdiff_t begin = n * r->strides.batch + t * r->strides.time;
            if (begin < end)
                return false;
            end = begin + r->width;
        }
    return true;
}

/* Marks the floats of all rows in `owner`; false where one has the mark of another. */
static bool mark(unsigned char *owner, const rows *r, ptrdiff_t at, unsigned char by) {
    for (int n = 0; n < r->batch; n++)
        for (int t = 0; t < r->steps; t++)
            for (int i = 0; i < r->width; i++) {
                unsigned char *place = &owner[at + n * r->strides.batch + t * r->strides.time + i];
                if (*place)
                    return false;
                *place = by;
            }
    return true;
}

static rows random_rows(uint64_t *state) {
    rows r = {random_between(state, 1, MOST),
              random_between(state, 1, MOST),
              random_between(state, 1, 3),
              {0, 0}};
    if (random_chance(state, 2)) {
        r.strides = (rnn_strides){random_below(state, 40), random_below(state, 40)};
        return r;
    }
    /* One dimension lies within the other, with or without gaps, as users have it. */
    const ptrdiff_t inner = (r.width + random_below(state, 3)) * random_between(state, 1, 3);
    const int gap = random_chance(state, 2) ? 0 : random_below(state, 7);
    if (random_chance(state, 2))
        r.strides = (rnn_strides){inner * r.steps + gap, inner};
    else
        r.strides = (rnn_strides){inner, inner * r.batch + gap};
    return r;
}

static void print_rows(const rows *r, ptrdiff_t offset, char text[200]) {
    snprintf(text, 200, "N %d, T %d, rows of %d floats, strides %td, %td, second output at %td",
             r->batch, r->steps, r->width, r->strides.batch, r->strides.time, offset);
}

/* ---- Outputs with strides ----------------------------------------------------------------------
 */

static rnn_status make_plan(rnn_plan **plan, const rows *r, rnn_merge merge, bool masked) {
    rnn_layer layer = rnn_layer_defaults(RNN_SIMPLE, 1, r->width);
    layer.return_sequences = true;
    layer.direction = merge == RNN_NONE ? RNN_BIDIRECTIONAL : RNN_FORWARD;
    layer.merge = merge;
    const rnn_model model = {&layer, 1, NULL};
    const rnn_weights one = weights_of(&layer, zeros, zeros, zeros), weights[2] = {one, one};
    const rnn_model_weights all = {.layers = weights, .count = merge == RNN_NONE ? 2 : 1};
    const rnn_shape shape = {
        .batch = r->batch, .timesteps = r->steps, .masked = masked, .y = r->strides};
    return rnn_plan_create(plan, "naive", &model, &all, &shape, NULL, NULL);
}

/* rnn_plan_create must refuse exactly those whose rows do not follow each other in either order. */
static void check_strides(const rows *r, rnn_plan *plan) {
    static unsigned char owner[PLACES];
    char text[200];
    print_rows(r, 0, text);
    const bool dense = r->strides.batch == 0 && r->strides.time == 0;
    const bool expected = dense || in_order(r, true) || in_order(r, false);
    memset(owner, 0, sizeof owner);
    if (plan && !dense && !mark(owner, r, MIDDLE, 1))
        fail("a plan whose rows overlap", text);
    if (expected != (plan != NULL))
        fail(expected ? "no plan, though its rows are in order" : "a plan, though they are not",
             text);
}

static ptrdiff_t extent_of(const rows *r) {
    return (r->batch - 1) * r->strides.batch + (r->steps - 1) * r->strides.time + r->width;
}

/* Whether the rows fill a block without gap, except for what lies between neighbours. In such a
 * block, places that do not overlap must never be refused. */
static bool is_one_block(const rows *r) {
    return r->strides.batch == r->steps * r->strides.time ||
           r->strides.time == r->batch * r->strides.batch;
}

static void check_second_output(const rows *r, const rnn_plan *plan, ptrdiff_t offset,
                                void *scratch) {
    static unsigned char owner[PLACES];
    static float memory[PLACES];
    char text[200];
    print_rows(r, offset, text);
    memset(owner + MIDDLE - ROOM, 0, 2 * ROOM);
    const bool disjoint = mark(owner, r, MIDDLE, 1) && mark(owner, r, MIDDLE + offset, 2);
    const ptrdiff_t extent = extent_of(r);
    const bool apart = offset >= extent || -offset >= extent;
    const rnn_io io = {.x = zeros, .y = memory + MIDDLE, .y_backward = memory + MIDDLE + offset};
    const bool runs = rnn_plan_run(plan, &io, scratch, NULL) == RNN_OK;
    accepted += runs;
    refused += !runs;
    interleaved += runs && !apart;
    if (runs && !disjoint)
        fail("outputs that overlap are accepted", text);
    if (!runs && disjoint && (apart || is_one_block(r)))
        fail("outputs that do not overlap are refused", text);
}

static void check_outputs_with_strides(uint64_t *state) {
    for (int i = 0; i < STRIDED_LAYOUTS; i++) {
        const rows r = random_rows(state);
        rnn_plan *plan = NULL;
        make_plan(&plan, &r, RNN_NONE, false);
        check_strides(&r, plan);
        if (!plan)
            continue;
        void *scratch = test_alloc(rnn_plan_scratch_size(plan));
        for (int j = 0; j < OFFSETS; j++) {
            const bool dense = r.strides.batch == 0 && r.strides.time == 0;
            if (!dense)
                check_second_output(&r, plan, j - OFFSETS / 2, scratch);
        }
        free(scratch);
        rnn_plan_destroy(plan);
    }
}

/* ---- Everything that a run touches -------------------------------------------------------------
 */

/* This is the order in which they are placed at first. */
enum { X, Y, LENGTHS, MASK, INITIAL, FINAL, SCRATCH, BUFFERS };
static const char *const names[BUFFERS] = {"x",       "y",     "lengths", "mask",
                                           "initial", "final", "scratch"};

static bool is_output(int buffer) {
    return buffer == Y || buffer == FINAL || buffer == SCRATCH;
}

/* Inputs may share memory, and a final state may be its initial one. */
static bool may_run(const size_t *at, const size_t *bytes) {
    for (int i = 0; i < BUFFERS; i++)
        for (int j = 0; j < i; j++) {
            bool shared = false;
            for (size_t b = at[i]; b < at[i] + bytes[i]; b++)
                shared |= b >= at[j] && b < at[j] + bytes[j];
            const bool carried = j == INITIAL && i == FINAL && at[i] == at[j];
            if (shared && !carried && (is_output(i) || is_output(j)))
                return false;
        }
    return true;
}

/* Places everything without a gap, in some order, and then moves some of it. */
static void place_all(size_t *at, const size_t *bytes, uint64_t *state) {
    size_t end = 256;
    const int first = random_below(state, BUFFERS), by = random_between(state, 1, BUFFERS - 1);
    for (int i = 0; i < BUFFERS; i++) { /* BUFFERS is a prime number, so this reaches all */
        const int buffer = (first + i * by) % BUFFERS;
        const size_t unit = buffer == SCRATCH ? RNN_ALIGNMENT : buffer == MASK ? 1 : sizeof(float);
        at[buffer] = (end + unit - 1) / unit * unit;
        end = at[buffer] + bytes[buffer];
    }
    for (int moves = random_below(state, 3); moves > 0; moves--) {
        const int moved = random_below(state, BUFFERS), to = random_below(state, BUFFERS);
        const int unit = moved == SCRATCH ? RNN_ALIGNMENT : moved == MASK ? 1 : (int)sizeof(float);
        const size_t base =
            random_chance(state, 2) ? at[moved] : at[to] / (size_t)unit * (size_t)unit;
        at[moved] = base + (size_t)(unit * random_between(state, -2, 2));
    }
}

static void check_places(const rnn_plan *plan, const size_t *at, const size_t *bytes) {
    static _Alignas(RNN_ALIGNMENT) char memory[ROOM];
    memset(memory, 0, sizeof memory); /* 0 is a valid length, whatever else lies there */
    const float *initial = (const float *)(const void *)(memory + at[INITIAL]);
    float *final = (float *)(void *)(memory + at[FINAL]);
    const rnn_io io = {.x = (const float *)(const void *)(memory + at[X]),
                       .y = (float *)(void *)(memory + at[Y]),
                       .lengths = (const int32_t *)(const void *)(memory + at[LENGTHS]),
                       .mask = (const uint8_t *)(memory + at[MASK]),
                       .initial_states = &initial,
                       .final_states = &final};
    const bool runs = rnn_plan_run(plan, &io, memory + at[SCRATCH], NULL) == RNN_OK;
    const bool expected = may_run(at, bytes);
    accepted += runs;
    refused += !runs;
    if (runs == expected)
        return;
    char text[300] = "";
    for (int i = 0; i < BUFFERS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s %zu to %zu, ", names[i],
                 at[i], at[i] + bytes[i]);
    fail(runs ? "accepted" : "refused", text);
}

static void check_everything(uint64_t *state) {
    const rows r = {3, 2, 3, {0, 0}};
    rnn_plan *plan = NULL;
    if (make_plan(&plan, &r, RNN_CONCAT, true) != RNN_OK) {
        fail("no plan", "dense");
        return;
    }
    const size_t cells = (size_t)(r.batch * r.steps), units = (size_t)r.width;
    const size_t states = (size_t)r.batch * units * sizeof(float);
    const size_t bytes[BUFFERS] = {[X] = cells * sizeof(float),
                                   [Y] = cells * units * sizeof(float),
                                   [LENGTHS] = (size_t)r.batch * sizeof(int32_t),
                                   [MASK] = cells,
                                   [INITIAL] = states,
                                   [FINAL] = states,
                                   [SCRATCH] = rnn_plan_scratch_size(plan)};
    for (int i = 0; i < SHUFFLES; i++) {
        size_t at[BUFFERS];
        place_all(at, bytes, state);
        check_places(plan, at, bytes);
    }
    rnn_plan_destroy(plan);
}

static bool both_kinds(const char *what) {
    printf("%s: %d accepted, %d of them interleaved, %d refused\n", what, accepted, interleaved,
           refused);
    const bool both = accepted > 1000 && refused > 1000;
    if (!both)
        printf("FAILED: too few of one kind\n");
    return both;
}

int main(void) {
    uint64_t state = 1;
    check_outputs_with_strides(&state);
    bool seen = both_kinds("two outputs") && interleaved > 1000;
    accepted = refused = interleaved = 0;
    check_everything(&state);
    seen = both_kinds("all buffers") && seen;
    printf("%d failed\n", failed);
    return failed || !seen;
}
