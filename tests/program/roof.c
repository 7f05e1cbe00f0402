/* SPDX-License-Identifier: MIT
 * FLOPs, bytes of weights and roofs against values worked out by hand, and the steps that count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "bench/measure/roof.h"
#include "reference/inputs.h"
#include "reference/runnable.h"

static void assert_near(double value, double expected, const char *what) {
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%s: %.17g is not %.17g", what, value, expected);
}

static problem parsed(const char *text) {
    problem p;
    rnn_error error;
    if (!problem_parse(&p, text, &error))
        fail_msg("%s: %s", text, error.text);
    return p;
}

/* ---- FLOPs and bytes ------------------------------------------------------------------------ */

/* Problems of N rows and T steps, of which so many count. A step of an LSTM of 5 units on 4
 * features has 4 x 5 x (4 + 5) = 180 multiply-adds with 80 + 100 weights, and there are 20
 * biases. */
static const struct {
    const char *text;
    problem_steps steps;
    double flops, weight_bytes;
} amounts[] = {
    /* 6 x 180 x 2; 4 x (200 + 2 x 100) */
    {"lstm/N:2/T:3/D:4/U:5", {6, 3}, 2160, 1600},
    {"lstm/N:2/T:3/D:4/U:5/direction:backward", {6, 3}, 2160, 1600},
    {"lstm/N:2/T:3/D:4/U:5/output:last", {6, 3}, 2160, 1600},
    {"lstm/N:2/T:3/D:4/U:5/bias:0", {6, 3}, 2160, 1520},
    /* 4 x 180 x 2; the recurrent weights 3 times, and twice */
    {"lstm/N:2/T:3/D:4/U:5/mask:holes", {4, 3}, 1440, 1600},
    {"lstm/N:2/T:3/D:4/U:5/mask:front", {3, 2}, 1080, 1200},
    /* one step: 2 x 180 x 2; all weights once */
    {"lstm/N:2/T:1/D:4/U:5", {2, 1}, 720, 800},
    /* 5 x 9 = 45 of 20 + 25 weights, 5 biases: 6 x 45 x 2; 4 x (50 + 2 x 25) */
    {"simple_rnn/N:2/T:3/D:4/U:5", {6, 3}, 540, 400},
    /* 3 x 5 x 9 = 135 of 60 + 75, 2 x 15 biases or 15: 6 x 135 x 2; 4 x (165 + 2 x 75) */
    {"gru/N:2/T:3/D:4/U:5", {6, 3}, 1620, 1260},
    {"gru/N:2/T:3/D:4/U:5/reset_after:0", {6, 3}, 1620, 1200},
    /* both directions */
    {"lstm/N:2/T:3/D:4/U:5/direction:bidirectional", {6, 3}, 4320, 3200},
    {"lstm/N:2/T:3/D:4/U:5/direction:bidirectional/mask:lengths", {5, 3}, 3600, 3200},
    /* Layers of 2 x 180 and 2 x 4 x 6 x (10 + 6) = 768, a head of 12 x 7 = 84:
     * 6 x 1212 x 2. Parameters 400, 2 x (240 + 144 + 24) = 816 and 91, of which 200 and 288 are
     * recurrent: 4 x (1307 + 2 x 488). */
    {"lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/dense:7", {6, 3}, 14544, 9132},
    /* the head on every step that counts: 4 x 1212 x 2 */
    {"lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/dense:7/mask:lengths", {4, 3}, 9696, 9132},
    /* the head on the last output of both rows: (6 x 1128 + 2 x 84) x 2, and of 4 steps */
    {"lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/output:last/dense:7", {6, 3}, 13872, 9132},
    {"lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/output:last/dense:7/mask:lengths",
     {4, 3},
     9360,
     9132},
    /* Sums are 5 and 6 wide: layers of 360 and 2 x 4 x 6 x (5 + 6) = 528, a head of 42: 6 x 930
     * x 2. Parameters 400, 2 x (120 + 144 + 24) = 576 and 49: 4 x (1025 + 2 x 488). */
    {"lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/merge:sum/dense:7", {6, 3}, 11160, 8004},
};

static void counts_what_is_done(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        const problem p = parsed(amounts[i].text);
        assert_near(problem_flops(&p, amounts[i].steps), amounts[i].flops, amounts[i].text);
        assert_near(roof_weight_bytes(&p, amounts[i].steps), amounts[i].weight_bytes,
                    amounts[i].text);
        const problem_steps all = problem_all_steps(&p);
        assert_near(all.counted, 2.0 * p.timesteps, "all steps");
        assert_near(all.longest, p.timesteps, "all steps of a row");
    }
}

