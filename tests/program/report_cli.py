#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench report from outside: its page, hostile names, missing parts, what it refuses.

Usage: report_cli.py RNNBENCH [unittest's arguments]
"""
import html.parser
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import report_files as made

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
SOURCES = Path(__file__).resolve().parents[2]
COMMITTED = sorted(SOURCES.glob("results/*/*.json"))
FINE, WRONG, USAGE, NOT_COMPARABLE = 0, 1, 2, 3
HAS_GNUPLOT = shutil.which("gnuplot") is not None
needs_gnuplot = unittest.skipUnless(HAS_GNUPLOT, "gnuplot is missing (Debian: gnuplot-nox)")
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments, path=None, **more):
    environment = {**os.environ, **({"PATH": path} if path is not None else {}), **more}
    return subprocess.run([PROGRAM, "report", *map(str, arguments)], capture_output=True, text=True,
                          errors="replace", timeout=120, env=environment)


class Page:
    """A page, parsed as strictly as XML is. Only script, style and doctype are no XML."""

    def __init__(self, path):
        self.text = Path(path).read_text(encoding="utf-8")
        markup = re.sub(r"(?s)<(script|style)>.*?</\1>", r"<\1/>", self.text)
        self.markup = markup.removeprefix("<!DOCTYPE html>\n")
        self.root = ElementTree.fromstring(self.markup)

    def all(self, tag):
        return list(self.root.iter(tag))

    def texts(self, tag):
        return ["".join(element.itertext()) for element in self.all(tag)]

    def rows(self):
        """Returns (problem, backend, threads, the other cells) of the table of all rows."""
        table = next(table for table in self.all("table") if table.get("id") == "rows")
        cells = [["".join(cell.itertext()) for cell in line] for line in table.find("tbody")]
        return [(line[0], line[1], int(line[2]), line[3:]) for line in cells]

    def svgs(self):
        return self.all("svg")


class Tags(html.parser.HTMLParser):
    """The tags as HTML's own rules find them, for a second opinion."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


class Reports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "report.html"

    def file(self, rows, name="a.json", **context):
        return made.write(self.folder / name, rows, **context)

    def report(self, *files, **options):
        done = run(*files, "--out", self.out, **options)
        self.assertEqual((done.returncode, done.stderr), (FINE, ""))
        return Page(self.out)


def labels_of(svg):
    """Returns [(text, (left, top, right, bottom))] of an SVG as the page has it."""
    labels = []

    def visit(element, inherited):
        inherited = {**inherited, **element.attrib}
        for child in element:
            visit(child, inherited)
        text = (element.text or "").strip()
        if element.tag != "text" or not text:
            return
        x, y = map(float, re.match(r"translate\(([-0-9.]+),([-0-9.]+)\)", inherited["transform"]).groups())
        size = float(inherited["font-size"])
        width, ascent, descent = 0.62 * size * len(text), 0.88 * size, 0.22 * size
        start = {"start": 0, "middle": -width / 2, "end": -width}[inherited["text-anchor"]]
        if "rotate(-90" in inherited["transform"]:
            labels.append((text, (x - ascent, y - start - width, x + descent, y - start)))
        else:
            labels.append((text, (x + start, y - ascent, x + start + width, y + descent)))

    visit(svg, {})
    return labels


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def names_of(rows):
    return {entry["run_name"] for entries in rows for entry in entries}


def name_of(problem, backend, threads):
    cell, _, rest = problem.partition("/")
    return made.own_name(cell, backend, rest, threads)


@needs_gnuplot
class Pages(Reports):
    def check(self, page, names):
        self.assertEqual({name_of(*line[:3]) for line in page.rows()}, names)
        self.assertEqual(len(page.rows()), len(names))
        ids = [element.get("id") for element in page.root.iter() if element.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        for svg in page.svgs():
            self.assertEqual(svg.get("role"), "img")
            for label in svg.get("aria-labelledby").split():
                self.assertIn(label, ids)
            self.assertTrue("".join(svg.find("title").itertext()))
            self.assertTrue("".join(svg.find("desc").itertext()))
            self.assertTrue(svg.findall(".//path"))
        for heading in page.all("th"):
            self.assertTrue(heading.get("scope"))
        self.assertEqual(len(page.all("h1")), 1)
        self.assertEqual(page.root.get("lang"), "en")
        self.assert_offline(page)

    def assert_offline(self, page):
        loads = {"href", "src", "srcset", "action", "data", "poster", "{http://www.w3.org/1999/xlink}href"}
        for element in page.root.iter():
            for attribute, value in element.attrib.items():
                self.assertFalse(attribute.lower().startswith("on"), f"{element.tag} has {attribute}")
                if attribute in loads:
                    self.assertTrue(value.startswith("#") or value == "data:,", value)
        for style in re.findall(r"(?s)<style>(.*?)</style>", page.text):
            self.assertNotRegex(style, r"url\(|@import|//\w")
        for script in re.findall(r"(?s)<script>(.*?)</script>", page.text):
            self.assertNotRegex(script, r"fetch|XMLHttp|import\(|https?:|innerHTML|eval")
        self.assertEqual(page.text.count("</script>"), 1)
        self.assertIn("default-src 'none'", page.text)

    def test_a_grid(self):
        rows = list(made.grid(made.BACKENDS))
        page = self.report(self.file(rows))
        self.check(page, names_of(rows))
        captions = "\n".join(page.texts("caption"))
        for text in "Who is the fastest", "LSTM, T = 32", "GRU, T = 1", "Measured peaks":
            self.assertIn(text, captions)
        self.assertIn("auto is the fastest", page.texts("p")[2])
        self.assertGreaterEqual(len(page.svgs()), 1 + 2 + 3 * 2 + 2)
        self.assertNotIn("secret-host", page.text)
        self.assertEqual(run(self.folder / "a.json", "--out", self.folder / "b.html").returncode, FINE)
        self.assertEqual((self.folder / "b.html").read_bytes(), self.out.read_bytes())

    def test_every_section(self):
        """Each row of report_sections.inc has its link and its section, in their order, and both its file and
        what its link says stand in the room's README."""
        room = SOURCES / "bench/report"
        readme = (room / "README.md").read_text(encoding="utf-8")
        names = re.findall(r"^SECTION\((\w+)\)$", (room / "report_sections.inc").read_text(encoding="utf-8"),
                           re.MULTILINE)
        page = self.report(self.file(made.grid(made.BACKENDS)))
        navigation, = page.all("nav")
        self.assertEqual([link.get("href") for link in navigation], [f"#{name}" for name in names])
        self.assertEqual([section.get("id") for section in page.all("section")], names)
        sources = [(path, path.read_text(encoding="utf-8")) for path in room.glob("*.c")]
        for name, link in zip(names, navigation):
            with self.subTest(section=name):
                path, = [path for path, text in sources if f"\nconst report_section section_{name} = " in text]
                for text in f"`{path.name}`", link.text:
                    self.assertTrue(text.lower() in readme.lower(), f"{text} is not in README.md of bench/report")

    def test_committed_results(self):
        self.assertTrue(COMMITTED)
        for path in COMMITTED:
            with self.subTest(path=path.name):
                entries = made.json.loads(path.read_text())["benchmarks"]
                self.check(self.report(path), {entry["run_name"] for entry in entries})

    def test_figures(self):
        """Times, ratios and the fastest of a problem are compared with values by hand."""
        lstm = "N:1/T:2/D:4/U:4"
        rows = [made.row(made.own_name("lstm", backend, lstm, 1), times, label=f"by {backend}")
                for backend, times in [("auto", [1000, 1100, 5000]), ("naive", [8800, 8800, 8800]),
                                       ("onednn", [2200, 2200, 2200])]]
        page = self.report(self.file(rows))
        lines = {line[1]: line[3] for line in page.rows()}
        self.assertEqual(lines["auto"][0], "1.10 \u00b5s")
        self.assertEqual(lines["auto"][2], "8.00\u00d7")
        self.assertEqual(lines["auto"][6], "by auto")
        self.assertEqual(lines["onednn"][2], "4.00\u00d7")
        self.assertEqual(lines["naive"][1], "0.0%")
        self.assertIn("auto is the fastest, or within 5% of it, on 100% of 1 case, and 2.00\u00d7 as "
                      "fast as onednn", page.texts("p")[2])

    def masked(self, **members):
        """Returns GFLOP/s and roof in the table of all rows, and the page."""
        size = "N:2/T:3/D:4/U:5/mask:lengths"
        rows = [made.row(made.own_name("lstm", "auto", size, 1), [200, 100, 100], **members),
                made.row(made.own_name("lstm", "auto", size.removesuffix("/mask:lengths"), 1), [100])]
        page = self.report(self.file(rows))
        lines = {line[0]: line[3] for line in page.rows()}
        return lines[f"lstm/{size}"][3:5], lines["lstm/N:2/T:3/D:4/U:5"][3:5], page

    def test_masked_steps_count_for_nothing(self):
        """A step has 180 multiply-adds, and 4 of 6 steps count."""
        masked, whole, page = self.masked(counted_steps=4, longest_row=3)
        self.assertEqual((masked, whole), (["14.4", "30.0%"], ["21.6", "30.0%"]))
        self.assertNotIn("no count of the steps", page.text)
        self.assertEqual(self.points(page), 2)

    def test_masked_steps_that_a_file_does_not_count(self):
        """In files from before there was a counter of such steps, GFLOP/s and roof are of all steps."""
        for members in ({}, {"counted_steps": 4}, {"counted_steps": 7, "longest_row": 3},
                        {"counted_steps": 4, "longest_row": 4}, {"counted_steps": 2, "longest_row": 3},
                        {"counted_steps": "4", "longest_row": "3"}, {"counted_steps": 0, "longest_row": 0}):
            with self.subTest(members=members):
                masked, whole, page = self.masked(**members)
                self.assertEqual((masked, whole), (["\u2013", "\u2013"], ["21.6", "30.0%"]))
                self.assertEqual(page.text.count("1 row with lengths or a mask without GFLOP/s and roof"), 2)
                self.assertEqual(self.points(page), 1)

    def test_more_threads_that_are_slower(self):
        """The row on as many threads stands for a backend. Where it has none, another row does."""
        size = made.sizes(1, 2, 8)
        rows = [made.row(made.own_name("lstm", backend, size, threads), [time])
                for backend, threads, time in [("auto", 1, 100), ("auto", 2, 200), ("avx2", 1, 150),
                                               ("onednn", 1, 300), ("onednn", 2, 400)]]
        page = self.report(self.file(rows))
        table = next(table for table in page.all("table")
                     if "Who is the fastest" in "".join(table.find("caption").itertext()))
        shares = {"".join(line[0].itertext()): [cell.text for cell in line[1:]]
                  for line in table.find("tbody")}
        self.assertEqual(shares, {"auto": ["50.0%", "50.0%", "2"], "avx2": ["50.0%", "50.0%", "2"],
                                  "onednn": ["0.0%", "0.0%", "2"]})

    def test_no_label_lies_on_another(self):
        """This goes by the places that gnuplot gave the labels, and the least room that a font takes."""
        files = [self.file(made.crowded(), **made.CROWDED), *COMMITTED]
        for path in files:
            with self.subTest(path=path.name):
                page = self.report(path)
                found = [(svg.find("title").text, one[0], other[0]) for svg in page.svgs()
                         for one, other in itertools.combinations(labels_of(svg), 2) if overlap(one[1], other[1])]
                self.assertEqual(found, [])
                self.assertGreater(sum(len(labels_of(svg)) for svg in page.svgs()), 10 * len(page.svgs()) / 2)

    def test_equal_peaks_have_both_their_names(self):
        page = self.report(self.file(made.crowded(), **made.CROWDED))
        roofline = next(section for section in page.all("section") if section.get("id") == "roofline")
        plots = {svg.find("title").text.split(";")[0]: dict(labels_of(svg)) for svg in roofline.iter("svg")}
        above = {"1 thread": {"L1", "L2", "L3", "DRAM"}, "2 threads": {"L1", "L2"}, "3 threads": {"L1", "L2", "L3"}}
        for title, expected in above.items():
            places = plots[title]
            tops = [places[name][1] for name in ("avx512", "avx2", "baseline")]
            self.assertEqual(tops, sorted(tops), title)
            self.assertLess(tops[2] - tops[0], 30, title)
            found = {name for name in ("L1", "L2", "L3", "DRAM") if name in places and places[name][2] <= 370}
            self.assertEqual(found, expected, title)
            for name in found:
                self.assertGreaterEqual(places[name][0], 60, "is beside the axis")
                self.assertLess(abs(places[name][3] - places["avx512"][3]), 20, "is above the highest peak")
            for name in {"L3", "DRAM"} & set(places) - found:
                self.assertEqual(places[name][0], places["avx512"][0], "is beside the end of its line")

    def test_long_names_keep_their_ends(self):
        page = self.report(self.file(made.crowded(), **made.CROWDED))
        names = [name for name, _ in labels_of(page.svgs()[0]) if "\u2026" in name]
        self.assertEqual(set(names), {f"a_peer_w\u2026{name[-8:]}" for name in made.CROWDED_PEERS})
        self.assertEqual(len(names), len(made.CROWDED_PEERS))

    def test_ratios_have_three_digits(self):
        digits = r"(\d\.\d\d|\d\d\.\d|\d{3,})"
        for path in COMMITTED:
            page = self.report(path)
            table = next(table for table in page.all("table")
                         if "How many times faster" in "".join(table.find("caption").itertext()))
            for line in table.find("tbody"):
                cells = ["".join(cell.itertext()) for cell in line]
                self.assertRegex(cells[1], rf"^{digits}\u00d7$", path.name)
                self.assertRegex(cells[2], rf"^{digits}\u2013{digits}\u00d7$", path.name)

    def points(self, page):
        """Returns the points in the rooflines."""
        roofline = next(section for section in page.all("section") if section.get("id") == "roofline")
        return sum(path.get("d").count("h0") for path in roofline.iter("path")
                   if path.get("class") in ("cloud", "points") and path.get("stroke") != "var(--paper)")

    def test_points_are_all_drawn(self):
        rows = list(made.grid(made.BACKENDS))
        page = self.report(self.file(rows))
        self.assertEqual(self.points(page), len(rows))

    def test_last_file_has_a_problem_whole(self):
        old = self.file([made.row(made.own_name("gru", backend, made.sizes(1, 1, 8), 1), [5000])
                         for backend in ("auto", "onednn")], "old.json")
        new = self.file([made.row(made.own_name("gru", "auto", made.sizes(1, 1, 8), 1), [7000])],
                        "new.json", date="2026-11-22T00:00:00+00:00")
        page = self.report(old, new)
        self.assertEqual([(line[1], line[3][0]) for line in page.rows()], [("auto", "7.00 \u00b5s")])
        page = self.report(new, old)
        self.assertEqual([(line[1], line[3][0]) for line in page.rows()],
                         [("auto", "5.00 \u00b5s"), ("onednn", "5.00 \u00b5s")])

    def test_rows_of_other_programs(self):
        rows = [made.row("BM_sort/1024", [10, 11]), made.row("BM_sort/2048", [2.5, 2.6], "ms")]
        page = self.report(self.file(rows, cpu=None))
        self.assertEqual([(line[0], line[1]) for line in page.rows()],
                         [("BM_sort/1024", ""), ("BM_sort/2048", "")])
        self.assertIn("No row names a backend", page.texts("p")[2])

    def test_rows_that_failed(self):
        name = made.own_name("lstm", "onednn", made.sizes(1, 1, 8), 1)
        failed = made.row(name, [0], error_occurred=True, error_message="out <of> luck")
        page = self.report(self.file([failed]))
        self.assertEqual(page.rows()[0][3][-1], "out <of> luck")
        self.assertIn("No row has a time", page.texts("p")[2])

    def test_one_repetition(self):
        page = self.report(self.file(made.grid(made.BACKENDS, repetitions=1)))
        self.assertEqual(page.rows()[0][3][1], "\u2013")


# ---- Names that want to be more than names ------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\" onload=\"x", "' x='y",
    "`id`", "$(touch pwned)", "'; system \"touch pwned\"; '", "@0@", "@1@", "{/=50 x}^2_3", "\\n\"\\", "%s%n",
    "\u202egnp", "\u0001\u007f\ufffe", "</title><svg onload=alert(1)>", "&lt;b&gt;&#x3c;", "--></style>",
    "EOD", "x" * 65536, "\U0001f600" * 1000,
]


@needs_gnuplot
class Hostile(Reports):
    def rows(self):
        """Makes the rows of a backend, a problem, a label and a failure each."""
        yield made.row(made.own_name("lstm", "auto", made.sizes(8, 4, 16), 1), [500])
        for i, name in enumerate(HOSTILE):
            backend = name.replace("/", "|").replace(":", ";")
            yield made.row(made.own_name("lstm", backend, made.sizes(8, 4, 16), 1), [1000 + i, 1001 + i])
            yield made.row(made.own_name("lstm", "auto", made.sizes(1, 4, 16 + i), 1), [1000, 1001],
                           label=name)
            yield made.row(f"{name} of another program", [50])
            yield made.row(f"failed {i}", [50], error_occurred=True, error_message=name)

    def context(self):
        named = {name[:100] + str(i): name for i, name in enumerate(HOSTILE)}
        peers = [name.replace("/", "|").replace(":", ";") for name in HOSTILE if "," not in name]
        return {**named, "cpu": HOSTILE[0], "compiler": HOSTILE[1], "date": HOSTILE[2],
                "peers": ", ".join(peers)}

    def recording_path(self):
        """Returns a PATH whose gnuplot keeps what it is told."""
        folder = self.folder / "bin"
        folder.mkdir()
        script = folder / "gnuplot"
        script.write_text(f"#!/bin/sh\ntee {self.folder}/script | {shutil.which('gnuplot')} \"$@\"\n")
        script.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    def test_names(self):
        rows = list(self.rows())
        path = self.file(rows, **self.context())
        page = self.report(path, path=self.recording_path())
        self.assertEqual(len(page.rows()), len(rows))
        harmless = Tags()
        harmless.feed(page.text)
        self.assertEqual(harmless.tags.count("script"), 1)
        self.assertNotIn("img", harmless.tags)
        self.assertFalse([name for name, _ in harmless.attributes if name.startswith("on")])
        shown = "\n".join(page.root.itertext())
        for name in HOSTILE:
            if name.isprintable() and name.isascii():
                self.assertIn(name[:200], shown)
        script = (self.folder / "script").read_text()
        for text in "alert", "touch", "system", "onload", "xxxx", "another program", "\u202e":
            self.assertNotIn(text, script)
        self.assertFalse((Path.cwd() / "pwned").exists())
        self.assertLess(self.out.stat().st_size, 2 << 20)

    def test_many_threads(self):
        """Each row takes the peaks of the next fewer threads that have some, without trying all numbers."""
        count = 999999
        rows = [made.row(made.own_name("lstm", "auto", made.sizes(1, 1, 8), count - i), [50])
                for i in range(60)]
        peaks = {f"peaks_threads_{count - 30}": "L2 7 GB/s", f"peaks_threads_{count}x": "L2 8 GB/s",
                 **{f"member {i}": "" for i in range(900)}}
        start = time.monotonic()
        page = self.report(self.file(rows, **peaks))
        self.assertLess(time.monotonic() - start, 20)
        (table,) = [table for table in page.all("table")
                    if "Measured peaks" in "".join(table.itertext())]
        found = {line[0].text: [line[i].text for i in (4, 5)] for line in table.find("tbody")}
        self.assertEqual(found[str(count - 31)], ["980.0", "480.0"])
        self.assertEqual(found[str(count - 30)], ["980.0", "7.0"])
        self.assertEqual(found[str(count)], ["980.0", "7.0"])

    def test_too_many_backends(self):
        rows = [made.row(made.own_name("lstm", f"b{i}", made.sizes(1, 1, 8), 1), [50]) for i in range(65)]
        done = run(self.file(rows), "--out", self.out)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("more than 64 backends", done.stderr)


# ---- gnuplot that is missing, or fails ----------------------------------------------------------

class Gnuplot(Reports):
    def assert_tables_alone(self, path, message, **more):
        rows = list(made.grid(made.BACKENDS))
        done = run(self.file(rows), "--out", self.out, path=path, **more)
        self.assertEqual(done.returncode, WRONG)
        self.assertIn(message, done.stderr)
        self.assertIn("no plots", done.stderr)
        page = Page(self.out)
        self.assertEqual(page.svgs(), [])
        self.assertIn(message, page.text)
        self.assertEqual(len(page.rows()), len(rows))

    def fake(self, body):
        script = self.folder / "gnuplot"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        return f"{self.folder}:{os.environ['PATH']}"

    def test_missing(self):
        self.assert_tables_alone(str(self.folder), "gnuplot was not found (Debian: gnuplot-nox)")

    def test_fails(self):
        self.assert_tables_alone(self.fake("echo 'line 7: undefined' >&2; exit 3"),
                                 "gnuplot: status 3: line 7: undefined")

    def test_says_nothing(self):
        self.assert_tables_alone(self.fake("exit 0"), "gnuplot drew 0 of")

    def test_reads_nothing_and_is_killed(self):
        self.assert_tables_alone(self.fake("kill -9 $$"), "gnuplot was ended by signal 9")

    def test_no_room_for_temporary_files(self):
        folder = self.folder / "none"
        self.assert_tables_alone(None, f"no temporary file in {folder}: No such file", TMPDIR=str(folder))

    @needs_gnuplot
    def test_writes_what_is_no_svg(self):
        """The page is well-formed in any case, whatever gnuplot draws."""
        path = self.fake("for i in $(seq 40); do echo '<svg <g <path d=\"M1\"/> <text>a<b</svg>'; done")
        source = self.file(made.grid(made.BACKENDS))
        self.assertIn(run(source, "--out", self.out, path=path).returncode, (FINE, WRONG))
        self.assertTrue(self.out.exists())


# ---- Output -------------------------------------------------------------------------------------

class Output(Reports):
    def assert_not_written(self, out, message):
        done = run(self.file(made.grid(made.BACKENDS)), "--out", out)
        self.assertEqual(done.returncode, WRONG)
        self.assertIn(f"--out {out}: {message}", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_no_such_folder(self):
        self.assert_not_written(self.folder / "none/report.html", "No such file")

    def test_folder(self):
        self.assert_not_written(self.folder, "Is a directory")

    @unittest.skipUnless(Path("/dev/full").exists(), "no /dev/full")
    def test_full(self):
        self.assert_not_written("/dev/full", "No space left")

    @needs_gnuplot
    def test_replaced_in_one_step(self):
        self.out.write_text("before")
        os.link(self.out, self.folder / "old.html")
        self.report(self.file(made.grid(made.BACKENDS)))
        self.assertEqual((self.folder / "old.html").read_text(), "before")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["a.json", "old.html", "report.html"])

    @needs_gnuplot
    def test_pipe(self):
        done = run(self.file(made.grid(made.BACKENDS)), "--out", "/dev/stdout")
        self.assertEqual((done.stdout[:15], done.stdout[-8:]), ("<!DOCTYPE html>", "</html>\n"), done.stderr)


# ---- Input --------------------------------------------------------------------------------------

class Refused(Reports):
    def assert_refused(self, status, text, *arguments):
        self.out.write_text("before")
        done = run(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual((done.stdout, self.out.read_text()), ("", "before"))

    def test_command_lines(self):
        source = self.file(made.grid(made.BACKENDS))
        self.assert_refused(USAGE, "results files are missing", "--out", self.out)
        self.assert_refused(USAGE, "--out is missing", source)
        self.assert_refused(USAGE, "--seed: unknown option; there are --out", source, "--seed", "1", "--out", self.out)

    def test_files(self):
        whole = self.file(made.grid(made.BACKENDS)).read_text()
        one = made.row(made.own_name("lstm", "auto", made.sizes(1, 1, 8), 1), [50])
        contents = {
            "empty.json": "", "text.json": "no JSON", "cut.json": whole[:len(whole) // 2],
            "list.json": "[1, 2]", "foreign.json": '{"context": {}}', "no_rows.json":
            '{"context": {}, "benchmarks": []}',
            "future.json": made.json.dumps({"context": {"rnnbench_schema": 99}, "benchmarks": one}),
        }
        good = self.file([one], "good.json")
        for name, content in contents.items():
            with self.subTest(name=name):
                (self.folder / name).write_text(content)
                self.assert_refused(USAGE, name, self.folder / name, "--out", self.out)
                self.assert_refused(USAGE, name, good, self.folder / name, "--out", self.out)
        with (self.folder / "large.json").open("w") as file:
            file.truncate(200 * 2**20)
        self.assert_refused(USAGE, "large.json: larger than 128 MiB", good, self.folder / "large.json",
                            "--out", self.out)
        self.assert_refused(USAGE, "none.json: No such file", self.folder / "none.json", "--out", self.out)
        self.assert_refused(USAGE, "Is a directory", self.folder, "--out", self.out)

    def test_two_machines(self):
        one = self.file(made.grid(("auto",)), "one.json")
        two = self.file(made.grid(("onednn",)), "two.json", cpu="Another CPU")
        self.assert_refused(NOT_COMPARABLE, 'cpu is "Test CPU" in', one, two, "--out", self.out)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
