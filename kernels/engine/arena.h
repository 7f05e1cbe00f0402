/* SPDX-License-Identifier: MIT
 *
 * Lays arrays out one behind the other in one block. The same code that hands out the pointers also
 * counts the bytes: run it once on an arena without memory to learn the size.
 */
#ifndef RNN_ARENA_H
#define RNN_ARENA_H

#include "kernels/rnn.h"

typedef struct arena {
    char *memory; /* NULL: nothing is handed out, only counted */
    size_t used;
} arena;

static inline void *arena_take(arena *room, size_t count, size_t element_size) {
    size_t at = room->used;
    room->used += (count * element_size + RNN_ALIGNMENT - 1) / RNN_ALIGNMENT * RNN_ALIGNMENT;
    return room->memory ? room->memory + at : NULL;
}

static inline float *arena_floats(arena *room, size_t count) {
    return (float *)arena_take(room, count, sizeof(float));
}

#endif