/* ---- Roofs ---------------------------------------------------------------------------------- */

/* There are three instruction sets. */
enum { BASELINE, AVX2, AVX512 };

/* Times are in nanoseconds: multiply-adds at 4, 2 and 1 a nanosecond, and reads from L2, L3 and
 * DRAM at 1, 0.5 and 0.1 bytes a nanosecond. Each core has its own L1 and L2, and both share the
 * L3. */
static const peak_set one_thread = {.threads = 1,
                                    .flops = {[BASELINE] = 1e9, [AVX2] = 2e9, [AVX512] = 4e9},
                                    .reads = {2e9, 1e9, 0.5e9},
                                    .memory_reads = 0.1e9},
                      two_threads = {.threads = 2,
                                     .flops = {2e9, 4e9, 8e9},
                                     .reads = {4e9, 2e9, 1e9},
                                     .memory_reads = 0.1e9};

static machine_info machine_of(size_t l1, size_t l2, size_t l3) {
    return (machine_info){.cores = 2, .cache_count = 3, .caches = {{l1, 1}, {l2, 1}, {l3, 2}}};
}

/* One layer has 2160 FLOPs, 400 bytes of recurrent weights and 320 of the input's. */
#define LAYER "lstm/N:2/T:3/D:4/U:5"
/* The stack has 14544 FLOPs. Its recurrent weights are 400 and 4 x 4 x 6 x 6 = 576 bytes in each
 * direction, the inputs' 320 and 4 x 4 x 6 x 10 = 960, the head's 4 x 84 = 336. */
#define STACK "lstm/N:2/T:3/D:4/U:5+6/direction:bidirectional/dense:7"

static const struct {
    const char *text;
    problem_steps steps;
    size_t l1, l2, l3;
    const peak_set *peaks;
    int isa;
    double nanoseconds;
} roofs[] = {
    /* Everything is in L1, so FLOPs alone count. */
    {LAYER, {6, 3}, 1000, 10000, 100000, &one_thread, AVX512, 540},
    {LAYER, {6, 3}, 1000, 10000, 100000, &one_thread, AVX2, 1080},
    {LAYER, {6, 3}, 1000, 10000, 100000, &one_thread, BASELINE, 2160},
    {LAYER, {6, 3}, 1000, 10000, 100000, &two_threads, AVX512, 270},
    {LAYER "/mask:lengths", {4, 3}, 1000, 10000, 100000, &one_thread, AVX512, 360},
    /* What L1 cannot hold comes from L2: 3 (400 - 100) + (320 - 100). Two cores hold 200 bytes and
     * read 2 a nanosecond: (3 (400 - 200) + (320 - 200)) / 2. */
    {LAYER, {6, 3}, 100, 10000, 100000, &one_thread, AVX512, 1120},
    {LAYER, {6, 3}, 100, 10000, 100000, &two_threads, AVX512, 360},
    /* The longest row has two steps, then one: 2 (400 - 100) + 220, 300 + 220. */
    {LAYER "/mask:front", {3, 2}, 100, 10000, 100000, &one_thread, AVX512, 820},
    {"lstm/N:2/T:1/D:4/U:5", {2, 1}, 100, 10000, 100000, &one_thread, AVX512, 520},
    /* Only the recurrent weights exceed L1: 3 (400 - 350). FLOPs take longer. */
    {LAYER, {6, 3}, 350, 10000, 100000, &one_thread, AVX512, 540},
    /* From L3 at half the rate: 2 (3 (400 - 200) + (320 - 200)). */
    {LAYER, {6, 3}, 100, 200, 100000, &one_thread, AVX512, 1440},
    /* From DRAM at a tenth: 10 (3 (400 - 300) + (320 - 300)); there is one L3, however many
     * cores. */
    {LAYER, {6, 3}, 100, 200, 300, &one_thread, AVX512, 3200},
    {LAYER, {6, 3}, 100, 200, 300, &two_threads, AVX512, 3200},
    /* GRU's gates are three, whatever resets them: 6 x 135 x 2 / 4; 3 (300 - 100) + (240 - 100). */
    {"gru/N:2/T:3/D:4/U:5", {6, 3}, 1000, 10000, 100000, &one_thread, AVX512, 405},
    {"gru/N:2/T:3/D:4/U:5", {6, 3}, 100, 10000, 100000, &one_thread, AVX512, 740},
    {"gru/N:2/T:3/D:4/U:5/reset_after:0", {6, 3}, 100, 10000, 100000, &one_thread, AVX512, 740},
    /* Both directions: 2 x 1120. */
    {LAYER "/direction:bidirectional", {6, 3}, 100, 10000, 100000, &one_thread, AVX512, 2240},
    /* 14544 / 4; 2 x 1120 + 2 (3 (576 - 100) + (960 - 100)) + (336 - 100). */
    {STACK, {6, 3}, 2000, 10000, 100000, &one_thread, AVX512, 3636},
    {STACK, {6, 3}, 100, 10000, 100000, &one_thread, AVX512, 7052},
    /* 9696 / 4. */
    {STACK "/mask:lengths", {4, 3}, 2000, 10000, 100000, &one_thread, AVX512, 2424},
};

