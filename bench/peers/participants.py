# SPDX-License-Identifier: MIT
"""Who takes part: backends of rnnbench, frameworks of the environment, further programs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from processes import Worker

HERE = Path(__file__).resolve().parent
FRAMEWORKS = ("torch", "onnxruntime", "tensorflow")
ONEDNN3 = "onednn3"  # a second rnnbench, built against oneDNN 3.x
PEERS = (*FRAMEWORKS, ONEDNN3)


@dataclass
class Participant:
    name: str
    command: list
    is_peer: bool
    backend: str = ""     # of rnnbench; "": a program that is told a folder instead
    threaded: bool = True
    version: str = ""
    missing: str = ""     # why it cannot take part


def _chosen(available, given):
    """Returns the names of the backends to run."""
    choices = [backend["name"] for backend in available if backend["choice"]]
    return given or choices + [backend["name"] for backend in available
                               if backend["library"] and backend["available"]]


def of_rnnbench(program, available, given):
    by_name = {backend["name"]: backend for backend in available}
    return [Participant(name, [program, "worker"], by_name[name]["library"], backend=name,
                        threaded=by_name[name]["threaded"], version=by_name[name]["version"],
                        missing=by_name[name]["reason"])
            for name in _chosen(available, given)]


def of_environment(folder, names):
    python = folder / "venv/bin/python"
    second = folder / "rnnbench-onednn3/bench/rnnbench"
    peers = []
    for name in names:
        if name == ONEDNN3:
            peer = Participant(name, [second, "worker"], True, backend="onednn")
        else:
            peer = Participant(name, [python, HERE / "worker.py", name, "{threads}"], True)
        if name not in PEERS:
            peer.missing = f"not one of {', '.join(PEERS)}"
        elif not peer.command[0].exists():
            peer.missing = f"{peer.command[0]} is not there; make it by bench/peers/setup"
        peers.append(peer)
    return peers


def write_description(folder, facts):
    (folder / "problem.json").write_text(json.dumps(facts), encoding="utf-8")


class Member:
    """A participant on some number of threads: one process."""

    def __init__(self, participant, threads, seed):
        self.participant, self.threads, self.seed = participant, threads, seed
        self.name, self.is_peer = participant.name, participant.is_peer
        self.worker = None

    @property
    def roof_name(self):
        """The instructions that its roof counts on; a peer may take the widest."""
        return self.participant.backend or "-"  # which no backend is called

    def start(self, log):
        """Returns the version of what runs behind it."""
        command = [str(word).replace("{threads}", str(self.threads))
                   for word in self.participant.command]
        environment = os.environ | {"OMP_NUM_THREADS": str(self.threads),
                                    "MKL_NUM_THREADS": str(self.threads)}
        self.worker = Worker(command, log, environment)
        if not self.participant.backend:
            return self.worker.ask("hello", timeout=120).get("version", "")
        self.worker.ask(f"seed {self.seed}")
        return self._version_of_second() if self.name == ONEDNN3 else self.participant.version

    def close(self):
        if self.worker:
            self.worker.close()

    def _version_of_second(self):
        backends = self.worker.ask("backends")["backends"]
        return next(backend["version"] for backend in backends if backend["name"] == "onednn")

    def prepare(self, folder, problem):
        if self.participant.backend:
            return self.worker.ask(f"prepare {self.participant.backend} {self.threads} {problem}")
        return self.worker.ask(f"prepare {folder}")
