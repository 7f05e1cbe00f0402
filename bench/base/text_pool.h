/* SPDX-License-Identifier: MIT
 * Many small texts that are freed together. */
#ifndef BENCH_TEXT_POOL_H
#define BENCH_TEXT_POOL_H

#include <stddef.h>

typedef struct text_pool text_pool;

text_pool *text_pool_new(void);       /* NULL where memory ran out */
void text_pool_free(text_pool *pool); /* accepts NULL */

/* Returns a terminated copy of the first `length` characters, which lives as long as the pool, or
 * NULL where memory ran out. */
char *text_pool_add(text_pool *pool, const char *text, size_t length);

#endif
