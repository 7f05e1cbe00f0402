/* SPDX-License-Identifier: MIT */
#include "bench/report/report_axes.h"

#include "bench/report/report_labels.h"
#include "bench/report/report_plots.h"
#include "bench/statistics/statistics.h"

#include <math.h>

axis_range axis_fit(const double *values, int count) {
    const double far = 4, least = quantile(values, count, 0), most = quantile(values, count, 1);
    const double margin = 1.25;
    axis_range range = {fmax(least, quantile(values, count, 0.005) / far) / margin,
                        fmin(most, quantile(values, count, 0.995) * far) * margin, 0};
    for (int i = 0; i < count; i++)
        range.beyond += values[i] < range.low || values[i] > range.high;
    return range;
}

double axis_clamp(axis_range range, double value) {
    return value < range.low ? range.low : value > range.high ? range.high : value;
}

static void write_scale(FILE *script, char axis, axis_range range, int base) {
    fprintf(script, "set logscale %c %d\nset %crange [%.6g:%.6g]\n", axis, base, axis, range.low,
            range.high);
}

static void write_superscript(FILE *script, int number) {
    static const char *const digits[] = {
        "\xe2\x81\xb0", "\xc2\xb9",     "\xc2\xb2",     "\xc2\xb3",     "\xe2\x81\xb4",
        "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9"};
    if (number < 0)
        fputs("\xe2\x81\xbb", script);
    const int positive = number < 0 ? -number : number;
    if (positive > 9)
        fputs(digits[positive / 10 % 10], script);
    fputs(digits[positive % 10], script);
}

/* Writes 0.01 to 5000 in full, larger values up to 500k with a k, and others as powers of ten. */
static void write_decade_tic(FILE *script, int factor, int exponent) {
    if (exponent >= -2 && exponent <= 5) {
        const bool thousands = exponent > 3;
        fprintf(script, "\"%g%s\" ", factor * pow(10, thousands ? exponent - 3 : exponent),
                thousands ? "k" : "");
    } else {
        fputs(factor == 1 ? "\"10" : "\"", script);
        if (factor == 1)
            write_superscript(script, exponent);
        fputs("\" ", script);
    }
    fprintf(script, "%de%d", factor, exponent);
}

void axis_decades(FILE *script, char axis, axis_range range) {
    const double decades = log10(range.high / range.low);
    const int step = 1 + (int)(decades / 8);
    const char *separator = "";
    write_scale(script, axis, range, 10);
    fprintf(script, "set %ctics (", axis);
    for (int e = (int)floor(log10(range.low)); e <= (int)ceil(log10(range.high)); e++)
        for (int factor = 1; factor < 10; factor++) {
            const double value = factor * pow(10, e);
            const bool wanted =
                factor == 1 || (decades < 1.7 && (factor == 2 || factor == 5)) || decades < 0.4;
            if (!wanted || e % step != 0 || value < range.low || value > range.high)
                continue;
            fputs(separator, script);
            write_decade_tic(script, factor, e);
            separator = ", ";
        }
    fputs(")\n", script);
}

void axis_doublings(FILE *script, char axis, axis_range range) {
    const int first = (int)ceil(log2(range.low)), last = (int)floor(log2(range.high));
    const int step = 1 + (last - first) / 7;
    const char *separator = "";
    write_scale(script, axis, range, 2);
    fprintf(script, "set %ctics (", axis);
    for (int e = first; e <= last; e++) {
        if (e % step != 0)
            continue;
        if (e < -1)
            fprintf(script, "%s\"1/%g\" %.9g", separator, exp2(-e), exp2(e));
        else
            fprintf(script, "%s\"%g\" %.9g", separator, exp2(e), exp2(e));
        separator = ", ";
    }
    fputs(")\n", script);
}

void axis_microseconds(FILE *script, char axis, axis_range range) {
    static const struct {
        const char *text;
        double value;
    } tics[] = {{"1 ns", 1e-3},       {"10 ns", 1e-2},        {"100 ns", 0.1}, {"1 \xc2\xb5s", 1},
                {"10 \xc2\xb5s", 10}, {"100 \xc2\xb5s", 100}, {"1 ms", 1e3},   {"10 ms", 1e4},
                {"100 ms", 1e5},      {"1 s", 1e6},           {"10 s", 1e7},   {"100 s", 1e8}};
    const char *separator = "";
    const size_t step = 1 + (size_t)(log10(range.high / range.low) / 7);
    write_scale(script, axis, range, 10);
    fprintf(script, "set %ctics (", axis);
    for (size_t i = 0; i < sizeof tics / sizeof *tics; i += step) {
        if (tics[i].value < range.low || tics[i].value > range.high)
            continue;
        fprintf(script, "%s\"%s\" %g", separator, tics[i].text, tics[i].value);
        separator = ", ";
    }
    fputs(")\n", script);
}

#define TIC_FONT 12

static double number_width(int value) {
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    return label_width(text, TIC_FONT);
}

void axis_values(FILE *script, char axis, const int *values, int count, double pixels) {
    const int first = values[0], last = values[count - 1];
    const axis_range range = {first / 1.2, last * 1.2, 0};
    const double gap = 4, per_log = pixels / log(range.high / range.low);
    const double last_start = log(last / range.low) * per_log - number_width(last) / 2 - gap;
    double end = -INFINITY;
    write_scale(script, axis, range, 2);
    fprintf(script, "set %ctics (", axis);
    for (int i = 0; i < count; i++) {
        const double middle = log(values[i] / range.low) * per_log;
        const double half = number_width(values[i]) / 2;
        const bool fits = middle - half >= end && (i == count - 1 || middle + half <= last_start);
        if (fits)
            fprintf(script, "%s\"%d\" %d", i ? ", " : "", values[i], values[i]);
        else
            fprintf(script, "%s\"\" %d", i ? ", " : "", values[i]);
        end = fits ? middle + half + gap : end;
    }
    fputs(")\n", script);
}

void axis_titles(FILE *script, const char *x, const char *y) {
    fprintf(script, "set label \"%s\" at graph 0.5, screen 0.04 center textcolor rgb \"#000001\"\n",
            x);
    if (*y)
        fprintf(script,
                "set label \"%s\" at screen 0.025, graph 0.5 center rotate by 90 textcolor rgb "
                "\"#000001\"\n",
                y);
}
