/* SPDX-License-Identifier: MIT */
#include "bench/report/report_family.h"

#include "reference/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which families there are ---------------------------------------------------------------- */

/* Writes the name without its sizes, as in "lstm/layout:time_major". */
static void family_without_sizes(const char *name, char text[PROBLEM_TEXT_SIZE]) {
    size_t used = 0;
    for (const char *segment = name; *segment;) {
        const size_t length = strcspn(segment, "/");
        const bool size = length > 2 && segment[1] == ':' && strchr("NTDU", segment[0]);
        if (!size && used + length + 2 < PROBLEM_TEXT_SIZE) {
            if (used)
                text[used++] = '/';
            memcpy(text + used, segment, length);
            used += length;
        }
        segment += length + (segment[length] == '/');
    }
    text[used] = '\0';
}

int report_family_of(report *all, const char *name) {
    char family[PROBLEM_TEXT_SIZE];
    family_without_sizes(name, family);
    for (int i = 0; i < all->family_count; i++)
        if (strcmp(all->families[i], family) == 0)
            return i;
    all->families[all->family_count] = strdup(family);
    return all->families[all->family_count] ? all->family_count++ : -1;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool report_order_families(report *all) {
    char **old = calloc((size_t)all->family_count + 1, sizeof *old);
    if (!old)
        return false;
    for (int i = 0; i < all->family_count; i++)
        old[i] = all->families[i];
    qsort(all->families, (size_t)all->family_count, sizeof *all->families, by_text);
    for (int i = 0; i < all->problem_count; i++) {
        report_problem *p = &all->problems[i];
        if (p->family >= 0)
            p->family =
                (int)((char **)bsearch(&old[p->family], all->families, (size_t)all->family_count,
                                       sizeof *all->families, by_text) -
                      all->families);
    }
    free(old);
    return true;
}

/* ---- Their titles ---------------------------------------------------------------------------- */

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
