#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The numbers of rnnbench report against values worked out by hand: quartiles, losses, worst cases, means, who
is the fastest, scaling, peaks. What goes to gnuplot is recorded, so gnuplot need not be there.

Usage: report_numbers.py RNNBENCH [unittest's arguments]
"""
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
import report_files as made  # noqa: E402
from report_cli import WRONG, Page, Reports, run  # noqa: E402

SMALL, LARGE = made.sizes(1, 2, 4), made.sizes(8, 2, 4)


def timed(backend, times, sizes=SMALL, threads=1, cell="lstm", **members):
    return made.row(made.own_name(cell, backend, sizes, threads), times, **members)


class Numbers(Reports):
    def page(self, *rows, **context):
        """Makes a page. `self.script` is then what was to be drawn, and `self.closing` what is told of it."""
        record = self.folder / "script"
        gnuplot = self.folder / "gnuplot"
        gnuplot.write_text(f"#!/bin/sh\ncat >{record}\n")
        gnuplot.chmod(0o755)
        done = run(self.file(rows, **context), "--out", self.out, path=f"{self.folder}:{os.environ['PATH']}")
        self.assertEqual(done.returncode, WRONG)
        self.assertRegex(done.stderr, "gnuplot drew 0 of")
        self.closing = done.stdout.splitlines()
        self.script = record.read_text()
        return Page(self.out)

    def table(self, page, words):
        """Returns {first cell of a line: its other cells} of the table whose caption or head has these words."""
        (table,) = [table for table in page.all("table") if words in " ".join(
            "".join(part.itertext()) for part in table if part.tag in ("caption", "thead"))]
        return {"".join(line[0].itertext()): ["".join(cell.itertext()) for cell in line[1:]]
                for line in table.find("tbody")}

    def blocks(self):
        """Returns the lines of numbers that each plot has of each backend."""
        return [[[float(word) for word in line.split()] for line in block.splitlines()]
                for block in re.findall(r"(?s)\$b\d+ << EOD\n(.*?)EOD\n", self.script)]

    # ---- Losses ----------------------------------------------------------------------------------

    LOSSES = {  # sizes: ours, theirs
        made.sizes(1, 2, 4): ([100, 110, 120, 130, 140], [200, 210, 220, 230, 240]),  # 1.833
        made.sizes(2, 2, 4): ([200, 210, 220, 230, 240], [100, 110, 120, 130, 140]),  # 0.545, apart
        made.sizes(4, 2, 4): ([120, 140, 160, 180, 200], [110, 130, 150, 170, 190]),  # 0.9375, within noise
        # 0.824: quartiles 160..180 above 130..150, though the slowest of theirs is above our fastest
        made.sizes(8, 2, 4): ([110, 160, 170, 180, 230], [80, 130, 140, 150, 200])}

    def losses(self, peer):
        for sizes, (ours, theirs) in self.LOSSES.items():
            yield timed("auto", ours, sizes)
            yield timed(peer, theirs, sizes)

    def test_losses(self):
        page = self.page(*self.losses("onednn"))
        mean, interval, *others = self.table(page, "How many times faster")["onednn"]
        self.assertEqual(mean, "0.94\u00d7")  # (22/12 x 12/22 x 15/16 x 14/17) ^ 1/4 = 0.9374
        self.assertEqual(others, ["4", "3", "2", "0.55\u00d7", "lstm/N:2/T:2/D:4/U:4, 1 thread"])
        low, high = (float(text.rstrip("\u00d7")) for text in interval.split("\u2013"))
        self.assertTrue(0.55 < low < 0.9374 < high < 1.83)
        self.assertIn("auto is the fastest, or within 5% of it, on 25.0% of 4 cases, and 0.94\u00d7 as fast as onednn "
                      "(geometric mean; at worst 0.55\u00d7).", page.texts("p")[2])

    def test_losses_to_the_best_of_several(self):
        """In each case the fastest peer counts. naive is compared only by itself, and is no peer."""
        page = self.page(timed("auto", [100] * 3), timed("onednn", [200] * 3), timed("torch", [400] * 3),
                         timed("naive", [1600] * 3),
                         timed("auto", [100] * 3, LARGE), timed("onednn", [400] * 3, LARGE),
                         timed("torch", [50] * 3, LARGE), timed("naive", [400] * 3, LARGE))
        lines = self.table(page, "How many times faster")
        self.assertEqual(list(lines), ["onednn", "torch", "best of all peers", "naive"])
        self.assertEqual({name: [line[0], *line[2:6]] for name, line in lines.items()},
                         {"onednn": ["2.83\u00d7", "2", "0", "0", "2.00\u00d7"],  # the root of 8
                          "torch": ["1.41\u00d7", "2", "1", "1", "0.50\u00d7"],  # the root of 2
                          "best of all peers": ["1.00\u00d7", "2", "1", "1", "0.50\u00d7"],
                          "naive": ["8.00\u00d7", "2", "0", "0", "4.00\u00d7"]})
        self.assertIn("1.00\u00d7 as fast as the best of all peers on each", page.texts("p")[2])

    def test_a_peer_on_fewer_threads_counts_once(self):
        page = self.page(timed("auto", [100] * 3), timed("auto", [50] * 3, threads=2), timed("onednn", [300] * 3))
        self.assertEqual(self.table(page, "How many times faster")["onednn"][:3], ["3.00\u00d7", "\u2013", "1"])

    def test_strips(self):
        """The strips have the 5th, 25th, 50th, 75th and 95th percentile of 1, 2, 4, 8 and 16 times faster."""
        rows = []
        for i in range(5):
            sizes = made.sizes(1 << i, 2, 4)
            rows += [timed("auto", [100] * 3, sizes), timed("onednn", [100 << i] * 3, sizes)]
        self.page(*rows)
        (boxes,) = re.findall(r"(?s)\$boxes << EOD\n(.*?)EOD\n", self.script)
        self.assertEqual([float(word) for word in boxes.split()[1:]], [1.2, 2, 4, 8, 14.4])

    # ---- What is told at the end -----------------------------------------------------------------

    def told(self):
        """Returns {who: the other words} of the lines on who is how many times faster."""
        start = self.closing.index("How many times faster auto is") + 2
        lines = [re.split(" {2,}", line) for line in self.closing[start:self.closing.index("", start)]]
        return {line[0]: line[1:] for line in lines}

    def test_losses_are_told(self):
        self.page(*self.losses("onednn"))
        self.assertEqual(self.told(), {"onednn": ["0.94x", "0.55x", "3 of 4", "lstm/N:2/T:2/D:4/U:4, 1 thread"]})
        self.assertEqual(self.closing[0], "4 problems, 8 rows with a time")
        self.assertEqual(self.closing[-1], f"{self.out}: 8 rows of 4 problems")

    def test_who_is_held_against_is_told(self):
        self.page(timed("auto", [100] * 3), timed("onednn", [200] * 3), timed("naive", [12340] * 3),
                  timed("auto", [50] * 3, threads=2), timed("onednn", [200] * 3, threads=2))
        worst = "lstm/N:1/T:2/D:4/U:4, 1 thread"
        self.assertEqual(self.told(), {"onednn": ["2.83x", "2.00x", "0 of 2", worst],  # the root of 8
                                       "naive": ["123x", "123x", "0 of 1", worst]})

    def test_exactness_is_told(self):
        """Only our exactness is told. The largest error need not be the one that comes nearest to its
        tolerance."""
        self.page(timed("auto", [100] * 3, max_error=4e-7, of_tolerance=0.125),
                  timed("auto", [100] * 3, LARGE, max_error=1e-7, of_tolerance=0.25),
                  timed("naive", [100] * 3, max_error=9e-7, of_tolerance=0.75))
        self.assertEqual(self.closing[1], "exact: auto's largest error is 4.0e-07, at most 0.25 of what is tolerated")
        self.page(timed("auto", [100] * 3, max_error=4e-7))
        self.assertEqual(self.closing[1], "exact: auto's largest error is 4.0e-07", "a file that does not know it")

    def test_disturbance_is_told(self):
        """cv is 20, 0 and 5%, and one repetition has none."""
        self.page(timed("auto", [80, 100, 120]), timed("auto", [100] * 3, LARGE), timed("naive", [95, 100, 105]),
                  timed("avx2", [100]))
        self.assertEqual(self.closing[2], "disturbed: 1 of 3 rows (33.3%) vary by more than 10%; half of all by at "
                                          "most 5.0%")

    # ---- Who is the fastest ----------------------------------------------------------------------

    def test_who_is_the_fastest(self):
        """5% slower is about as fast, 6% is not."""
        page = self.page(timed("auto", [100, 101, 102]), timed("avx2", [106, 106, 106]), timed("naive", [107] * 3),
                         timed("auto", [200] * 3, LARGE), timed("avx2", [100] * 3, LARGE))
        self.assertEqual(self.table(page, "Who is the fastest"),
                         {"auto": ["50.0%", "50.0%", "2"], "avx2": ["50.0%", "100%", "2"],
                          "naive": ["0.0%", "0.0%", "1"]})

    def test_a_map(self):
        """A map names who is the fastest, and how many times as long the reference takes."""
        rows = []
        for n, u, auto, avx2, naive in ((1, 16, 100, 200, 800), (1, 32, 300, 150, 600),
                                        (8, 16, 100, 100.5, 1200), (8, 32, 100, 90, 45)):
            for backend, time in ("auto", auto), ("avx2", avx2), ("naive", naive):
                rows.append(timed(backend, [time] * 3, made.sizes(n, 2, u)))
        lines = self.table(self.page(*rows), "LSTM, T = 2")
        self.assertEqual(lines, {"1": ["8.00\u00d7auto", "4.00\u00d7avx2"], "8": ["12.0\u00d7auto", "1.00\u00d7naive"]})

    def maps(self, *rows):
        """Returns the colours of each map, as classes of its fields."""
        return [[cell.get("class") for cell in table.iter("td")] for table in self.page(*rows).all("table")
                if table.get("class") == "heat"]

    def test_colours_of_the_fastest(self):
        """There are ten steps of equal ratios up to 16, which is the power of two above all but the highest of
        1, 4, 8 and 12."""
        rows = []
        for (n, u), ratio in zip(((1, 16), (1, 32), (8, 16), (8, 32)), (1, 4, 8, 12)):
            sizes = made.sizes(n, 2, u)
            rows += [timed("auto", [100] * 3, sizes), timed("naive", [100 * ratio] * 3, sizes)]
        self.assertEqual(self.maps(*rows), [["q0", "q5", "q7", "q8"]])

    def test_colours_against_peers(self):
        ratios = (0.4, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6, 2)
        rows = []
        for i, ratio in enumerate(ratios):
            sizes = made.sizes(1 << i // 3, 2, 16 << i % 3)
            rows += [timed("auto", [100] * 3, sizes, cell="gru"), timed("onednn", [100 * ratio] * 3, sizes, cell="gru")]
        self.assertIn([f"d{level}" for level in range(9)], self.maps(*rows))

    # ---- Backends --------------------------------------------------------------------------------

    def test_backends(self):
        """Medians and extremes over the rows: cv is 20, 0 and 5%, roof 10, 20 and 40%."""
        failed = timed("auto", [1], made.sizes(16, 2, 4), error_occurred=True, error_message="no")
        page = self.page(timed("auto", [80, 100, 120], made.sizes(1, 2, 4), roof=0.1, max_error=4e-7),
                         timed("auto", [100, 100, 100], made.sizes(2, 2, 4), roof=0.4, max_error=1e-7),
                         timed("auto", [95, 100, 105], made.sizes(4, 2, 4), roof=0.2, max_error=2e-7), failed)
        cells = self.table(page, "above 10%")["auto"]
        self.assertEqual(cells[:2], ["3", "1"])
        self.assertEqual(cells[4:], ["20.0%", "40.0%", "2.0e-07", "4.0e-07", "5.0%", "33.3%"])

    def test_rows(self):
        """A row has the median, the variation, and the reference's time over it. What varies most is marked."""
        page = self.page(timed("auto", [80, 100, 120, 100]), timed("naive", [400, 410, 390]),
                         timed("auto", [80, 100, 121], LARGE), timed("naive", [200, 1000, 200], LARGE))
        lines = {(line[0], line[1]): line[3] for line in page.rows()}
        self.assertEqual(lines["lstm/" + SMALL, "auto"][:3], ["100 ns", "16.3%", "4.00\u00d7"])  # the root of 800 / 3
        self.assertEqual(lines["lstm/" + LARGE, "auto"][:3], ["100 ns", "20.4%", "2.00\u00d7"])
        self.assertEqual(lines["lstm/" + SMALL, "naive"][:3], ["400 ns", "2.5%", "1.00\u00d7"])
        marked = [cell.text for cell in page.all("td") if cell.get("class") == "bad"]
        self.assertEqual(marked, ["16.3%", "20.4%", "99.0%"])

    # ---- Scaling ---------------------------------------------------------------------------------

    def over_threads(self, sizes, threads, time):
        """Four threads take a quarter of the time, with quartiles of 11/12 and 13/12 of the median."""
        return [timed("auto", [part * time / p for part in (10, 11, 12, 13, 14)], sizes, p) for p in threads]

    def test_bars_are_quartiles(self):
        self.page(*self.over_threads(SMALL, (1, 4), 100))
        (block,) = [block for block in self.blocks() if len(block[0]) == 4]
        self.assertEqual([line[0] for line in block], [1, 4])
        self.assertAlmostEqual(block[1][1] / block[0][1], 4, delta=0.01)
        for _, middle, low, high in block:
            self.assertAlmostEqual(low / middle, 12 / 13, delta=1e-3)
            self.assertAlmostEqual(high / middle, 12 / 11, delta=1e-3)

    def longest(self, *series):
        self.page(*[row for arguments in series for row in self.over_threads(*arguments)])
        (block,) = [block for block in self.blocks() if len(block[0]) == 4]
        return [line[0] for line in block], block[0][1]

    def test_the_longest_series_is_drawn(self):
        """Of equally long series the one nearest to T = 32, N = 32, U = 512 is drawn."""
        near, far = made.sizes(32, 32, 512), made.sizes(1, 32, 8)
        threads, quick = self.longest((near, (1, 2), 1e6), (far, (1, 2, 4), 1e3))
        self.assertEqual(threads, [1, 2, 4])
        self.assertAlmostEqual(quick, 32 * 2 * 4 * 8 * 16 / 12e3, delta=0.01)
        for order in (near, far), (far, near):
            threads, quick = self.longest(*[(sizes, (1, 2), 1e6) for sizes in order])
            self.assertEqual(threads, [1, 2])
            self.assertAlmostEqual(quick, 32 * 32 * 2 * 4 * 512 * 1024 / 12e6, delta=0.1)

    # ---- Peaks -----------------------------------------------------------------------------------

    def test_peaks(self):
        """A peak is the highest of all files, on as many threads or the next fewer that were measured. There is
        one for each name that the files have, except for names that are no word."""
        one = self.file([timed("auto", [100] * 3), timed("auto", [100] * 3, threads=3)], "one.json",
                        peaks_threads_1="avx2 10.0 GFLOP/s, L1 5.0 GB/s", peaks_threads_2="avx2 20.0 GFLOP/s")
        two = self.file([timed("auto", [100] * 3, LARGE)], "two.json",
                        peaks_threads_1="avx2 12.0 GFLOP/s, neon 3.0 GFLOP/s, \"<b> 1.0 GB/s, L1 4.0 GB/s",
                        peaks_threads_2="avx2 19.0 GFLOP/s")
        self.assertIn(run(one, two, "--out", self.out).returncode, (0, WRONG))
        lines = self.table(Page(self.out), "Measured peaks")
        self.assertEqual({threads: tuple(cells) for threads, cells in lines.items()},
                         {"1": ("12.0", "3.0", "5.0"), "3": ("20.0", "3.0", "5.0")})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
