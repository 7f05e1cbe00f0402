/* SPDX-License-Identifier: MIT
 * The measured peaks that stand in the files' contexts. */
#include "bench/report/report.h"

#include <limits.h>
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

/* Of "peaks_threads_4"; 0: it is another name. */
static int threads_of_name(const char *name) {
    static const char before[] = "peaks_threads_";
    const size_t length = sizeof before - 1;
    if (strncmp(name, before, length) != 0 || name[length] < '1' || name[length] > '9')
        return 0;
    char *end;
    const long threads = strtol(name + length, &end, 10);
    return *end || threads > INT_MAX ? 0 : (int)threads;
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
