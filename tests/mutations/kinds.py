# SPDX-License-Identifier: MIT
"""What a mutation is, and the tests that must see it."""
from collections import namedtuple

# How a test may see a mistake: it reports a failure, it ends by a signal, or it does not end at all.
FAILS, CRASHES, HANGS = "fails", "crashes", "hangs"

# A word of a command may be a path of the build, a script of the sources, or another path of the sources.
Built = namedtuple("Built", "path")
Source = namedtuple("Source", "path")
Data = namedtuple("Data", "path")

# `environment` is added to that of the caller.
Test = namedtuple("Test", "command environment")

# `kernels` is the only instruction set that gets the mistake, where the test runs no other, which saves
# compiling the rest. With None all instruction sets get it.
Mutation = namedtuple("Mutation", "name file text broken test outcomes kernels", defaults=((FAILS,), None))


def program(path, *arguments, **environment):
    """Makes a test that is a program of the build, as in program("tests/kernels/properties", "openmp",
    OMP_THREAD_LIMIT="3")."""
    return Test((Built(path), *arguments), environment)


def script(name, test, *programs, **environment):
    """Makes a test that is one of a script in tests/program/, run on programs of the build: "Class.test_name"."""
    return Test((Source(f"tests/program/{name}"), *map(Built, programs), test), environment)
