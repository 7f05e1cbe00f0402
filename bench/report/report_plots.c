/* SPDX-License-Identifier: MIT */
#include "bench/report/report_plots.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/process.h"
#include "bench/base/temporary.h"
#include "bench/report/report_html.h"
#include "bench/report/report_svg.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct plot {
    const plot_group *group;
    char *title, *description;
    int first_label; /* index into the labels of all plots */
} plot;

struct plot_list {
    FILE *script;
    plot *plots;
    int count;
    char **labels;
    int label_count;
    char mark[16];
    char *output;      /* what gnuplot wrote: one SVG after the other */
    const char **svgs; /* where each plot starts in it, or NULL */
};

/* ---- The script ------------------------------------------------------------------------------ */

plot_list *plots_new(rnn_error *error) {
    plot_list *plots = calloc(1, sizeof *plots);
    if (!plots) {
        fail(error, "out of memory");
        return NULL;
    }
    plots->script = temporary_file(error);
    if (plots->script)
        return plots;
    free(plots);
    return NULL;
}

void plots_free(plot_list *plots) {
    if (!plots)
        return;
    for (int i = 0; i < plots->count; i++) {
        free(plots->plots[i].title);
        free(plots->plots[i].description);
    }
    for (int i = 0; i < plots->label_count; i++)
        free(plots->labels[i]);
    free(plots->plots);
    free(plots->labels);
    free(plots->output);
    free(plots->svgs);
    fclose(plots->script);
    free(plots);
}

/* The size of a plot in pixels, and its margins as shares of that. The margins are fixed so that
 * plots beside each other have their axes at one height, whatever their tics. */
typedef struct plot_size {
    int width, height;
    double left, bottom;
} plot_size;

static const plot_size usual_size = {PLOT_WIDTH, PLOT_HEIGHT, PLOT_LEFT, PLOT_BOTTOM},
                       small_size = {SMALL_PLOT_WIDTH, 230, SMALL_PLOT_LEFT, 0.225};

static const plot_size *size_of(const plot_group *group) {
    return group->is_small ? &small_size : &usual_size;
}

/* What all plots have in common. Tics go outwards, and only two sides have a frame. */
static const char preamble[] =
    "reset\n"
    "set encoding utf8\n"
    "set terminal svg size %d,%d dynamic rounded noenhanced font \"sans-serif,12\"\n"
    "set border 3 " PLOT_MUTED "\n"
    "set tics nomirror out scale 0.5,0.25 textcolor rgb \"#000001\"\n"
    "set grid xtics ytics " PLOT_GRID " dashtype solid linewidth 1\n"
    "set lmargin at screen %g\n"
    "set bmargin at screen %g\n"
    "set tmargin at screen %g\n"
    "set rmargin at screen %g\n"
    "set key off\n";

FILE *plots_begin(plot_list *plots, const plot_group *group, const char *title,
                  const char *description) {
    if (!LIST_MAKE_ROOM(plots->plots, plots->count))
        return NULL;
    plot *added = &plots->plots[plots->count];
    *added = (plot){group, strdup(title), strdup(description), plots->label_count};
    plots->count++;
    if (!added->title || !added->description)
        return NULL;
    const plot_size *size = size_of(group);
    fprintf(plots->script, preamble, size->width, size->height, size->left, size->bottom, PLOT_TOP,
            PLOT_RIGHT);
    return plots->script;
}

void plots_part(FILE *script, int *parts, int backend, const char *how, int style) {
    fprintf(script, "%s $b%d %s " PLOT_STYLE, (*parts)++ ? ",\\\n" : "plot", backend, how,
            (unsigned)style);
}

const char *plots_label(plot_list *plots, const char *text) {
    char *copy = LIST_MAKE_ROOM(plots->labels, plots->label_count) ? strdup(text) : NULL;
    if (!copy)
        return "";
    plots->labels[plots->label_count] = copy;
    const plot *current = &plots->plots[plots->count - 1];
    snprintf(plots->mark, sizeof plots->mark, "@%d@", plots->label_count++ - current->first_label);
    return plots->mark;
}

/* ---- gnuplot --------------------------------------------------------------------------------- */

/* Returns what was written to a file, with a '\0' behind it, or NULL where memory runs out. */
static char *content_of(FILE *file) {
    const off_t size = lseek(fileno(file), 0, SEEK_END);
    char *content = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!content)
        return NULL;
    const ssize_t got = pread(fileno(file), content, (size_t)size, 0);
    content[got > 0 ? got : 0] = '\0';
    return content;
}

