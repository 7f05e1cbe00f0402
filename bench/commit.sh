#!/bin/sh
# SPDX-License-Identifier: MIT
# The commit of these sources as `git describe` has it. Fails where their folder is not the top of a
# repository of their own: what was unpacked in another's does not bear the name of a commit of that.
#   commit.sh SOURCES
set -eu
cd "$1"
# As in a hook of Git's, which may be one of another repository. What the user configured stays.
for name in $(git rev-parse --local-env-vars); do
    case $name in
    GIT_CONFIG*) ;;
    *) unset "$name" ;;
    esac
done
export GIT_OPTIONAL_LOCKS=0 # nothing is written into somebody's repository
prefix=$(git rev-parse --show-prefix)
[ -z "$prefix" ]
git ls-files --error-unmatch meson.build bench/commit.h.in >/dev/null
exec git describe --always --dirty --abbrev=12
