# SPDX-License-Identifier: MIT
"""Makes programs of a build with a mistake made on purpose. Only what the mistake changes is compiled again.
Everything else is the build's own, which must be up to date."""
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

# The objects of these are of one instruction set each.
KERNELS = re.compile(r"librnn_(\w+)\.a\.p/")


class CannotBeMade(Exception):
    """Says that a command failed which making a mutant, or looking at the build, takes."""


def run(command, **options):
    """Runs a command and returns what it writes."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options)
    if done.returncode:
        raise CannotBeMade(f"{done.stdout}\nFAILED: {' '.join(map(str, command))}")
    return done.stdout


def occurrences(source, mutation):
    """How often the text of the mistake is in the sources. It can be made where that is once."""
    path = Path(source, mutation.file)
    return path.read_text(encoding="utf-8").count(mutation.text) if path.exists() else 0


def is_linked(name, linked):
    """Whether the linker, asked twice to trace, took this object of the build, from an archive or not."""
    member, folder = Path(name).name, Path(name).parent.parent
    return any(line == name or line.startswith(f"({folder}/") and line.endswith(f".a){member}")
               for line in linked.splitlines())


class Mutants:
    """The mutants of one build: of SOURCE as it was built in BUILD. They are made in a folder elsewhere."""

    def __init__(self, source, build, folder):
        self.source, self.build, self.folder = Path(source).resolve(), Path(build).resolve(), Path(folder)
        self.copy = self.folder / "source"
        for part in "kernels", "reference", "bench", "tests":
            shutil.copytree(self.source / part, self.copy / part, symlinks=True)
        entries = json.loads((self.build / "compile_commands.json").read_text())
        self.compile_commands = {entry["output"]: shlex.split(entry["command"]) for entry in entries}
        self.known_commands = {}
        self.users = self.read_users(run(["ninja", "-C", self.build, "-t", "deps"]))

    def read_users(self, text):
        """Finds out which objects are made of each file of the sources."""
        users, output = {}, ""
        for line in text.splitlines():
            if line[:1].strip():
                output = line.split(": #deps")[0]
            elif line.strip():
                path = (self.build / line.strip()).resolve()
                if self.source in path.parents:
                    users.setdefault(str(path.relative_to(self.source)), []).append(output)
        return users

    def moved(self, word):
        """A word of a compiler's command. Where it is a path of the sources, it becomes one in their copy."""
        flag, path = ("-I", word[2:]) if word.startswith("-I") else ("", word)
        absolute = (self.build / path).resolve()
        folders = [absolute, *absolute.parents]
        is_path = not path.startswith("-") and self.source in folders and self.build not in folders
        return f"{flag}{self.copy / absolute.relative_to(self.source)}" if is_path else word

    def compile(self, output):
        """Compiles an object of the copied sources as they are now, and returns its path."""
        words = iter(self.compile_commands[output])
        made, command = self.folder / output.replace("/", "_"), []
        for word in words:
            if word in ("-MQ", "-MF", "-o"):
                next(words)
            elif word not in ("-MD", "-Werror"):
                command.append(self.moved(word))
        run([*command, "-O1", "-w", "-o", made], cwd=self.build)
        return made

    def commands(self, program):
        """The commands by which the build makes a program. The last one links it."""
        if program not in self.known_commands:
            self.known_commands[program] = run(["ninja", "-C", self.build, "-t", "commands", program]).splitlines()
        return self.known_commands[program]

    def link(self, program, objects, to, compiled):
        """Links a program as the build does, with some objects in place of its own. They go before its
        libraries, which then have nothing to add that is in them. Returns False where the program is made of
        none of them."""
        *before, last = self.commands(program)
        parts = [name for name in objects if any(f" -o {name} " in line for line in before)]
        for name in parts:
            compiled[name] = compiled.get(name) or self.compile(name)
        made = {name: compiled[name] for name in parts}
        words = [str(made.pop(word, word)) for word in shlex.split(last)]
        place = words.index("-o")
        words[place + 1] = str(to)
        linked = run([*words[:place + 2], *made.values(), *words[place + 2:], "-Wl,-t,-t"], cwd=self.build)
        assert not (stale := [name for name in parts if is_linked(name, linked)]), f"{to} has the build's own {stale}"
        return bool(parts)

    def make(self, mutation, *programs, kernels=None):
        """Returns the paths of the programs with the mistake, each None where it is made of nothing that the
        mistake changes. There are none where the text of the mistake is not there once. Of kernels in
        several instruction sets only those named have the mistake, as the test runs no others."""
        path = self.copy / mutation.file
        if occurrences(self.copy, mutation) != 1:
            return []
        right = path.read_text(encoding="utf-8")
        objects = [name for name in self.users.get(mutation.file, [])
                   if not (of := KERNELS.search(name)) or kernels is None or of[1] == kernels]
        path.write_text(right.replace(mutation.text, mutation.broken), encoding="utf-8")
        made = [self.folder / Path(program).name for program in programs]
        try:
            compiled = {}
            linked = [self.link(program, objects, to, compiled) for program, to in zip(programs, made)]
        finally:
            path.write_text(right, encoding="utf-8")
        return [to if has_it else None for to, has_it in zip(made, linked)]
