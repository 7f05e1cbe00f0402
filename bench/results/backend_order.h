/* SPDX-License-Identifier: MIT
 * The order in which every table lists backends. */
#ifndef BENCH_BACKEND_ORDER_H
#define BENCH_BACKEND_ORDER_H

/* Compares two names as strcmp() does. Backends stand in the order of `rnnbench list`, and other
 * names stand behind these, in the order of the alphabet. */
int backend_order(const char *a, const char *b);

#endif
