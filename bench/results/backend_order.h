/* SPDX-License-Identifier: MIT */
#ifndef BENCH_BACKEND_ORDER_H
#define BENCH_BACKEND_ORDER_H

/* As of strcmp: backends stand as `rnnbench list` has them, others behind these by their names. */
int backend_order(const char *a, const char *b);

#endif
