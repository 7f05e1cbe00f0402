#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a test program on another CPU, by qemu's user-mode emulation.
#   qemu.sh CPU PROGRAM [ARGUMENT...]                  passes on how the program ends
#   qemu.sh --refuses TEXT CPU PROGRAM [ARGUMENT...]   the program must skip itself, saying TEXT
set -euo pipefail
skipped=77

refusal=
if [ "$1" = --refuses ]; then
    refusal=$2
    shift 2
fi
cpu=$1
shift
if ! command -v qemu-x86_64 >/dev/null; then
    echo "skipped: qemu-x86_64 is not installed"
    exit $skipped
fi

# The models name features that the emulation lacks, of which none matters here.
status=0
output=$(qemu-x86_64 -cpu "$cpu" "$@" 2> >(grep -v "TCG doesn't support" >&2)) || status=$?
printf '%s\n' "$output"
[ -n "$refusal" ] || exit "$status"
if [ "$status" -ne $skipped ] || [[ $output != *"$refusal"* ]]; then
    echo "FAILED: status $status, expected $skipped and \"$refusal\""
    exit 1
fi
