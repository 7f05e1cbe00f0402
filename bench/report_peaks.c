/* SPDX-License-Identifier: MIT
 * The measured peaks that stand in the files' contexts. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of "avx2 121.3 GFLOP/s, L1 489.1 GB/s, ..."; NAN: it is not in there. */
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

static double peak_on(const report *all, int threads, const char *name) {
    double highest = NAN;
    char key[48];
    snprintf(key, sizeof key, "peaks_threads_%d", threads);
    for (int i = 0; i < all->file_count; i++) {
        const char *text = rows_context(&all->files[i], key);
        highest = fmax(highest, text ? peak_of_text(text, name) : NAN);
    }
    return highest;
}

double report_peak(const report *all, int threads, const char *name) {
    for (int p = threads; p > 0; p--) {
        const double peak = peak_on(all, p, name);
        if (!isnan(peak))
            return peak;
    }
    return NAN;
}
