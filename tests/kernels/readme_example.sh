#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that the C example of the README does what the README says when it is linked with an installed librnn:
# with the shared one, then with the static one, by the flags that pkg-config gives.
#   readme_example.sh README.md BUILD_DIRECTORY CC [FLAGS...]
set -eu
readme=$1 build=$2
shift 2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Prints the first fenced block of the README in the given language.
block() {
    awk -v start="^\`\`\`$1\$" 'inside && /^```$/ { exit } inside { print } $0 ~ start { inside = 1 }' "$readme"
}
block c >"$folder/example.c"
block text >"$folder/expected"
test -s "$folder/example.c" && test -s "$folder/expected" ||
    { echo "no block of C, or of the text it prints, in $readme"; exit 1; }

DESTDIR="$folder/root" meson install -C "$build" --no-rebuild --quiet
pc=$(find "$folder/root" -name librnn.pc)
libdir=$(dirname "$(dirname "$pc")")
from_pc() {
    PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --define-variable=includedir="$(dirname "$(find "$folder/root" -name rnn.h)")" \
        --define-variable=libdir="$libdir" "$@" librnn
}

# Fails and prints what differs, unless the program prints what the README shows.
check() {
    LD_LIBRARY_PATH=$libdir "$folder/example" >"$folder/printed"
    diff "$folder/expected" "$folder/printed" || { echo "$1: not what the README shows"; exit 1; }
    echo "$1: as the README shows"
}

# shellcheck disable=SC2046  # flags are words
"$@" -o "$folder/example" "$folder/example.c" $(from_pc --cflags --libs)
check shared
rm -f "$libdir"/librnn.so*
# shellcheck disable=SC2046
"$@" -o "$folder/example" "$folder/example.c" $(from_pc --static --cflags --libs)
check static
