/* SPDX-License-Identifier: MIT
 * Memory that crashes whoever reads or writes past its end. */
#ifndef RNN_REFERENCE_BUFFERS_H
#define RNN_REFERENCE_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum case_guard {
    GUARD_NONE,
    GUARD_AFTER, /* every buffer ends at a page that may not be touched */
    GUARD_BEFORE /* every buffer starts right behind such a page */
} case_guard;

typedef struct buffer {
    void *data;  /* aligned to RNN_ALIGNMENT; with GUARD_AFTER only as far as size allows */
    size_t size; /* in bytes; 0 for an absent buffer, whose data is NULL */
    void *mapping;
    size_t mapping_size; /* 0: plain memory */
} buffer;

/* Returns false where there is no memory. */
bool buffer_create(buffer *buffer, size_t size, case_guard guard);
/* A buffer that is all zero is accepted. */
void buffer_destroy(buffer *buffer);

#endif
