# SPDX-License-Identifier: MIT
"""Mistakes in `rnnbench gate`, whose tests go by a clock of their own and must not have become blind."""
from mutations.kinds import Mutation, program, script

FAKE = "tests/program/gate_fake_worker"


def clocked(name, test):
    return script(name, test, "tests/program/rnnbench_clocked", FAKE)


def by_real_clock(name, test):
    return script(name, test, "bench/rnnbench", FAKE)


def verdicts(test):
    return clocked("gate_cli.py", f"Verdicts.{test}")


def workers(test):
    return clocked("gate_workers.py", f"Workers.{test}")


def baseline(test):
    return clocked("gate_baseline.py", f"Baseline.{test}")


def revisions(test):
    return clocked("gate_revisions.py", f"Revisions.{test}")


VERDICT, PLAN, RULE = (program(f"tests/program/gate_{name}") for name in ("verdict", "plan", "rule_test"))

MUTATIONS = [
    # ---- Workers that die, hang or answer with errors
    Mutation("a hang is never told", "bench/gate/gate_workers.c", "#define HANGS_SECONDS 5.0", "#define HANGS_SECONDS 5e9",
             workers("test_a_new_build_that_hangs_over_no_row")),
    Mutation("no second try", "bench/gate/gate_workers.c", "before[side] ? GATE_FAILED : GATE_HUNG", "GATE_FAILED",
             workers("test_a_pause_is_no_hang")),
    Mutation("tries without end", "bench/gate/gate_workers.c", "before[side] ? GATE_FAILED : GATE_HUNG", "GATE_HUNG",
             workers("test_a_new_build_that_hangs_over_no_row")),
    Mutation("an old pause counts", "bench/gate/gate_workers.c", "    memset(hung_sides(workers), 0, sizeof workers->hung);",
             "",
             workers("test_two_pauses_are_no_hang")),
    Mutation("what is cut never hangs", "bench/gate/gate_workers.c", "return before || hangs ? GATE_FAILED : GATE_LATE;",
             "return (void)hangs, before ? GATE_FAILED : GATE_LATE;", workers("test_a_hang_that_the_budget_cuts")),
    Mutation("rounds prove nothing", "bench/gate/gate_rounds.c", "        gate->workers.proven = true;\n", "",
             workers("test_a_hang_in_a_round_that_the_budget_cuts")),
    Mutation("a slow row takes all", "bench/gate/gate_workers.c", "slow ? now + workers->patience : INFINITY", "INFINITY",
             verdicts("test_one_row_that_takes_too_long")),
    Mutation("the base always starts first", "bench/gate/gate_workers.c",
             "workers->first_side = random_chance(&workers->random, 2) ? BASE : NEW", "workers->first_side = BASE",
             workers("test_either_side_starts_first")),
    Mutation("as many runs in every round", "bench/gate/gate_plan.c",
             "random_below(&plan->random, 1 << 20) / (double)(1 << 20)", "0.5",
             workers("test_the_number_of_runs_is_drawn_anew_each_round")),
    Mutation("memory always lies where it lay", "bench/gate/gate_workers.c",
             ".shift = random_below(&workers->random, WORKER_MOST_SHIFT)", ".shift = WORKER_MOST_SHIFT / 2",
             workers("test_memory_lies_elsewhere_in_each_round")),
    Mutation("the wrong side is blamed", "bench/gate/gate_programs.c", "return side == NEW || !options->against;",
             "return side == BASE || !options->against;", workers("test_a_base_that_dies")),
    Mutation("how it ended is not read", "bench/base/process.c", "WEXITSTATUS(status));", "0);",
             workers("test_a_base_that_dies")),
    Mutation("an error is a refusal", "bench/worker/worker_process.c", "? WORKER_REFUSED : WORKER_CANNOT",
             "? WORKER_CANNOT : WORKER_REFUSED", workers("test_errors_of_a_new_build_after_the_check")),
    Mutation("babble is an answer", "bench/worker/worker_process.c", "if (!json_is_object(answer))", "if (0)",
             workers("test_a_base_that_babbles")),
    Mutation("who lingers is waited for", "bench/worker/worker_process.c",
             "clock_seconds() + (*w->stop ? 0.2 : seconds), NULL",
             "clock_seconds() + 10 * seconds, NULL", workers("test_a_base_that_lingers")),
    Mutation("an interruption is not seen", "bench/worker/worker_process.c", "    if (*w->stop) {\n", "    if (0) {\n",
             by_real_clock("gate_real.py", "Waits.test_interruption")),
    # ---- Budget and verdict
    Mutation("the last moment never comes", "bench/gate/gate.c", "plan->budget + 0.5 * GATE_ALLOWANCE",
             "plan->budget + 500 * GATE_ALLOWANCE", workers("test_a_base_that_hangs")),
    Mutation("rounds ignore the budget", "bench/gate/gate.c", "plan->start + GATE_FIRST_SHARE * plan->budget",
             "plan->start + 3 * plan->budget", verdicts("test_a_slower_build")),
    Mutation("late is fine", "bench/gate/gate.c", "[GATE_LATE] = {EXIT_NOT_COMPARABLE,", "[GATE_LATE] = {EXIT_FINE,",
             workers("test_a_check_that_is_late")),
    Mutation("nothing is confirmed", "bench/gate/gate.c",
             "gate_rows_due(&gate->rows, true) ? measure_series", "gate_rows_due(&gate->rows, true) < 0 ? measure_series",
             verdicts("test_a_slower_build")),
    Mutation("the threshold asked for is not used", "bench/gate/gate_options.c",
             "return options->threshold > 0  ?", "return options->threshold < 0  ?", baseline("test_the_threshold")),
    Mutation("the ratio upside down", "bench/gate/gate_rounds.c", "log(new / base)", "log(base / new)",
             verdicts("test_a_slower_build")),
    Mutation("empty rounds count", "bench/gate/gate_rounds.c",
             "        if (measured(rows, again) == before)\n            break;\n", "        (void)before;\n",
             verdicts("test_rounds_without_a_measurement_do_not_count")),
    Mutation("the floor is 0", "bench/gate/gate_rule.c", "* seconds > rule->floor", "* seconds > 0",
             verdicts("test_the_floor")),
    Mutation("a wrong base is timed", "bench/gate/gate_checks.c", "    else if (!base.passed)", "    else if (0)",
             verdicts("test_a_base_that_is_wrong")),
    Mutation("an answer without time", "bench/gate/gate_checks.c", "if (end == GATE_GOES_ON && !row->left_out && !(seconds > 0))",
             "if (0)", workers("test_a_base_whose_answers_have_no_time")),
    Mutation("one count is enough", "bench/gate/gate_instructions.c", "row->outcome == GATE_SLOWER ? confirm_count",
             "row->outcome == GATE_OUTCOMES ? confirm_count",
             clocked("gate_cli.py", "Instructions.test_without_time_to_count_again")),
    # ---- Baselines
    Mutation("a baseline's threshold", "bench/gate/gate_options.c", "#define BASELINE_THRESHOLD 0.20",
             "#define BASELINE_THRESHOLD 200", baseline("test_slower_than_it")),
    Mutation("a baseline's ratio", "bench/gate/gate_baseline.c", "to->reference.offset = log(ratio);",
             "to->reference.offset = 0;", baseline("test_slower_than_it")),
    Mutation("few repetitions do", "bench/gate/gate_baseline.c", "#define LEAST_SAMPLES 6", "#define LEAST_SAMPLES 1",
             baseline("test_too_few_repetitions")),
    Mutation("any machine will do", "bench/gate/gate_baseline.c", "if (check.refused && !options->anyway)", "if (0)",
             baseline("test_another_machine")),
    # ---- Revisions
    Mutation("flags are not in the key", "bench/gate/gate_revision.c",
             '            add_to_key(build, "%s=%s\\n", variables[i], value);', "            (void)value;",
             revisions("test_each_way_to_build_is_kept")),
    Mutation("the compiler's version is not in the key", "bench/gate/gate_revision.c",
             '        add_to_key(build, "%s", line);', "        (void)build;", revisions("test_another_compiler")),
    Mutation("a key that is cut", "bench/gate/gate_revision.c", "build->key_is_cut |= ", "build->key_is_cut &= ",
             revisions("test_flags_that_are_too_long")),
    Mutation("a folder of everybody", "bench/gate/gate_revision.c", "if (found.st_mode & S_IWOTH)", "if (0)",
             revisions("test_a_cache_that_cannot_be_used")),
    Mutation("a build that failed", "bench/gate/gate_revision.c", "    if (status == 0)\n        return EXIT_FINE;",
             "    if (status >= 0)\n        return EXIT_FINE;", revisions("test_one_that_does_not_build")),
    Mutation("a build goes on", "bench/gate/gate_revision.c", "        kill(-pid, SIGTERM);\n", "",
             by_real_clock("gate_revisions.py", "Interrupted.test_an_interrupted_build")),
    # ---- As many tests as rows, the floor, and how the budget is shared out
    Mutation("slower without correction", "bench/gate/gate_verdict.c", "judge_suspect(rule, row, slower[i], measured)",
             "judge_suspect(rule, row, p_slower(row), measured)", VERDICT),
    Mutation("faster without correction", "bench/gate/gate_verdict.c", "judge_quiet(rule, row, faster[i], measured)",
             "judge_quiet(rule, row, p_faster(row), measured)", VERDICT),
    Mutation("rows that are not suspect are no tests", "bench/gate/gate_verdict.c",
             "gate_p_slower(&row->second, &row->reference) : 1;", "gate_p_slower(&row->second, &row->reference) : NAN;",
             VERDICT),
    Mutation("rows that were left out are tests", "bench/gate/gate_verdict.c",
             "    if (row->left_out || row->first.count < 2)\n        return NAN;",
             "    if (row->left_out || row->first.count < 2)\n        return 1;", VERDICT),
    Mutation("faster below the floor", "bench/gate/gate_verdict.c",
             "gate_matters(rule, effect, row->reference.seconds)",
             "gate_matters(rule, effect, 1)", VERDICT),
    Mutation("the floor of the new time", "bench/gate/gate_verdict.c",
             "median(times->logs, times->count) / exp(gate_effect(&row->first, &row->reference));",
             "median(times->logs, times->count);", VERDICT),
    Mutation("the second series is above any floor", "bench/gate/gate_rule.c",
             "is_slow(rule, second, reference) && adjusted_p", "gate_effect(second, reference) > 0 && adjusted_p",
             VERDICT),
    Mutation("the floor is no part of what is visible", "bench/gate/gate_rule.c", "log1p(rule->floor / reference->seconds)",
             "0.0", RULE),
    Mutation("a floor for slowdowns alone", "bench/gate/gate_rule.c", "fabs(expm1(effect)) * seconds", "effect * seconds",
             RULE),
    Mutation("two rounds to confirm do", "bench/gate/gate_rule.c", "least_rounds(GATE_SECOND_P / (rows > 1 ? rows : 1))",
             "least_rounds(GATE_SECOND_P)", VERDICT),
    Mutation("the cheapest is left out", "bench/gate/gate_plan.c", "gate_row_cost(plan, row) > gate_row_cost(plan, found)",
             "gate_row_cost(plan, row) < gate_row_cost(plan, found)", PLAN),
    Mutation("no thread needs to sleep", "bench/gate/gate_plan.c", "samples += 2 * SLEEP_SECONDS;", "samples += 0;", PLAN),
    Mutation("the whole budget is the second series'", "bench/gate/gate_plan.c",
             "(GATE_SECOND_SHARE - GATE_FIRST_SHARE) * plan.budget", "GATE_SECOND_SHARE * plan.budget", PLAN),
    Mutation("a heap that does not move", "bench/worker/worker.c", "variable ? strdup(variable) : NULL;",
             "NULL; (void)variable;", workers("test_a_worker_moves_its_heap")),
]
