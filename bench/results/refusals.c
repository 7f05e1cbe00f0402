/* SPDX-License-Identifier: MIT */
#include "bench/results/refusals.h"

#include "bench/base/growing_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool refusals_add(refusal_list *list, const char *backend, const char *reason, int count) {
    for (int i = 0; i < list->count; i++) {
        refusal *known = &list->items[i];
        if (strcmp(known->backend, backend) == 0 && strcmp(known->reason, reason) == 0) {
            known->count += count;
            return true;
        }
    }
    if (!LIST_MAKE_ROOM(list->items, list->count))
        return false;
    refusal *added = &list->items[list->count++];
    *added = (refusal){.backend = backend, .count = count};
    snprintf(added->reason, sizeof added->reason, "%s", reason);
    return true;
}

/* Many reasons begin with the backend's name, which the line has already. */
static const char *without_name(const refusal *item) {
    size_t length = strlen(item->backend);
    bool named = strncmp(item->reason, item->backend, length) == 0 &&
                 strncmp(item->reason + length, ": ", 2) == 0;
    return named ? item->reason + length + 2 : item->reason;
}

void refusals_print(const refusal_list *list, const char *title, const char *what) {
    if (list->count)
        printf("\n%s\n", title);
    for (int i = 0; i < list->count; i++) {
        const refusal *item = &list->items[i];
        printf("  %-12s %5d %s%s: %s\n", item->backend, item->count, what,
               item->count == 1 ? "" : "s", without_name(item));
    }
}

void refusals_free(refusal_list *list) {
    free(list->items);
    *list = (refusal_list){0};
}
