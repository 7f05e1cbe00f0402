#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds for aarch64 with gcc and with clang, and runs the tests of the kernels under qemu's user-mode emulation.
#   .ci/aarch64.sh FOLDER     closes with `N passed, N failed, N skipped`; 77 and `skipped: reason` where it cannot
# The system stays as it is: Debian's cross compiler excludes gcc-multilib, and another architecture's packages
# would have to agree with those that are installed. All packages are unpacked below FOLDER.
set -euo pipefail
# shellcheck source=.ci/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
folder=$1
sysroot=$folder/sysroot
tools=$folder/tools
libraries=(libc6-dev libgomp1 libomp-dev libdnnl-dev libbenchmark-dev libhwloc-dev libjansson-dev libcmocka-dev)
suites=(equivalence exact random golden properties bad_input unit vec_math threads disassembly)

skip() {
    echo "skipped: $1"
    exit 77
}

# apt with a state of its own, which knows both architectures.
apt() {
    local architecture=$1 status=$2
    shift 2
    APT_CONFIG=$folder/apt.conf apt-get -q -y -o "APT::Architecture=$architecture" -o "Dir::State::status=$status" "$@"
}

# Unpacks the packages that apt takes for these into a folder.
unpack() {
    local to=$1 architecture=$2 status=$3 package
    shift 3
    rm -f "$folder"/cache/archives/*.deb
    apt "$architecture" "$status" --no-install-recommends --download-only install "$@" ||
        skip "apt has no $* for $architecture"
    mkdir -p "$to"
    for package in "$folder"/cache/archives/*.deb; do
        [ ! -e "$package" ] || dpkg-deb --extract "$package" "$to"
    done
}

make_sysroot() {
    local tool version
    rm -rf "$sysroot" "$tools" "$folder"/{state,cache,bin}
    mkdir -p "$folder"/{state/lists/partial,cache/archives/partial,bin}
    : >"$folder/no-packages"
    printf 'APT::Architectures { "amd64"; "arm64"; };\nDir::State "%s";\nDir::Cache "%s";\nAPT::Sandbox::User "root";\nDebug::NoLocking "1";\n' \
        "$folder/state" "$folder/cache" >"$folder/apt.conf"
    apt amd64 /var/lib/dpkg/status update || skip "apt-get update failed for arm64"
    unpack "$tools" amd64 /var/lib/dpkg/status g++-aarch64-linux-gnu
    # The linker's script names the libraries where they would be installed.
    sed -i 's#/usr/aarch64-linux-gnu/lib/##g' "$tools/usr/aarch64-linux-gnu/lib/libc.so"
    for tool in "$tools"/usr/bin/aarch64-linux-gnu-*; do
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$tools/usr/lib/x86_64-linux-gnu" "$tool" \
            >"$folder/bin/${tool##*/}"
    done
    chmod +x "$folder"/bin/*
    version=$("$folder/bin/aarch64-linux-gnu-gcc" -dumpversion)
    unpack "$sysroot" arm64 "$folder/no-packages" "${libraries[@]}" "libstdc++-$version-dev"
    : >"$folder/made"
}

# Where the cross files' compilers find the libraries.
write_properties() {
    local flags="['--sysroot=$sysroot']" omp
    omp=$(find "$sysroot"/usr/lib/llvm-*/lib -name libomp.so -printf '%h\n' | head -n 1)
    cat >"$folder/sysroot.ini" <<END
[binaries]
exe_wrapper = ['qemu-aarch64', '-L', '$sysroot']
[properties]
sys_root = '$sysroot'
pkg_config_libdir = '$sysroot/usr/lib/aarch64-linux-gnu/pkgconfig'
[built-in options]
c_args = $flags
cpp_args = $flags
c_link_args = ['--sysroot=$sysroot', '-L$omp']
cpp_link_args = ['--sysroot=$sysroot', '-L$omp']
END
}

build_and_test() {
    local compiler=$1 build=$folder/$1 names suite
    shift
    rm -rf "$build"
    meson setup "$build" "$root" -Dwerror=true --cross-file "$root/.ci/aarch64-$compiler.ini" \
        --cross-file "$folder/sysroot.ini" && meson compile -C "$build" || return 1
    # Debian's oneDNN for aarch64 loses NaN, and qemu has no room for stacks of 4 TB, as in `tuning`.
    for suite in "$@"; do
        mapfile -t names < <(meson test -C "$build" --list --suite "$suite" 2>/dev/null | sed 's/^.* \/ //' |
            grep -vE 'onednn|libxsmm|^tuning$')
        [ "${#names[@]}" -eq 0 ] || meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 10 \
            --suite "$suite" --logbase "log-$suite" "${names[@]}" || true
    done
}

for tool in apt-get dpkg-deb qemu-aarch64 clang++ ld.lld pkg-config; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[ "$(dpkg --print-architecture)" = amd64 ] || skip "the cross compiler is taken from the packages of amd64"
[ -e "$folder/made" ] || make_sysroot
export PATH=$folder/bin:$PATH TEST_RUNNER="qemu-aarch64 -L $sysroot"
write_properties
build_and_test gcc "${suites[@]}"
build_and_test clang equivalence exact vec_math disassembly
$TEST_RUNNER "$folder/gcc/bench/rnnbench" sweep --cell lstm --units 4 --batch 1 --steps 2 --backend neon,onednn \
    --repetitions 2 --min-time 0.001
python3 "$root/tests/mutate.py" "$root" "$folder/gcc" "vector tail of NEON"
python3 "$root/tests/tally.py" "$folder"/{gcc,clang}/meson-logs/log-*.json
