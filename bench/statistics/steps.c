/* SPDX-License-Identifier: MIT
 *
 * Steps in a series, by binary segmentation. Whether a stretch has one is asked of ranks, so that a
 * wild value weighs no more than its place in the order: the largest CUSUM of ranks over all splits
 * counts if shuffling the stretch rarely gives one as large. Where it is, is then the split that
 * leaves the smallest absolute deviations from the medians of both sides; ranks would often put it
 * a little off. Each side is searched in the same way.
 */
#include "bench/statistics/statistics.h"

#include "reference/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct search {
    const step_search *how;
    const double *values;
    double *ranks; /* those of the values in the stretch that is being searched, centred on 0 */
    uint64_t state;
    bool *starts; /* whether a level starts here */
} search;

/* Ranks the values of a stretch by how many are below each, minus how many are above it, halved.
 * The mean of these ranks is 0. */
static void rank_stretch(search *s, int first, int end) {
    for (int i = first; i < end; i++) {
        int difference = 0;
        for (int k = first; k < end; k++)
            difference += (s->values[k] < s->values[i]) - (s->values[k] > s->values[i]);
        s->ranks[i] = 0.5 * difference;
    }
}

static bool is_long_enough(const search *s, int first, int split, int end) {
    return split - first >= s->how->shortest && end - split >= s->how->shortest;
}

/* Returns the largest |sum of the ranks before a split| of all splits, in standard deviations of
 * that sum, or -1 where no split leaves two levels that are long enough. */
static double largest_cusum(const search *s, int first, int end) {
    double sum = 0, largest = -1;
    for (int i = first; i < end; i++) {
        if (is_long_enough(s, first, i, end))
            largest = fmax(largest, fabs(sum) / sqrt((double)(i - first) * (end - i)));
        sum += s->ranks[i];
    }
    return largest;
}

static double absolute_deviations(const search *s, int first, int end) {
    const double middle = median(s->values + first, end - first);
    double sum = 0;
    for (int i = first; i < end; i++)
        sum += fabs(s->values[i] - middle);
    return sum;
}

/* Returns the split that leaves the smallest deviations from the medians of both sides. */
static int place_split(const search *s, int first, int end) {
    int best = first;
    double smallest = INFINITY;
    for (int i = first; i < end; i++) {
        if (!is_long_enough(s, first, i, end))
            continue;
        const double left = absolute_deviations(s, first, i) + absolute_deviations(s, i, end);
        if (left < smallest || best == first) {
            smallest = left;
            best = i;
        }
    }
    return best;
}

static void shuffle(search *s, int first, int end) {
    for (int i = end - 1; i > first; i--) {
        const int k = random_between(&s->state, first, i);
        const double kept = s->ranks[i];
        s->ranks[i] = s->ranks[k];
        s->ranks[k] = kept;
    }
}

/* Returns how likely chance alone gives so large a step. */
static double permutation_p(search *s, int first, int end, double observed) {
    int as_large = 1;
    for (int i = 0; i < s->how->permutations; i++) {
        shuffle(s, first, end);
        as_large += largest_cusum(s, first, end) >= observed;
    }
    return as_large / (s->how->permutations + 1.0);
}

static void search_stretch(search *s, int first, int end) {
    rank_stretch(s, first, end);
    const double observed = largest_cusum(s, first, end);
    if (observed <= 0 || permutation_p(s, first, end, observed) > s->how->p_at_most)
        return;
    const int split = place_split(s, first, end);
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
