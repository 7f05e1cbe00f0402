/* SPDX-License-Identifier: MIT
 * Lists and ranges of whole numbers, as --batch and U: take them. */
#include "bench/base/ranges.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Prints a list as "1 2 4". */
static void print(const int_list *list, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < list->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d", i ? " " : "", list->values[i]);
}

static void takes(void **state) {
    (void)state;
    static const struct {
        const char *text, *values;
    } cases[] = {
        {"7", "7"},
        {"3:6", "3 4 5 6"},
        {"5:5", "5"},
        {"1:10:+3", "1 4 7 10"},
        {"1:9:+3", "1 4 7"},
        {"1:16:x2", "1 2 4 8 16"},
        {"3:80:x5", "3 15 75"},
        {"0:2", "0 1 2"},
        {"0:6:+3", "0 3 6"},
        {"8,2,8,1:3", "8 2 1 3"},
        {"16:16:x2,4:6:+2", "16 4 6"},
        {"2147483646:2147483647", "2147483646 2147483647"},
        {"1073741824:2147483647:x2", "1073741824"},
        {"2147483000:2147483647:+2147483647", "2147483000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rnn_error error;
        char text[200];
        int_list list = {0};
        if (!int_list_parse(&list, cases[i].text, 0, INT_MAX, &error))
            fail_msg("%s: %s", cases[i].text, error.text);
        print(&list, text, sizeof text);
        assert_string_equal(text, cases[i].values);
        int_list_free(&list);
    }
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "\"\" is not a whole number"},
        {"1,", "\"\" is not a whole number"},
        {"1,,2", "\"\" is not a whole number"},
        {" 1", "\" 1\" is not a whole number"},
        {"+1", "\"+1\" is not a whole number"},
        {"1.5", "\"1.5\" is not a whole number"},
        {"0x10", "\"0x10\" is not a whole number"},
        {"1:", "\"\" is not a whole number"},
        {"-1", "\"-1\" is not in 0..100000"},
        {"100001", "\"100001\" is not in 0..100000"},
        {"99999999999999999999", "\"99999999999999999999\" is not in 0..100000"},
        {"5:4", "the range ends at 4, before it begins at 5"},
        {"1:4:2", "\"2\" is not a step, which is xK or +K"},
        {"1:4:", "\"\" is not a step, which is xK or +K"},
        {"1:4:x1", "\"1\" is not in 2..2147483647"},
        {"1:4:+0", "\"0\" is not in 1..2147483647"},
        {"1:4:+1:+1", "\"1:+1\" is not a whole number"},
        {"0:4:x2", "a range that multiplies cannot begin at 0"},
        {"1:10001", "more than 10000 values"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rnn_error error;
        int_list list = {0};
        if (int_list_parse(&list, cases[i].text, 0, 100000, &error))
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_string_equal(error.text, cases[i].reason);
        int_list_free(&list);
    }
}

static void holds_as_many_as_it_says(void **state) {
    (void)state;
    rnn_error error;
    int_list list = {0};
    assert_true(int_list_parse(&list, "1:10000,5,10000", 1, INT_MAX, &error));
    assert_int_equal(list.count, 10000);
    assert_true(int_list_contains(&list, 1) && int_list_contains(&list, 10000));
    assert_false(int_list_contains(&list, 0) || int_list_contains(&list, 10001));
    int_list_free(&list);
    assert_int_equal(list.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(holds_as_many_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
