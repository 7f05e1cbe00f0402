#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that rnn.h is C++, too: it compiles without a warning in every standard, and its functions link.
#   header_in_cpp.sh RNN_H LIBRNN_A COMPILER
set -eu
header=$1 library=$2 compiler=$3
if [ -z "$compiler" ]; then
    echo "skipped: there is no C++ compiler"
    exit 77
fi

for standard in c++11 c++17 c++20; do
    "$compiler" -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$header"
done

# Without extern "C" the reference would have a mangled name.
object=$(mktemp)
trap 'rm -f "$object"' EXIT
echo '#include "rnn.h"
int main() { return rnn_backend_count() + int(rnn_layer_defaults(RNN_LSTM, 1, 1).cell); }' |
    "$compiler" -I"$(dirname "$header")" -x c++ -c -o "$object" -
for symbol in rnn_backend_count rnn_layer_defaults; do
    nm -u "$object" | grep -qw "$symbol"
    nm --defined-only "$library" 2>/dev/null | grep -qw "T $symbol"
done
echo "rnn.h compiles as C++ and refers to the functions of librnn"
