# SPDX-License-Identifier: MIT
"""Mistakes to make on purpose, and the test that must see each: a file for each part of the sources."""
from mutations import bench, gate, kernels

MUTATIONS = [*kernels.MUTATIONS, *bench.MUTATIONS, *gate.MUTATIONS]
