#!/bin/sh
# SPDX-License-Identifier: MIT
# A test that this build cannot run, so that it is counted as skipped: skip.sh REASON [IGNORED...]
echo "skipped: $1"
exit 77
