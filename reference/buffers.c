/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "reference/buffers.h"

#include "kernels/rnn.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static bool round_up(size_t size, size_t unit, size_t *rounded) {
    if (size > PTRDIFF_MAX - unit)
        return false;
    *rounded = (size + unit - 1) / unit * unit;
    return true;
}

static bool create_plain(buffer *b) {
    size_t rounded;
    if (!round_up(b->size, RNN_ALIGNMENT, &rounded))
        return false;
    b->data = aligned_alloc(RNN_ALIGNMENT, rounded);
    return b->data != NULL;
}

static bool create_guarded(buffer *b, case_guard guard) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), usable;
    if (!round_up(b->size, page, &usable))
        return false;
    size_t total = usable + page;
    char *mapping = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return false;
    b->mapping = mapping;
    b->mapping_size = total;
    b->data = guard == GUARD_AFTER ? mapping + usable - b->size : mapping + page;
    char *fence = guard == GUARD_AFTER ? mapping + usable : mapping;
    return mprotect(fence, page, PROT_NONE) == 0;
}

bool buffer_create(buffer *b, size_t size, case_guard guard) {
    *b = (buffer){.size = size};
    if (size == 0)
        return true;
    if (guard == GUARD_NONE ? create_plain(b) : create_guarded(b, guard))
        return true;
    buffer_destroy(b);
    return false;
}

void buffer_destroy(buffer *b) {
    if (b->mapping_size)
        munmap(b->mapping, b->mapping_size);
    else
        free(b->data);
    *b = (buffer){0};
}
