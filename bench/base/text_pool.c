/* SPDX-License-Identifier: MIT */
#include "bench/base/text_pool.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)1 << 16)

typedef struct chunk {
    struct chunk *next;
    char text[];
} chunk;

struct text_pool {
    chunk *chunks; /* the first of them is in use */
    size_t used, size;
};

text_pool *text_pool_new(void) {
    return calloc(1, sizeof(text_pool));
}

void text_pool_free(text_pool *pool) {
    for (chunk *next = NULL, *c = pool ? pool->chunks : NULL; c; c = next) {
        next = c->next;
        free(c);
    }
    free(pool);
}

char *text_pool_add(text_pool *pool, const char *text, size_t length) {
    if (pool->size - pool->used <= length) {
        size_t size = length < CHUNK_SIZE ? CHUNK_SIZE : length + 1;
        chunk *c = malloc(sizeof *c + size);
        if (!c)
            return NULL;
        c->next = pool->chunks;
        pool->chunks = c;
        pool->size = size;
        pool->used = 0;
    }
    char *copy = pool->chunks->text + pool->used;
    memcpy(copy, text, length);
    copy[length] = '\0';
    pool->used += length + 1;
    return copy;
}
