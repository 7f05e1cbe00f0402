# SPDX-License-Identifier: MIT
"""Mistakes in the benchmark program outside its gate."""
from mutations.kinds import Mutation, program, script

RNNBENCH = "bench/rnnbench"
STATISTICS = program("tests/statistics_test")


def compare(test):
    return script("compare_cli.py", f"Compare.{test}", RNNBENCH)


def numbers(test):
    return script("report_numbers.py", f"Numbers.{test}", RNNBENCH)


MUTATIONS = [
    # ---- Comparisons
    Mutation("significant before the correction", "bench/comparison.c", "adjusted[i] <= COMPARISON_P_AT_MOST",
             "pair->p <= COMPARISON_P_AT_MOST", compare("test_significant_only_before_the_correction")),
    Mutation("every pair is corrected for", "bench/rank_tests.c", "items[i].value * tests / (i + 1)",
             "items[i].value * count / (i + 1)", compare("test_only_what_is_shown_is_corrected_for")),
    Mutation("Bonferroni's correction", "bench/rank_tests.c", "items[i].value * tests / (i + 1)",
             "items[i].value * tests", compare("test_significant_only_before_the_correction")),
    # ---- Reports
    Mutation("the upper quartile", "bench/report_gather.c", "row->sample_count, 0.75)", "row->sample_count, 0.5)",
             numbers("test_bars_are_quartiles")),
    Mutation("the lower quartile", "bench/report_gather.c", "row->sample_count, 0.25)", "row->sample_count, 0)",
             numbers("test_losses")),
    Mutation("every loss is certain", "bench/report_versus.c", "ratio < 1 && ours->low > theirs->high", "ratio < 1",
             numbers("test_losses")),
    Mutation("a certain loss is one of all repetitions", "bench/report_versus.c", "ours->low > theirs->high",
             "ours->low > theirs->high * 1.3", numbers("test_losses")),
    Mutation("the best case is the worst", "bench/report_versus.c", "ratio < v->mean", "ratio > v->mean",
             numbers("test_losses")),
    Mutation("no geometric mean", "bench/report_versus.c", "geometric_mean(v->ratios, v->count);",
             "mean(v->ratios, v->count);", numbers("test_losses")),
    Mutation("a peer on fewer threads counts twice", "bench/report_versus.c",
             "return row && row->row->threads == c->threads ? row : NULL;", "return row;",
             numbers("test_a_peer_on_fewer_threads_counts_once")),
    Mutation("any peer is the best one", "bench/report_cases.c", "if (!best || row->row->median < best->row->median)",
             "if (!best)", numbers("test_losses_to_the_best_of_several")),
    Mutation("a strip's box", "bench/report_versus.c", "{0.05, 0.25, 0.5, 0.75, 0.95}", "{0.05, 0.2, 0.5, 0.8, 0.95}",
             numbers("test_strips")),
    Mutation("6% is about as fast", "bench/report_summary.c", "#define ABOUT_AS_FAST 1.05", "#define ABOUT_AS_FAST 1.06",
             numbers("test_who_is_the_fastest")),
    Mutation("the slowest is the fastest", "bench/report_cases.c", "row->median < all->rows[fastest].row->median",
             "row->median > all->rows[fastest].row->median", numbers("test_a_map")),
    Mutation("unsteady from the start", "bench/report_backends.c", "values[i] > REPORT_MOST_VARIATION", "values[i] > 0",
             numbers("test_backends")),
    Mutation("the reference over nothing", "bench/report_table.c", "reference->row->median / row->row->median",
             "row->row->median / reference->row->median", numbers("test_rows")),
    Mutation("the first series is drawn", "bench/report_scaling.c", "values > most || (values == most && away < nearest)",
             "values > most", numbers("test_the_longest_series_is_drawn")),
    Mutation("peaks of the last file", "bench/report_peaks.c", "of > nearest ? peak : fmax(highest, peak)", "peak",
             numbers("test_peaks")),
]
