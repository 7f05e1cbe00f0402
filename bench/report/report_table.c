/* SPDX-License-Identifier: MIT
 * The table of all rows. */
#include "bench/report/report_cases.h"
#include "bench/report/report_html.h"
#include "bench/report/report_section.h"

#include <math.h>

static double over_reference(const report *all, const report_row *row) {
    const report_case c = {.problem = row->problem, .threads = row->row->threads};
    const report_row *reference =
        all->reference >= 0 ? report_case_row(all, &c, all->reference) : NULL;
    return reference ? reference->row->median / row->row->median : NAN;
}

static void write_row(FILE *to, const report *all, const report_row *row) {
    fputs("<tr><td>", to);
    html_text(to, row->row->problem);
    fputs("</td><td>", to);
    html_text(to, row->row->backend);
    fprintf(to, "</td><td>%d</td><td>", row->row->threads);
    if (row->row->error) {
        fputs("\xe2\x80\x93</td><td></td><td></td><td></td><td></td><td></td><td class=\"bad\">",
              to);
        html_text(to, row->row->error);
        fputs("</td></tr>\n", to);
        return;
    }
    html_time(to, row->row->median);
    fputs(row->cv > REPORT_MOST_VARIATION ? "</td><td class=\"bad\">" : "</td><td>", to);
    html_percent(to, row->cv);
    fputs("</td><td>", to);
    html_ratio(to, over_reference(all, row));
    fputs("</td><td>", to);
    html_number(to, "%.1f", row->gflops);
    fputs("</td><td>", to);
    html_percent(to, row->roof);
    fputs("</td><td>", to);
    html_number(to, "%.1e", row->max_error);
    fputs("</td><td>", to);
    html_text(to, row->row->label);
    fputs("</td></tr>\n", to);
}

static void write_table(FILE *to, const report *all) {
    char versus[HTML_TEXT_MAX + 8] = "vs reference";
    if (all->reference >= 0)
        snprintf(versus, sizeof versus, "vs %s", all->backends[all->reference].name);
    const html_column columns[] = {{"problem", false}, {"backend", false}, {"threads", true},
                                   {"time", true},     {"cv", true},       {versus, true},
                                   {"GFLOP/s", true},  {"roof", true},     {"error", true},
                                   {"label", false}};
    fputs("<div class=\"scroll rows\"><table id=\"rows\">\n", to);
    html_head(to, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < all->row_count; i++)
        write_row(to, all, &all->rows[i]);
    fputs("</tbody></table></div>\n", to);
}

static void write_all(const page *p) {
    fputs("<p>Time: of one run, median over the repetitions. Roof: the time of the "
          "machine\xe2\x80\x99s limit divided by it. Cv and error as in <a href=\"#trust\">"
          "Accuracy and noise</a>. <span class=\"js\">A heading sorts.</span></p>\n"
          "<form class=\"js\" id=\"filter\"><label>Filter <input type=\"search\" id=\"words\" "
          "placeholder=\"lstm U:256 auto\" autocomplete=\"off\"/></label> "
          "<output id=\"shown\"></output> <button type=\"button\" id=\"more\">Show all</button>"
          "</form>\n",
          p->to);
    page_uncounted(p);
    write_table(p->to, p->all);
}

const report_section section_all = {.title = "All rows", .link = "All rows", .write = write_all};
