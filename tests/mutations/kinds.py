# SPDX-License-Identifier: MIT
"""What a mutation is, and the tests that are to see it."""
from collections import namedtuple

# What a test that sees a mistake may do: report a failure, end by a signal, not end at all.
FAILS, CRASHES, HANGS = "fails", "crashes", "hangs"

# Words of a command that are a path of the build, a script of the sources, or another path of them.
Built = namedtuple("Built", "path")
Source = namedtuple("Source", "path")
Data = namedtuple("Data", "path")

# `environment` adds to that of the caller.
Test = namedtuple("Test", "command environment")

# `kernels` is the instruction set that alone gets the mistake, where the test runs no other: that saves
# compiling the rest. None: all get it.
Mutation = namedtuple("Mutation", "name file text broken test outcomes kernels", defaults=((FAILS,), None))


def program(path, *arguments, **environment):
    """A test program of the build, as in program("tests/kernels/properties", "openmp", OMP_THREAD_LIMIT="3")."""
    return Test((Built(path), *arguments), environment)


def script(name, test, *programs, **environment):
    """One test of a script in tests/program/, of programs of the build: "Class.test_name"."""
    return Test((Source(f"tests/program/{name}"), *map(Built, programs), test), environment)
