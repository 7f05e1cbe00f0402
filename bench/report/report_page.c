/* SPDX-License-Identifier: MIT
 * The page: its head, and its sections in their order. */
#include "bench/report/page_files.h"
#include "bench/report/report_html.h"
#include "bench/report/report_sections.h"

#include <string.h>

typedef struct page {
    FILE *to;
    const report *all;
    const plot_list *plots;
    const char *no_plots;
} page;

/* ---- Head ------------------------------------------------------------------------------------ */

/* What the first file says, "" where it says nothing. */
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
    /* Nothing is loaded, whatever a browser finds in here. */
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

/* ---- Sections -------------------------------------------------------------------------------- */

static void open_section(const page *p, const char *id, const char *title) {
    fprintf(p->to, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

static void close_section(const page *p) {
    fputs("</section>\n\n", p->to);
}

/* The figures of a section, or why there are none. */
static void write_plots(const page *p, plot_section section, const char *nothing) {
    if (p->no_plots) {
        fputs("<p class=\"note\">No plot: ", p->to);
        html_text(p->to, p->no_plots);
        fputs("</p>\n", p->to);
    } else if (plots_write(p->to, p->plots, section) == 0) {
        fprintf(p->to, "<p class=\"note\">%s</p>\n", nothing);
    }
}

/* Where GFLOP/s and roof are missing, why. */
static void write_uncounted(const page *p) {
    if (p->all->uncounted_count == 0)
        return;
    fputs("<p class=\"note\">", p->to);
    html_count(p->to, p->all->uncounted_count, "row");
    fputs(" with lengths or a mask without GFLOP/s and roof: the file does not say how many of "
          "their steps count, as files of newer programs do.</p>\n",
          p->to);
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
    fputs("<nav aria-label=\"Sections\"><a href=\"#fastest\">Fastest</a> <a href=\"#peers\">Peers"
          "</a> <a href=\"#roofline\">Roofline</a> <a href=\"#scaling\">Scaling</a> "
          "<a href=\"#trust\">Accuracy and noise</a> <a href=\"#machine\">Machine</a> "
          "<a href=\"#all\">All rows</a></nav>\n</header>\n\n<main>\n",
          p->to);
}

static void write_speed(const page *p) {
    open_section(p, "fastest", "The fastest backend");
    heat_fastest_write(p->to, p->all);
    close_section(p);
    open_section(p, "peers", "Against the peers");
    write_plots(p, PLOTS_VERSUS, "No peer was measured on the same problems.");
    heat_peers_write(p->to, p->all);
    close_section(p);
    open_section(p, "roofline", "Roofline");
    fputs("<p>Every row by the work it does on each byte of weights that it reads, the recurrent "
          "ones at every timestep, under what the machine was measured to allow: level lines are "
          "multiply-adds of a set of instructions, slanted ones reads from a cache or from memory. "
          "A row above a slanted line has its weights in a faster memory.</p>\n",
          p->to);
    write_uncounted(p);
    legend_write(p->to, p->all);
    write_plots(p, PLOTS_ROOFLINE, "No row is named as a problem of rnnbench.");
    close_section(p);
}

static void write_scaling(const page *p) {
    static const struct {
        plot_section section;
        const char *title, *nothing;
    } parts[] = {
        {PLOTS_THREADS, "Over threads", "No problem was measured on several numbers of threads."},
        {PLOTS_STEPS, "Over timesteps",
         "No problem was measured with several numbers of timesteps."},
        {PLOTS_BATCH, "Over batch", "No problem was measured with several batch sizes."}};
    open_section(p, "scaling", "Scaling");
    fputs("<p>GFLOP/s, higher is better; bars from the lower to the upper quartile of the "
          "repetitions. One problem stands for each kind.</p>\n",
          p->to);
    legend_write(p->to, p->all);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        fprintf(p->to, "<h3>%s</h3>\n", parts[i].title);
        write_plots(p, parts[i].section, parts[i].nothing);
    }
    close_section(p);
}

static void write_trust(const page *p) {
    open_section(p, "trust", "Accuracy and noise");
    fputs("<p>The error is the largest difference from the oracle, divided by 1 + |expected|; 0 is "
          "not drawn. The cv is the standard deviation of the repetitions divided by their mean: "
          "above 10% the machine was busy.</p>\n",
          p->to);
    legend_write(p->to, p->all);
    fputs("<div class=\"plots\">\n", p->to);
    write_plots(p, PLOTS_ACCURACY, "No row has an error.");
    write_plots(p, PLOTS_NOISE, "No row has several repetitions.");
    fputs("</div>\n", p->to);
    backends_write(p->to, p->all);
    close_section(p);
}

static void write_rest(const page *p) {
    open_section(p, "machine", "The machine");
    machine_write(p->to, p->all);
    fputs("<h3>Files</h3>\n", p->to);
    files_write(p->to, p->all);
    close_section(p);
    open_section(p, "all", "All rows");
    fputs("<p>Time: of one run, median over the repetitions. Roof: the time of the "
          "machine\xe2\x80\x99s limit divided by it. Cv and error as in <a href=\"#trust\">"
          "Accuracy and noise</a>. <span class=\"js\">A heading sorts.</span></p>\n"
          "<form class=\"js\" id=\"filter\"><label>Filter <input type=\"search\" id=\"words\" "
          "placeholder=\"lstm U:256 auto\" autocomplete=\"off\"/></label> "
          "<output id=\"shown\"></output> <button type=\"button\" id=\"more\">Show all</button>"
          "</form>\n",
          p->to);
    write_uncounted(p);
    table_write(p->to, p->all);
    close_section(p);
}

void page_write(FILE *to, const report *all, const plot_list *plots, const char *no_plots) {
    const page p = {to, all, plots, no_plots};
    write_head(&p);
    write_header(&p);
    write_speed(&p);
    write_scaling(&p);
    write_trust(&p);
    write_rest(&p);
    fputs("</main>\n<footer><p>Made by rnnbench " RNN_VERSION
          ". Repetitions, counters and context are in the results files.</p></footer>\n<script>\n",
          to);
    fputs(page_js, to);
    fputs("</script>\n</body>\n</html>\n", to);
}
