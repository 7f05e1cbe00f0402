/* SPDX-License-Identifier: MIT
 *
 * Times as people read them: three digits, in the largest unit of which there is at least one. */
#include "bench/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void shows_three_digits(void **state) {
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {1.5, "1.50 s"},        {0.9996, "1.00 s"},    {0.9994, "999 ms"},    {1e-3, "1.00 ms"},
        {0.9996e-3, "1.00 ms"}, {0.9994e-3, "999 us"}, {9.994e-6, "9.99 us"}, {9.996e-6, "10.0 us"},
        {99.94e-6, "99.9 us"},  {99.96e-6, "100 us"},  {1e-6, "1.00 us"},     {0.9994e-6, "999 ns"},
        {12.34e-9, "12.3 ns"},  {0.5e-9, "0.50 ns"},   {0, "0.00 ns"},        {123.4, "123 s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[16];
        time_text(cases[i].seconds, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shows_three_digits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
