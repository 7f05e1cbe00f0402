/* SPDX-License-Identifier: MIT
 *
 * The statistics of bench/ against what SciPy and NumPy say. The argument is
 * reference/statistics/statistics.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics/statistics.h"

#define MOST_VALUES 1024

static json_t *vectors;

typedef struct samples {
    double values[MOST_VALUES];
    int count;
} samples;

static samples samples_of(const json_t *list) {
    samples s = {.count = (int)json_array_size(list)};
    assert_true(json_is_array(list) && s.count <= MOST_VALUES);
    for (int i = 0; i < s.count; i++)
        s.values[i] = json_number_value(json_array_get(list, (size_t)i));
    return s;
}

static samples member(const json_t *vector, const char *name) {
    return samples_of(json_object_get(vector, name));
}

static double number(const json_t *vector, const char *name) {
    const json_t *value = json_object_get(vector, name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* A list must have entries, or a test would pass without any. */
static const json_t *list_of(const char *name, size_t at_least) {
    const json_t *list = json_object_get(vectors, name);
    assert_true(json_array_size(list) >= at_least);
    return list;
}

static void assert_near(double value, double expected, const char *what, size_t vector) {
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%s, vector %zu: %.17g, SciPy %.17g", what, vector, value, expected);
}

static test_alternative alternative_of(const json_t *vector) {
    const char *name = json_string_value(json_object_get(vector, "alternative"));
    return strcmp(name, "less") == 0 ? LESS : strcmp(name, "greater") == 0 ? GREATER : TWO_SIDED;
}

static void describes(void **state) {
    (void)state;
    size_t i, k;
    json_t *vector, *pair;
    json_array_foreach(list_of("descriptions", 6), i, vector) {
        const samples s = member(vector, "values");
        assert_near(mean(s.values, s.count), number(vector, "mean"), "mean", i);
        assert_near(median(s.values, s.count), number(vector, "median"), "median", i);
        assert_near(geometric_mean(s.values, s.count), number(vector, "geometric_mean"),
                    "geometric mean", i);
        assert_near(coefficient_of_variation(s.values, s.count), number(vector, "cv"), "cv", i);
        json_array_foreach(json_object_get(vector, "quantiles"), k, pair) {
            const samples q = samples_of(pair);
            assert_near(quantile(s.values, s.count, q.values[0]), q.values[1], "quantile", i);
        }
    }
}

static void tests_two_samples(void **state) {
    (void)state;
    size_t i;
    json_t *vector;
    json_array_foreach(list_of("mann_whitney", 80), i, vector) {
        const samples a = member(vector, "a"), b = member(vector, "b");
        const double p = mann_whitney((sample_set){a.values, a.count},
                                      (sample_set){b.values, b.count}, alternative_of(vector));
        assert_near(p, number(vector, "p"), "Mann-Whitney", i);
    }
}

static void tests_differences(void **state) {
    (void)state;
    size_t i;
    json_t *vector;
    json_array_foreach(list_of("wilcoxon", 45), i, vector) {
        const samples s = member(vector, "differences");
        assert_near(wilcoxon_signed_rank(s.values, s.count, alternative_of(vector)),
                    number(vector, "p"), "Wilcoxon", i);
    }
}

static void adjusts(void **state) {
    (void)state;
    size_t i;
    json_t *vector;
    json_array_foreach(list_of("benjamini_hochberg", 6), i, vector) {
        const samples p = member(vector, "p"), expected = member(vector, "adjusted");
        double adjusted[MOST_VALUES];
        assert_true(benjamini_hochberg(p.values, adjusted, p.count));
        for (int k = 0; k < p.count; k++)
            assert_near(adjusted[k], expected.values[k], "Benjamini-Hochberg", i);
    }
}

static void assert_between(confidence_interval interval, const json_t *vector, size_t i) {
    const samples low = member(vector, "low"), high = member(vector, "high");
    if (!(interval.low >= low.values[0] * (1 - 1e-12) &&
          interval.low <= low.values[1] * (1 + 1e-12)))
        fail_msg("vector %zu: %.9g is not between %.9g and %.9g", i, interval.low, low.values[0],
                 low.values[1]);
    if (!(interval.high >= high.values[0] * (1 - 1e-12) &&
          interval.high <= high.values[1] * (1 + 1e-12)))
        fail_msg("vector %zu: %.9g is not between %.9g and %.9g", i, interval.high, high.values[0],
                 high.values[1]);
}

static const bootstrap_options many = {.confidence = 0.95, .resamples = 20000, .seed = 7};

static void gives_intervals_of_medians(void **state) {
    (void)state;
    size_t i;
    json_t *vector;
    json_array_foreach(list_of("medians", 9), i, vector) {
        const json_t *over_list = json_object_get(vector, "over");
        const json_t *under_list = json_object_get(vector, "under");
        const int count = (int)json_array_size(over_list);
        samples over[2], under[2];
        sample_set over_sets[2], under_sets[2];
        assert_in_range(count, 1, 2);
        for (int k = 0; k < count; k++) {
            over[k] = samples_of(json_array_get(over_list, (size_t)k));
            under[k] = samples_of(json_array_get(under_list, (size_t)k));
            over_sets[k] = (sample_set){over[k].values, over[k].count};
            under_sets[k] = (sample_set){under[k].values, under[k].count};
        }
        assert_between(quotient_of_medians_interval(over_sets, under_sets, count, &many), vector,
                       i);
        if (count == 1)
            assert_between(ratio_of_medians_interval(over_sets[0], under_sets[0], &many), vector,
                           i);
    }
}

static void gives_intervals_of_means(void **state) {
    (void)state;
    size_t i;
    json_t *vector;
    json_array_foreach(list_of("geometric_means", 4), i, vector) {
        const samples s = member(vector, "values");
        assert_between(geometric_mean_interval(s.values, s.count, &many), vector, i);
    }
}

int main(int argc, char **argv) {
    json_error_t error = {.text = "a path is missing"};
    vectors = argc == 2 ? json_load_file(argv[1], 0, &error) : NULL;
    if (!vectors) {
        fprintf(stderr, "%s: %s\n", argc == 2 ? argv[1] : argv[0], error.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes),
        cmocka_unit_test(tests_two_samples),
        cmocka_unit_test(tests_differences),
        cmocka_unit_test(adjusts),
        cmocka_unit_test(gives_intervals_of_medians),
        cmocka_unit_test(gives_intervals_of_means),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(vectors);
    return failed;
}
