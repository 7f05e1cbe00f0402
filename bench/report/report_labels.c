/* SPDX-License-Identifier: MIT */
#include "bench/report/report_labels.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether a byte starts a character of UTF-8. */
static bool starts_character(char byte) {
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static int count_characters(const char *text) {
    int characters = 0;
    for (; *text; text++)
        characters += starts_character(*text);
    return characters;
}

double label_width(const char *text, double font) {
    return 0.7 * font * count_characters(text);
}

double label_height(double font) {
    return 1.2 * font;
}

static int by_middle(const void *a, const void *b) {
    const plot_label *x = a, *y = b;
    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return x->order - y->order;
}

/* Returns where the character at `index` starts. */
static const char *character_at(const char *text, int index) {
    for (int begun = 0; *text; text++) {
        begun += starts_character(*text);
        if (begun > index)
            break;
    }
    return text;
}

void label_shorten(const char *text, int characters, char *shortened, size_t size) {
    const int all = count_characters(text), first = characters / 2;
    if (all <= characters)
        snprintf(shortened, size, "%s", text);
    else
        snprintf(shortened, size, "%.*s\xe2\x80\xa6%s", (int)(character_at(text, first) - text),
                 text, character_at(text, all - (characters - 1 - first)));
}

/* Returns where a block of labels starts that lie side by side, around the mean of where they
 * want to be. */
static double place_block(plot_label *labels, int count) {
    double before = 0, start = 0;
    for (int i = 0; i < count; i++) {
        start += labels[i].middle - before - labels[i].size / 2;
        before += labels[i].size;
    }
    return start / count;
}

typedef struct block {
    int first, count;
    double start, size;
} block;

void labels_apart(plot_label *labels, int count, double low, double high) {
    block *blocks = calloc((size_t)count + 1, sizeof *blocks);
    int block_count = 0;
    if (!blocks)
        return;
    qsort(labels, (size_t)count, sizeof *labels, by_middle);
    for (int i = 0; i < count; i++) {
        block added = {i, 1, labels[i].middle - labels[i].size / 2, labels[i].size};
        added.start = fmax(low, fmin(added.start, high - added.size));
        while (block_count > 0 &&
               blocks[block_count - 1].start + blocks[block_count - 1].size > added.start) {
            const block *left = &blocks[--block_count];
            added.first = left->first;
            added.count += left->count;
            added.size += left->size;
            added.start = place_block(labels + added.first, added.count);
            added.start = fmax(low, fmin(added.start, high - added.size));
        }
        blocks[block_count++] = added;
    }
    for (int b = 0; b < block_count; b++) {
        double at = blocks[b].start;
        for (int i = blocks[b].first; i < blocks[b].first + blocks[b].count; i++) {
            labels[i].middle = at + labels[i].size / 2;
            at += labels[i].size;
        }
    }
    free(blocks);
}
