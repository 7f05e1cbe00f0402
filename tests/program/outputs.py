#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a command writes respects what stands there: links, modes, owners, and what is no file.

Usage: outputs.py RNNBENCH [unittest's arguments]
"""
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import results_fake

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
FINE, WRONG, USAGE = 0, 1, 2
PROBLEM = "lstm/N:1/T:2/D:3/U:4"
QUICK = ["--problem", "lstm/N:1/T:1/U:1", "--backend", "naive", "--repetitions", "1", "--min-time", "1e-6"]
SWEEP = ["sweep", *QUICK, "--peak-time", "0.02"]


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], timeout=120,
                          **{"capture_output": True, "text": True, **options})


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.input = results_fake.write(self.folder / "in" / "in.json",
                                        {results_fake.row_name(PROBLEM, "avx2"): [1e-6, 2e-6]})

    def commands(self):
        """The commands that write a file, and how that file begins."""
        return {"merge": (["merge", self.input], "--out", "{"),
                "report": (["report", self.input], "--out", "<!DOCTYPE"),
                "compare": (["compare", self.input, self.input, "--format", "text"], "--out", "rnnbench compare"),
                "history": (["history", PROBLEM, self.input, "--format", "text"], "--out", PROBLEM),
                "explain": (["explain", PROBLEM, "--peak-time", "0.02", "--format", "text"], "--out", PROBLEM),
                "sweep": (SWEEP, "--out", "{"), "table": (SWEEP, "--table", ""),
                "tune": (["tune", *QUICK, "--force", "--threads", "1"], "--out", "rnnbench tuning")}

    def write(self, name, target):
        """Runs a command, which must succeed, except that a report may find no gnuplot."""
        command, option, start = self.commands()[name]
        done = run(*command, option, target)
        if "gnuplot" not in done.stderr:
            self.assertEqual(done.returncode, FINE, f"{name}: {done.stdout}{done.stderr}")
        return start

    def check(self, name, target, path):
        start = self.write(name, target)
        self.assertTrue(path.read_text().startswith(start), path.read_text()[:100])
        self.assertEqual([file.name for file in path.parent.glob("*.part")], [])

    def test_links(self):
        real = self.folder / "real"
        real.mkdir()
        (self.folder / "linked").symlink_to("real")
        for name in self.commands():
            for kind, target in {"a file": "old", "nothing": f"new-{name}"}.items():
                with self.subTest(name, kind=kind):
                    (real / "old").write_text("old")
                    (real / "link").symlink_to(target)
                    (self.folder / "first").symlink_to("linked/link")
                    self.check(name, self.folder / "first", real / target)
                    self.assertTrue((self.folder / "first").is_symlink() and (real / "link").is_symlink())
                    (self.folder / "first").unlink()
                    (real / "link").unlink()

    def test_mode_and_owner(self):
        path = self.folder / "old"
        owner = (12345, 23456) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        for name in self.commands():
            for mode in 0o600, 0o664, 0o640:
                with self.subTest(name, mode=oct(mode)):
                    path.write_text("old")
                    os.chown(path, *owner)
                    path.chmod(mode)
                    self.check(name, path, path)
                    info = path.stat()
                    self.assertEqual((stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid), (mode, *owner))
                    path.unlink()

    def test_standard_output(self):
        """Output goes behind what a shell's >> has there, once, and together with what is printed. The link is
        one of our own, because a program that replaced /dev/stdout would take it from the whole machine."""
        link = self.folder / "stdout"
        link.symlink_to("/proc/self/fd/1")
        for name in self.commands():
            for target in link, "/dev/fd/1", "/proc/self/fd/1":
                with self.subTest(name, target=str(target)):
                    command, option, start = self.commands()[name]
                    log = self.folder / "log"
                    log.write_text("before\n")
                    with log.open("a") as file:
                        done = run(*command, option, target, capture_output=False, stdout=file, stderr=subprocess.PIPE)
                    if "gnuplot" not in done.stderr:
                        self.assertEqual(done.returncode, FINE, done.stderr)
                    self.assertTrue(link.is_symlink())
                    text = log.read_text()
                    self.assertTrue(text.startswith("before\n"), text[:100])
                    if start:
                        self.assertEqual(("\n" + text).count("\n" + start + ("\n" if start == "{" else "")), 1, text)

    def test_pipes_and_devices(self):
        """The reader of a pipe gets the whole file, once."""
        for name in self.commands():
            with self.subTest(name):
                pipe, texts = self.folder / f"pipe-{name}", []
                os.mkfifo(pipe)
                (self.folder / f"link-{name}").symlink_to(pipe)
                reader = threading.Thread(target=lambda: texts.append(pipe.read_text()), daemon=True)
                reader.start()
                start = self.write(name, self.folder / f"link-{name}")
                reader.join(60)
                self.assertTrue(texts[0] and texts[0].startswith(start), texts)
                self.assertTrue(stat.S_ISFIFO(pipe.stat().st_mode))
                self.write(name, "/dev/null")
                self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_index(self):
        store = self.input.parent
        (self.folder / "page.md").write_text("# Mine\n<!-- index -->\n<!-- /index -->\n")
        (self.folder / "page.md").chmod(0o640)
        (store / "README.md").symlink_to("../page.md")
        for text in "Mine", "Results":
            self.assertEqual(run("index", store).returncode, FINE)
            self.assertTrue((store / "README.md").is_symlink())
            self.assertIn(text, (self.folder / "page.md").read_text())
            self.assertIn("Test CPU", (self.folder / "page.md").read_text())
            if text == "Mine":
                self.assertEqual(stat.S_IMODE((self.folder / "page.md").stat().st_mode), 0o640)
            (self.folder / "page.md").unlink()

    def test_a_store_behind_a_link(self):
        (self.folder / "results").symlink_to("elsewhere")
        done = run(*SWEEP, "--save", "--results", self.folder / "results")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(len(list((self.folder / "elsewhere").glob("*/*.json"))), 1)

    def test_one_file_for_both(self):
        """This is refused however it is written, and whether or not the file is there, as the table would
        replace the rows."""
        (self.folder / "real").mkdir()
        (self.folder / "linked").symlink_to("real")
        (self.folder / "real/link").symlink_to("x")
        for there in False, True:
            if there:
                (self.folder / "real/x").write_text("old")
            for out, table in (("x", "./x"), ("./x", self.folder / "real/x"), ("x", "../linked/x"), ("link", "./x")):
                with self.subTest(out=out, table=str(table), there=there):
                    done = run(*SWEEP, "--out", out, "--table", table, cwd=self.folder / "real")
                    self.assertEqual(done.returncode, USAGE, done.stderr)
                    self.assertIn("the same file as --out", done.stderr)
        self.assertEqual((self.folder / "real/x").read_text(), "old")

    def in_mounts(self, mount, *arguments):
        """Runs a command where that was mounted, for itself alone. Skips the test where mounting is not
        allowed."""
        own = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "sh"]
        if not shutil.which("unshare") or subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
            self.skipTest("may not mount")
        return subprocess.run([*own, PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              check=False)

    def test_a_full_disk_is_told(self):
        """A full disk is told of a file that is not there yet, too."""
        done = self.in_mounts(f"mount -t tmpfs -o nr_inodes=1 none {self.folder}", *SWEEP, "--out",
                              self.folder / "new")
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("No space left", done.stderr)

    def test_a_mount_point(self):
        """Nothing can be renamed over a mount point, as over a file that a container is given."""
        outside, inside = self.folder / "outside", self.folder / "inside"
        for name, (command, option, start) in self.commands().items():
            with self.subTest(name):
                outside.write_text("old" * 100000)
                inside.write_text("")
                done = self.in_mounts(f"mount --bind {outside} {inside}", *command, option, inside)
                if "gnuplot" not in done.stderr:
                    self.assertEqual(done.returncode, FINE, done.stderr)
                text = outside.read_text()
                self.assertTrue(text.startswith(start), text[:100])
                self.assertNotIn("oldold", text)
                self.assertEqual([file.name for file in self.folder.glob("*.part")], [])

    def test_links_of_others(self):
        """Where the kernel follows no link of somebody else's, rnnbench does not either."""
        protected = Path("/proc/sys/fs/protected_symlinks")
        if os.geteuid() != 0 or not protected.exists() or protected.read_text() != "1\n":
            self.skipTest("such links are followed, or cannot be made")
        shared = self.folder / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        (self.folder / "old").write_text("old")
        (shared / "link").symlink_to(self.folder / "old")
        os.chown(shared / "link", 12345, 12345, follow_symlinks=False)
        for name, (command, option, _) in self.commands().items():
            done = run(*command, option, shared / "link")
            self.assertIn(done.returncode, (WRONG, USAGE), name)
            self.assertIn("Permission denied", done.stderr, name)
            self.assertEqual((self.folder / "old").read_text(), "old", name)

    def test_a_loop(self):
        (self.folder / "loop").symlink_to("loop")
        for name, (command, option, _) in self.commands().items():
            done = run(*command, option, self.folder / "loop")
            self.assertIn(done.returncode, (WRONG, USAGE), name)
            self.assertIn("Too many levels of symbolic links", done.stderr, name)

    def test_nowhere_to_print(self):
        """A full disk and a closed descriptor are told, and no other file gets what is printed."""
        for command in (["--help"], ["--version"], ["list"], ["compare", "--help"], ["summary", PROBLEM],
                        ["compare", self.input, self.input]):
            for where, reason in {">/dev/full": "No space left", ">&-": "Bad file descriptor",
                                  "<&- >&-": "Bad file descriptor"}.items():
                with self.subTest(command, where=where):
                    done = subprocess.run(["sh", "-c", f'"$@" {where}', "sh", PROGRAM, *map(str, command)],
                                          capture_output=True, text=True, timeout=60)
                    self.assertEqual(done.returncode, WRONG, done.stderr)
                    self.assertIn(reason, done.stderr)

    def test_closed_descriptors(self):
        """The file that is opened first must not become standard output or error."""
        for where in ">&-", "2>&-", "<&-", "<&- >&- 2>&-":
            out = self.folder / "out.json"
            subprocess.run(["sh", "-c", f'"$@" {where}', "sh", PROGRAM, "merge", self.input, "--out", out],
                           capture_output=True, timeout=60, check=False)
            self.assertTrue(out.read_text().startswith("{") and out.read_text().endswith("}\n"), where)
            out.unlink()

    def test_nothing_to_open_in_their_place(self):
        """Otherwise the next file that is opened would be read, or printed to."""
        done = self.in_mounts("mount -t tmpfs none /dev && exec <&-", "--version")
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
