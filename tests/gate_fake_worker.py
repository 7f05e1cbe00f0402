# SPDX-License-Identifier: MIT
"""A worker of the gate's base that says of each run what time it took: PER_RUN and CPU_PER_RUN, in
seconds. FAKE says what goes wrong. gate_fake.py copies it for the gate to run.
"""
import glob
import json
import os
import resource
import signal
import sys
import time

mode, per_run = os.environ.get("FAKE", ""), float(os.environ.get("PER_RUN", "1e-4"))
runs = count = 0
if mode == "no worker":
    sys.exit("rnnbench: command worker is unknown")


def new_worker():
    """Of the other side."""
    for path in glob.glob(f"/proc/{os.getppid()}/task/*/children"):
        with open(path) as children:
            for pid in children.read().split():
                if int(pid) != os.getpid():
                    return int(pid)


def turn():
    """How often this was called before, by all processes."""
    with open(os.environ["TURNS"], "ab") as turns:
        turns.write(b".")
        return turns.tell() - 1


def starve_new_worker():
    """What it allocates from now on fails."""
    resource.prlimit(new_worker(), resource.RLIMIT_AS, (4096, resource.RLIM_INFINITY))


if "STARTS" in os.environ:
    with open(os.environ["STARTS"], "a") as starts:
        print("second" if new_worker() else "first", file=starts)


def shift_of(pid):
    """By how many bytes the driver has moved the memory of a worker."""
    with open(f"/proc/{pid}/environ", "rb") as variables:
        return next(len(text) for text in variables.read().split(b"\0") if text.startswith(b"RNNBENCH_SHIFT="))


for line in sys.stdin:
    words = line.split()
    if words[0] == "prepare" and "SHIFTS" in os.environ:
        with open(os.environ["SHIFTS"], "a") as shifts:
            print(shift_of(os.getpid()), shift_of(new_worker()), file=shifts)
    answer = {}
    if (mode.startswith(f"{words[0]} of new ") and os.environ.get("OF", "scalar") in words
            and ("UNTIL" not in os.environ or turn() >= int(os.environ["UNTIL"]))):
        os.kill(new_worker(), signal.SIGSTOP if mode.endswith("hangs") else signal.SIGSEGV)
    if mode == f"{words[0]} pauses once" and len(words) > 1 and turn() == 0:
        time.sleep(100)
    if words[0] == "run" and runs == 0 and mode == "run pauses twice" and turn() in (0, 2):
        time.sleep(100)
    if mode in ("starves new, dies", "starves new, hangs") and words[0] == "check" and len(words) > 1:
        if turn():
            sys.exit("out of luck") if mode.endswith("dies") else time.sleep(100)
        starve_new_worker()
    if words[0] == "check":
        answer = {"error": "usage: check BACKEND THREADS PROBLEM"} if len(words) == 1 else \
                 {"passed": mode != "wrong", "max_error": 0, "text": "fake mistake"}
        if mode == "old":
            answer = {"error": '"check": unknown command'}
    if words[0] == "prepare" and mode == "lacks":
        answer = {"error": "no such backend", "refused": True}
    if words[0] == "prepare":
        large = "U:256" in words[3]
    if words[0] == "run" and mode == "slow if large" and large:
        time.sleep(100)
    if words[0] == "prepare" and mode == "starves new" and turn() >= int(os.environ["UNTIL"]):
        starve_new_worker()
    if mode == f"{words[0]} fails" and turn() >= int(os.environ["UNTIL"]):
        print(json.dumps({"error": "no luck"}), flush=True)
        continue
    if words[0] == "run":
        runs += 1
        if runs > 5 and mode == "dies":
            sys.exit("out of luck")
        if runs > 5 and mode == "hangs":
            time.sleep(100)
        if runs > 5 and mode == "babbles":
            print("hello", flush=True)
            continue
        seconds = per_run * int(words[1])
        if mode == "takes its time":
            time.sleep(seconds + per_run)
        cpu_seconds = float(os.environ.get("CPU_PER_RUN", per_run)) * int(words[1])
        answer = {"seconds": seconds, "cpu_seconds": cpu_seconds}
        if mode == "no time":
            answer = {}
    if words[0] == "backends":
        answer = {"backends": [{"name": "naive", "available": True}, {"name": "lost", "available": True},
                                {"name": "never", "available": False}, {"name": "gone", "available": True}]}
    if words[0] == "run" and "WORK" in os.environ:
        with open(os.environ["ASKED"], "a+") as asked:  # twice for each count
            asked.write("x")
            count = asked.tell()
        work = os.environ["WORK"].split()[(count - 1) // 2]
        for _ in range(int(words[1])):
            sum(range(int(work)))
    if words[0] == "context" and mode == "places":
        answer = {"context": {"OMP_PLACES": ",".join(["{0}"] * 300), "cpu": "as older builds call it"}}
    if words[0] == "quit":
        break
    print(json.dumps(answer), flush=True)
if runs and mode == "lingers":
    time.sleep(100)
if count == 2:
    time.sleep(max(0, float(os.environ.get("UNTIL", "0")) - time.time()))
