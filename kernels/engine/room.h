/* SPDX-License-Identifier: MIT
 *
 * Whether memory and threads can be had. Libraries that end the process where they cannot are
 * called only after this: it asks the system for them and gives them back at once. */
#ifndef RNN_ROOM_H
#define RNN_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the process can have so many bytes more. */
bool rnn_has_room(size_t bytes);

/* Whether so many threads can run at the same time, with the stacks that OpenMP gives its own. */
bool rnn_can_start(int threads);

#endif
