/* SPDX-License-Identifier: MIT
 *
 * The decision of `rnnbench gate`: pure functions of what was measured.
 *
 * What is measured of a row is one number a round: the logarithm of new time / base time, by
 * processes that were started for this round alone. So rounds are independent of each other,
 * whatever memory a process happened to get.
 *
 * A first series of rounds finds the rows that are suspect: their median is above the threshold
 * and, in seconds, above the floor, and Wilcoxon's signed-rank test says that they lie above 0.
 * Those, and only those, are measured anew. A row is slower where the second series says so too,
 * its p adjusted over all rows of the gate (Benjamini-Hochberg): in so many gates of a build
 * against itself, at most one in 1 / GATE_SECOND_P names a row. That holds for --against, where
 * both sides are measured in the same rounds. Of --baseline no rate is known: what made the
 * baseline's times differ from today's, beyond what the anchor shares, counts as the row's.
 */
#ifndef BENCH_GATE_RULE_H
#define BENCH_GATE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#define GATE_FIRST_P  0.05  /* for the first series, by itself */
#define GATE_SECOND_P 0.025 /* for the second one, adjusted: a false alarm in 40 gates at most */

#define GATE_POWER       0.95 /* the rate at which a slowdown is found that is said to be visible */
#define GATE_MOST_ROUNDS 512  /* the most rounds of a series that are used */

typedef struct gate_rule {
    double threshold; /* 0.05: 5% more time */
    double floor;     /* seconds */
} gate_rule;

typedef struct gate_series {
    double *logs; /* one a round; NULL: none */
    int count;
} gate_series;

/* What a series is judged against: `offset` is taken off each of its values, and for the test alone
 * `slack` as well. Both are 0 except with a stored baseline, which has an uncertainty of its
 * own. */
typedef struct gate_reference {
    double seconds; /* of one run of the base, for the floor */
    double offset, slack;
} gate_reference;

bool gate_series_add(gate_series *series, double value); /* false: no memory */
void gate_series_free(gate_series *series);

/* The median of the series, as a logarithm. */
double gate_effect(const gate_series *series, const gate_reference *reference);

double gate_p_slower(const gate_series *series, const gate_reference *reference);
double gate_p_faster(const gate_series *series, const gate_reference *reference);

/* Whether an effect is large enough to matter, in the direction of its sign. */
bool gate_matters(const gate_rule *rule, double effect, double seconds);

/* What the first series says, and the second one with its p adjusted over all rows. */
bool gate_suspects(const gate_rule *rule, const gate_series *first,
                   const gate_reference *reference);
bool gate_confirms(const gate_rule *rule, const gate_series *second,
                   const gate_reference *reference, double adjusted_p);

/* The least number of rounds of the first series, and of the second one, with which one of `rows`
 * can be found slower: Wilcoxon's smallest p is 2^-rounds. */
int gate_least_rounds(void);
int gate_least_rounds_again(int rows);

/* The smallest slowdown of one row, as a ratio above 1, that is found at a rate of `power`. It is
 * worked out by resampling the rounds of a series of the same spread, for the given numbers of
 * rounds in the two series. */
double gate_visible(const gate_rule *rule, const gate_series *series,
                    const gate_reference *reference, int rows, int rounds, int rounds_again,
                    double power, int resamples);

#endif
