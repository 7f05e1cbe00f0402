/* SPDX-License-Identifier: MIT
 *
 * Shares of work: each item is in one of them, and none is dearer than the mean by more than one
 * item. */
#include "bench/problems/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 700 };

typedef struct work {
    double costs[MOST], total, dearest;
    int count, shards, owners[MOST];
} work;

static work random_work(void) {
    work made = {.count = rand() % MOST, .shards = 1 + rand() % 40};
    for (int i = 0; i < made.count; i++) {
        made.costs[i] = rand() % 3 ? 0.14 : 1e-3 * (rand() % 100000); /* many are equal */
        made.total += made.costs[i];
        if (made.costs[i] > made.dearest)
            made.dearest = made.costs[i];
    }
    assert_true(shard_assign(made.costs, made.count, made.shards, made.owners));
    return made;
}

static double load_of(const work *made, int shard) {
    double load = 0;
    for (int i = 0; i < made->count; i++)
        load += made->owners[i] == shard ? made->costs[i] : 0;
    return load;
}

static void every_item_has_one_owner(void **state) {
    (void)state;
    for (int trial = 0; trial < 300; trial++) {
        work made = random_work();
        for (int i = 0; i < made.count; i++)
            assert_in_range(made.owners[i], 1, made.shards);
    }
}

static void loads_are_balanced(void **state) {
    (void)state;
    for (int trial = 0; trial < 300; trial++) {
        work made = random_work();
        const double mean = made.total / made.shards;
        for (int shard = 1; shard <= made.shards; shard++) {
            double load = load_of(&made, shard);
            if (load > mean + made.dearest + 1e-6 || load < mean - made.dearest - 1e-6)
                fail_msg("shard %d of %d has %g, the mean is %g and the dearest item %g", shard,
                         made.shards, load, mean, made.dearest);
        }
    }
}

static double cheapest_of(const work *made, int shard) {
    double cheapest = 1e9;
    for (int i = 0; i < made->count; i++)
        if (made->owners[i] == shard && made->costs[i] < cheapest)
            cheapest = made->costs[i];
    return cheapest;
}

static void no_shard_gains_by_giving_one_item_away(void **state) {
    (void)state;
    for (int trial = 0; trial < 300; trial++) {
        work made = random_work();
        double least = made.total;
        for (int shard = 1; shard <= made.shards; shard++)
            least = load_of(&made, shard) < least ? load_of(&made, shard) : least;
        for (int shard = 1; shard <= made.shards; shard++)
            if (load_of(&made, shard) - cheapest_of(&made, shard) > least + 1e-6)
                fail_msg("shard %d of %d has %g, the least is %g", shard, made.shards,
                         load_of(&made, shard), least);
    }
}

static void the_answer_is_always_the_same(void **state) {
    (void)state;
    for (int trial = 0; trial < 100; trial++) {
        work made = random_work();
        int again[MOST];
        assert_true(shard_assign(made.costs, made.count, made.shards, again));
        assert_memory_equal(again, made.owners, (size_t)made.count * sizeof *again);
    }
}

/* Dealing begins at the first share; an even number of items shows that. */
static void equal_items_are_dealt_out(void **state) {
    (void)state;
    const double costs[] = {1, 1, 1, 1, 1, 1};
    const int expected[] = {1, 2, 1, 2, 1, 2};
    int owners[6];
    for (int count = 1; count <= 6; count++) {
        assert_true(shard_assign(costs, count, 2, owners));
        assert_memory_equal(owners, expected, (size_t)count * sizeof *owners);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_has_one_owner),
        cmocka_unit_test(loads_are_balanced),
        cmocka_unit_test(no_shard_gains_by_giving_one_item_away),
        cmocka_unit_test(the_answer_is_always_the_same),
        cmocka_unit_test(equal_items_are_dealt_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
