#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks `rnnbench gate` on purpose, one mistake at a time, and asks whether the test that is named for it
sees it: those tests go by a clock of their own, and must not have become blind. A mistake that can no
longer be made, because its text is gone, is a failure too.

Usage: mutate_gate.py SOURCE BUILD [NAME...]     the build is up to date, and its tests pass
"""
import re
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

sys.dont_write_bytecode = True
from mutant import Mutants  # noqa: E402

HERE = Path(__file__).resolve().parent
CLOCKED, REAL, FAKE = "tests/rnnbench_clocked", "bench/rnnbench", "tests/gate_fake_worker"

Mutation = namedtuple("Mutation", "name file text broken script test")

CLI, WORKERS, BASELINE, REVISIONS = (f"gate_{name}.py" for name in ("cli", "workers", "baseline", "revisions"))
MUTATIONS = [
    # ---- Workers that die, hang or answer with errors
    Mutation("a hang is never told", "bench/gate_workers.c", "#define HANGS_SECONDS 5.0", "#define HANGS_SECONDS 5e9",
             WORKERS, "Workers.test_a_new_build_that_hangs_over_no_row"),
    Mutation("no second try", "bench/gate_workers.c", "before[side] ? GATE_FAILED : GATE_HUNG", "GATE_FAILED",
             WORKERS, "Workers.test_a_pause_is_no_hang"),
    Mutation("tries without end", "bench/gate_workers.c", "before[side] ? GATE_FAILED : GATE_HUNG", "GATE_HUNG",
             WORKERS, "Workers.test_a_new_build_that_hangs_over_no_row"),
    Mutation("an old pause counts", "bench/gate_workers.c", "        before[side] = false;", "        (void)before;",
             WORKERS, "Workers.test_two_pauses_are_no_hang"),
    Mutation("what is cut never hangs", "bench/gate_workers.c", "return before || hangs ? GATE_FAILED : GATE_LATE;",
             "return (void)hangs, before ? GATE_FAILED : GATE_LATE;",
             WORKERS, "Workers.test_a_hang_that_the_budget_cuts"),
    Mutation("a slow row takes all", "bench/gate_workers.c", "slow ? now + gate->patience : INFINITY", "INFINITY",
             CLI, "Verdicts.test_one_row_that_takes_too_long"),
    Mutation("the base always starts first", "bench/gate_workers.c",
             "gate->first_side = random_chance(&gate->random, 2) ? BASE : NEW", "gate->first_side = BASE",
             WORKERS, "Workers.test_either_side_starts_first"),
    Mutation("as many runs in every round", "bench/gate_plan.c", "random_below(&gate->random, 1 << 20) / (double)(1 << 20)",
             "0.5", WORKERS, "Workers.test_the_number_of_runs_is_drawn_anew_each_round"),
    Mutation("memory always lies where it lay", "bench/gate_workers.c",
             ".shift = random_below(&gate->random, WORKER_MOST_SHIFT)", ".shift = WORKER_MOST_SHIFT / 2",
             WORKERS, "Workers.test_memory_lies_elsewhere_in_each_round"),
    Mutation("the wrong side is blamed", "bench/gate_rows.c", "return side == NEW || !gate->options->against;",
             "return side == BASE || !gate->options->against;", WORKERS, "Workers.test_a_base_that_dies"),
    Mutation("how it ended is not read", "bench/worker_process.c", "WEXITSTATUS(status));", "0);",
             WORKERS, "Workers.test_a_base_that_dies"),
    Mutation("an error is a refusal", "bench/worker_process.c", "? WORKER_REFUSED : WORKER_CANNOT", "? WORKER_CANNOT : WORKER_REFUSED",
             WORKERS, "Workers.test_errors_of_a_new_build_after_the_check"),
    Mutation("babble is an answer", "bench/worker_process.c", "if (!json_is_object(answer))", "if (0)",
             WORKERS, "Workers.test_a_base_that_babbles"),
    Mutation("who lingers is waited for", "bench/worker_process.c",
             "    if (!has_ended(w, clock_seconds() + (*w->stop ? 0.2 : seconds)))",
             "    if (!has_ended(w, clock_seconds() + 10 * seconds))", WORKERS, "Workers.test_a_base_that_lingers"),
    Mutation("an interruption is not seen", "bench/worker_process.c", "    if (*w->stop) {\n", "    if (0) {\n",
             "gate_real.py", "Waits.test_interruption"),
    # ---- Budget and verdict
    Mutation("the last moment never comes", "bench/gate_workers.c", "gate->budget + 0.5 * GATE_ALLOWANCE",
             "gate->budget + 500 * GATE_ALLOWANCE", WORKERS, "Workers.test_a_base_that_hangs"),
    Mutation("rounds ignore the budget", "bench/gate.c", "gate->start + GATE_FIRST_SHARE * gate->budget",
             "gate->start + 3 * gate->budget", CLI, "Verdicts.test_a_slower_build"),
    Mutation("late is fine", "bench/gate.c", "case GATE_LATE:\n        return say(EXIT_NOT_COMPARABLE,",
             "case GATE_LATE:\n        return say(EXIT_FINE,", WORKERS, "Workers.test_a_check_that_is_late"),
    Mutation("nothing is confirmed", "bench/gate.c", "    if (gate_due_rows(gate, true) == 0)\n        return GATE_GOES_ON;",
             "    if (gate_due_rows(gate, true) >= 0)\n        return GATE_GOES_ON;", CLI, "Verdicts.test_a_slower_build"),
    Mutation("the threshold asked for is not used", "bench/gate.c", "options->threshold > 0 ? options->threshold : threshold",
             "threshold", BASELINE, "Baseline.test_the_threshold"),
    Mutation("the ratio upside down", "bench/gate_rounds.c", "log(new / base)", "log(base / new)",
             CLI, "Verdicts.test_a_slower_build"),
    Mutation("empty rounds count", "bench/gate_rounds.c", "        if (measured(gate, again) == before)\n            break;\n",
             "        (void)before;\n", CLI, "Verdicts.test_rounds_without_a_measurement_do_not_count"),
    Mutation("the floor is 0", "bench/gate_rule.c", "* seconds > rule->floor", "* seconds > 0",
             CLI, "Verdicts.test_the_floor"),
    Mutation("a wrong base is timed", "bench/gate_checks.c", "    else if (!base.passed)", "    else if (0)",
             CLI, "Verdicts.test_a_base_that_is_wrong"),
    Mutation("an answer without time", "bench/gate_checks.c", "else if (end == GATE_GOES_ON && !(*seconds > 0))",
             "else if (0)", WORKERS, "Workers.test_a_base_whose_answers_have_no_time"),
    Mutation("one count is enough", "bench/gate_instructions.c", "row->outcome == GATE_SLOWER ? confirm_count",
             "row->outcome == GATE_OUTCOMES ? confirm_count", CLI, "Instructions.test_without_time_to_count_again"),
    # ---- Baselines
    Mutation("a baseline's threshold", "bench/gate.c", "#define BASELINE_THRESHOLD 0.20", "#define BASELINE_THRESHOLD 200",
             BASELINE, "Baseline.test_slower_than_it"),
    Mutation("a baseline's ratio", "bench/gate_baseline.c", "to->reference.offset = log(ratio);", "to->reference.offset = 0;",
             BASELINE, "Baseline.test_slower_than_it"),
    Mutation("few repetitions do", "bench/gate_baseline.c", "#define LEAST_SAMPLES  6", "#define LEAST_SAMPLES  1",
             BASELINE, "Baseline.test_too_few_repetitions"),
    Mutation("any machine will do", "bench/gate_baseline.c", "if (check.refused && !gate->options->anyway)", "if (0)",
             BASELINE, "Baseline.test_another_machine"),
    # ---- Revisions
    Mutation("flags are not in the key", "bench/gate_revision.c", '            add_to_key(build, "%s=%s\\n", variables[i], value);',
             "            (void)value;", REVISIONS, "Revisions.test_each_way_to_build_is_kept"),
    Mutation("the compiler's version is not in the key", "bench/gate_revision.c", '        add_to_key(build, "%s", line);',
             "        (void)build;", REVISIONS, "Revisions.test_another_compiler"),
    Mutation("a key that is cut", "bench/gate_revision.c", "build->key_is_cut |= ", "build->key_is_cut &= ",
             REVISIONS, "Revisions.test_flags_that_are_too_long"),
    Mutation("a folder of everybody", "bench/gate_revision.c", "if (found.st_mode & S_IWOTH)", "if (0)",
             REVISIONS, "Revisions.test_a_cache_that_cannot_be_used"),
    Mutation("a build that failed", "bench/gate_revision.c", "    if (status == 0)\n        return BASE_FOUND;",
             "    if (status >= 0)\n        return BASE_FOUND;", REVISIONS, "Revisions.test_one_that_does_not_build"),
    Mutation("a build goes on", "bench/gate_revision.c", "            kill(-pid, SIGTERM);", "            (void)pid;",
             REVISIONS, "Interrupted.test_an_interrupted_build"),
]


def first_failure(output):
    """The last line of the first traceback, which says what was not so."""
    found = re.search(r"(?m)^Traceback .*\n(?:[ \n].*\n?)*(.*)", output)
    return found[1][:150] if found else "no line"


def is_caught(mutants, mutation):
    real = mutation.script == "gate_real.py" or mutation.test.startswith("Interrupted.")
    programs = mutants.make(mutation, REAL if real else CLOCKED)
    if not programs:
        print(f"FAILED {mutation.name}: not found once in {mutation.file}: {mutation.text}")
        return False
    done = subprocess.run([sys.executable, HERE / mutation.script, programs[0], mutants.build / FAKE, mutation.test],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "skipped=1" in done.stdout:
        print(f"{mutation.name}: {mutation.test} is skipped")
        return None
    if done.returncode != 1 or not re.search(r"(?m)^FAILED \(failures=", done.stdout):
        print(f"FAILED {mutation.name}: not caught by {mutation.test}, status {done.returncode}\n{done.stdout}")
        return False
    print(f"{mutation.name}: caught by {mutation.test}: {first_failure(done.stdout)}", flush=True)
    return True


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 2
    names = arguments[2:] or [mutation.name for mutation in MUTATIONS]
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        mutants = Mutants(*arguments[:2], folder)
        caught = [is_caught(mutants, mutation) for mutation in MUTATIONS if mutation.name in names]
    print(f"{caught.count(True)} caught, {caught.count(False)} not, {caught.count(None)} skipped")
    return 1 if False in caught or True not in caught else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
