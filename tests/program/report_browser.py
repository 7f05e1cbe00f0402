#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A report of a full grid in headless Chromium: how fast it opens, what the console says, whether it
fits its window, whether the table sorts and filters, with and without its script.

Usage: report_browser.py RNNBENCH. Skipped (77) without Chromium.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import browser
import report_files as made

MOST_SECONDS, MOST_BYTES, ROWS = 2, 5 << 20, 8960
COLUMN = "[...document.querySelectorAll('#rows tbody tr')].map(row => row.cells[{}].textContent)"


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")
    print(f"  {what}")


def make(program, folder):
    source, page = folder / "full.json", folder / "full.html"
    made.write(source, made.full_grid(), peers="onednn, onednn3, onnxruntime, torch, tensorflow")
    subprocess.run([program, "report", source, "--out", page], check=True, timeout=240)
    return page


def check_speed(page, path):
    """Takes the best of some openings, as the machine may be busy with something else."""
    page.size(1280, 900)
    seconds = min(page.open(path) for _ in range(7))
    check(seconds < MOST_SECONDS, f"opens in {seconds:.2f} s, below {MOST_SECONDS}")


def check_width(page, path):
    for width in 360, 768, 1280:
        page.size(width, 800)
        page.open(path)
        shown = page.evaluate("document.documentElement.scrollWidth")
        check(shown <= width, f"{shown} pixels wide in a window of {width}")


def check_table(page):
    check(page.evaluate("document.getElementById('shown').textContent") == f"100 of {ROWS} rows",
          "shows the first 100 rows")
    page.evaluate("document.querySelectorAll('#rows thead button')[3].click()")
    times = page.evaluate(COLUMN.format(3))
    units = {"ns": 1e-9, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1}
    seconds = [float(time.split()[0]) * units[time.split()[1]] for time in times]
    check(len(times) == 100 and seconds == sorted(seconds), "sorts by time")
    page.evaluate("document.querySelectorAll('#rows thead button')[3].click()")
    slowest = page.evaluate(COLUMN.format(3))[0]
    check(slowest.endswith(" s") or slowest.endswith("ms"), f"sorts the other way: {slowest} first")
    page.evaluate("const words = document.getElementById('words'); words.value = 'LSTM N:8/ torch';"
                  "words.dispatchEvent(new Event('input'))")
    check(page.evaluate("document.getElementById('shown').textContent") == "28 of 28 that match", "filters")
    check(set(page.evaluate(COLUMN.format(1))) == {"torch"}, "shows what matches alone")
    page.evaluate("words.value = ''; words.dispatchEvent(new Event('input'));"
                  "document.getElementById('more').click()")
    check(page.evaluate("document.querySelectorAll('#rows tbody tr').length") == ROWS, "shows all rows")


def check_without_script(page, path):
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(path, wait="")
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    check(page.evaluate("document.querySelectorAll('#rows tbody tr').length") == ROWS,
          "has all rows without its script")
    check(page.evaluate("getComputedStyle(document.getElementById('filter')).display") == "none",
          "shows no filter that would do nothing")


def check_schemes(page, path):
    colours = []
    for scheme in "light", "dark":
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        page.open(path)
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        faint = page.evaluate(FAINT)
        check(faint == [], f"has no text too faint to read when {scheme}: {faint[:3]}")
    check(colours == ["rgb(255, 255, 255)", "rgb(22, 24, 28)"], f"is light and dark: {colours}")


OVERLAPS = """[...document.querySelectorAll('svg')].map(svg => {
  const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
  const boxes = texts.map(text => text.getBoundingClientRect()), found = [];
  const name = (i) => svg.querySelector('title').textContent + ': ' + texts[i].textContent.trim();
  boxes.forEach((a, i) => {
    if (a.left < 0 || a.right > innerWidth)
      found.push(name(i) + ' is cut');
    boxes.forEach((b, j) => {
      if (i < j && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)
        found.push(name(i) + ' and ' + name(j));
    });
  });
  return found;
}).flat()"""
# Tables scroll in their own boxes; a caption stays whole, and a map of few columns needs no scrolling.
CUT = """[...document.querySelectorAll('caption, .scale, .facts, .legend')]
  .filter(element => element.getBoundingClientRect().right > innerWidth)
  .concat([...document.querySelectorAll('.scroll:has(.heat)')].filter(box => box.scrollWidth > box.clientWidth))
  .map(element => element.textContent.slice(0, 60))"""
A4 = 688  # pixels without the margins
# These texts are too faint for WCAG on what is behind them.
FAINT = """(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => colour.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.5)
        return colour;
    }
  };
  const contrast = (colour, element) => {
    const [a, b] = [light(numbers(colour)), light(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const faint = [...document.querySelectorAll('body *:not(script, title, desc)')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(element => {
      const style = getComputedStyle(element);
      return contrast(element.closest('svg') ? style.fill : style.color, element) < 4.5;
    });
  const words = document.getElementById('words');
  if (contrast(getComputedStyle(words, '::placeholder').color, words) < 4.5)
    faint.push(words);
  return faint.map(element => element.outerHTML.slice(0, 80));
})()"""
TIMES = "[...document.querySelectorAll('time')].map(time => time.getClientRects().length)"


def check_labels(page, program, folder):
    """Checks the labels of many sizes and of peers with equal peaks, and those of the files that are committed."""
    crowded = folder / "crowded.json"
    made.write(crowded, made.crowded(), **made.CROWDED)
    committed = sorted(Path(__file__).resolve().parent.parent.glob("results/*/*.json"))
    for source in crowded, *committed:
        path = folder / "labels.html"
        subprocess.run([program, "report", source, "--out", path], check=True, timeout=240)
        for width in 400, 1300:
            page.size(width, 900)
            page.open(path)
            found = page.evaluate(OVERLAPS)
            check(found == [], f"{source.name}: labels lie apart {width} pixels wide: {found[:5]}")
            found = page.evaluate(CUT) if source != crowded else []
            check(found == [], f"{source.name}: nothing is cut {width} pixels wide: {found[:5]}")
            check(page.evaluate(TIMES) == [1], f"{source.name}: the date is in one line")
        if source == crowded:
            continue
        page.size(A4, 900)
        page.call("Emulation.setEmulatedMedia", media="print")
        shown = page.evaluate("document.documentElement.scrollWidth")
        page.call("Emulation.setEmulatedMedia", media="")
        check(shown <= A4, f"{source.name}: {shown} pixels wide on paper of {A4}")


def main():
    program = browser.find()
    if not program or not shutil.which("gnuplot"):
        print("skipped: Chromium or gnuplot is missing (Debian: chromium, gnuplot-nox)")
        return 77
    with tempfile.TemporaryDirectory() as name, browser.Browser(program) as page:
        path = make(sys.argv[1], Path(name))
        size = path.stat().st_size
        check(size < MOST_BYTES, f"{size / 1e6:.1f} MB, below {MOST_BYTES / 1e6:.1f}")
        check_speed(page, path)
        check_width(page, path)
        check_table(page)
        check_without_script(page, path)
        check_schemes(page, path)
        check_labels(page, sys.argv[1], Path(name))
        page.print(Path(name) / "full.pdf")
        check((Path(name) / "full.pdf").stat().st_size > 10000, "prints")
        check(page.errors == [], f"no error in the console, no request: {page.errors}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
