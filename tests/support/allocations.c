/* SPDX-License-Identifier: MIT */
#include "tests/support/allocations.h"

#include <errno.h>
#include <stdlib.h>

static long alive, remaining = -1;
static int has_failed;
static size_t limit;

long allocations_alive(void) {
    return alive;
}

void allocations_fail_after(long count) {
    remaining = count;
    has_failed = 0;
}

int allocations_have_failed(void) {
    return has_failed;
}

void allocations_limit(size_t bytes) {
    limit = bytes;
}

static int refuses(size_t bytes) {
    if (limit && bytes > limit)
        return 1;
    if (remaining < 0)
        return 0;
    if (remaining-- > 0)
        return 0;
    has_failed = 1;
    return 1;
}

static void *counted(void *memory) {
    alive += memory != NULL;
    return memory;
}

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
int __real_posix_memalign(void **memory, size_t alignment, size_t bytes);
void __real_free(void *memory);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t bytes);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t bytes) {
    return refuses(bytes) ? NULL : counted(__real_malloc(bytes));
}

void *__wrap_calloc(size_t count, size_t bytes) {
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total) || refuses(total))
        return NULL;
    return counted(__real_calloc(count, bytes));
}

void *__wrap_realloc(void *memory, size_t bytes) {
    if (refuses(bytes))
        return NULL;
    void *moved = __real_realloc(memory, bytes);
    alive += !memory && moved;
    return moved;
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
    return refuses(bytes) ? NULL : counted(__real_aligned_alloc(alignment, bytes));
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t bytes) {
    if (refuses(bytes))
        return ENOMEM;
    int result = __real_posix_memalign(memory, alignment, bytes);
    alive += result == 0;
    return result;
}

void __wrap_free(void *memory) {
    alive -= memory != NULL;
    __real_free(memory);
}
