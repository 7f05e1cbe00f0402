#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The commit that a build names is that of its sources or "unknown", whatever lies around them.

Usage: commit.py SOURCES
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCES = Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".").resolve()
# None of these variables may come from a hook that runs these tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
FALLBACK = "unknown"
# This build names the commit, and does nothing that takes long to configure.
MESON_BUILD = """project('rnnbench', 'c')
subdir('bench')
"""


def vcs_tag():
    """Returns the call in bench/meson.build."""
    text = (SOURCES / "bench/meson.build").read_text()
    call = re.search(r"vcs_tag\((?:[^()]|\([^()]*\))*\)", text)
    return f"commit = {call[0]}\ncustom_target('told', input: commit, output: 'told.h', " \
           "command: ['cp', '@INPUT@', '@OUTPUT@'], build_by_default: true)\n"


class Commit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.environment = {**ENVIRONMENT, "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(self, where, *arguments):
        command = ["git", "-C", str(where), "-c", "user.name=t", "-c", "user.email=t@t.invalid",
                   "-c", "protocol.file.allow=always", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env=self.environment).stdout.strip()

    def unpack(self, where):
        """Unpacks the sources, as far as they matter here."""
        where.mkdir(parents=True)
        (where / "bench").mkdir()
        (where / "meson.build").write_text(MESON_BUILD)
        (where / "bench/meson.build").write_text(vcs_tag())
        for path in (SOURCES / "bench").glob("commit.*"):
            shutil.copy(path, where / "bench")
        return where

    def commit_all(self, where):
        if not (where / ".git").exists():
            self.git(where.parent, "init", "-q", where)
        self.git(where, "add", "-A")
        self.git(where, "commit", "-qm", "x")
        return self.git(where, "rev-parse", "--short=12", "HEAD")

    def repository(self, name="repository"):
        where = self.unpack(self.folder / name)
        return where, self.commit_all(where)

    def other_repository(self, where):
        where.mkdir(parents=True)
        (where / "file").write_text("of another project\n")
        self.commit_all(where)
        return where

    def built(self, source, **more):
        build = self.folder / "a build"
        shutil.rmtree(build, ignore_errors=True)
        for command in ["meson", "setup", build, source], ["ninja", "-C", build]:
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=self.folder,
                                  env={**self.environment, **more})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return re.search('BUILD_COMMIT "(.*)"', (build / "bench/commit.h").read_text())[1]

    def test_a_repository(self):
        source, commit = self.repository()
        self.assertEqual(self.built(source), commit)
        with open(source / "meson.build", "a") as file:
            file.write("# changed\n")
        self.assertEqual(self.built(source), commit + "-dirty")

    def test_blanks_in_its_path(self):
        source, commit = self.repository("a repository's")
        self.assertEqual(self.built(source), commit)

    def test_a_worktree(self):
        source, commit = self.repository()
        self.git(source, "worktree", "add", "-q", "--detach", self.folder / "worktree")
        self.assertEqual(self.built(self.folder / "worktree"), commit)

    def test_a_submodule(self):
        source, commit = self.repository()
        other = self.other_repository(self.folder / "other")
        self.git(other, "submodule", "add", "-q", source, "parts/rnnbench")
        self.commit_all(other)
        self.assertEqual(self.built(other / "parts/rnnbench"), commit)

    def test_a_shallow_clone(self):
        source, _ = self.repository()
        (source / "file").write_text("more\n")
        commit = self.commit_all(source)
        self.git(self.folder, "clone", "-q", "--depth", "1", f"file://{source}", "shallow")
        self.assertEqual(self.built(self.folder / "shallow"), commit)

    def test_unpacked(self):
        self.assertEqual(self.built(self.unpack(self.folder / "unpacked")), FALLBACK)

    def test_unpacked_in_another_repository(self):
        """The sources lie below the other repository, at its top, and where it has committed all of them."""
        other = self.other_repository(self.folder / "other")
        below = self.unpack(other / "below")
        self.assertEqual(self.built(below), FALLBACK)
        self.commit_all(other)
        self.assertEqual(self.built(below), FALLBACK)
        top = self.unpack(self.folder / "top")
        self.git(self.folder, "init", "-q", top)
        self.git(top, "commit", "-q", "--allow-empty", "-m", "x")
        self.assertEqual(self.built(top), FALLBACK)

    def test_another_repository_in_the_environment(self):
        """Hooks run with such an environment."""
        other = self.other_repository(self.folder / "other")
        source, commit = self.repository()
        unpacked = self.unpack(self.folder / "unpacked")
        for more in ({"GIT_DIR": f"{other}/.git"}, {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other)},
                     {"GIT_DIR": "/nonexistent"}, {"GIT_INDEX_FILE": f"{other}/.git/index"},
                     {"GIT_OBJECT_DIRECTORY": f"{other}/.git/objects"}, {"GIT_CEILING_DIRECTORIES": str(self.folder)}):
            with self.subTest(**more):
                self.assertEqual(self.built(source, **more), commit)
                self.assertEqual(self.built(unpacked, **more), FALLBACK)

    def test_of_another_user(self):
        """Git does not trust the sources of another user. Where it is told to, it does."""
        source, commit = self.repository()
        more = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}  # without this only root could try it
        self.assertEqual(self.built(source, **more), FALLBACK)
        trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": str(source)}
        self.assertEqual(self.built(source, **more, **trusted), commit)

    def test_without_git(self):
        source, _ = self.repository()
        tools = self.folder / "tools"
        tools.mkdir()
        for folder in reversed(os.environ["PATH"].split(os.pathsep)):
            for tool in Path(folder).glob("*"):
                if tool.name != "git":
                    (tools / tool.name).unlink(missing_ok=True)
                    (tools / tool.name).symlink_to(tool)
        self.assertEqual(self.built(source, PATH=str(tools)), FALLBACK)


if __name__ == "__main__":
    if not shutil.which("git"):
        print("skipped: git is not installed")
        sys.exit(77)
    unittest.main()
