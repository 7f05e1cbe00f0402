/* SPDX-License-Identifier: MIT
 *
 * The CPU's counter of instructions over a kernel of our own: what it is asked for, and which of
 * its answers count. */
#include "bench/machine/instructions.h"

#include <linux/perf_event.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#define COUNTER 1000

static struct perf_event_attr asked;
static uint64_t answer[3]; /* count, time enabled, time running */
static size_t answer_size;

long __wrap_syscall(long number, ...);
int __wrap_ioctl(int file, unsigned long request, ...);
ssize_t __wrap_read(int file, void *to, size_t size);
ssize_t __real_read(int file, void *to, size_t size);
int __wrap_close(int file);
int __real_close(int file);

long __wrap_syscall(long number, ...) {
    va_list arguments;
    assert_int_equal(number, SYS_perf_event_open);
    va_start(arguments, number);
    asked = *va_arg(arguments, struct perf_event_attr *);
    va_end(arguments);
    return COUNTER;
}

int __wrap_ioctl(int file, unsigned long request, ...) {
    (void)request;
    assert_int_equal(file, COUNTER);
    return 0;
}

ssize_t __wrap_read(int file, void *to, size_t size) {
    if (file != COUNTER)
        return __real_read(file, to, size);
    assert_int_equal(size, sizeof answer);
    memcpy(to, answer, sizeof answer); /* all of it, even where it says that it gave less */
    return (ssize_t)answer_size;
}

int __wrap_close(int file) {
    return file == COUNTER ? 0 : __real_close(file);
}

static double counted(uint64_t count, uint64_t enabled, uint64_t running, size_t size) {
    rnn_error error;
    memcpy(answer, (uint64_t[]){count, enabled, running}, sizeof answer);
    answer_size = size;
    assert_true(instructions_start(&error));
    return instructions_stop();
}

static void test_of_this_thread_outside_the_kernel(void **state) {
    (void)state;
    assert_true(counted(12345, 70, 70, sizeof answer) == 12345);
    assert_int_equal(asked.config, PERF_COUNT_HW_INSTRUCTIONS);
    assert_true(asked.exclude_kernel && asked.pinned && !asked.inherit);
    assert_int_equal(asked.read_format,
                     PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING);
}

static void test_a_part_is_no_count(void **state) {
    (void)state;
    assert_true(counted(12345, 70, 69, sizeof answer) == 0);
    assert_true(counted(12345, 70, 70, 0) == 0); /* a pinned counter that found no place */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_this_thread_outside_the_kernel),
        cmocka_unit_test(test_a_part_is_no_count),
    };
    return cmocka_run_group_tests_name("instructions", tests, NULL, NULL);
}
