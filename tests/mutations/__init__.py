# SPDX-License-Identifier: MIT
"""Mistakes to make on purpose, and the test that must see each: a file for each part of the sources."""
from mutations import bench, gate, kernels, reference, same_bits

MUTATIONS = [*kernels.MUTATIONS, *same_bits.MUTATIONS, *reference.MUTATIONS, *bench.MUTATIONS, *gate.MUTATIONS]
