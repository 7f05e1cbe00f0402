# SPDX-License-Identifier: MIT
"""Mistakes to make on purpose, each with the test that must see it. There is a file for each part of the
sources."""
from mutations import bench, gate, kernels, reference, same_bits

MUTATIONS = [*kernels.MUTATIONS, *same_bits.MUTATIONS, *reference.MUTATIONS, *bench.MUTATIONS, *gate.MUTATIONS]
