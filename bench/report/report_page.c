/* SPDX-License-Identifier: MIT
 * The page: its head, and its sections in their order. */
#include "bench/report/report_page.h"

#include "bench/report/page_files.h"
#include "bench/report/report_html.h"
#include "bench/report/report_summary.h"

#include <string.h>

/* ---- Head ------------------------------------------------------------------------------------ */

/* Returns what the first file says about a name, "" where it says nothing. */
static const char *known(const report *all, const char *name) {
    const char *text = rows_context(&all->files[0], name);
    return text ? text : "";
}

static void write_title(const page *p) {
    const char *cpu = known(p->all, "cpu"), *cores = known(p->all, "cores");
    fputs("Recurrent layers on ", p->to);
    html_text(p->to, *cpu ? cpu : "a CPU without a name");
    if (*cores) {
        fputs(", ", p->to);
        html_text(p->to, cores);
        fputs(strcmp(cores, "1") == 0 ? " core" : " cores", p->to);
    }
}

static void write_head(const page *p) {
    /* The policy keeps a browser from loading anything, whatever it finds in the page. */
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"generator\" content=\"rnnbench " RNN_VERSION "\"/>\n"
          "<link rel=\"icon\" href=\"data:,\"/>\n<title>",
          p->to);
    write_title(p);
    fputs("</title>\n<style>\n", p->to);
    fputs(page_css, p->to);
    fputs("</style>\n</head>\n<body>\n", p->to);
}

/* ---- What sections share --------------------------------------------------------------------- */

void page_plots(const page *p, const plot_group *group) {
    if (p->no_plots) {
        fputs("<p class=\"note\">No plot: ", p->to);
        html_text(p->to, p->no_plots);
        fputs("</p>\n", p->to);
    } else if (plots_write(p->to, p->plots, group) == 0) {
        fprintf(p->to, "<p class=\"note\">%s</p>\n", group->nothing);
    }
}

void page_legend(const page *p) {
    fputs("<p class=\"legend\">", p->to);
    for (int b = 0; b < p->all->backend_count; b++) {
        const report_backend *backend = &p->all->backends[b];
        if (!backend->rows || !*backend->name)
            continue;
        fputs("<span>", p->to);
        html_mark(p->to, backend->style);
        html_text(p->to, backend->name);
        fputs("</span>\n", p->to);
    }
    fputs("</p>\n", p->to);
}

void page_uncounted(const page *p) {
    if (p->all->uncounted_count == 0)
        return;
    fputs("<p class=\"note\">", p->to);
    html_count(p->to, p->all->uncounted_count, "row");
    fputs(" with lengths or a mask without GFLOP/s and roof: the file does not say how many of "
          "their steps count, as files of newer programs do.</p>\n",
          p->to);
}

/* ---- The page -------------------------------------------------------------------------------- */

static const struct {
    const char *id;
    const report_section *section;
} sections[] = {
#define SECTION(name) {#name, &section_##name},
#include "bench/report/report_sections.inc"
#undef SECTION
};
enum { SECTION_COUNT = sizeof sections / sizeof *sections };

bool page_draw(plot_list *plots, const report *all, rnn_error *error) {
    for (int i = 0; i < SECTION_COUNT; i++)
        if (sections[i].section->plot)
            sections[i].section->plot(plots, all);
    return plots_draw(plots, error);
}

static void write_header(const page *p) {
    const char *date = known(p->all, "date");
    fputs("<header>\n<p class=\"kicker\">rnnbench report</p>\n<h1>", p->to);
    write_title(p);
    fputs("</h1>\n<p class=\"facts\">", p->to);
    html_count(p->to, p->all->row_count, "row");
    fputs(" \xc2\xb7 ", p->to);
    html_count(p->to, p->all->problem_count, "problem");
    fputs(" \xc2\xb7 ", p->to);
    html_count(p->to, p->all->backend_count, "backend");
    if (strlen(date) >= 10) {
        char day[11];
        snprintf(day, sizeof day, "%s", date);
        fputs(" \xc2\xb7 ", p->to);
        fputs("<time>", p->to);
        html_text(p->to, day);
        fputs("</time>", p->to);
    }
    fputs("</p>\n", p->to);
    summary_write(p->to, p->all);
    fputs("<nav aria-label=\"Sections\">", p->to);
    for (int i = 0; i < SECTION_COUNT; i++)
        fprintf(p->to, "%s<a href=\"#%s\">%s</a>", i ? " " : "", sections[i].id,
                sections[i].section->link);
    fputs("</nav>\n</header>\n\n", p->to);
}

void page_write(const page *p) {
    write_head(p);
    write_header(p);
    fputs("<main>\n", p->to);
    for (int i = 0; i < SECTION_COUNT; i++) {
        fprintf(p->to, "<section id=\"%s\">\n<h2>%s</h2>\n", sections[i].id,
                sections[i].section->title);
        sections[i].section->write(p);
        fputs("</section>\n\n", p->to);
    }
    fputs("</main>\n<footer><p>Made by rnnbench " RNN_VERSION
          ". Repetitions, counters and context are in the results files.</p></footer>\n<script>\n",
          p->to);
    fputs(page_js, p->to);
    fputs("</script>\n</body>\n</html>\n", p->to);
}
