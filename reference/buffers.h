/* SPDX-License-Identifier: MIT
 * Memory that crashes whoever reads or writes past its end. */
#ifndef RNN_REFERENCE_BUFFERS_H
#define RNN_REFERENCE_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum case_guard {
    GUARD_NONE,
    GUARD_AFTER, /* every buffer ends at a page that may not be touched */
    GUARD_BEFORE /* every buffer starts right behind one */
} case_guard;

typedef struct buffer {
    void *data;  /* aligned to RNN_ALIGNMENT, but with GUARD_AFTER only as far as size allows */
    size_t size; /* bytes; 0: an absent buffer, data is NULL */
    void *mapping;
    size_t mapping_size; /* 0: plain memory */
} buffer;

/* False without memory. */
bool buffer_create(buffer *buffer, size_t size, case_guard guard);
/* Accepts a buffer of zeros. */
void buffer_destroy(buffer *buffer);

#endif
