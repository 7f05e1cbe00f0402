#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the disassembly of a build folder: who uses which vector instructions.

  isa_leak.py leak BUILD    no AVX outside the objects made for it, no AVX-512 in those of AVX2
  isa_leak.py spill BUILD   the innermost loops of the products touch no vector on the stack, and
                            fetch the weights to come
  isa_leak.py alignment BUILD    all functions begin at a cache line

An object of an instruction set is known by its source's name. What whole-program optimisation leaves to
the linker is seen in librnn.so.
"""
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from itertools import groupby
from operator import attrgetter
from pathlib import Path

SKIPPED = 77
OBJDUMP = os.environ.get("OBJDUMP", "objdump")
CACHE_LINE = 64
AVX2_OBJECTS = re.compile(r"(isa_autovec|isa_avx2)\.c\.o$")
AVX512_OBJECTS = re.compile(r"isa_avx512\.c\.o$")
# VEX-coded instructions on general registers; the others start with v.
VEX_ON_INTEGERS = "andn bextr blsi blsr blsmsk bzhi mulx pdep pext rorx sarx shlx shrx".split()
AVX512_OPERAND = re.compile(r"%zmm|%k[0-7]|%[xy]mm(1[6-9]|2\d|3[01])")

# How an architecture's disassembly looks: vectors, what is on the stack, multiply-adds and which of their operands
# is the sum, jumps with the address they go to, what gate maths alone has, and prefetching.
Architecture = namedtuple("Architecture", "instruction_sets vector stack fma sum jump gates fetch")
X86 = Architecture(("avx2", "avx512"), re.compile(r"%[yz]mm"), re.compile(r"\(%rsp|\(%rbp"), "vfm", -1,
                   re.compile(r"j\S* ([0-9a-f]+)"), re.compile("vdiv|vround|vrndscale"), "prefetch")
AARCH64 = Architecture(("neon",), re.compile(r"\b[qv]\d"), re.compile(r"\[(sp|x29)\b"), "fml", 0,
                       re.compile(r"(?:b\.\w+|cbn?z \w+,|tbn?z .*,) ?([0-9a-f]+) <"), re.compile("fdiv|frint"), "prfm")

Instruction = namedtuple("Instruction", "address mnemonic operands function")


def disassemble(path):
    command = [OBJDUMP, "--disassemble", "--no-show-raw-insn", str(path)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    function = "?"
    for line in text.splitlines():
        if header := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            function = header[1]
        elif found := re.match(r"\s*([0-9a-f]+):\s+(\S+)\s*(.*)", line):
            yield Instruction(int(found[1], 16), found[2], found[3], function)


def is_machine_code(path):
    """Whether it is machine code, and not clang's byte code."""
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def objects(build, folders=("kernels", "reference", "bench")):
    """The objects that end up in librnn and rnnbench. Tests may use what they like."""
    return [path for folder in folders for path in sorted(Path(build, folder).rglob("*.o"))
            if is_machine_code(path)]


def linked_library(build):
    return Path(build, "kernels", "librnn.so")


def is_of_librnn(name):
    """Whether a function is of librnn, and not of libxsmm's archive, of the compiler's own library, or of what
    a program begins and ends with."""
    return not re.match("_|libxsmm_|internal_|(de)?register_tm_clones|frame_dummy", name)


def stem(function):
    """The name of a function in the source, less what the compiler adds to that of a copy or a part."""
    return function.split(".")[0]


# ---- Leaks --------------------------------------------------------------------------------------

def is_avx(instruction):
    # verr and verw are older than AVX
    vex = instruction.mnemonic.startswith("v") and instruction.mnemonic not in ("verr", "verw")
    return vex or instruction.mnemonic in VEX_ON_INTEGERS or "%ymm" in instruction.operands


def leaks_of(path):
    if AVX512_OBJECTS.search(path.name):
        return []
    forbidden = is_avx
    if AVX2_OBJECTS.search(path.name):
        def forbidden(instruction):
            return AVX512_OPERAND.search(instruction.operands)
    return [instruction for instruction in disassemble(path) if forbidden(instruction)]


def widened_objects(paths, made_for, register):
    """The names of the objects that are made for an instruction set and do use its registers."""
    return sorted({path.name for path in paths if made_for.search(path.name)
                   and any(register in i.operands for i in disassemble(path))})


def check_linked_leaks(build, paths):
    """Looks for leaks in those functions whose names no object of an instruction set has."""
    vectorised = {stem(name) for path in paths
                  if AVX2_OBJECTS.search(path.name) or AVX512_OBJECTS.search(path.name)
                  for name, _ in function_addresses(path)}
    plain, leaks = set(), {}
    for function, instructions in groupby(disassemble(linked_library(build)), attrgetter("function")):
        name = stem(function)
        if is_of_librnn(name) and name not in vectorised:
            plain.add(function)
            leaks.update((function, leak) for leak in filter(is_avx, instructions))
    for leak in leaks.values():
        print(f"FAILED librnn.so: {leak.function}: {leak.mnemonic} {leak.operands}")
    if "rnn_plan_create" not in plain:
        print("FAILED: librnn.so has no function rnn_plan_create")
        return 1
    print(f"{len(plain)} plain functions in librnn.so, {len(leaks)} with leaks")
    return len(leaks)


