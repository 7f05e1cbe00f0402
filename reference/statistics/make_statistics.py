# SPDX-License-Identifier: MIT
"""Computes statistics.json with SciPy and NumPy; tests/program/statistics_scipy.c holds bench/statistics/statistics.h
against it. See README.md."""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

HERE = Path(__file__).resolve().parent
ALTERNATIVES = ("two-sided", "less", "greater")
RESAMPLES = 100_000
# A bound of a bootstrap interval is itself an estimate: ours, of 20000 resamples, has to lie between
# these percentiles of SciPy's.
LOW_BETWEEN, HIGH_BETWEEN = (2.1, 2.9), (97.1, 97.9)

rng = np.random.default_rng(4)


def times(count, scale=1.0, spread=0.1):
    """Draws numbers like measured times: skewed, and some of them far off."""
    values = scale * np.exp(spread * rng.standard_normal(count))
    values[rng.random(count) < 0.1] *= 1.5
    return values


def rounded(count, digits, scale=1.0):
    """Draws numbers with ties, as they are rounded."""
    return np.round(times(count, scale, 0.3), digits)


def descriptions():
    for count in (1, 2, 3, 9, 10, 101):
        values = times(count)
        yield {"values": values.tolist(),
               "mean": np.mean(values),
               "median": np.median(values),
               "geometric_mean": stats.gmean(values),
               "cv": stats.variation(values, ddof=1) if count > 1 else 0.0,
               "quantiles": [[q, np.quantile(values, q)]
                             for q in (0, 0.025, 0.25, 1 / 3, 0.5, 0.9, 0.975, 1)]}


def mann_whitney():
    pairs = [(times(a), times(b, scale)) for a, b, scale in (
        (1, 1, 1), (1, 2, 2), (2, 2, 2), (3, 3, 2), (3, 5, 1.1), (5, 3, 1.1), (4, 4, 2), (5, 5, 1.1),
        (7, 8, 1.05), (8, 8, 1.1), (8, 40, 1.1), (40, 8, 1.02), (8, 200, 1.2), (8, 60, 3), (9, 9, 1), (9, 9, 1.1),
        (9, 9, 3), (9, 30, 1.05), (50, 60, 1.02), (300, 200, 1.01))]
    pairs += [(rounded(a, digits), rounded(b, digits, scale)) for a, b, digits, scale in (
        (3, 3, 0, 1), (5, 5, 1, 1.1), (8, 9, 1, 1), (9, 9, 1, 1.2), (20, 30, 1, 1.1), (100, 50, 2, 1.05))]
    pairs += [(np.full(4, 2.0), np.full(5, 2.0)), (np.array([1.0, 2, 3]), np.array([1.0, 2, 3]))]
    for a, b in pairs:
        for alternative in ALTERNATIVES:
            p = stats.mannwhitneyu(a, b, alternative=alternative, method="auto").pvalue
            yield {"a": a.tolist(), "b": b.tolist(), "alternative": alternative, "p": p}


def wilcoxon():
    series = [np.log(times(n, scale)) for n, scale in (
        (1, 1.1), (2, 1.1), (5, 1.3), (6, 1.1), (10, 1.05), (25, 1.02), (50, 1.03), (51, 1.03),
        (200, 1.01))]
    for differences in series:
        for alternative in ALTERNATIVES:
            method = "exact" if len(differences) <= 50 else "approx"
            result = stats.wilcoxon(differences, alternative=alternative, method=method)
            yield {"differences": differences.tolist(), "alternative": alternative,
                   "p": result.pvalue}
    # With ties the exact result needs all sign patterns, which SciPy's permutation test goes through.
    for n in (4, 8, 13):
        differences = np.round(np.log(times(n, 1.1, 0.3)), 1)
        differences[differences == 0] = 0.1
        for alternative in ALTERNATIVES:
            method = stats.PermutationMethod(n_resamples=np.inf)
            result = stats.wilcoxon(differences, alternative=alternative, method=method)
            yield {"differences": differences.tolist(), "alternative": alternative,
                   "p": result.pvalue}
    # With zeros, or more than 50 differences with ties, it is the normal distribution's.
    for n, digits in ((12, 1), (30, 1), (80, 2)):
        differences = np.round(np.log(times(n, 1.05, 0.2)), digits)
        differences[0] = 0
        for alternative in ALTERNATIVES:
            result = stats.wilcoxon(differences, alternative=alternative, method="approx")
            yield {"differences": differences.tolist(), "alternative": alternative,
                   "p": result.pvalue}


def benjamini_hochberg():
    for p in ([0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0, 0.0, 0.2],
              rng.random(30).tolist(), (rng.random(500) ** 4).tolist()):
        yield {"p": list(p), "adjusted": stats.false_discovery_control(p, method="bh").tolist()}


def bounds(distribution):
    return {"low": np.percentile(distribution, LOW_BETWEEN).tolist(),
            "high": np.percentile(distribution, HIGH_BETWEEN).tolist()}


def bootstrap(samples, statistic):
    result = stats.bootstrap(samples, statistic, vectorized=True, n_resamples=RESAMPLES, batch=1000,
                             method="percentile", paired=False, rng=rng)
    return bounds(result.bootstrap_distribution)


def ratios_of_medians():
    def ratio(over, under, axis=-1):
        return np.median(over, axis=axis) / np.median(under, axis=axis)

    for over, under in ((3, 3), (5, 4), (9, 9), (10, 10), (21, 30), (100, 80)):
        samples = (times(over, 1.1), times(under))
        yield {"over": [samples[0].tolist()], "under": [samples[1].tolist()],
               **bootstrap(samples, ratio)}


def quotients_of_medians():
    def quotient(a, b, c, d, axis=-1):
        a, b, c, d = (np.median(values, axis=axis) for values in (a, b, c, d))
        return a * b / (c * d)

    for counts in ((5, 5, 5, 5), (9, 10, 11, 12), (40, 30, 20, 10)):
        samples = tuple(times(count) for count in counts)
        yield {"over": [values.tolist() for values in samples[:2]],
               "under": [values.tolist() for values in samples[2:]], **bootstrap(samples, quotient)}


def geometric_means():
    for count in (2, 5, 40, 300):
        values = times(count, 1.05)
        yield {"values": values.tolist(), **bootstrap((values,), stats.gmean)}


def main():
    content = {"made_by": f"SciPy {scipy.__version__}, NumPy {np.__version__}",
               "descriptions": list(descriptions()),
               "mann_whitney": list(mann_whitney()),
               "wilcoxon": list(wilcoxon()),
               "benjamini_hochberg": list(benjamini_hochberg()),
               "medians": [*ratios_of_medians(), *quotients_of_medians()],
               "geometric_means": list(geometric_means())}
    lines = ",\n".join(f'"{key}": [\n' + ",\n".join(map(json.dumps, value)) + "\n]"
                       if isinstance(value, list) else f'"{key}": {json.dumps(value)}'
                       for key, value in content.items())
    (HERE / "statistics.json").write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
