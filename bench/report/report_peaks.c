/* SPDX-License-Identifier: MIT */
#include "bench/report/report_peaks.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads a peak from a text such as "avx2 121.3 GFLOP/s, L1 489.1 GB/s". Returns NAN where it is
 * not in there. */
static double peak_of_text(const char *text, const char *name) {
    const size_t length = strlen(name);
    while (text) {
        text += strspn(text, ", ");
        if (strncmp(text, name, length) == 0 && text[length] == ' ') {
            char *end;
            const double value = strtod(text + length, &end);
            return end > text + length && value > 0 && value < 1e9 ? value : NAN;
        }
        text = strchr(text, ',');
    }
    return NAN;
}

/* Returns 4 for "peaks_threads_4", and 0 for a name that is no such one. */
static int threads_of_name(const char *name) {
    static const char before[] = "peaks_threads_";
    const size_t length = sizeof before - 1;
    if (strncmp(name, before, length) != 0 || name[length] < '1' || name[length] > '9')
        return 0;
    char *end;
    const long threads = strtol(name + length, &end, 10);
    return *end || threads > INT_MAX ? 0 : (int)threads;
}

/* Names of peaks go into a gnuplot script, so they may hold no other characters than these. */
static bool is_word(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    return length > 0;
}

static void add_once(report_peak_name *names, int *count, const char *text, size_t length) {
    if (*count == REPORT_MOST_PEAKS || length >= sizeof names->text || !is_word(text, length))
        return;
    for (int i = 0; i < *count; i++)
        if (strncmp(names[i].text, text, length) == 0 && names[i].text[length] == '\0')
            return;
    memcpy(names[*count].text, text, length);
    names[*count].text[length] = '\0';
    ++*count;
}

/* Adds the names in a text such as "avx2 121.3 GFLOP/s, L1 489.1 GB/s". */
static void add_names(report_peak_names *names, const char *text) {
    while (text) {
        text += strspn(text, ", ");
        const size_t length = strcspn(text, " ,");
        char *unit;
        strtod(text + length, &unit);
        if (strncmp(unit, " GFLOP/s", strlen(" GFLOP/s")) == 0)
            add_once(names->flops, &names->flops_count, text, length);
        else if (strncmp(unit, " GB/s", strlen(" GB/s")) == 0)
            add_once(names->reads, &names->reads_count, text, length);
        text = strchr(text, ',');
    }
}

report_peak_names report_find_peaks(const report *all) {
    report_peak_names names = {.flops_count = 0};
    for (int i = 0; i < all->file_count; i++)
        for (int k = 0; k < all->files[i].context_count; k++)
            if (threads_of_name(all->files[i].context[k].name))
                add_names(&names, all->files[i].context[k].text);
    return names;
}

double report_peak(const report *all, int threads, const char *name) {
    double highest = NAN;
    int nearest = 0;
    for (int i = 0; i < all->file_count; i++)
        for (int k = 0; k < all->files[i].context_count; k++) {
            const row_context *member = &all->files[i].context[k];
            const int of = threads_of_name(member->name);
            if (of == 0 || of < nearest || of > threads)
                continue;
            const double peak = peak_of_text(member->text, name);
            if (isnan(peak))
                continue;
            highest = of > nearest ? peak : fmax(highest, peak);
            nearest = of;
        }
    return highest;
}
