# SPDX-License-Identifier: MIT
"""Mistakes in the benchmark program outside its gate."""
from mutations.kinds import CRASHES, FAILS, Mutation, program, script

RNNBENCH = "bench/rnnbench"
STATISTICS, ROWS, RANGES, PROBLEMS, SHARD, TIME_TEXT, PROCESS = (
    program(f"tests/program/{name}")
    for name in ("statistics_test", "rows_test", "ranges", "problems", "shard", "time_text", "process"))


def compare(test):
    return script("compare_cli.py", f"Compare.{test}", RNNBENCH)


def explain(test):
    return script("explain_cli.py", f"Explain.{test}", RNNBENCH)


def record(test):
    return script("../peers/peers.py", f"RecordTest.{test}", RNNBENCH)


def store(test):
    return script("store.py", test, RNNBENCH)


def history(test):
    return store(f"History.{test}")


def ends(test):
    return script("exit_status.py", f"Statuses.{test}", RNNBENCH)


def numbers(test):
    return script("report_numbers.py", f"Numbers.{test}", RNNBENCH)


MUTATIONS = [
    # ---- Statistics
    Mutation("ranks of infinities", "bench/statistics/rank_tests.c",
             "        if (!isfinite(values[i]))\n            return false;",
             "        if (isnan(values[i]))\n            return false;", STATISTICS),
    Mutation("quantiles of infinities", "bench/statistics/statistics.c",
             "        if (!isfinite(values[i]))\n            return NULL;",
             "        if (isnan(values[i]))\n            return NULL;", STATISTICS),
    Mutation("steps to infinity", "bench/statistics/steps.c", "        if (!isfinite(values[i]))\n            return -1;",
             "        if (isnan(values[i]))\n            return -1;", STATISTICS),
    Mutation("one sample varies", "bench/statistics/statistics.c", "return count == 1 ? 0 : sqrt", "return sqrt", STATISTICS),
    Mutation("one sample has an interval", "bench/statistics/statistics.c", "set->count > 1 ? sorted_copy",
             "set->count > 0 ? sorted_copy", STATISTICS),
    Mutation("ties are in order", "bench/statistics/rank_tests.c", "small && ties == 0 ?", "small ?", STATISTICS),
    Mutation("shared ranks", "bench/statistics/rank_tests.c", "items[i].rank = 0.5 * (first + 1 + end);",
             "items[i].rank = first + 1;", STATISTICS),
    Mutation("a step is placed by chance", "bench/statistics/steps.c", "if (left < smallest || best == first)",
             "if (best == first)", STATISTICS),
    # ---- Comparisons
    Mutation("slower whatever the interval", "bench/results/comparison.c", "significant && pair->interval.low > 1",
             "significant && pair->ratio > 1", compare("test_a_change_that_the_interval_does_not_show")),
    Mutation("ranks without the anchor", "bench/results/comparison.c",
             "values[i] = row->samples[i] / (anchor ? anchor->median : 1);",
             "values[i] = row->samples[i] / (anchor ? 1 : 1);", compare("test_an_anchor_that_changed_as_much")),
    Mutation("an interval without the anchor", "bench/results/comparison.c",
             "quotient_of_medians_interval(over, under, relative ? 2",
             "quotient_of_medians_interval(over, under, relative ? 1", compare("test_anchor_across_machines")),
    Mutation("names in order of letters", "bench/results/comparison.c",
             "isdigit((unsigned char)*a) && isdigit((unsigned char)*b)", "*a == 1 && isdigit((unsigned char)*b)",
             compare("test_order")),
    Mutation("the anchor of most rows", "bench/results/comparison.c", "            strcmp(row->problem, last) == 0)\n",
             "            *last == 1)\n", compare("test_the_usual_anchor_has_most_problems")),
    Mutation("faster is slower", "bench/results/comparison.c", "group->faster += pair->faster;",
             "group->faster += pair->slower;", compare("test_means")),
    Mutation("what changed is not all", "bench/commands/compare_document.c",
             "return !view->changed_only || is_beyond_noise(pair);", "return true;", compare("test_order")),
    Mutation("the slowest is the best", "bench/results/opponents.c", "if (row->median < best->median)",
             "if (row->median > best->median)", compare("test_against_peers_and_the_best_of_them")),
    Mutation("chosen and compared by one half", "bench/results/opponents.c", "theirs = half_of(p->c, best, 1)",
             "theirs = half_of(p->c, best, 0)", compare("test_against_others")),
    Mutation("all are peers", "bench/results/opponents.c", "peers_have(p->file, row->backend)", "true",
             compare("test_who_is_held_against_whom")),
    Mutation("others on more threads", "bench/results/opponents.c", "row->threads > ours->threads ||", "false ||",
             compare("test_against_others")),
    Mutation("what repetitions give is kept", "bench/results/merge_json.c", "return kind.aggregate && ",
             "return false && kind.aggregate && ", store("Merge.test_one_file_is_written_anew")),
    Mutation("aggregates alone are left out", "bench/results/merge_json.c", "!kind.iteration || !kind.name.start",
             "!kind.name.start", store("Merge.test_one_file_is_written_anew")),
    Mutation("a case of another seed", "bench/worker/worker.c",
             "    case_destroy(w->reference); /* whose numbers are of the seed before */\n    w->reference = NULL;\n", "",
             script("../peers/peers.py", "WorkerTest.test_seed_changes_what_is_checked", RNNBENCH)),
    Mutation("rates of iterations", "bench/measure/gbench.cc", "counter.per_second ? samples->seconds[i] : 1",
             "counter.per_second ? samples->seconds[0] : 1", record("test_numbers")),
    Mutation("times of nothing", "bench/commands/record.c", "if (!(value >= least))", "if (!(value >= 0))",
             record("test_refusals")),
    Mutation("digits of speeds", "bench/base/text.c", "ratio < 9.995 ? 2", "ratio < 99.95 ? 2",
             compare("test_numbers_as_text")),
    Mutation("speeds from high to low", "bench/commands/compare_document.c", "1 / interval.high, 1 / interval.low",
             "1 / interval.low, 1 / interval.high", compare("test_intervals_of_speeds")),
    Mutation("the other's variation", "bench/commands/compare_document.c",
             'document_add_number(d, variation(pair->row), "%.3f"',
             'document_add_number(d, variation(pair->base), "%.3f"', compare("test_variation")),
    Mutation("threads are no filter", "bench/results/row_filter.c", "int_list_contains(&filter->threads, row->threads)",
             "int_list_contains(&filter->threads, filter->threads.values[0])",
             compare("test_filters_leave_the_anchor")),
    Mutation("nothing in common is fine", "bench/commands/compare.c", "int status = EXIT_NOT_COMPARABLE;",
             "int status = EXIT_FINE;", compare("test_no_row_in_common")),
    # ---- How a report ends
    Mutation("everybody's errors are ours", "bench/report/report_closing.c", "report_figures_of(all, all->ours, &figures)",
             "report_figures_of(all, EVERY_BACKEND, &figures)", numbers("test_exactness_is_told")),
    # ---- What auto takes
    Mutation("weights of units alone", "bench/commands/explain.c", "problem_layer_kernel(layer), members",
             "problem_layer_recurrent(layer), members", explain("test_bytes")),
    Mutation("W_p weighs nothing", "bench/commands/explain.c", "problem_layer_recurrent(layer), members",
             "rnn_cell_gates(layer->cell) * layer->units * rnn_layer_direction_width(layer), members",
             explain("test_bytes_with_options")),
    Mutation("a full cache holds nothing", "bench/commands/explain.c", "if (bytes > (double)machine_cache_bytes",
             "if (bytes >= (double)machine_cache_bytes", explain("test_caches")),
    Mutation("what is projected at once streams", "kernels/engine/cost.c",
             "return projects_one_step && rnn_streams_weights", "return rnn_streams_weights", explain("test_streaming")),
    # ---- Rows of results files
    Mutation("milliseconds", "bench/results/row_entries.c", '{"ms", -3}', '{"ms", -4}', ROWS),
    Mutation("a percentage is a time", "bench/results/row_entries.c", ' || is_text(&f, AGGREGATE_UNIT, "percentage")', "",
             ROWS),
    Mutation("a row without a time", "bench/results/rows.c",
             "        if (!row->error)\n            return row;\n    }", "        return row;\n    }", ROWS),
    Mutation("rows that are there twice", "bench/results/rows.c",
             "            free_row(&file->rows[i]);\n        else",
             "            file->rows[kept++] = file->rows[i];\n        else", ROWS, outcomes=(FAILS, CRASHES)),
    # ---- What is asked for
    Mutation("a step of one", "bench/base/ranges.c", "value * range->step : value + range->step",
             "value * range->step : value + 1", RANGES),
    Mutation("a range without its end", "bench/base/ranges.c", "value <= range->last", "value < range->last", RANGES),
    Mutation("values that are there twice", "bench/base/ranges.c", "if (*slot == 0 && list->count == MAX_VALUES)",
             "if (list->count == MAX_VALUES)", RANGES),
    Mutation("a number too long", "bench/base/ranges.c", "number > most || number < least", "number > most", RANGES),
    Mutation("cheap shares first", "bench/problems/shard.c", "return a->cost < b->cost ? 1 : -1;",
             "return a->cost < b->cost ? -1 : 1;", SHARD),
    Mutation("features of timesteps", "bench/problems/problem_list.c", "!pattern->has_features && key[0] == 'U'",
             "!pattern->has_features && key[0] == 'T'", PROBLEMS),
    Mutation("a cap that raises", "bench/problems/problem_request.c",
             "if (request->max_steps && p.timesteps > request->max_steps)", "if (request->max_steps)", PROBLEMS),
    Mutation("problems that are there twice", "bench/problems/problem_list.c", "    if (*slot)\n        return true;",
             "    if (*slot < 0)\n        return true;", PROBLEMS),
    Mutation("a grid of one GRU", "bench/problems/problem_request.c", "before <= (cell == RNN_GRU)", "before <= 0", PROBLEMS),
    Mutation("the shards of others", "bench/problems/problem_request.c", "if (owners[i] == owner)", "if (owners[i] != owner)",
             PROBLEMS),
    Mutation("equal shares from the last", "bench/problems/shard.c", "return a->position - b->position;",
             "return b->position - a->position;", SHARD),
    # ---- Stores of results
    Mutation("the first date of several", "bench/results/merge_json.c", "strcmp(there, text) < 0)", "strcmp(there, text) > 0)",
             store("Merge.test_what_may_differ")),
    Mutation("families of one number", "bench/results/merge_json.c", "        *families = number + 1;",
             "        *families = number;", store("Merge.test_shards_of_a_sweep")),
    Mutation("shards of another number", "bench/commands/merge.c", "shard.index == index && shard.count == count",
             "shard.index == index", store("Merge.test_shards_that_are_missing")),
    Mutation("changes since the first day", "bench/results/history.c", "point->value / point[-1].value",
             "point->value / series->points[0].value", history("test_changes")),
    Mutation("the anchor the wrong way round", "bench/results/history.c",
             "        over[1] = samples_of(before->anchor);\n        under[1] = samples_of(point->anchor);",
             "        over[1] = samples_of(point->anchor);\n        under[1] = samples_of(before->anchor);",
             history("test_changes")),
    Mutation("a step to its first day", "bench/results/history.c", "median(values + start, end - start)",
             "median(values + start, end > start)", history("test_a_step_is_of_levels")),
    Mutation("a hundredth of the variation", "bench/commands/history_command.c", '"%.1f%%", 100 * cv', '"%.1f%%", cv',
             history("test_variation")),
    Mutation("series by most threads", "bench/results/history.c", "(a->threads > b->threads) - (a->threads < b->threads)",
             "(a->threads < b->threads) - (a->threads > b->threads)", history("test_series_are_in_order")),
    Mutation("digits of times", "bench/base/text.c", "< 0.9995", "< 0.99", TIME_TEXT),
    Mutation("children outlive who is ended", "bench/base/process.c", "    kill(-pid, SIGKILL);\n", "", PROCESS),
    Mutation("who is asked to stop waits on", "bench/base/process.c", "(stop && *stop) || ", "", PROCESS),
    Mutation("significant before the correction", "bench/results/comparison.c", "adjusted[i] <= COMPARISON_P_AT_MOST",
             "pair->p <= COMPARISON_P_AT_MOST", compare("test_significant_only_before_the_correction")),
    Mutation("every pair is corrected for", "bench/statistics/rank_tests.c", "items[i].value * tests / (i + 1)",
             "items[i].value * count / (i + 1)", compare("test_only_what_is_shown_is_corrected_for")),
    Mutation("Bonferroni's correction", "bench/statistics/rank_tests.c", "items[i].value * tests / (i + 1)",
             "items[i].value * tests", compare("test_significant_only_before_the_correction")),
    # ---- Reports
    Mutation("the upper quartile", "bench/report/report_gather.c", "row->sample_count, 0.75)", "row->sample_count, 0.5)",
             numbers("test_bars_are_quartiles")),
    Mutation("the lower quartile", "bench/report/report_gather.c", "row->sample_count, 0.25)", "row->sample_count, 0)",
             numbers("test_losses")),
    Mutation("every loss is certain", "bench/report/report_versus.c", "ratio < 1 && ours->low > theirs->high", "ratio < 1",
             numbers("test_losses")),
    Mutation("a certain loss is one of all repetitions", "bench/report/report_versus.c", "ours->low > theirs->high",
             "ours->low > theirs->high * 1.3", numbers("test_losses")),
    Mutation("the best case is the worst", "bench/report/report_versus.c", "ratio < v->mean", "ratio > v->mean",
             numbers("test_losses")),
    Mutation("no geometric mean", "bench/report/report_versus.c", "geometric_mean(v->ratios, v->count);",
             "mean(v->ratios, v->count);", numbers("test_losses")),
    Mutation("a peer on fewer threads counts twice", "bench/report/report_versus.c",
             "return row && row->row->threads == c->threads ? row : NULL;", "return row;",
             numbers("test_a_peer_on_fewer_threads_counts_once")),
    Mutation("any peer is the best one", "bench/report/report_cases.c", "if (!best || row->row->median < best->row->median)",
             "if (!best)", numbers("test_losses_to_the_best_of_several")),
    Mutation("a strip's box", "bench/report/report_versus.c", "{0.05, 0.25, 0.5, 0.75, 0.95}", "{0.05, 0.2, 0.5, 0.8, 0.95}",
             numbers("test_strips")),
    Mutation("6% is about as fast", "bench/report/report_summary.c", "#define ABOUT_AS_FAST 1.05",
             "#define ABOUT_AS_FAST 1.06", numbers("test_who_is_the_fastest")),
    Mutation("the slowest is the fastest", "bench/report/report_cases.c", "row->median < all->rows[fastest].row->median",
             "row->median > all->rows[fastest].row->median", numbers("test_a_map")),
    Mutation("unsteady from the start", "bench/report/report_figures.c", "row->cv > REPORT_MOST_VARIATION", "row->cv > 0",
             numbers("test_backends")),
    Mutation("the reference over nothing", "bench/report/report_table.c", "reference->row->median / row->row->median",
             "row->row->median / reference->row->median", numbers("test_rows")),
    Mutation("the first series is drawn", "bench/report/report_scaling.c",
             "values > most || (values == most && away < nearest)", "values > most",
             numbers("test_the_longest_series_is_drawn")),
    Mutation("peaks of the last file", "bench/report/report_peaks.c", "of > nearest ? peak : fmax(highest, peak)", "peak",
             numbers("test_peaks")),
    Mutation("colours of losses", "bench/report/report_heat.c", "ratio >= diverging_bounds[level]",
             "ratio > 1.01 * diverging_bounds[level]", numbers("test_colours_against_peers")),
    Mutation("colours up to the median", "bench/report/report_heat.c", "quantile(ratios, count, 0.95)",
             "quantile(ratios, count, 0.5)", numbers("test_colours_of_the_fastest")),
    Mutation("a peer's map upside down", "bench/report/report_heat.c",
             "ours && peer ? peer->row->median / ours->row->median : NAN",
             "ours && peer ? ours->row->median / peer->row->median : NAN", numbers("test_colours_against_peers")),
    # ---- What a command ends with
    Mutation("a full disk is fine", "bench/main.c", "return status == EXIT_FINE ? EXIT_WRONG : status;",
             "return status;", ends("test_what_tells")),
    Mutation("nothing measured is fine", "bench/commands/sweep.c", "complete && written && results->count &&",
             "complete && written &&", ends("test_sweep")),
    Mutation("nothing checked is fine", "bench/commands/check.c", "fine && ran > 0 && mismatches == 0",
             "fine && mismatches == 0", ends("test_check")),
    Mutation("an unreadable file is fine", "bench/commands/history_command.c", "return h->unreadable ? EXIT_USAGE : EXIT_FINE;",
             "return EXIT_FINE;", ends("test_history")),
    Mutation("an old table is fine", "bench/commands/index.c", "                path);\n        return EXIT_WRONG;",
             "                path);\n        return EXIT_FINE;", ends("test_index")),
    Mutation("two machines are one", "bench/report/report.c", "return refuse(EXIT_NOT_COMPARABLE, error.text);",
             "return refuse(EXIT_WRONG, error.text);", ends("test_report")),
]
