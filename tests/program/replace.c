/* SPDX-License-Identifier: MIT
 *
 * Files that are whole at any moment, although whoever writes them may be killed and the disk may
 * be full. */
#include "bench/base/replace.h"

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 4 << 20 };
static char folder[] = "/tmp/rnnbench-replace-XXXXXX", path[320];
static char *content;

static const char *of_letter(char letter) {
    memset(content, letter, SIZE);
    return content;
}

static size_t size_of(const char *name) {
    struct stat info;
    return stat(name, &info) == 0 ? (size_t)info.st_size : 0;
}

/* Removes what was left of unfinished files, and returns how many there were. */
static int remove_parts(void) {
    glob_t found;
    char pattern[400];
    snprintf(pattern, sizeof pattern, "%s.*.part", path);
    const int count = glob(pattern, 0, NULL, &found) == 0 ? (int)found.gl_pathc : 0;
    for (int i = 0; i < count; i++)
        unlink(found.gl_pathv[i]);
    if (count)
        globfree(&found);
    return count;
}

/* The letter that the whole file consists of. */
static char letter_of_file(void) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(content, 1, SIZE, file);
    assert_int_equal(size, size_of(path));
    assert_int_equal(size, SIZE);
    fclose(file);
    for (size_t i = 1; i < SIZE; i++)
        if (content[i] != content[0])
            fail_msg("the file changes at byte %zu", i);
    return content[0];
}

static void write_until_killed(void) {
    for (char letter = 'b';; letter = (char)(letter == 'z' ? 'b' : letter + 1))
        file_replace(path, of_letter(letter), SIZE);
}

static void killed_at_any_moment(void **state) {
    (void)state;
    int caught_writing = 0;
    assert_true(file_replace(path, of_letter('a'), SIZE));
    for (int i = 0; i < 100; i++) {
        pid_t writer = fork();
        if (writer == 0)
            write_until_killed();
        nanosleep(&(struct timespec){.tv_nsec = 1000 * (rand() % 15000)}, NULL);
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        letter_of_file();
        caught_writing += remove_parts();
    }
    print_message("%d of 100 were killed while they wrote\n", caught_writing);
    assert_true(caught_writing > 0);
}

static void a_full_disk_leaves_the_file_as_it_was(void **state) {
    (void)state;
    assert_true(file_replace(path, of_letter('a'), SIZE));
    struct rlimit before, limit = {SIZE / 2, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_false(file_replace(path, of_letter('b'), SIZE));
    int why = errno;
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(why, EFBIG);
    assert_int_equal(letter_of_file(), 'a');
    assert_int_equal(remove_parts(), 0);
}

/* Beside a name of this length there is no room for an unfinished file's. */
static void a_file_written_in_place(void **state) {
    (void)state;
    char short_path[sizeof path];
    memcpy(short_path, path, sizeof path);
    snprintf(path, sizeof path, "%s/%0250d", folder, 0);
    assert_true(file_replace(path, of_letter('a'), SIZE));
    assert_int_equal(letter_of_file(), 'a');
    struct rlimit before, limit = {SIZE + SIZE / 2, RLIM_INFINITY};
    char *larger = calloc(2, SIZE);
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_false(file_replace(path, larger, 2 * SIZE));
    const int why = errno;
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(why, EFBIG);
    assert_int_equal(letter_of_file(), 'a');
    assert_true(file_replace(path, larger, 2 * SIZE));
    assert_true(file_replace(path, of_letter('b'), SIZE));
    assert_int_equal(letter_of_file(), 'b');
    free(larger);
    unlink(path);
    memcpy(path, short_path, sizeof path);
}

static void a_device_is_written_to(void **state) {
    (void)state;
    assert_true(file_replace("/dev/null", "x", 1));
    assert_false(file_replace("/dev/full", "x", 1));
    assert_int_equal(errno, ENOSPC);
}

static void a_new_file_replaces_none(void **state) {
    (void)state;
    assert_true(file_replace(path, of_letter('a'), SIZE));
    assert_false(file_create(path, of_letter('b'), SIZE));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(letter_of_file(), 'a');
    unlink(path);
    assert_true(file_create(path, of_letter('b'), SIZE));
    assert_int_equal(letter_of_file(), 'b');
    assert_int_equal(remove_parts(), 0);
}

static void no_folder(void **state) {
    (void)state;
    assert_false(file_replace("/nonexistent/folder/x", "x", 1));
    assert_int_equal(errno, ENOENT);
    assert_false(file_create("/nonexistent/folder/x", "x", 1));
    assert_int_equal(errno, ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
        cmocka_unit_test(a_full_disk_leaves_the_file_as_it_was),
        cmocka_unit_test(a_file_written_in_place),
        cmocka_unit_test(a_device_is_written_to),
        cmocka_unit_test(a_new_file_replaces_none),
        cmocka_unit_test(no_folder),
    };
    content = malloc(SIZE);
    if (!content || !mkdtemp(folder))
        return 99;
    snprintf(path, sizeof path, "%s/file", folder);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    free(content);
    return failures;
}
