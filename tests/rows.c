/* SPDX-License-Identifier: MIT
 * Results files read into rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

static char path[] = "/tmp/rnn_rows_XXXXXX";

static int make_file(void **state) {
    (void)state;
    int descriptor = mkstemp(path);
    return descriptor < 0 || close(descriptor) != 0;
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static void write_text(const char *text, size_t length) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

#define ENTRY(name, further)                                                                       \
    "{\"name\": \"" name "\", \"run_name\": \"" name "\", \"run_type\": \"iteration\", "           \
    "\"threads\": 1, \"time_unit\": \"us\", " further "}"
#define FILE_OF(entries)                                                                           \
    "{\"context\": {\"cpu\": \"a CPU\", \"num_cpus\": 2, \"caches\": []}, "                        \
    "\"benchmarks\": [" entries "]}"

static const char
    small
        [] =
            FILE_OF(ENTRY("lstm/avx2/N:1/T:2/D:3/U:4/threads:2/process_time/real_time",
                          "\"real_time\": 3, \"repetition_index\": 0, \"roof\": 0.5, \"label\": "
                          "\"a\"") "," ENTRY("lstm/avx2/N:1/T:2/D:3/U:4/threads:2/process_time/"
                                             "real_time",
                                             "\"real_time\": 5, \"repetition_index\": 1, \"roof\": "
                                             "NaN") "," ENTRY("BM_copy/8/threads:4",
                                                              "\"real_time\": 1, \"cpu_time\": 2"));

static void reads_names_and_numbers(void **state) {
    (void)state;
    timed_file file;
    rnn_error error;
    write_text(small, sizeof small - 1);
    if (!rows_read(&file, path, &error))
        fail_msg("%s", error.text);
    assert_int_equal(file.row_count, 2);
    assert_string_equal(rows_context(&file, "cpu"), "a CPU");
    assert_string_equal(rows_context(&file, "num_cpus"), "2");
    assert_null(rows_context(&file, "caches"));
    const timed_row *row = rows_find(&file, "lstm/N:1/T:2/D:3/U:4", "avx2", 2);
    assert_ptr_equal(row, &file.rows[0]);
    assert_string_equal(row->cell, "lstm");
    assert_string_equal(row->label, "a");
    assert_int_equal(row->sample_count, 2);
    assert_true(fabs(row->samples[1] - 5e-6) < 1e-18);
    assert_true(fabs(row->median - 4e-6) < 1e-18);
    assert_true(isnan(row_counter_value(row, "roof")));
    const timed_row *plain = &file.rows[1];
    assert_string_equal(plain->problem, "BM_copy/8/threads:4");
    assert_string_equal(plain->backend, "");
    assert_int_equal(plain->threads, 1);
    assert_true(fabs(plain->cpu_seconds - 2e-6) < 1e-18);
    rows_free(&file);
}

static void refuses_every_prefix(void **state) {
    (void)state;
    for (size_t length = 0; length < sizeof small - 1; length++) {
        timed_file file;
        rnn_error error;
        write_text(small, length);
        if (rows_read(&file, path, &error))
            fail_msg("took the first %zu bytes for a file", length);
        assert_non_null(strstr(error.text, path));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_numbers),
        cmocka_unit_test(refuses_every_prefix),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
