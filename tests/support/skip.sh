#!/bin/sh
# SPDX-License-Identifier: MIT
# Stands in for a test that this build cannot run, which is then counted as skipped: skip.sh REASON [IGNORED...]
echo "skipped: $1"
exit 77
