#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate --against a git revision: how it is built, kept, and not built.

Usage: gate_revisions.py RNNBENCH FAKE CLASS...

Interrupted goes by the real clock, and so by the program as it is installed. Revisions go by the clock of
the tests.
"""
import ast
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
from gate_fake import (  # noqa: E402
    FINE, INTERRUPTED, NOT_COMPARABLE, NOT_WRONG, PROGRAM, ROW, USAGE, Gate, RealGate, environment, main)

# No test may work on the repository of a hook that runs these tests.
for name in [name for name in os.environ if name.startswith("GIT_") and not name.startswith("GIT_CONFIG")]:
    del os.environ[name]

SHORT = [*ROW, "--budget", "3s"]
VARIABLES = ["CC", "CXX", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"]

# A revision that builds into a worker like that of gate_fake_worker.c.
REVISION = {
    "meson.build": "project('fake', 'c')\nsubdir('bench')\n",
    "bench/meson.build": "executable('rnnbench', 'fake.c')\n",
    "bench/fake.c": r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "check\n") == 0)
            puts("{\"error\": \"unknown command\"}");
        else if (strncmp(line, "run ", 4) == 0)
            printf("{\"seconds\": %.9f, \"cpu_seconds\": %.9f}\n", 2e-3 * atoi(line + 4),
                   2e-3 * atoi(line + 4));
        else
            puts("{}");
        fflush(stdout);
    }
}
"""}


class Repositories(Gate):
    def git(self, where, *arguments):
        command = ["git", "-C", str(where), "-c", "user.name=t", "-c", "user.email=t@t.invalid", *map(str, arguments)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def commit(self, files):
        repository = self.folder / "repository"
        if not repository.exists():
            self.git(self.folder, "init", "-q", repository)
        for name, text in files.items():
            path = repository / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.git(repository, "add", "-A")
        self.git(repository, "commit", "-qm", "x")
        return repository

    def judge(self, status, repository, name="HEAD", **more):
        return self.gate(status, "--against", name, *SHORT, "--cache", self.folder / "cache/deep",
                         cwd=repository, **more)

    def start(self, repository, **more):
        process = subprocess.Popen(
            [PROGRAM, "gate", "--against", "HEAD", *SHORT, "--cache", self.folder / "cache/deep"], cwd=repository,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**more))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def kept(self):
        """Returns the names in the cache, less the commit and the digest of how it was built."""
        return sorted(re.sub("^[0-9a-f]{40}-[0-9a-f]{16}", "", path.name)
                      for path in (self.folder / "cache/deep").iterdir())