/* gnuplot writes where it stopped in several lines, the last of which says why. */
static bool fail_by_messages(FILE *messages, int status, rnn_error *error) {
    char *text = content_of(messages);
    char how[100];
    process_status_text(status, how, sizeof how);
    const size_t length = text ? strlen(text) : 0;
    const char *last = text ? text : "";
    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] == '\n' && text[i + 1] > ' ')
            last = text + i + 1;
    }
    if (WIFSIGNALED(status))
        fail(error, "gnuplot %s", how);
    else
        fail(error, "gnuplot: status %d: %.*s", WEXITSTATUS(status),
             (int)(strcspn(last, "\n") < 200 ? strcspn(last, "\n") : 200), last);
    free(text);
    return false;
}

static bool run_gnuplot(plot_list *plots, FILE *output, FILE *messages, rnn_error *error) {
    int status = 0;
    if (fflush(plots->script) != 0 || ferror(plots->script))
        return fail(error, "the plots' temporary file: %s", strerror(errno));
    lseek(fileno(plots->script), 0, SEEK_SET);
    /* gnuplot runs without a shell, and without start-up files of the user (-d). */
    const pid_t gnuplot = process_start(
        &(process_setup){.words = (const char *const[]){"gnuplot", "-d", NULL},
                         .files = {fileno(plots->script), fileno(output), fileno(messages)}});
    if (gnuplot < 0)
        return fail(error, "gnuplot: %s", strerror(errno));
    process_wait(gnuplot, INFINITY, NULL, &status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(error, "gnuplot was not found (Debian: gnuplot-nox)");
    if (status != 0)
        return fail_by_messages(messages, status, error);
    plots->output = content_of(output);
    return plots->output || fail(error, "out of memory");
}

static bool split_output(plot_list *plots, rnn_error *error) {
    const char **svgs = calloc((size_t)plots->count + 1, sizeof *svgs);
    if (!svgs)
        return fail(error, "out of memory");
    char *at = plots->output;
    int found = 0;
    while (found < plots->count && (at = strstr(at, "<svg"))) {
        char *end = strstr(at, "</svg>");
        if (!end)
            break;
        *end = '\0';
        svgs[found++] = at;
        at = end + 1;
    }
    if (found == plots->count) {
        plots->svgs = svgs;
        return true;
    }
    free(svgs);
    return fail(error, "gnuplot drew %d of %d plots", found, plots->count);
}

bool plots_draw(plot_list *plots, rnn_error *error) {
    FILE *output = temporary_file(error), *messages = output ? temporary_file(error) : NULL;
    const bool ok =
        messages && (plots->count == 0 ||
                     (run_gnuplot(plots, output, messages, error) && split_output(plots, error)));
    if (output)
        fclose(output);
    if (messages)
        fclose(messages);
    return ok;
}

/* ---- The page -------------------------------------------------------------------------------- */

static void write_figure(FILE *to, const plot_list *plots, int index) {
    const plot *p = &plots->plots[index];
    const plot_size *size = size_of(p->group);
    fprintf(to,
            "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"p%dt p%dd\">\n"
            "<title id=\"p%dt\">",
            size->width, size->height, index, index, index);
    html_text(to, p->title);
    fprintf(to, "</title><desc id=\"p%dd\">", index);
    html_text(to, p->description);
    fputs("</desc>", to);
    const int last_label =
        index + 1 < plots->count ? plots->plots[index + 1].first_label : plots->label_count;
    const int labels = last_label - p->first_label;
    svg_adopt(to, plots->svgs[index], labels ? plots->labels + p->first_label : NULL, labels);
    fputs("</svg><figcaption>", to);
    html_text(to, p->title);
    fputs("</figcaption></figure>\n", to);
}

int plots_write(FILE *to, const plot_list *plots, const plot_group *group) {
    int written = 0;
    if (!plots->svgs)
        return 0;
    for (int i = 0; i < plots->count; i++) {
        if (plots->plots[i].group != group)
            continue;
        if (written == 0)
            fprintf(to, "<div class=\"plots%s\">\n", group->is_small ? " small" : "");
        write_figure(to, plots, i);
        written++;
    }
    if (written)
        fputs("</div>\n", to);
    return written;
}
