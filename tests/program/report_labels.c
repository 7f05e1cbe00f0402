/* SPDX-License-Identifier: MIT
 *
 * The labels of a plot, which must not lie on each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "bench/report/report_labels.h"

/* The plots go from 0 to 100. */
static const struct {
    const char *what;
    int count;
    plot_label labels[4];
    const char *texts;
    double middles[4];
} cases[] = {
    {"none", 0, {{0}}, "", {0}},
    {"apart already", 2, {{"a", 10, 4, 0}, {"b", 20, 4, 1}}, "ab", {10, 20}},
    {"side by side", 2, {{"a", 10, 4, 0}, {"b", 14, 4, 1}}, "ab", {10, 14}},
    {"sorted", 2, {{"a", 20, 4, 0}, {"b", 10, 4, 1}}, "ba", {10, 20}},
    {"of one place", 2, {{"a", 10, 4, 0}, {"b", 10, 4, 1}}, "ab", {8, 12}},
    {"of one place, in their order", 2, {{"a", 10, 4, 0}, {"b", 10, 4, -1}}, "ba", {8, 12}},
    {"of different sizes", 2, {{"a", 10, 4, 0}, {"b", 10, 8, 1}}, "ab", {7, 13}},
    {"two of three",
     3,
     {{"a", 10, 4, 0}, {"b", 13, 4, 1}, {"c", 30, 4, 2}},
     "abc",
     {9.5, 13.5, 30}},
    /* Label c moves b's block onto a. */
    {"one after another",
     3,
     {{"a", 10, 4, 0}, {"b", 14, 4, 1}, {"c", 14, 4, 2}},
     "abc",
     {32 / 3.0 - 2, 32 / 3.0 + 2, 32 / 3.0 + 6}},
    {"at the low end", 2, {{"a", 1, 10, 0}, {"b", 2, 10, 1}}, "ab", {5, 15}},
    {"beyond the low end", 1, {{"a", -20, 10, 0}}, "a", {5}},
    {"at the high end", 2, {{"a", 99, 10, 0}, {"b", 98, 10, 1}}, "ba", {85, 95}},
    {"a block at the high end",
     3,
     {{"a", 84, 10, 0}, {"b", 99, 10, 1}, {"c", 99, 10, 2}},
     "abc",
     {75, 85, 95}},
};

static void keeps_labels_apart(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plot_label labels[4];
        for (int k = 0; k < 4; k++)
            labels[k] = cases[i].labels[k];
        labels_apart(labels, cases[i].count, 0, 100);
        for (int k = 0; k < cases[i].count; k++)
            if (labels[k].text[0] != cases[i].texts[k] ||
                !(fabs(labels[k].middle - cases[i].middles[k]) < 1e-9))
                fail_msg("%s: %s lies at %g, not %c at %g", cases[i].what, labels[k].text,
                         labels[k].middle, cases[i].texts[k], cases[i].middles[k]);
    }
}

static void shortens(void **state) {
    (void)state;
    static const struct {
        const char *text, *shortened;
    } names[] = {
        {"", ""},
        {"sevenxx", "sevenxx"},
        {"longer_1", "lon\xe2\x80\xa6r_1"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc", /* seven characters */
         "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbc!",
         "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x80\xa6\xc3\xb6\xc3\xbc!"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[64];
        label_shorten(names[i].text, 7, text, sizeof text);
        assert_string_equal(text, names[i].shortened);
    }
    assert_true(label_width("\xc3\xa4\xe2\x80\xa6", 10) == label_width("ab", 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_labels_apart),
        cmocka_unit_test(shortens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
