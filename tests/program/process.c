/* SPDX-License-Identifier: MIT
 *
 * How other programs are started and waited for, and lists that grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "bench/base/clock.h"
#include "bench/base/growing_list.h"
#include "bench/base/process.h"

static const double most = 30; /* seconds that none of these takes */

static pid_t start(const char *const *words, FILE *output, void (*prepare)(void *), void *data) {
    const int file = output ? fileno(output) : PROCESS_NO_FILE;
    return process_start(&(process_setup){.words = words,
                                          .files = {PROCESS_NO_FILE, file, file},
                                          .own_group = true,
                                          .prepare = prepare,
                                          .data = data});
}

static pid_t start_shell(const char *script, FILE *output) {
    return start((const char *const[]){"sh", "-c", script, NULL}, output, NULL, NULL);
}

static void expect_end(pid_t pid, const char *wanted) {
    char text[100];
    int status = -1;
    assert_true(pid > 0);
    assert_true(process_wait(pid, clock_seconds() + most, NULL, &status));
    process_status_text(status, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void expect_output(FILE *output, const char *wanted) {
    char text[200] = "";
    rewind(output);
    text[fread(text, 1, sizeof text - 1, output)] = '\0';
    fclose(output);
    assert_string_equal(text, wanted);
}

static void says_how_it_ended(void **state) {
    (void)state;
    expect_end(start_shell("exit 3", NULL), "ended with status 3");
    expect_end(start_shell("kill -9 $$", NULL), "was ended by signal 9 (Killed)");
}

static void says_why_it_cannot_run(void **state) {
    (void)state;
    FILE *output = tmpfile();
    assert_non_null(output);
    expect_end(start((const char *const[]){"/none/of/these", NULL}, output, NULL, NULL),
               "ended with status 127");
    expect_output(output, "/none/of/these: No such file or directory\n");
    expect_end(start((const char *const[]){"/", NULL}, NULL, NULL, NULL), "ended with status 126");
}

static void has_its_files(void **state) {
    (void)state;
    FILE *output = tmpfile();
    assert_non_null(output);
    expect_end(start_shell("cat; echo out; echo errors >&2", output), "ended with status 0");
    expect_output(output, "out\nerrors\n");
}

static void set_variable(void *data) {
    setenv("PREPARED", data, 1);
}

static void is_prepared(void **state) {
    (void)state;
    FILE *output = tmpfile();
    assert_non_null(output);
    expect_end(start((const char *const[]){"sh", "-c", "echo $PREPARED", NULL}, output,
                     set_variable, "yes"),
               "ended with status 0");
    expect_output(output, "yes\n");
    assert_null(getenv("PREPARED"));
}

static void is_waited_for_until_then_and_killed(void **state) {
    (void)state;
    const volatile sig_atomic_t stop = 1;
    int status = -1, ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = process_start(
        &(process_setup){.words = (const char *const[]){"sh", "-c", "sleep 100 & wait", NULL},
                         .files = {PROCESS_NO_FILE, ends[1], PROCESS_NO_FILE},
                         .own_group = true});
    close(ends[1]);
    assert_true(pid > 0);
    assert_false(process_wait(pid, clock_seconds() + 0.05, NULL, &status));
    const double asked = clock_seconds();
    assert_false(process_wait(pid, asked + most, &stop, &status));
    assert_true(clock_seconds() < asked + most);
    assert_int_equal(status, -1);
    process_kill(pid);
    /* The program's own child, which has the pipe too, is gone as well. */
    assert_int_equal(clock_wait(ends[0], clock_seconds() + most), 1);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static void lists_grow(void **state) {
    (void)state;
    int *items = NULL, count = 0;
    while (count < 1000) {
        assert_true(LIST_MAKE_ROOM(items, count));
        items[count] = count;
        count++;
    }
    for (int i = 0; i < count; i++)
        assert_int_equal(items[i], i);
    count = 64; /* a list may become shorter */
    assert_true(LIST_MAKE_ROOM(items, count));
    items[count] = 1;
    free(items);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_how_it_ended),
        cmocka_unit_test(says_why_it_cannot_run),
        cmocka_unit_test(has_its_files),
        cmocka_unit_test(is_prepared),
        cmocka_unit_test(is_waited_for_until_then_and_killed),
        cmocka_unit_test(lists_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
