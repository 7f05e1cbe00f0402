/* SPDX-License-Identifier: MIT
 * malloc and its kin under a test's control: the programs that include this are linked with
 * --wrap (see meson.build), so the static librnn in them allocates through here. */
#ifndef RNN_TESTS_ALLOCATIONS_H
#define RNN_TESTS_ALLOCATIONS_H

#include <stddef.h>

/* How many allocations are not yet freed. */
long allocations_alive(void);

/* Makes the allocation after the next `count` fail, and no other behind it. With -1 none fails. */
void allocations_fail_after(long count);

/* Whether the failure that was asked for has happened. */
int allocations_have_failed(void);

/* Makes larger requests fail; 0 sets no limit. What the machine itself would refuse differs too
 * much from one to the next. */
void allocations_limit(size_t bytes);

#endif
