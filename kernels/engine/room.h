/* SPDX-License-Identifier: MIT
 * Whether memory and threads can be had, for those who end the process where they cannot: the
 * system is asked for them and gets them back at once. */
#ifndef RNN_ROOM_H
#define RNN_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes on top of what the process has. */
bool rnn_has_room(size_t bytes);

/* So many threads with the stacks that OpenMP gives its own, all at the same time. */
bool rnn_can_start(int threads);

#endif
