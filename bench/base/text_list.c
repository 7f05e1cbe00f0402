/* SPDX-License-Identifier: MIT */
#include "bench/base/text_list.h"

#include <string.h>

bool text_list_has(const char *list, const char *separator, const char *item) {
    const size_t length = strlen(item), gap = strlen(separator);
    for (const char *start = list, *end; start; start = end ? end + gap : NULL) {
        end = strstr(start, separator);
        const size_t room = end ? (size_t)(end - start) : strlen(start);
        if (room == length && memcmp(start, item, length) == 0)
            return true;
    }
    return false;
}
