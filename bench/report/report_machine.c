/* SPDX-License-Identifier: MIT */
#include "bench/report/report_html.h"
#include "bench/report/report_peaks.h"
#include "bench/report/report_section.h"
#include "bench/results/backend_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The machine block ----------------------------------------------------------------------- */

static const struct {
    const char *key, *title;
} members[] = {
    {"cpu", "CPU"},          {"cores", "cores"},
    {"usable", "usable"},    {"caches_per_instance", "caches"},
    {"memory", "memory"},    {"governor", "governor"},
    {"isa", "instructions"}, {"compiler", "compiler"},
    {"flags", "flags"},      {"rnnbench", "rnnbench"},
    {"commit", "commit"},    {"date", "date"},
    {"hwloc", "hwloc"},      {"google_benchmark", "Google Benchmark"},
};

/* Whether a file before this one says the same. */
static bool is_repeated(const report *all, int file, const char *key) {
    const char *text = rows_context(&all->files[file], key);
    for (int i = 0; i < file; i++) {
        const char *other = rows_context(&all->files[i], key);
        if (other && strcmp(other, text) == 0)
            return true;
    }
    return false;
}

static void write_member(FILE *to, const report *all, const char *key, const char *title) {
    int written = 0;
    for (int i = 0; i < all->file_count; i++) {
        const char *text = rows_context(&all->files[i], key);
        if (!text || !*text || is_repeated(all, i, key))
            continue;
        if (written++ == 0)
            fprintf(to, "<div><dt>%s</dt><dd>", title);
        else
            fputs("; ", to);
        html_text(to, text);
    }
    if (written)
        fputs("</dd></div>\n", to);
}

static bool has_peaks(const report *all, const report_peak_name *names, int count) {
    for (int i = 0; i < all->thread_count; i++)
        for (int k = 0; k < count; k++)
            if (!isnan(report_peak(all, all->threads[i], names[k].text)))
                return true;
    return false;
}

static void write_peak_cells(FILE *to, const report *all, int threads,
                             const report_peak_name *names, int count) {
    for (int k = 0; k < count; k++) {
        fputs("<td class=\"n\">", to);
        html_number(to, "%.1f", report_peak(all, threads, names[k].text));
        fputs("</td>", to);
    }
}

static void write_peaks(FILE *to, const report *all) {
    const report_peak_names names = report_find_peaks(all);
    if (!has_peaks(all, names.flops, names.flops_count) &&
        !has_peaks(all, names.reads, names.reads_count))
        return;
    fputs("<div class=\"scroll\"><table>\n<caption>Measured peaks: multiply-adds in GFLOP/s, reads "
          "in GB/s</caption>\n",
          to);
    html_column columns[1 + 2 * REPORT_MOST_PEAKS] = {{"threads", true}};
    int count = 1;
    for (int k = 0; k < names.flops_count; k++)
        columns[count++] = (html_column){names.flops[k].text, true};
    for (int k = 0; k < names.reads_count; k++)
        columns[count++] = (html_column){names.reads[k].text, true};
    html_head(to, columns, count);
    for (int i = 0; i < all->thread_count; i++) {
        fprintf(to, "<tr><th scope=\"row\" class=\"n\">%d</th>", all->threads[i]);
        write_peak_cells(to, all, all->threads[i], names.flops, names.flops_count);
        write_peak_cells(to, all, all->threads[i], names.reads, names.reads_count);
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

static void write_members(FILE *to, const report *all) {
    usual_peer peer;
    fputs("<dl class=\"machine\">\n", to);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        write_member(to, all, members[i].key, members[i].title);
    for (int i = 0; peers_usual_at(i, &peer); i++)
        write_member(to, all, peer.name, peer.title);
    fputs("</dl>\n", to);
    write_peaks(to, all);
}

/* ---- The files ------------------------------------------------------------------------------- */

static const char *without_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void write_file_line(FILE *to, const report *all, int index) {
    static const char *const keys[] = {"date", "commit", "preset"};
    const timed_file *file = &all->files[index];
    fputs("<tr><th scope=\"row\" class=\"name\">", to);
    html_text(to, without_folder(file->path));
    fputs("</th>", to);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *text = rows_context(file, keys[k]);
        fputs("<td>", to);
        html_text(to, text ? text : "");
        fputs("</td>", to);
    }
    fprintf(to, "<td class=\"n\">%d</td><td class=\"n\">%d</td></tr>\n", file->row_count,
            all->rows_used[index]);
}

/* The host's name stays out, as a report is for others, too. */
static void write_context(FILE *to, const timed_file *file) {
    fputs("<details><summary>Context of ", to);
    html_text(to, without_folder(file->path));
    fputs("</summary><dl class=\"context\">\n", to);
    for (int i = 0; i < file->context_count; i++) {
        if (strcmp(file->context[i].name, "host_name") == 0)
            continue;
        fputs("<div><dt>", to);
        html_text(to, file->context[i].name);
        fputs("</dt><dd>", to);
        html_text(to, file->context[i].text);
        fputs("</dd></div>\n", to);
    }
    fputs("</dl></details>\n", to);
}

/* Writes the notes on what was not taken from the file as it stands there. */
static void write_notes(FILE *to, const timed_file *file) {
    for (int i = 0; i < file->note_count; i++) {
        fputs("<p class=\"note\">", to);
        html_text(to, without_folder(file->path));
        fputs(": ", to);
        html_text(to, file->notes[i]);
        fputs("</p>\n", to);
    }
    if (file->notes_left_out)
        fprintf(to, "<p class=\"note\">And %d more such notes</p>\n", file->notes_left_out);
}

static void write_files(FILE *to, const report *all) {
    static const html_column columns[] = {{"file", false},   {"date", false}, {"commit", false},
                                          {"preset", false}, {"rows", true},  {"shown", true}};
    fputs("<div class=\"scroll\"><table>\n", to);
    html_head(to, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < all->file_count; i++)
        write_file_line(to, all, i);
    fputs("</tbody></table></div>\n", to);
    if (all->file_count > 1)
        fputs("<p class=\"note\">A problem that is in several files is shown as the last of them "
              "has it, with all its rows, since times of different runs are not comparable.</p>\n",
              to);
    for (int i = 0; i < all->file_count; i++)
        write_notes(to, &all->files[i]);
    for (int i = 0; i < all->file_count; i++)
        write_context(to, &all->files[i]);
}

static void write_machine(const page *p) {
    write_members(p->to, p->all);
    fputs("<h3>Files</h3>\n", p->to);
    write_files(p->to, p->all);
}

const report_section section_machine = {
    .title = "The machine", .link = "Machine", .write = write_machine};
