/* SPDX-License-Identifier: MIT
 * Labels of a plot that lie along one line, none upon another. */
#ifndef BENCH_REPORT_LABELS_H
#define BENCH_REPORT_LABELS_H

#include <stddef.h>

/* A label takes `size` pixels of the plot around its `middle`. */
typedef struct plot_label {
    const char *text;
    double middle, size;
    int order; /* its place among labels of the same middle */
} plot_label;

/* Each returns the size of a text, along its line or across it, in a font of so many pixels. It is
 * rather too large than too small, as the font is the reader's. */
double label_width(const char *text, double font);
double label_height(double font);

/* Writes the text, with an ellipsis in place of its middle where it has more than so many
 * characters. */
void label_shorten(const char *text, int characters, char *shortened, size_t size);

/* Sorts the labels by their middles, and moves these no further than it takes to keep the labels
 * apart and within low..high. What has no room there stands out at `high`. */
void labels_apart(plot_label *labels, int count, double low, double high);

#endif
