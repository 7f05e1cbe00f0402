/* SPDX-License-Identifier: MIT
 *
 * Results files as they are read into rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/rows.h"

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

/* Writes a new file each time, because some file systems write a truncated one to the disk at
 * once. */
static void write_text(const char *text, size_t length) {
    unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

#define ENTRY(name, further)                                                                       \
    "{\"name\": \"" name "\", \"run_name\": \"" name "\", \"run_type\": \"iteration\", "           \
    "\"threads\": 1, \"time_unit\": \"us\", " further "}"
#define LIST2(a, b)             a ", " b
#define LIST3(a, b, c)          LIST2(a, b) ", " c
#define LIST4(a, b, c, d)       LIST3(a, b, c) ", " d
#define LIST5(a, b, c, d, e)    LIST4(a, b, c, d) ", " e
#define LIST6(a, b, c, d, e, f) LIST5(a, b, c, d, e) ", " f
#define FILE_OF(entries)                                                                           \
    "{\"context\": {\"cpu\": \"a CPU\", \"num_cpus\": 2, \"caches\": []}, "                        \
    "\"benchmarks\": [" entries "]}"

#define LAYER "lstm/avx2/N:1/T:2/D:3/U:4/threads:2/process_time/real_time"
static const char small[] = FILE_OF(LIST3(
    ENTRY(LAYER, "\"real_time\": 3, \"repetition_index\": 0, \"roof\": 0.5, \"label\": \"a\""),
    ENTRY(LAYER, "\"real_time\": 5, \"repetition_index\": 1, \"roof\": NaN"),
    ENTRY("BM_copy/8/threads:4", "\"real_time\": 1, \"cpu_time\": 2")));

static void refuse_path(const char *name, const char *reason) {
    timed_file file;
    rnn_error error = {""};
    if (rows_read(&file, name, &error))
        fail_msg("%s was read, for all that it %s", name, reason);
    if (strncmp(error.text, name, strlen(name)) != 0 || !strstr(error.text, reason))
        fail_msg("\"%s\" does not name %s and \"%s\"", error.text, name, reason);
}

static void refuse_text(const char *text, const char *reason) {
    write_text(text, strlen(text));
    refuse_path(path, reason);
}

static void read_text(timed_file *file, const char *text) {
    rnn_error error;
    write_text(text, strlen(text));
    if (!rows_read(file, path, &error))
        fail_msg("%s", error.text);
}

static void reads_names_and_numbers(void **state) {
    (void)state;
    timed_file file;
    read_text(&file, small);
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

static void reads_what_has_no_time(void **state) {
    (void)state;
    timed_file file;
    read_text(&file,
              FILE_OF(LIST4(ENTRY("a", "\"error_occurred\": true, \"error_message\": \"no\""),
                            ENTRY("b", "\"skipped\": true, \"skip_message\": \"not here\""),
                            ENTRY("c", "\"real_time\": 2, \"repetition_index\": 0"),
                            ENTRY("c", "\"error_occurred\": true, \"repetition_index\": 1"))));
    assert_int_equal(file.row_count, 3);
    assert_string_equal(file.rows[0].error, "no");
    assert_string_equal(file.rows[1].error, "not here");
    assert_non_null(file.rows[2].error);
    assert_int_equal(file.rows[2].sample_count, 0);
    rows_free(&file);
}

#define AGGREGATE(run, name, time)                                                                 \
    "{\"name\": \"" run "_" name "\", \"run_name\": \"" run "\", \"run_type\": \"aggregate\", "    \
    "\"aggregate_name\": \"" name "\", \"time_unit\": \"ms\", \"real_time\": " time "}"

static void reads_aggregates(void **state) {
    (void)state;
    timed_file file;
    read_text(&file, FILE_OF(LIST6(AGGREGATE("a", "mean", "3"), AGGREGATE("a", "median", "2"),
                                   AGGREGATE("b", "mean", "5"), AGGREGATE("b", "cv", "NaN"),
                                   AGGREGATE("c", "median", "9"), ENTRY("c", "\"real_time\": 4"))));
    const double expected[] = {2e-3, 5e-3, 4e-6};
    assert_int_equal(file.row_count, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(file.rows[i].sample_count, 1);
        assert_true(fabs(file.rows[i].samples[0] - expected[i]) < 1e-15);
        assert_true(file.rows[i].aggregated == (i < 2));
    }
    rows_free(&file);
}

/* A user's own statistic may have any name, and need not be a time. */
static void leaves_percentages_out(void **state) {
    (void)state;
    timed_file file;
    read_text(&file, FILE_OF(LIST2("{\"run_name\": \"a\", \"run_type\": \"aggregate\", "
                                   "\"aggregate_name\": \"median\", \"time_unit\": \"ms\", "
                                   "\"aggregate_unit\": \"percentage\", \"real_time\": 7}",
                                   AGGREGATE("a", "mean", "3"))));
    assert_int_equal(file.row_count, 1);
    assert_true(fabs(file.rows[0].median - 3e-3) < 1e-15);
    rows_free(&file);
}

/* The file has one time in each unit, as the library writes it, and half as much CPU time. */
static void reads_units(void **state) {
    (void)state;
    static const char *const units[][3] = {{"ns", "2500000", "1250000"},
                                           {"us", "2500", "1250"},
                                           {"ms", "2.5", "1.25"},
                                           {"s", "2.5e-3", "1.25e-03"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char text[512];
        timed_file file;
        snprintf(text, sizeof text,
                 "{\"context\": {}, \"benchmarks\": [{\"run_name\": \"a\", \"run_type\": "
                 "\"iteration\", \"time_unit\": \"%s\", \"real_time\": %s, \"cpu_time\": %s}]}",
                 units[i][0], units[i][1], units[i][2]);
        read_text(&file, text);
        assert_int_equal(file.row_count, 1);
        assert_true(file.rows[0].median == 2.5e-3);
        assert_true(file.rows[0].cpu_seconds == 1.25e-3);
        rows_free(&file);
    }
}

static void tells_names_apart(void **state) {
    (void)state;
    static const char *const foreign[] = {"lstm",
                                          "lstm/avx2",
                                          "lstm/avx2/N:1",
                                          "lstm/avx2/N:1/threads:",
                                          "lstm/N:1/T:2/threads:1",
                                          "lstm/avx2/T:1/threads:1",
                                          "/avx2/N:1/threads:1",
                                          "lstm//N:1/threads:1",
                                          "lstm/avx2/N:1/threads:0",
                                          "lstm/avx2/N:1/threads:1/manual_time",
                                          "lstm/avx2/N:1/threads:1234567",
                                          "lstm/a:b/N:1/threads:1"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        char text[512];
        timed_file file;
        snprintf(text, sizeof text, FILE_OF(ENTRY("%s", "\"real_time\": 1")), foreign[i],
                 foreign[i]);
        read_text(&file, text);
        assert_string_equal(file.rows[0].problem, foreign[i]);
        assert_string_equal(file.rows[0].backend, "");
        assert_string_equal(file.rows[0].cell, "");
        rows_free(&file);
    }
    timed_file file;
    read_text(&file, FILE_OF(ENTRY("gru/a_b/N:1/U:2+3/dense:1/threads:16", "\"real_time\": 1")));
    assert_string_equal(file.rows[0].problem, "gru/N:1/U:2+3/dense:1");
    assert_string_equal(file.rows[0].backend, "a_b");
    assert_int_equal(file.rows[0].threads, 16);
    rows_free(&file);
}

static void knows_schemas(void **state) {
    (void)state;
    timed_file file;
#define OF_SCHEMA(member)                                                                          \
    "{\"context\": {" member "}, \"benchmarks\": [" ENTRY("a", "\"real_time\": 1") "]}"
    read_text(&file, OF_SCHEMA("\"rnnbench_schema\": \"1\", \"json_schema_version\": 1"));
    assert_int_equal(file.schema, 1);
    rows_free(&file);
    read_text(&file, OF_SCHEMA("\"rnnbench_schema\": 1"));
    assert_int_equal(file.schema, 1);
    rows_free(&file);
    read_text(&file, OF_SCHEMA(""));
    assert_int_equal(file.schema, 0);
    rows_free(&file);
    refuse_text(OF_SCHEMA("\"rnnbench_schema\": \"2\""), "is of rnnbench_schema 2; this program");
    refuse_text(OF_SCHEMA("\"rnnbench_schema\": \"2\""), "a newer rnnbench reads it");
    refuse_text(OF_SCHEMA("\"rnnbench_schema\": \"one\""), "no version");
    refuse_text(OF_SCHEMA("\"rnnbench_schema\": -1"), "no version");
    refuse_text(OF_SCHEMA("\"json_schema_version\": 2"), "json_schema_version 2");
}

/* ---- Bad input ------------------------------------------------------------------------------- */

static void refuses_what_is_no_results_file(void **state) {
    (void)state;
    refuse_text("", "is empty");
    refuse_text("cpu,time\n1,2\n", "not JSON");
    refuse_text("NaN", "no results file");
    refuse_text("-", "not JSON");
    refuse_text("[1, 2]", "no results file");
    refuse_text("{\"name\": \"a package\"}", "\"context\" is missing");
    refuse_text("{\"context\": {}, \"rows\": []}", "\"benchmarks\" is missing");
    refuse_text("{\"context\": 1, \"benchmarks\": [" ENTRY("a", "\"real_time\": 1") "]}",
                "\"context\" is missing");
    refuse_text("{\"context\": {}, \"benchmarks\": {}}", "\"benchmarks\" is missing");
    refuse_text(FILE_OF(""), "holds no rows");
    refuse_text(FILE_OF("7"), "entry 0 of \"benchmarks\" is no object");
    refuse_text(FILE_OF("{\"name\": \"BM_old\", \"real_time\": 1}"), "has no run_name");
    refuse_text(FILE_OF("{\"run_name\": \"BM_old\", \"real_time\": 1}"), "run_type is not");
    refuse_text("{\"context\": {\"a\": 1}, \"benchmarks\": []}", "holds no rows");
    refuse_text("{\"context\": {}, \"benchmarks\": [1,]}", "unexpected character");
    refuse_text("{\"context\": {}, \"benchmarks\": [01]}", "unexpected character");
    refuse_text("{\"context\": {\"a\\x\": 1}, \"benchmarks\": []}", "invalid escape");
    refuse_text("{\"context\": {}, \"benchmarks\": [}]", "unexpected character");
    refuse_text(FILE_OF(ENTRY("a", "\"real_time\": 1")) "{}", "not JSON");
}

/* A row with a bad time stays, without a time. The other row stays as well, with its own. */
static void check_bad_time(const char *members, const char *reason) {
    char text[1024];
    timed_file file;
    snprintf(text, sizeof text,
             FILE_OF("{\"run_name\": \"a\", \"run_type\": \"iteration\", %s}, " ENTRY(
                 "b", "\"real_time\": 1")),
             members);
    read_text(&file, text);
    assert_int_equal(file.row_count, 2);
    assert_null(file.rows[1].error);
    if (!file.rows[0].error || !strstr(file.rows[0].error, reason))
        fail_msg("%s: \"%s\" does not say \"%s\"", members, file.rows[0].error, reason);
    rows_free(&file);
}

static void knows_bad_times(void **state) {
    (void)state;
#define IN_US "\"time_unit\": \"us\", "
    check_bad_time(IN_US "\"real_time\": NaN", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": -NaN", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": Infinity", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": -Infinity", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": null", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": \"1\"", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": 1e999", "real_time is not a finite");
    check_bad_time(IN_US "\"real_time\": -1", "real_time is -1, not above 0");
    check_bad_time(IN_US "\"real_time\": 0", "real_time is 0, not above 0");
    check_bad_time(IN_US "\"real_time\": 1e-320", "not above 0");
    check_bad_time(IN_US "\"real_time\": 1e-310", "too small");
    check_bad_time(IN_US "\"cpu_time\": 1", "real_time is missing");
    check_bad_time("\"time_unit\": \"h\", \"real_time\": 1", "time_unit is \"h\"");
    check_bad_time("\"real_time\": 1", "time_unit is \"\"");
}

/* A NaN in a text is no number, and one among the counters is no reason to refuse a file. */
static void tells_nan_from_text(void **state) {
    (void)state;
    timed_file file;
    read_text(&file, FILE_OF(ENTRY("NaN \\\" NaN", "\"real_time\": 1, \"x\": -NaN, \"y\": 3, "
                                                   "\"label\": \"Infinity\"")));
    assert_string_equal(file.rows[0].name, "NaN \" NaN");
    assert_string_equal(file.rows[0].label, "Infinity");
    assert_int_equal(file.rows[0].counter_count, 2);
    assert_true(isnan(row_counter_value(&file.rows[0], "x")));
    assert_true(row_counter_value(&file.rows[0], "y") == 3);
    assert_true(isnan(row_counter_value(&file.rows[0], "z")));
    rows_free(&file);
}

/* Where a member comes twice the first one counts, and a note says so. */
static void check_twice(const char *text, int rows, double seconds, const char *name) {
    timed_file file;
    read_text(&file, text);
    assert_int_equal(file.row_count, rows);
    assert_true(fabs(file.rows[0].median - seconds) < 1e-18);
    assert_int_equal(file.note_count, 1);
    if (!strstr(file.notes[0], name) || !strstr(file.notes[0], "is there twice"))
        fail_msg("\"%s\" does not tell of %s", file.notes[0], name);
    rows_free(&file);
}

static void notes_rows_that_are_there_twice(void **state) {
    (void)state;
#define REPETITION(name, index, time)                                                              \
    ENTRY(name, "\"real_time\": " time ", \"repetition_index\": " index)
#define ONE_OF(count, time) ENTRY("a", "\"real_time\": " time ", \"repetitions\": " count)
    check_twice(FILE_OF(LIST3(REPETITION("a", "0", "1"), REPETITION("a", "1", "3"),
                              REPETITION("a", "0", "9"))),
                1, 2e-6, "row a");
    check_twice(FILE_OF(LIST3(ONE_OF("2", "1"), ONE_OF("2", "3"), ONE_OF("2", "9"))), 1, 2e-6,
                "row a");
    check_twice(FILE_OF(LIST2(AGGREGATE("a", "median", "1"), AGGREGATE("a", "median", "2"))), 1,
                1e-3, "row a");
    check_twice(
        FILE_OF(LIST3(REPETITION("lstm/avx2/N:1/threads:1", "0", "1"), REPETITION("b", "0", "2"),
                      REPETITION("lstm/avx2/N:1/threads:1/process_time/real_time", "0", "3"))),
        2, 1e-6, "row lstm/avx2/N:1/threads:1/process_time");
}

static void knows_rows_without_times(void **state) {
    (void)state;
    timed_file file;
    read_text(&file, FILE_OF(AGGREGATE("a", "stddev", "1")));
    assert_non_null(strstr(file.rows[0].error, "neither repetitions nor a median"));
    rows_free(&file);
}

static void refuses_depth(void **state) {
    (void)state;
    enum { DEPTH = 1 << 20 };
    char *text = malloc(DEPTH + 1);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    text[DEPTH] = '\0';
    refuse_text(text, "maximum parsing depth");
    free(text);
}

/* The file is a hole, which takes no space on the disk. */
static void refuses_size(void **state) {
    (void)state;
    assert_int_equal(truncate(path, (off_t)200 << 20), 0);
    refuse_path(path, "larger than 128 MiB");
    refuse_path("/dev/zero", "larger than 128 MiB");
}

static void refuses_paths(void **state) {
    (void)state;
    refuse_path("/tmp", "Is a directory");
    refuse_path("/nonexistent/file.json", "No such file");
    refuse_path("/dev/null", "is empty");
    write_text(small, sizeof small - 1);
    assert_int_equal(chmod(path, 0), 0);
    const bool is_root = geteuid() == 0;
    if (is_root && seteuid(65534) != 0)
        skip();
    refuse_path(path, "Permission denied");
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void reads_pipes(void **state) {
    (void)state;
    char name[sizeof path + 8], command[256];
    timed_file file;
    rnn_error error;
    write_text(small, sizeof small - 1);
    snprintf(name, sizeof name, "%s.fifo", path);
    assert_int_equal(mkfifo(name, 0600), 0);
    refuse_path(name, "is empty");
    assert_int_equal(unlink(name), 0);
    snprintf(command, sizeof command, "sleep 0.1; cat %s", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    snprintf(name, sizeof name, "/dev/fd/%d", fileno(pipe));
    if (!rows_read(&file, name, &error))
        fail_msg("%s", error.text);
    assert_int_equal(file.row_count, 2);
    rows_free(&file);
    pclose(pipe);
}

/* A file that is accepted in spite of a changed byte must still hold what rows.h promises. */
static void check_promises(const timed_file *file) {
    assert_true(file->row_count > 0);
    for (int i = 0; i < file->row_count; i++) {
        const timed_row *row = &file->rows[i];
        assert_ptr_equal(rows_find(file, row->problem, row->backend, row->threads), row);
        assert_true(row->threads >= 1 && *row->name && row->label);
        assert_true(row->error || row->sample_count > 0);
        for (int k = 0; k < row->sample_count; k++)
            assert_true(isfinite(row->samples[k]) && row->samples[k] > 0);
    }
}

static void survives_changed_bytes(void **state) {
    (void)state;
    char text[sizeof small];
    int taken = 0, refused = 0;
    static const unsigned char changes[] = {0x01, 0x20, 0x80, 0xff, '"' ^ '}'};
    for (size_t at = 0; at < sizeof small - 1; at++)
        for (size_t i = 0; i < sizeof changes; i++) {
            timed_file file;
            rnn_error error;
            memcpy(text, small, sizeof small);
            text[at] = (char)(text[at] ^ changes[i]);
            write_text(text, sizeof small - 1);
            if (rows_read(&file, path, &error)) {
                taken++;
                check_promises(&file);
                rows_free(&file);
            } else {
                refused++;
                assert_non_null(strstr(error.text, path));
            }
        }
    assert_true(taken > 100 && refused > 100);
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

/* Writes the format `count` times, with the number of the turn in both of its places. */
static char *repeat(const char *before, const char *format, int count, const char *after) {
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    fputs(before, to);
    for (int i = 0; i < count; i++) {
        fputs(i ? ", " : "", to);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        fprintf(to, format, i, i);
#pragma GCC diagnostic pop
    }
    fputs(after, to);
    fclose(to);
    return text;
}

/* Names beyond `most` are not refused, but there is a note on them. */
static void test_limit(const char *before, const char *format, int most, const char *after,
                       const char *note) {
    for (int more = 0; more < 2; more++) {
        timed_file file;
        char *text = repeat(before, format, most + more, after);
        read_text(&file, text);
        free(text);
        assert_int_equal(file.note_count, more);
        if (more && !strstr(file.notes[0], note))
            fail_msg("%s does not say %s", file.notes[0], note);
        rows_free(&file);
    }
}

#define ONE_ENTRY ENTRY("BM_a", "\"real_time\": 1")
#define NUMBERED(name)                                                                             \
    "{\"run_name\": \"" name "\", \"name\": \"%d\", \"run_type\": \"iteration\", "                 \
    "\"time_unit\": \"us\", \"real_time\": 1}"

static void notes_more_than_a_sweep_has(void **state) {
    (void)state;
    static const char empty[] = "{\"context\": {}, \"benchmarks\": [";
    test_limit(empty, NUMBERED("lstm/b%d/N:1/threads:1"), ROWS_MAX_NAMES, "]}", "backends");
    test_limit(empty, NUMBERED("c%d/naive/N:1/threads:1"), ROWS_MAX_NAMES, "]}", "cells");
    test_limit("{\"context\": {", "\"%d\": \"%d\"", ROWS_MAX_MEMBERS,
               "}, \"benchmarks\": [" ONE_ENTRY "]}", "its context has 1001 members");
    test_limit(
        "{\"context\": {}, \"benchmarks\": [{\"run_name\": \"a\", \"run_type\": \"iteration\", "
        "\"time_unit\": \"us\", \"real_time\": 1, ",
        "\"c%d\": %d", ROWS_MAX_MEMBERS - 1, "}]}", "counters");
}

static void finds_rows_with_times(void **state) {
    (void)state;
    static const char text[] =
        FILE_OF(LIST5(ENTRY("lstm/naive/N:1/threads:8", "\"real_time\": 8"),
                      ENTRY("lstm/naive/N:1/threads:2", "\"real_time\": 2"),
                      ENTRY("lstm/naive/N:1/threads:1", "\"error_occurred\": true"),
                      ENTRY("lstm/avx2/N:1/threads:1", "\"real_time\": 1"),
                      ENTRY("lstm/naive/N:2/threads:1", "\"error_occurred\": true")));
    timed_file file;
    rnn_error error;
    write_text(text, strlen(text));
    assert_true(rows_read(&file, path, &error));
    assert_int_equal(rows_find_timed(&file, "lstm/N:1", "naive", 8)->threads, 8);
    assert_int_equal(rows_find_timed(&file, "lstm/N:1", "naive", 4)->threads, 2);
    assert_int_equal(rows_find_timed(&file, "lstm/N:1", "naive", 1)->threads, 2);
    assert_null(rows_find_timed(&file, "lstm/N:2", "naive", 1));
    assert_null(rows_find_timed(&file, "lstm/N:1", "scalar", 1));
    assert_int_equal(file.backend_count, 2);
    assert_string_equal(file.backends[0], "avx2");
    rows_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_numbers),
        cmocka_unit_test(reads_what_has_no_time),
        cmocka_unit_test(reads_aggregates),
        cmocka_unit_test(reads_units),
        cmocka_unit_test(leaves_percentages_out),
        cmocka_unit_test(tells_names_apart),
        cmocka_unit_test(knows_schemas),
        cmocka_unit_test(refuses_what_is_no_results_file),
        cmocka_unit_test(knows_bad_times),
        cmocka_unit_test(tells_nan_from_text),
        cmocka_unit_test(notes_rows_that_are_there_twice),
        cmocka_unit_test(knows_rows_without_times),
        cmocka_unit_test(refuses_depth),
        cmocka_unit_test(refuses_size),
        cmocka_unit_test(refuses_paths),
        cmocka_unit_test(reads_pipes),
        cmocka_unit_test(notes_more_than_a_sweep_has),
        cmocka_unit_test(finds_rows_with_times),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(survives_changed_bytes),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
