/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_selftest.h"

#include "bench/statistics/statistics.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#define RESAMPLES 40

static const double shares[] = {1. / 3, 1, 2, 4}; /* of the budget that was measured */
enum { SHARES = sizeof shares / sizeof *shares };

static const document_column columns[] = {
    {"budget", "budget", true, FOR_ALL},
    {"rounds", "rounds", true, FOR_ALL},
    {"confirming_rounds", "to confirm", true, FOR_ALL},
    {"visible_median", "seen, median row", true, FOR_ALL},
    {"visible_most", "9 of 10 rows", true, FOR_ALL},
    {"visible_all", "worst row", true, FOR_ALL},
};

typedef struct selftest {
    const gate_plan *plan;
    const gate_rule *rule;
    const gate_row **measured;
    double *visible;
    int count;
} selftest;

static void add_percent(document *d, double fraction) {
    document_add_number(d, isfinite(fraction) ? fraction : NAN,
                        isfinite(fraction) ? "%.1f%%" : "never", 100 * fraction);
}

static void add_budget(document *d, const selftest *test, double share) {
    const int rounds = (int)(share * test->plan->rounds);
    const double budget = share * test->plan->budget;
    int least_again = INT_MAX;
    for (int i = 0; i < test->count; i++) {
        const gate_row *row = test->measured[i];
        const int again = (int)(share * row->expected_rounds_again);
        least_again = again < least_again ? again : least_again;
        test->visible[i] = gate_visible(test->rule, &row->first, &row->reference, test->count,
                                        rounds, again, GATE_POWER, RESAMPLES) -
                           1;
    }
    document_add_row(d, "selftest", NAN);
    document_add_number(d, budget, "%.0f s", budget);
    document_add_number(d, rounds, "%d", rounds);
    document_add_number(d, least_again, "%d", least_again);
    add_percent(d, quantile(test->visible, test->count, 0.5));
    add_percent(d, quantile(test->visible, test->count, 0.9));
    add_percent(d, quantile(test->visible, test->count, 1));
}

/* False: no memory. */
static bool collect(selftest *test, const gate_rows *rows) {
    test->measured = calloc((size_t)rows->count, sizeof *test->measured);
    test->visible = calloc((size_t)rows->count, sizeof *test->visible);
    if (!test->measured || !test->visible)
        return false;
    for (int i = 0; i < rows->count; i++)
        if (rows->items[i].first.count >= gate_least_rounds())
            test->measured[test->count++] = &rows->items[i];
    return true;
}

bool gate_selftest_add(document *d, const gate_rows *rows, const gate_plan *plan,
                       const gate_rule *rule) {
    selftest test = {.plan = plan, .rule = rule};
    const bool ok = collect(&test, rows);
    document_add_table(d, &(document_table){.key = "selftest",
                                            .title = "The smallest slowdown of one row that is "
                                                     "found in 95 of 100 gates",
                                            .columns = columns,
                                            .column_count = sizeof columns / sizeof *columns});
    for (int i = 0; ok && test.count && i < SHARES; i++)
        add_budget(d, &test, shares[i]);
    free(test.measured);
    free(test.visible);
    return ok;
}
