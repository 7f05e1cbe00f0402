/* SPDX-License-Identifier: MIT */
#include "bench/report/report_svg.h"

#include "bench/report/report.h"
#include "bench/report/report_html.h"

#include <stdlib.h>
#include <string.h>

/* A run of points becomes one path. Each point in it is a line of length 0 with round ends, as
 * wide as the point's symbol would be. */
typedef struct point_run {
    char *path;
    size_t size;
    FILE *stream;
    char colour[32];
    double width;
} point_run;

#define MAX_DEPTH 32

typedef struct adoption {
    FILE *to;
    char *const *labels;
    int label_count;
    struct {
        const char *tag; /* the tag that opened the group */
        size_t length;
        bool written;
    } groups[MAX_DEPTH];
    int depth;
    point_run points;
} adoption;

/* ---- Attributes ------------------------------------------------------------------------------ */

/* Returns the value of an attribute, or NULL where there is none. The tag is given without its
 * brackets. */
static const char *find_attribute(const char *tag, size_t length, const char *name, size_t *size) {
    const size_t name_length = strlen(name);
    for (size_t i = 1; i + name_length + 2 < length; i++) {
        const char *start = tag + i + name_length + 2;
        if (!strchr(" \n\t", tag[i - 1]) || strncmp(tag + i, name, name_length) != 0 ||
            start[-2] != '=')
            continue;
        const char *end = memchr(start, start[-1], (size_t)(tag + length - start));
        *size = end ? (size_t)(end - start) : 0;
        return end ? start : NULL;
    }
    return NULL;
}

/* Copies the value of an attribute, "" where there is none. */
static void copy_attribute(const char *tag, size_t length, const char *name, char *value,
                           size_t size) {
    size_t found = 0;
    const char *start = find_attribute(tag, length, name, &found);
    snprintf(value, size, "%.*s", (int)found, start ? start : "");
}

/* The page's name for gnuplot's "rgb(0, 1, 12)", or the colour as it is. */
static void write_colour(FILE *to, const char *colour) {
    int red, green, blue;
    static const char *const roles[] = {"ink", "muted", "grid"};
    if (sscanf(colour, "rgb( %d , %d , %d )", &red, &green, &blue) != 3)
        fputs(strcmp(colour, "none") == 0 ? "none" : "currentColor", to);
    else if (red == 0 && green == 0 && blue >= 1 && blue <= 3)
        fprintf(to, "var(--%s)", roles[blue - 1]);
    else
        fprintf(to, "var(--c%d)", blue % REPORT_COLOURS);
}

static void write_attribute(FILE *to, const char *tag, size_t length, const char *name) {
    char value[256];
    copy_attribute(tag, length, name, value, sizeof value);
    if (!*value)
        return;
    fprintf(to, " %s=\"", name);
    if (strcmp(name, "stroke") == 0 || strcmp(name, "fill") == 0)
        write_colour(to, value);
    else
        html_text(to, value);
    fputc('"', to);
}

/* ---- Groups and points ----------------------------------------------------------------------- */

static void write_pending_groups(adoption *a) {
    static const char *const kept[] = {"stroke",    "stroke-width", "fill",
                                       "transform", "text-anchor",  "font-size"};
    for (int i = 0; i < a->depth; i++) {
        if (a->groups[i].written)
            continue;
        fputs("<g", a->to);
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            write_attribute(a->to, a->groups[i].tag, a->groups[i].length, kept[k]);
        fputs(">", a->to);
        a->groups[i].written = true;
    }
}

static void flush_points(adoption *a) {
    point_run *run = &a->points;
    if (!run->stream)
        return;
    int red, green, style = 0;
    fclose(run->stream);
    if (sscanf(run->colour, "rgb( %d , %d , %d )", &red, &green, &style) != 3)
        style = 0;
    fprintf(a->to, "<path class=\"%s\" stroke=\"", run->width < 4 ? "cloud" : "points");
    write_colour(a->to, run->colour);
    fprintf(a->to, "\" stroke-width=\"%.1f\" d=\"%s\"/>\n", run->width, run->path);
    if (style >= REPORT_COLOURS)
        fprintf(a->to,
                "<path class=\"points\" stroke=\"var(--paper)\" stroke-width=\"%.1f\" d=\"%s\"/>\n",
                run->width * 0.5, run->path);
    free(run->path);
    run->stream = NULL;
}

