/* SPDX-License-Identifier: MIT */
#include "bench/base/text.h"

#include <stdio.h>
#include <string.h>

int ratio_digits(double ratio) {
    return ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
}

void time_text(double seconds, char text[16]) {
    static const struct {
        double scale;
        const char *unit;
    } units[] = {{1, "s"}, {1e3, "ms"}, {1e6, "us"}, {1e9, "ns"}};
    int i = 0;
    while (i < 3 && seconds * units[i].scale < 0.9995)
        i++;
    double value = seconds * units[i].scale;
    snprintf(text, 16, "%.*f %s", ratio_digits(value), value, units[i].unit);
}

void speed_text(double speed, char text[16]) {
    snprintf(text, 16, "%.*fx", ratio_digits(speed), speed);
}

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