def check_leaks(build):
    failed = 0
    paths = objects(build)
    for path in paths:
        leaks = leaks_of(path)
        for leak in leaks[:3]:
            print(f"FAILED {path}: {leak.function}: {leak.mnemonic} {leak.operands}")
        failed += bool(leaks)
    print(f"{len(paths)} objects, {failed} with leaks")
    failed += check_linked_leaks(build, paths)
    for isa, made_for, register in (("avx2", AVX2_OBJECTS, "%ymm"),
                                    ("avx512", AVX512_OBJECTS, "%zmm")):
        names = widened_objects(paths, made_for, register)
        print(f"{register} in {', '.join(names)}")
        if not any(f"isa_{isa}" in name for name in names):
            print(f"FAILED: isa_{isa} has no {register} in it; is this the right folder?")
            failed += 1
    return failed


# ---- Spills -------------------------------------------------------------------------------------

def functions_of(path):
    functions = {}
    for instruction in disassemble(path):
        functions.setdefault(instruction.function, []).append(instruction)
    return functions


def innermost_loops(instructions, of):
    """Returns the runs of instructions from a label to the jump back to it that have no such run inside."""
    index = {instruction.address: i for i, instruction in enumerate(instructions)}
    spans = []
    for i, instruction in enumerate(instructions):
        target = of.jump.match(f"{instruction.mnemonic} {instruction.operands}")
        if not target:
            continue
        start = index.get(int(target[1], 16))
        if start is not None and start <= i:
            spans.append((start, i))
    for start, end in spans:
        if not any((s, e) != (start, end) and start <= s and e <= end for s, e in spans):
            yield instructions[start:end + 1]


def is_product(loop, of):
    """Whether a loop sums products. The gate maths does not count, as it rounds or divides in every loop."""
    if any(of.gates.match(i.mnemonic) for i in loop):
        return False
    fmas = [i for i in loop if i.mnemonic.startswith(of.fma) and of.vector.search(i.operands)]
    sums = {i.operands.split(",")[of.sum] for i in fmas}
    return len(fmas) >= 4 and len(sums) >= 4


def spills_of(loop, of):
    return [i for i in loop if of.vector.search(i.operands) and of.stack.search(i.operands)]


def check_object(path, of):
    failed = loops = fetching = 0
    for name, instructions in functions_of(path).items():
        for loop in (loop for loop in innermost_loops(instructions, of) if is_product(loop, of)):
            loops += 1
            fmas = sum(i.mnemonic.startswith(of.fma) for i in loop)
            spills = spills_of(loop, of)
            failed += bool(spills)
            fetching += any(i.mnemonic.startswith(of.fetch) for i in loop)
            print(f"{'FAILED ' if spills else ''}{path.name} {name}: {len(loop)} instructions, "
                  f"{fmas} FMAs, {len(spills)} on the stack")
    if loops < 4:
        print(f"FAILED: found only {loops} product loops in {path}")
        failed += 1
    if not fetching:  # gcc has once dropped the fetches
        print(f"FAILED: no product loop of {path} fetches the panel to come")
        failed += 1
    return failed


def check_spills(build):
    failed = 0
    of = AARCH64 if any(Path(build, "kernels").rglob("*isa_neon.c.o")) else X86
    for isa in of.instruction_sets:
        paths = sorted(Path(build, "kernels").rglob(f"*isa_{isa}.c.o"))
        if paths:
            failed += check_object(paths[0], of)
        else:
            print(f"FAILED: no isa_{isa}.c.o below", build)
            failed += 1
    return failed


# ---- Alignment -----------------------------------------------------------------------------------

def function_addresses(path):
    """The name and address, within its object, of each function that is not set apart as hardly ever called,
    nor made by the compiler, as .omp.reduction.reduction_func is."""
    text = subprocess.run([OBJDUMP, "--syms", str(path)], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        if found := re.match(r"([0-9a-f]+) .{6}F \.text\t[0-9a-f]+ (?:\.hidden )?([^.\s]\S*)$", line):
            yield found[2], int(found[1], 16)


def check_alignment(build):
    count = failed = 0
    for path in [*objects(build, ["kernels"]), linked_library(build)]:
        for name, address in function_addresses(path):
            if path == linked_library(build) and not is_of_librnn(name):
                continue
            count += 1
            if address % CACHE_LINE:
                failed += 1
                print(f"FAILED {path.name} {name}: begins {address % CACHE_LINE} bytes behind a cache line")
    # There are more than these, but whole-program optimisation inlines many.
    if count < 50:
        print(f"FAILED: found only {count} functions below", build)
        failed += 1
    print(f"{count} functions, {failed} that do not begin at a cache line")
    return failed


def main(arguments):
    checks = {"leak": check_leaks, "spill": check_spills, "alignment": check_alignment}
    if len(arguments) != 2 or arguments[0] not in checks:
        print(__doc__)
        return 2
    if not shutil.which(OBJDUMP):
        print(f"skipped: {OBJDUMP} is not installed")
        return SKIPPED
    return 1 if checks[arguments[0]](arguments[1]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
