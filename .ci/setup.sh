# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
# The packages and the optimised build, for bench/run, tests/run and .ci/run, which source this file.
# BUILD=FOLDER builds elsewhere than in build/; CC and CXX choose the compiler.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$root/build}
export LC_ALL=C.UTF-8

say() {
    printf '%s\n' "== $*"
}

die() {
    printf '%s\n' "$(basename "$(dirname "$0")")/$(basename "$0"): $*" >&2
    exit 1
}

# The build can do without the packages of libraries, and says what is lost then.
build_packages=(gcc g++ libc6-dev git meson ninja-build pkg-config
    libdnnl-dev libxsmm-dev libbenchmark-dev libhwloc-dev libjansson-dev gnuplot-nox)
test_packages=(libcmocka-dev binutils qemu-user valgrind)

is_installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed'
}

# Prints the given packages that are not installed, one a line.
missing_packages() {
    local package
    for package in "$@"; do
        is_installed "$package" || printf '%s\n' "$package"
    done
}

# Prints those of the given packages that the configured archives have, and names the others on stderr.
offered_packages() {
    local package
    for package in "$@"; do
        if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then
            printf '%s\n' "$package"
        else
            say "not offered by this system: $package" >&2
        fi
    done
}

# Is called where this script cannot install. It goes on if there is enough to build with.
go_without() {
    local reason=$1 tool
    shift
    for tool in cc c++ meson ninja; do
        command -v "$tool" >/dev/null || die "$reason; have these packages installed and run this again: $*"
    done
    say "$reason; going on, perhaps without $*"
}

# Installs those of the given packages that are missing, as root or by sudo, without a question.
install_packages() {
    local missing offered as_root=()
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        go_without "there is no apt-get to install with" "${missing[@]}"
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            go_without "there is neither root nor sudo to install with" "${missing[@]}"
            return
        fi
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update ||
        die "apt-get update failed"
    mapfile -t offered < <(offered_packages "${missing[@]}")
    [ "${#offered[@]}" -gt 0 ] || return 0
    # A package of the user's that excludes one of these stays, as a cross compiler excludes gcc-multilib.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --no-remove \
        install "${offered[@]}" || die "apt-get install failed"
}

# Configures $build the first time. Later it looks again for what the earlier configuration lacked.
configure() {
    command -v meson >/dev/null || die "meson is missing"
    case $(meson --version) in
    0.*) die "needs Meson 1.0 or newer (Debian 12, Ubuntu 24.04), found $(meson --version)" ;;
    esac
    local mode=()
    [ ! -f "$build/build.ninja" ] || mode=(--reconfigure)
    meson setup "${mode[@]}" "$build" "$root" || die "meson setup failed"
}
