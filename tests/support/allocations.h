/* SPDX-License-Identifier: MIT
 * malloc and its kin under a test's control: the programs that include this are linked with
 * --wrap (see meson.build), so the static librnn in them allocates through here. */
#ifndef RNN_TESTS_ALLOCATIONS_H
#define RNN_TESTS_ALLOCATIONS_H

#include <stddef.h>

/* Allocated and not yet freed. */
long allocations_alive(void);

/* The allocation after the next `count` fails, and those behind it do not; -1: none fails. */
void allocations_fail_after(long count);

/* Whether the failure asked for has happened. */
int allocations_have_failed(void);

/* Larger requests fail; 0: no limit. What the machine itself would refuse differs too much. */
void allocations_limit(size_t bytes);

#endif
