/* SPDX-License-Identifier: MIT
 * Lists that grow: an array and its count are all there is to one, as the count says how much room
 * there is. */
#ifndef BENCH_GROWING_LIST_H
#define BENCH_GROWING_LIST_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LIST_LEAST 16 /* items */

/* Makes room for one more item behind `count` of them. Returns false where memory ran out, and the
 * list is as it was. The array is NULL at first, grows by this alone, and is freed by free(). */
#define LIST_MAKE_ROOM(items, count) list_make_room(&(items), count, sizeof *(items))

/* There is room for LIST_LEAST items or, where there are more, for the next power of two. */
static inline bool list_make_room(void *array, int count, size_t size) {
    const bool is_full = count == 0 || (count >= LIST_LEAST && (count & (count - 1)) == 0);
    void *items;
    if (!is_full)
        return true;
    memcpy(&items, array, sizeof items); /* a pointer to any type of item */
    items = realloc(items, (size_t)(count ? 2 * (size_t)count : LIST_LEAST) * size);
    if (items)
        memcpy(array, &items, sizeof items);
    return items != NULL;
}

#endif
