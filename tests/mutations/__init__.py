# SPDX-License-Identifier: MIT
"""Mistakes to make on purpose, and the test that must see each: a file for each part of the sources."""
from mutations import bench, gate, kernels, reference

MUTATIONS = [*kernels.MUTATIONS, *reference.MUTATIONS, *bench.MUTATIONS, *gate.MUTATIONS]
