/* SPDX-License-Identifier: MIT
 *
 * Steps in a series. The candidate of a stretch is where the two sides differ most by the
 * Mann-Whitney statistic, so that a single wild value weighs no more than its rank; it counts if
 * shuffling the stretch rarely gives one as large. Then each side is searched in the same way.
 */
#include "statistics.h"

#include "random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct search {
    const step_search *how;
    const double *values;
    double *ranks; /* of the stretch in hand, centred on 0 */
    uint64_t state;
    bool *starts; /* whether a level starts here */
} search;

/* (value < others) - (value > others), halved: a rank whose mean over the stretch is 0. */
static void rank_stretch(search *s, int first, int end) {
    for (int i = first; i < end; i++) {
        int difference = 0;
        for (int k = first; k < end; k++)
            difference += (s->values[k] < s->values[i]) - (s->values[k] > s->values[i]);
        s->ranks[i] = 0.5 * difference;
    }
}

/* The largest |sum of ranks before a split|, in its standard deviations; `split` may be NULL. */
static double largest_cusum(const search *s, int first, int end, int *split) {
    double sum = 0, largest = -1;
    for (int i = first; i < end; i++) {
        const double before = i - first, after = end - i;
        if (before >= s->how->shortest && after >= s->how->shortest) {
            const double size = fabs(sum) / sqrt(before * after);
            if (size > largest) {
                largest = size;
                if (split)
                    *split = i;
            }
        }
        sum += s->ranks[i];
    }
    return largest;
}

static void shuffle(search *s, int first, int end) {
    for (int i = end - 1; i > first; i--) {
        const int k = random_between(&s->state, first, i);
        const double kept = s->ranks[i];
        s->ranks[i] = s->ranks[k];
        s->ranks[k] = kept;
    }
}

/* How often chance alone gives so large a step. */
static double permutation_p(search *s, int first, int end, double observed) {
    int as_large = 1;
    for (int i = 0; i < s->how->permutations; i++) {
        shuffle(s, first, end);
        as_large += largest_cusum(s, first, end, NULL) >= observed;
    }
    return as_large / (s->how->permutations + 1.0);
}

static void search_stretch(search *s, int first, int end) {
    int split = first;
    rank_stretch(s, first, end);
    const double observed = largest_cusum(s, first, end, &split);
    if (observed <= 0 || permutation_p(s, first, end, observed) > s->how->p_at_most)
        return;
    s->starts[split] = true;
    search_stretch(s, first, split);
    search_stretch(s, split, end);
}

int find_steps(const double *values, int count, const step_search *how, int *steps) {
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return -1;
    search s = {.how = how, .values = values, .state = how->seed};
    s.ranks = calloc((size_t)count + 1, sizeof *s.ranks);
    s.starts = calloc((size_t)count + 1, sizeof *s.starts);
    int found = s.ranks && s.starts ? 0 : -1;
    if (found == 0) {
        search_stretch(&s, 0, count);
        for (int i = 0; i < count; i++)
            if (s.starts[i])
                steps[found++] = i;
    }
    free(s.ranks);
    free(s.starts);
    return found;
}