static void add_point(adoption *a, const char *tag, size_t length) {
    char colour[32], transform[96];
    double x, y, scale;
    copy_attribute(tag, length, "color", colour, sizeof colour);
    copy_attribute(tag, length, "transform", transform, sizeof transform);
    if (sscanf(transform, "translate(%lf,%lf) scale(%lf)", &x, &y, &scale) != 3)
        return;
    point_run *run = &a->points;
    if (run->stream && (strcmp(run->colour, colour) != 0 || run->width != 2 * scale))
        flush_points(a);
    if (!run->stream) {
        write_pending_groups(a);
        memcpy(run->colour, colour, sizeof colour);
        run->width = 2 * scale;
        run->stream = open_memstream(&run->path, &run->size);
        if (!run->stream)
            return;
    }
    fprintf(run->stream, "M%.1f,%.1fh0", x, y);
}

static void open_group(adoption *a, const char *tag, size_t length) {
    flush_points(a);
    if (a->depth < MAX_DEPTH) {
        a->groups[a->depth].tag = tag;
        a->groups[a->depth].length = length;
        a->groups[a->depth].written = false;
    }
    a->depth += a->depth < MAX_DEPTH;
}

static void close_group(adoption *a) {
    flush_points(a);
    if (a->depth == 0)
        return;
    if (a->groups[--a->depth].written)
        fputs("</g>\n", a->to);
}

/* ---- Elements -------------------------------------------------------------------------------- */

static void write_path(adoption *a, const char *tag, size_t length) {
    size_t size;
    const char *path = find_attribute(tag, length, "d", &size);
    if (!path)
        return;
    flush_points(a);
    write_pending_groups(a);
    fputs("<path", a->to);
    write_attribute(a->to, tag, length, "stroke");
    fputs(" d=\"", a->to);
    for (size_t i = 0; i < size; i++)
        if (!strchr("<>&\"'\n\t", path[i]) && !(path[i] == ' ' && path[i + 1] == ' '))
            fputc(path[i], a->to);
    fputs("\"/>\n", a->to);
}

/* A text is either one mark as a whole, or a number or a text of our own. */
static void write_text(adoption *a, const char *start, size_t length) {
    char text[128];
    int label = -1;
    snprintf(text, sizeof text, "%.*s", (int)(length < 127 ? length : 127), start);
    const char *trimmed = text + strspn(text, " ");
    if (sscanf(trimmed, "@%d@", &label) == 1)
        trimmed = label >= 0 && label < a->label_count ? a->labels[label] : "";
    flush_points(a);
    write_pending_groups(a);
    fputs("<text>", a->to);
    html_text(a->to, trimmed);
    fputs("</text>", a->to);
}

static bool is_element(const char *tag, const char *name) {
    const size_t length = strlen(name);
    return strncmp(tag, name, length) == 0 && strchr(" >/\n\t", tag[length]) != NULL;
}

/* Returns the place behind the end tag of an element whose start tag is at `at`. */
static const char *skip_element(const char *at, const char *end_tag) {
    const char *end = strstr(at, end_tag);
    return end ? end + strlen(end_tag) : at + strlen(at);
}

/* Writes the element whose tag follows the '<' before `tag`. Returns where to go on. */
static const char *adopt_element(adoption *a, const char *tag) {
    const char *end = strchr(tag, '>');
    if (!end)
        return tag + strlen(tag);
    const size_t length = (size_t)(end - tag);
    if (is_element(tag, "title"))
        return skip_element(tag, "</title>");
    if (is_element(tag, "desc"))
        return skip_element(tag, "</desc>");
    if (is_element(tag, "defs"))
        return skip_element(tag, "</defs>");
    if (is_element(tag, "g"))
        open_group(a, tag, length);
    else if (is_element(tag, "/g"))
        close_group(a);
    else if (is_element(tag, "use"))
        add_point(a, tag, length);
    else if (is_element(tag, "path"))
        write_path(a, tag, length);
    else if (is_element(tag, "text")) {
        write_text(a, end + 1, strcspn(end + 1, "<"));
        return skip_element(tag, "</text>");
    }
    return end + 1;
}

void svg_adopt(FILE *to, const char *svg, char *const *labels, int label_count) {
    adoption a = {.to = to, .labels = labels, .label_count = label_count};
    const char *at = svg;
    while ((at = strchr(at, '<')))
        at = adopt_element(&a, at + 1);
    while (a.depth > 0)
        close_group(&a);
    flush_points(&a);
}