class Revisions(Repositories):
    def test_one_that_builds_is_kept(self):
        repository = self.commit(REVISION)
        first = self.judge(FINE, repository)
        self.assertIn("building HEAD, commit ", first.stderr)
        self.assertNotIn("building", self.judge(FINE, repository / "bench").stderr)
        self.assertEqual(self.kept(), ["", ".log"])

    def test_no_temporary_files(self):
        """This is told before anything is built."""
        done = self.judge(USAGE, self.commit(REVISION), TMPDIR=str(self.folder / "none"))
        self.assertIn(f"no temporary file in {self.folder}/none: No such file", done.stderr)
        self.assertFalse((self.folder / "cache").exists())

    def test_a_cache_that_cannot_be_used(self):
        repository = self.commit(REVISION)
        file, others, link, group = (self.folder / name for name in ("file", "others", "link", "group"))
        file.write_text("")
        others.mkdir()
        others.chmod(0o777)
        link.symlink_to(others)
        cases = [("/proc/self", "(No such file or directory|Permission denied)"),
                 (file, "Not a directory"), (file / "below", "Not a directory"),
                 (self.folder / ("x" * 300), "File name too long"),
                 (others, "others can write"), (link, "others can write"),
                 (group, "its group can write")]
        group.mkdir()
        group.chmod(0o775)
        foreign = self.folder / "foreign"
        foreign.mkdir()
        if os.geteuid() == 0:
            os.chown(foreign, 1, -1)
        else:
            foreign.chmod(0o500)
            cases.append((foreign, "Permission denied"))
            foreign = Path("/usr")
        for cache, why in [*cases, (foreign, "of another user")]:
            with self.subTest(cache=cache):
                done = self.gate(USAGE, "--against", "HEAD", *SHORT, "--cache", cache, cwd=repository)
                self.assertRegex(done.stderr, f"rnnbench gate: --cache .*: .*{why}")
                self.assertNotIn("building", done.stderr)
        self.assertEqual([*others.iterdir(), *group.iterdir()], [])

    def test_nobody_else_can_write_to_the_cache(self):
        """That is so whatever the umask."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.judge(FINE, self.commit(REVISION))
        for path in "cache", "cache/deep":
            self.assertEqual((self.folder / path).stat().st_mode & 0o777, 0o700)
        (program,) = (self.folder / "cache/deep").glob("*/rnnbench")
        for path in program, program.parent:
            self.assertEqual(path.stat().st_mode & 0o022, 0)

    def test_each_way_to_build_is_kept(self):
        repository = self.commit(REVISION)
        for more in ({}, {"CFLAGS": "-O1 -DNAME='a b'"}, {"PKG_CONFIG_PATH": "/elsewhere"}):
            self.assertIn("building", self.judge(FINE, repository, **more).stderr)
            self.assertNotIn("building", self.judge(FINE, repository, **more).stderr)
        self.assertEqual(self.kept(), 3 * [""] + 3 * [".log"])
        told = [path.read_text() for path in (self.folder / "cache/deep").glob("*/built-with")]
        self.assertEqual(sum("CFLAGS=-O1 -DNAME='a b'\n" in text for text in told), 1)

    def test_flags_that_are_too_long(self):
        """What was cut off could not tell whether the flags are the same."""
        repository = self.commit(REVISION)
        done = self.judge(USAGE, repository, CFLAGS="-DLONG " * 10000)
        self.assertIn("--against HEAD: compiler flags and the like of more than 64 KiB", done.stderr)
        for more in {}, {"CPPFLAGS": "-DMORE"}:
            flags = "-DLONG " * 2000
            self.assertIn("building", self.judge(FINE, repository, CFLAGS=flags, **more).stderr)
        self.assertEqual(self.kept(), 2 * [""] + 2 * [".log"])

    def test_another_compiler(self):
        """The other compiler has the same name, but its version gives it away."""
        repository = self.commit(REVISION)
        compiler = self.folder / "compiler"
        for version in "1.0", "2.0":
            compiler.write_text(f'#!/bin/sh\n[ "$*" != --version ] || {{ echo gcc {version}; exit; }}\n'
                                'exec cc "$@"\n')
            compiler.chmod(0o755)
            self.judge((FINE, NOT_COMPARABLE), repository, CC=str(compiler), CXX="c++")
        folders = {path.name.split(".")[0] for path in (self.folder / "cache/deep").iterdir()}
        self.assertEqual(len(folders), 2)

    def options_here(self):
        told = Path(PROGRAM).parents[1] / "meson-info/intro-buildoptions.json"
        if not told.exists():
            self.skipTest("the program is not in the folder that it was built in")
        values = {option["name"]: option["value"] for option in json.loads(told.read_text())}
        return {name: values["auto_features"] if value == "auto" else value for name, value in values.items()}

    def told_options(self):
        """Returns what was written down beside the one build in the cache."""
        (told,) = (self.folder / "cache/deep").glob("*/built-with")
        words = shlex.split(told.read_text().splitlines()[-1])
        options = dict(word.removeprefix("-D").split("=", 1) for word in words)
        return {name: ast.literal_eval(value) if value.startswith("[") else
                {"true": True, "false": False}.get(value, value) for name, value in options.items()}

    def test_options_are_handed_on(self):
        """Options are handed on as they are here. Of the project's options only those that the revision has
        are, as meson refuses others."""
        here = self.options_here()
        self.judge(FINE, self.commit({
            **REVISION, "meson_options.txt": "option('openmp', type: 'string', value: 'unset')\n",
            "meson.build": "project('fake', 'c')\nsubdir('bench')\n"
                           "foreach name : ['openmp', 'buildtype', 'optimization']\n"
                           "  message(name + '=' + get_option(name))\nendforeach\n"
                           "foreach argument : get_option('c_args')\n"
                           "  message('c_args=' + argument)\nendforeach\n"}),
                   **dict.fromkeys(VARIABLES, ""))
        told = self.told_options()
        for name in ("buildtype", "optimization", "b_coverage", "b_lto", "b_pgo", "b_pie", "b_staticpic",
                     "c_args", "c_link_args", "pkg_config_path"):
            self.assertIn(name, told)
        for name, value in told.items():
            if name in here and name != "b_ndebug":
                self.assertEqual(value, here[name], name)
        (log,) = (self.folder / "cache/deep").glob("*.log")
        arrived = re.findall("(?m)^(?:.*: )?Message: (.*)$", log.read_text())
        self.assertEqual(arrived, [*(f"{name}={here[name]}" for name in ("openmp", "buildtype", "optimization")),
                                   *(f"c_args={argument}" for argument in here["c_args"])])

    def test_the_environment_goes_before_options(self):
        """The environment goes first only before those options that Meson takes from it."""
        everything = {"c_args", "c_link_args", "cpp_args", "cpp_link_args", "pkg_config_path"}
        everything &= set(self.options_here())
        repository = self.commit(REVISION)
        for variable, instead in (("CFLAGS", {"c_args", "c_link_args"}), ("CPPFLAGS", {"c_args", "cpp_args"}),
                                  ("LDFLAGS", {"c_link_args", "cpp_link_args"}),
                                  ("CXXFLAGS", {"cpp_args", "cpp_link_args"}),
                                  ("PKG_CONFIG_PATH", {"pkg_config_path"})):
            self.judge(FINE, repository, **{**dict.fromkeys(VARIABLES, ""), variable: "-L/elsewhere"})
            self.assertEqual(everything & set(self.told_options()), everything - instead, variable)
            shutil.rmtree(self.folder / "cache")

    def test_blanks_and_quotes(self):
        """Both may be in the options, and in the path of the compiler, which the program has as words for the
        shell."""
        compiler = self.folder / "a compiler's" / "cc"
        compiler.parent.mkdir()
        compiler.write_text('#!/bin/sh\nexec cc "$@"\n')
        compiler.chmod(0o755)
        awkward = ["-DA='b c'", '-DB="d\\e"', "-DC=$HOME,f"]
        done = subprocess.run(
            ["meson", "setup", "-Dtests=disabled", "-Dopenmp=disabled", f"-Dc_args={awkward}", "build",
             Path(__file__).resolve().parents[2]], cwd=self.folder, capture_output=True, text=True,
            env=environment(CC=shlex.quote(str(compiler)), CXX="c++", CFLAGS="", LDFLAGS="", CPPFLAGS=""))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        text = (self.folder / "build/bench/build_info.h").read_text()
        told = {name: shlex.split(ast.literal_eval(value))
                for name, value in re.findall('(?m)^#define (BUILD_C[A-Z_]*) (".*")$', text)}
        self.assertEqual(told["BUILD_CC"], [str(compiler)])
        (option,) = told["BUILD_C_ARGS"]
        self.assertEqual(ast.literal_eval(option.removeprefix("-Dc_args=")), awkward)
        self.assertIn(" ".join(awkward), ast.literal_eval(re.search("BUILD_FLAGS (.*)", text)[1]))

    def test_a_revision_goes_before_a_file(self):
        repository = self.commit(REVISION)
        shutil.copy(self.fake, repository / "HEAD")
        self.assertIn("building HEAD", self.judge(FINE, repository).stderr)
        self.assertIn(f"{repository}/HEAD)", self.judge(FINE, repository, "./HEAD").stdout)
        shutil.copy(self.fake, repository / "fake")
        self.assertIn("for the file write ./", self.judge(USAGE, repository, "fake").stderr)
        (repository / "tree/bench").mkdir(parents=True)
        shutil.copy(self.fake, repository / "tree/bench/rnnbench")
        self.assertIn("tree/bench/rnnbench)", self.judge(FINE, repository, "tree").stdout)

    def test_another_gate_is_quicker(self):
        """The other gate puts the folder there meanwhile, and this one runs what is in it."""
        quicker = ('work=$(dirname "$MESON_SOURCE_ROOT"); folder=${work%.*}; mkdir "$folder"; '
                   f'touch "$folder/first"; ln -s {self.fake} "$folder/rnnbench"')
        self.judge(FINE, self.commit({
            **REVISION, "quicker.sh": quicker,
            "meson.build": "project('fake', 'c')\nsubdir('bench')\n"
                           "run_command('sh', files('quicker.sh'), check: true)\n"}))
        self.assertEqual(self.kept(), ["", ".log"])
        (folder,) = (path for path in (self.folder / "cache/deep").iterdir() if path.is_dir())
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["first", "rnnbench"])

    def test_two_gates_at_once(self):
        repository = self.commit(REVISION)
        for process in [self.start(repository, SHARED_CLOCK=str(self.folder / f"clock {number}"))
                        for number in range(2)]:
            output, errors = process.communicate(timeout=100)
            self.assertIn(process.returncode, NOT_WRONG, output + errors)
        self.assertEqual(self.kept(), ["", ".log"])

    def test_one_that_does_not_build(self):
        broken = {**REVISION, "bench/fake.c": "int main(void) { return nothing; }\n",
                  "meson.build": REVISION["meson.build"] + "message('Errors are mirrored')\n"}
        done = self.judge(NOT_COMPARABLE, self.commit(broken))
        self.assertRegex(done.stderr, r"--against HEAD: does not build: .*fake\.c:1:\d+: error: ")
        self.assertEqual(self.kept(), [".log"])

    def test_one_without_a_build(self):
        done = self.judge(NOT_COMPARABLE, self.commit({"README": "nothing\n"}))
        self.assertIn("does not build", done.stderr)

    def test_no_repository(self):
        done = self.judge(USAGE, self.folder, GIT_CEILING_DIRECTORIES=str(self.folder.parent))
        self.assertIn("--against HEAD: no build or program of that name, and git says: not a git repository",
                      done.stderr)
        self.assertNotIn("no build, program or revision", done.stderr)
        self.assertIn("for the file write ./", self.judge(USAGE, self.folder, "fake").stderr)

    def test_a_repository_of_another_user(self):
        """Git does not trust such a repository."""
        repository = self.commit(REVISION)
        done = self.judge(USAGE, repository, GIT_TEST_ASSUME_DIFFERENT_OWNER="1", HOME=str(self.folder))
        self.assertIn("--against HEAD: no build or program of that name, and git says: "
                      f"detected dubious ownership in repository at '{repository}'", done.stderr)

    def test_an_ambiguous_name(self):
        repository = self.commit({**REVISION, **{f"{number}": f"{number}\n" for number in range(1000)}})
        listed = self.git(repository, "rev-list", "--objects", "--all")
        names = sorted(line[:40] for line in listed.splitlines())
        short = next(a[:4] for a, b in zip(names, names[1:]) if a[:4] == b[:4])
        self.assertRegex(self.judge(USAGE, repository, short).stderr,
                         f"--against {short}: no build or program of that name, and git says: .*ambiguous")

    def test_no_git(self):
        repository = self.commit(REVISION)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "sh").symlink_to("/bin/sh")
        self.assertIn("--against HEAD: no build, program or revision of that name, as there is no git to ask for",
                      self.judge(USAGE, repository, PATH=str(tools)).stderr)

    def test_a_shallow_clone(self):
        """A shallow clone builds what it has, and for what it lacks it is told that it is one."""
        repository = self.commit(REVISION)
        first = self.git(repository, "rev-parse", "HEAD")
        self.commit({"more": "more\n"})
        self.git(self.folder, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
        shallow = self.folder / "shallow"
        for name in first, "HEAD^":
            self.assertIn(f"--against {name}: no build, program or revision of that name; the repository is a shallow "
                          "clone, which git fetch --unshallow completes", self.judge(USAGE, shallow, name).stderr)
            self.assertNotIn("shallow", self.judge(USAGE, repository, name + "^^^").stderr)
        self.judge(FINE, shallow)

    def test_repositories_of_other_kinds(self):
        """The gate runs in a folder of a worktree, and in a repository that is bare."""
        repository = self.commit(REVISION)
        self.git(repository, "worktree", "add", "-q", "--detach", self.folder / "worktree")
        self.git(self.folder, "clone", "-q", "--bare", repository, "bare")
        for folder in "worktree/bench", "bare":
            self.assertIn("building HEAD", self.judge(FINE, self.folder / folder).stderr)
            shutil.rmtree(self.folder / "cache")

    def test_another_repository_in_the_environment(self):
        """Git answers for the repository that it is told to ask. What is built does not hear of that."""
        repository = self.commit({**REVISION, "meson.build": REVISION["meson.build"] + (
            "message('repository ' + run_command('sh', '-c', 'echo ${GIT_DIR-none}', check: true).stdout())\n")})
        self.judge(FINE, self.folder, GIT_DIR=f"{repository}/.git")
        (log,) = (self.folder / "cache/deep").glob("*.log")
        self.assertIn("repository none", log.read_text())
        done = self.judge(USAGE, repository, GIT_DIR="/nonexistent")
        self.assertIn("git says: not a git repository: '/nonexistent'", done.stderr)

    def test_one_that_is_unknown(self):
        repository = self.commit(REVISION)
        for name in "v9.9", "--all", "HEAD;touch x", "$(touch x)", "'":
            done = self.judge(USAGE, repository, name)
            self.assertRegex(done.stderr, "no build, program or revision")
        self.assertFalse((repository / "x").exists())


class Interrupted(RealGate, Repositories):
    def test_an_interrupted_build(self):
        repository = self.commit({
            **REVISION, "meson.build": "project('fake', 'c')\n"
                                       "run_command('sleep', '71.25', check: true)\n"})
        for number in signal.SIGINT, signal.SIGTERM:
            process = self.start(repository, TMPDIR=str(self.folder))
            end = time.monotonic() + 60
            while not self.sleepers() and time.monotonic() < end:
                time.sleep(0.1)
            self.assertEqual(self.sleepers(), 1)
            start = time.monotonic()
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, INTERRUPTED, errors)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(self.sleepers(), 0)
            self.assertEqual(self.kept(), [".log"])

    def sleepers(self):
        """Returns the sleepers of this test, by its folder, as another suite may run as well."""
        count = 0
        mark = os.fsencode(f"TMPDIR={self.folder}")
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                count += ((path / "cmdline").read_bytes().endswith(b"sleep\x0071.25\x00")
                          and mark in (path / "environ").read_bytes().split(b"\0"))
        return count


if __name__ == "__main__":
    main()
