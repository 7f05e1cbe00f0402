/* SPDX-License-Identifier: MIT
 * The two sides of the lines between `rnnbench gate` and its workers. */
#ifndef RNN_TESTS_FUZZ_WORKER_H
#define RNN_TESTS_FUZZ_WORKER_H

#include "tests/fuzz/fuzz.h"

void try_requests(const char *lines);
void try_answers(const char *lines, size_t size);

#endif
