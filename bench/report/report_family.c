/* SPDX-License-Identifier: MIT
 * Families of problems as titles. */
#include "bench/report/report.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *segment, *title;
} titles[] = {{"simple_rnn", "SimpleRNN"},
              {"lstm", "LSTM"},
              {"gru", "GRU"},
              {"reset_after:0", "reset before"},
              {"layout:time_major", "time-major"},
              {"direction:bidirectional", "bidirectional"},
              {"direction:backward", "backward"},
              {"output:last", "last output"},
              {"mask:lengths", "lengths"},
              {"state:1", "with initial state"}};

static const char *title_of(const char *segment, size_t length) {
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strlen(titles[i].segment) == length && strncmp(titles[i].segment, segment, length) == 0)
            return titles[i].title;
    return NULL;
}

void report_family_title(const report *all, int family, char *text, size_t size) {
    size_t used = 0;
    for (const char *segment = all->families[family]; *segment && used < size;) {
        const size_t length = strcspn(segment, "/");
        const char *title = title_of(segment, length);
        used += (size_t)snprintf(text + used, size - used, "%s%.*s", used ? ", " : "",
                                 title ? (int)strlen(title) : (int)length, title ? title : segment);
        segment += length + (segment[length] == '/');
    }
}