static void finds_the_limit(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof roofs / sizeof *roofs; i++) {
        const problem p = parsed(roofs[i].text);
        const machine_info machine = machine_of(roofs[i].l1, roofs[i].l2, roofs[i].l3);
        const double seconds =
            roof_seconds(&p, roofs[i].steps, &machine, roofs[i].peaks, roofs[i].isa);
        char what[200];
        snprintf(what, sizeof what, "roof %zu, %s", i, roofs[i].text);
        assert_near(1e9 * seconds, roofs[i].nanoseconds, what);
    }
}

/* ---- The steps that count ------------------------------------------------------------------- */

static void counts_steps(void **state) {
    (void)state;
    const problem p = parsed("lstm/N:3/T:4/D:1/U:1/mask:both");
    const int32_t lengths[] = {4, 3, 0};
    const uint8_t mask[] = {1, 0, 1, 1, /* row 0 */ 0, 0, 1, 1, /* row 1 */ 1, 1, 1, 1};
    const rnn_io views[] = {
        {0}, {.lengths = lengths}, {.mask = mask}, {.lengths = lengths, .mask = mask}};
    const problem_steps expected[] = {{12, 4}, {7, 4}, {9, 4}, {4, 3}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const problem_steps steps = inputs_steps(&views[i], &p);
        assert_near(steps.counted, expected[i].counted, "counted");
        assert_near(steps.longest, expected[i].longest, "longest");
    }
}

/* How many steps count of six. Rows 1 to 3 of five draw alike. Row 0 is full, or has both its ends.
 * The last row is empty, but with holes alone only where there are four rows or more. */
static const struct {
    int batch;
    const char *mask;
    double counted;
} draws[] = {
    {5, "none", 30},
    {5, "lengths", 6 + 3 * 3}, /* 0 to 6 */
    {3, "lengths", 6 + 3},
    {2, "lengths", 6 + 3},
    {5, "front", 4 * 3.5}, /* 1 to 6, for row 0 as well */
    {2, "front", 2 * 3.5},
    {5, "holes", 2 + 4 * 2 / 3.0 + 3 * 4}, /* two thirds of them */
    {3, "holes", 2 + 4 * 2 / 3.0 + 2 * 4},
    {5, "both", 2 + 4 * 2 / 3.0 + 3 * 2},
};

static void expects_what_is_drawn(void **state) {
    (void)state;
    enum { SEEDS = 4000 };
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
        char text[80];
        snprintf(text, sizeof text, "simple_rnn/N:%d/T:6/D:1/U:1/mask:%s", draws[i].batch,
                 draws[i].mask);
        const problem p = parsed(text);
        assert_near(inputs_expected_steps(&p).counted, draws[i].counted, text);
        runnable run;
        rnn_error error;
        assert_int_equal(runnable_create(&run, &p, GUARD_NONE, &error), RNN_OK);
        double sum = 0, longest = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            runnable_fill(&run, seed, 0);
            const problem_steps steps = inputs_steps(&run.arrays.io, &p);
            sum += steps.counted;
            longest = fmax(longest, steps.longest);
        }
        runnable_destroy(&run);
        /* A draw deviates by less than 4, and so the mean of all by less than 0.063. */
        if (fabs(sum / SEEDS - draws[i].counted) > 0.25)
            fail_msg("%s: %g steps on average, not %g", text, sum / SEEDS, draws[i].counted);
        assert_near(longest, inputs_expected_steps(&p).longest, text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_is_done),
        cmocka_unit_test(finds_the_limit),
        cmocka_unit_test(counts_steps),
        cmocka_unit_test(expects_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
