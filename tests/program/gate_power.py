#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How often `rnnbench gate` is wrong on this machine: false alarms and power, over many gates.

  tests/program/gate_power.py [--gates 40] [--budget 30s] [--slowdown 10] [--out FOLDER] [--only NAMES]

This builds the sources twice: once with the LSTM of the best kernel slowed down on purpose, and once with
the same code that slows it down by nothing, so that all other code has the same addresses. Then it runs
`rnnbench gate --against` of the sound build against itself, and of the slowed one against the sound one, on
a quiet machine and with a second process that keeps one core busy. After that come builds that are the sound
one linked anew, with padding of random sizes between its code, so that all of it lies elsewhere: one gate
each, a quarter of --gates. It writes gate_power.json and gate_power.md after each gate. With the defaults,
all experiments take an hour and a half of a machine that has nothing else to do; --only
false_alarms,power,false_alarms_busy,power_busy,padded chooses among them. A gate that can judge no row
(status 3) raises no alarm, and has caught nothing. It takes an x86 CPU, whose time stamp counter the slow
code waits by.

Exit status: 0 the rates are as promised, 1 they are not, 2 usage.
"""
import argparse
import contextlib
import json
import math
import os
import platform
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
FINE, SLOWER, NOT_COMPARABLE = 0, 1, 3

# The function of `kernels/engine/direction.c` that runs all timesteps of one direction of a layer, by one
# thread.
HEAD = "void rnn_run_direction(engine_run *run, const direction_run *direction) {\n"
BEGIN = HEAD + "    const unsigned long long slowed_since = __builtin_ia32_rdtsc();\n"
# The compiler must not know the number, or the two builds would differ in more than that.
TAIL = """    static const volatile unsigned long long percent = {percent};
    if (__builtin_strcmp(run->kernels->name, "{kernels}") == 0 &&
        direction->layer->cell == RNN_LSTM) {{
        const unsigned long long now = __builtin_ia32_rdtsc();
        while (__builtin_ia32_rdtsc() < now + (now - slowed_since) * percent / 100)
            ;
    }}
}}
"""

# How many of 40 gates may be wrong.
PROMISES = {"false_alarms": 1, "power": 2, "false_alarms_busy": 2, "power_busy": 2, "padded": 8}
GATES_PER_PADDED = 4  # the other experiments have so many gates for each build with padding


def run(command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        sys.exit(f"{done.stdout}\nFAILED: {' '.join(map(str, command))}")
    return done.stdout


def slow_down(source, kernels, percent):
    """Makes the LSTM of these kernels take longer by so many percent."""
    path = source / "kernels/engine/direction.c"
    text = path.read_text(encoding="utf-8")
    begin = text.find(HEAD)
    end = text.find("\n}\n", begin) + 1
    if begin < 0 or end <= 0:
        sys.exit(f"FAILED: {path} has no longer the function that is to be slowed down")
    body = text[begin + len(HEAD):end]
    path.write_text(text[:begin] + BEGIN + body + TAIL.format(kernels=kernels, percent=percent)
                    + text[end + 2:], encoding="utf-8")


def copy_sources(to):
    shutil.copytree(ROOT, to, symlinks=True, ignore=shutil.ignore_patterns(
        ".git", "build", "build-*", "results", ".venv*", "__pycache__"))


def build(source, folder):
    run(["meson", "setup", "--buildtype=release", folder, source])
    run(["ninja", "-C", folder, "bench/rnnbench"])
    return folder / "bench/rnnbench"


def padding(folder, name, choices):
    """Makes an object file with nothing but a random number of bytes in its code."""
    source = folder / f"{name}.s"
    source.write_text(f".text\n.skip {16 * choices.randrange(256)}, 0x90\n"
                      '.section .note.GNU-stack,"",@progbits\n', encoding="utf-8")
    run(["cc", "-c", source, "-o", source.with_suffix(".o")])
    return str(source.with_suffix(".o"))


def link_padded(sound, folder, number):
    """Makes the sound program from the same objects, linked with padding before them and before each library."""
    build_folder, program = sound.parents[1], folder / f"rnnbench-{number}"
    command = run(["ninja", "-C", build_folder, "-t", "commands", "bench/rnnbench"]).splitlines()[-1]
    words, choices, linked, is_first = shlex.split(command), random.Random(number), [], True
    for index, word in enumerate(words):
        if word.endswith(".a") or word.endswith(".o") and is_first:
            is_first = False
            linked.append(padding(folder, f"{number}-{index}", choices))
        linked.append(str(program) if word == "bench/rnnbench" else word)
    run(linked, cwd=build_folder)
    return program


def best_kernels(program):
    """The last kernels that `list` shows as available: those that openmp and auto use."""
    listed = run([program, "list"])
    table = (ROOT / "kernels/backends.inc").read_text(encoding="utf-8")
    names = re.findall(r"^KERNELS\((\w+),", table, re.MULTILINE)
    return [name for name in names if re.search(rf"^ {{2}}{name} +1 +yes", listed, re.MULTILINE)][-1]


@contextlib.contextmanager
def busy_core():
    """A process that takes all the time it gets and is free to move, as a neighbour's is."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def one_gate(program, against, options, number, folder):
    out = folder / "gate.json"
    out.unlink(missing_ok=True)
    start = time.monotonic()
    done = subprocess.run([program, "gate", "--against", against, "--budget", options.budget,
                           "--seed", str(number), "--out", str(out), *options.gate_options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - start
    if done.returncode not in (FINE, SLOWER, NOT_COMPARABLE) or not out.exists():
        sys.exit(f"FAILED: status {done.returncode}\n{done.stderr}")
    report = json.loads(out.read_text(encoding="utf-8"))
    slower = [row for row in report["rows"] if row["verdict"] == "SLOWER"]
    judged = [row for row in report["rows"] if row["verdict"] not in ("not judged", "new", "gone")]
    widest = max(judged, key=lambda row: abs(math.log(row["ratio"])), default=None)
    return {"status": done.returncode, "seconds": round(seconds, 2),
            "slower": [f"{row['problem']} {row['backend']} {row['threads']}" for row in slower],
            "faster": sum(row["verdict"] == "faster" for row in report["rows"]),
            "widest": widest and [f"{widest['problem']} {widest['backend']} {widest['threads']}",
                                  round(widest["ratio"], 4)],
            "not_judged": sum(row["verdict"] == "not judged" for row in report["rows"]),
            "rows": len(report["rows"])}


def is_slowed(name, kernels):
    problem, backend, _ = name.split()
    return problem.startswith("lstm/") and backend in (kernels, "auto", "openmp")


def figures(name, gates):
    wrong = sum(not gate["right"] for gate in gates)
    allowed = PROMISES[name] * len(gates) // 40
    return {"gates": len(gates), "wrong": wrong, "allowed": allowed, "kept": wrong <= allowed,
            "widest": sorted(gate["widest"][1] for gate in gates if gate["widest"]),
            "without_verdict": sum(gate["status"] == NOT_COMPARABLE for gate in gates),
            "longest_s": max(gate["seconds"] for gate in gates), "each": gates}


def experiment(name, programs, kernels, options, folder):
    """Runs an experiment and returns its figures after each gate."""
    sound, slowed = programs
    is_power, is_padded = name.startswith("power"), name == "padded"
    count = max(1, options.gates // GATES_PER_PADDED) if is_padded else options.gates
    gates = []
    with busy_core() if name.endswith("busy") else contextlib.nullcontext():
        for number in range(1, count + 1):
            new = link_padded(sound, folder, number) if is_padded else slowed if is_power else sound
            gate = one_gate(new, sound, options, number, folder)
            rights = [is_slowed(row, kernels) for row in gate["slower"]]
            gate["right"] = (bool(rights) and all(rights)) if is_power else not rights
            if is_padded:  # it is chance which of the two builds has bad luck
                gate["right"] &= gate["faster"] == 0
            gates.append(gate)
            print(f"{name} {number}/{count}: {'right' if gate['right'] else 'WRONG'}, "
                  f"{len(rights)} slower, {gate['faster']} faster, {gate['not_judged']} of {gate['rows']} not judged, "
                  f"the widest ratio {gate['widest']}, "
                  f"{gate['seconds']} s", flush=True)
            yield figures(name, gates)


def describe(program):
    listed = run([program, "list"])
    cpu = re.search(r"^ +cpu +(.*)", listed, re.MULTILINE)[1]
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True).stdout.strip()
    lines = [" ".join(line.split()) for line in listed.splitlines()
             if re.match(r"\s*(compiler|isa|usable)\b", line)]
    return {"machine": {"cpu": cpu, "cores": os.cpu_count(), "system": platform.release()},
            "commit": commit or "unknown", "program": lines}


def markdown(result):
    titles = {"false_alarms": "false alarms: a build against itself",
              "power": f"caught: the LSTM of {result['kernels']} slowed by "
                       f"{result['slowdown']}%, right rows named",
              "false_alarms_busy": "false alarms, one core kept busy",
              "power_busy": "caught, one core kept busy",
              "padded": "named no row, slower or faster: builds that differ in padding alone"}
    lines = ["| | of gates | promised |", "|---|---|---|"]
    for name, found in result["experiments"].items():
        count, gates, allowed = found["wrong"], found["gates"], found["allowed"]
        shown = (f"{gates - count} of {gates}", f"at least {gates - allowed}") \
            if name.startswith("power") or name == "padded" \
            else (f"{count} of {gates}", f"at most {allowed}")
        lines.append(f"| {titles[name]} | {shown[0]} | {shown[1]} |")
    where = result["machine"]
    if "padded" in result["experiments"]:
        widest = result["experiments"]["padded"]["widest"]
        if widest:
            lines += ["", f"With padding, the row furthest from a ratio of 1 in each gate: {min(widest)} to {max(widest)}."]
    lines += ["", f"`--budget {result['budget']}`, threshold 5%; {where['cpu']}, {where['cores']} "
                  f"cores, commit {result['commit']}, {result['date']}."]
    return "\n".join(lines) + "\n"


def write(result, folder):
    (folder / "gate_power.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / "gate_power.md").write_text(markdown(result), encoding="utf-8")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gates", type=int, default=40, metavar="COUNT")
    parser.add_argument("--budget", default="30s", metavar="DURATION")
    parser.add_argument("--slowdown", type=int, default=10, metavar="PERCENT")
    parser.add_argument("--out", type=Path, default=Path("."), metavar="FOLDER")
    parser.add_argument("--only", default=",".join(PROMISES), metavar="NAMES")
    parser.add_argument("--programs", type=Path, metavar="FOLDER",
                        help="keeps the two builds there, and uses them if they are there")
    parser.add_argument("--rnnbench", type=Path, default=ROOT / "build/bench/rnnbench",
                        metavar="PROGRAM", help="any build, to ask for the machine's best kernels")
    parser.add_argument("gate_options", nargs="*", metavar="-- OPTIONS OF rnnbench gate")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if options.gates < 1 or not set(options.only) <= set(PROMISES):
        parser.error("--gates from 1 on, --only of " + ",".join(PROMISES))
    return options


def make_programs(program, folder, slowdown):
    sound, slowed = folder / "sound/bench/rnnbench", folder / "slowed/bench/rnnbench"
    if not sound.exists():
        copy_sources(folder / "source")
        slow_down(folder / "source", best_kernels(program), 0)
        build(folder / "source", folder / "sound")
    kernels = best_kernels(sound)
    if not slowed.exists():
        copy_sources(folder / "slowed-source")
        slow_down(folder / "slowed-source", kernels, slowdown)
        build(folder / "slowed-source", folder / "slowed")
    return (sound, slowed), kernels


def main(arguments):
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gate-power-") as scratch:
        folder = (options.programs or Path(scratch)).absolute()
        programs, kernels = make_programs(options.rnnbench, folder, options.slowdown)
        result = {"date": time.strftime("%Y-%m-%d"), **describe(programs[0]), "kernels": kernels,
                  "slowdown": options.slowdown, "budget": options.budget,
                  "gate_options": options.gate_options, "experiments": {}}
        for name in options.only:
            for found in experiment(name, programs, kernels, options, Path(scratch)):
                result["experiments"][name] = found
                write(result, options.out)
    print(markdown(result))
    return 0 if all(found["kept"] for found in result["experiments"].values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
