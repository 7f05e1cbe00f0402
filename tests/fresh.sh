#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tries the README's two commands on a Debian that has nothing of what they need: makes one in a temporary
# folder, clones what is committed here into it, runs bench/run and tests/run there, and removes it.
#   tests/fresh.sh SUITE     for example tests/fresh.sh trixie
# FRESH_MIRROR=URL stands for the mirror of this machine's apt, and FRESH_CACHE=FOLDER keeps the packages for
# the next time. TMPDIR, by default /var/tmp, needs room for 4 GB, and devices and programs must work there.
# It is skipped (77) without root, debootstrap, the right to mount, or the mirror. Otherwise the last line is
# `N passed, N failed, N skipped`, which counts the tests, and bench/run as one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin

say() {
    printf '%s\n' "== $*"
}

skip() {
    echo "skipped: $*"
    exit 77
}

fail() {
    echo "FAILED: $*"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

# ---- Inside, where mounts and processes are its own and end with it ---------------------------

# Downloads come first, as a mirror that is not there is no fault of this commit.
make_system() {
    local arguments=(--variant=minbase --cache-dir="$cache" "$suite" "$system")
    [ -z "$mirror" ] || arguments+=("$mirror")
    case $mirror in https:*) arguments=(--include=ca-certificates "${arguments[@]}") ;; esac
    debootstrap --download-only "${arguments[@]}" >"$folder/download.log" 2>&1 || {
        grep -qE "Failed getting release file|Couldn't (download|retrieve)" "$folder/download.log" &&
            skip "no $suite from ${mirror:-the mirror of debootstrap}: $(tail -n 1 "$folder/download.log")"
        tail -n 20 "$folder/download.log"
        fail "debootstrap --download-only $suite"
    }
    debootstrap "${arguments[@]}" >"$folder/debootstrap.log" 2>&1 || {
        tail -n 20 "$folder/debootstrap.log"
        fail "debootstrap $suite"
    }
    cp -L /etc/resolv.conf "$system/etc/resolv.conf"
    mount -t proc proc "$system/proc"
    mount -t sysfs -o ro sysfs "$system/sys"
    mkdir -p "$system/dev/pts" "$system/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$system/dev/pts"
    mount -t tmpfs tmpfs "$system/dev/shm"
    ln -sf pts/ptmx "$system/dev/ptmx"
}

clone() {
    local commit
    commit=$(git -C "$root" rev-parse HEAD)
    git clone --quiet --no-hardlinks "$root" "$system/rnnbench"
    git -C "$system/rnnbench" checkout --quiet --detach "$commit"
    say "$suite with commit ${commit::12} is made, $SECONDS s"
}

# Runs a command in the clone and shows the end of what it printed.
step() {
    local log=$folder/${1//\//-}.log start=$SECONDS status=0 lines=14
    env -i HOME=/root TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$system" sh -c "cd /rnnbench && $1" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || lines=120
    say "$1: status $status, $((SECONDS - start)) s; its last lines:"
    tail -n "$lines" "$log" | sed 's/^/    /'
    return "$status"
}

inside() {
    local archives=$system/var/cache/apt/archives passed=0 failed=0 status=0 closing counts=(0 1 0)
    make_system
    clone
    cp "$cache"/*.deb "$archives"
    if step bench/run; then passed=1; else failed=1; fi
    step tests/run || status=$?
    cp -u "$archives"/*.deb "$cache"
    closing=$(tail -n 1 "$folder/tests-run.log" | grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped') &&
        read -r -a counts <<<"${closing//[!0-9 ]/}"
    [ "$status" -eq 0 ] || [ "${counts[1]}" -gt 0 ] || failed=$((failed + 1)) # no test ran
    failed=$((failed + counts[1]))
    say "$suite: $SECONDS s"
    echo "$((passed + counts[0])) passed, $failed failed, ${counts[2]} skipped"
    [ "$failed" -eq 0 ]
}

# ---- Outside ----------------------------------------------------------------------------------

# Prints the archive from which this machine installs Debian's own packages, or nothing where it does not say.
mirror_of_apt() {
    # shellcheck disable=SC2016 # these are apt's own variables
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' \
        2>/dev/null | grep -E '^https?:' | sort -u | head -n 1 || true
}

# What is mounted inside must not be seen out here. Should it ever be, nothing is removed.
# shellcheck disable=SC2317 # a trap calls it
clean_up() {
    local status=$?
    trap '' INT TERM
    # The end of the first process in there takes all others along, and unshare waits for it.
    [ -z "$inner" ] || pkill -KILL -P "$inner" || true
    wait 2>/dev/null || true
    if findmnt --list --noheadings --output TARGET | grep -qF "$folder/"; then
        echo "not removed, as something is mounted there: $folder"
    else
        rm -rf --one-file-system "$folder"
    fi
    exit "$status"
}

if [ "${1:-}" = --inside ]; then
    folder=$2 cache=$3 suite=$4 mirror=$5 system=$folder/system
    inside
    exit
fi

[ "$#" -eq 1 ] || fail "usage: tests/fresh.sh SUITE"
[ "$(id -u)" -eq 0 ] || skip "needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
own_world=(unshare --mount --propagation private --pid --fork --kill-child)
"${own_world[@]}" true 2>/dev/null || skip "mounting is not permitted here, as in most containers"

inner=''
folder=$(realpath "$(mktemp -d -p "${TMPDIR:-/var/tmp}")")
trap clean_up EXIT
trap 'exit 130' INT TERM
# debootstrap needs this, and many containers and temporary folders lack it.
# shellcheck disable=SC2016 # the inner shell expands it
"${own_world[@]}" sh -ec 'mkdir "$1/tried"; mknod "$1/tried/null" c 1 3; echo >"$1/tried/null"
    cp /bin/true "$1/tried"; "$1/tried/true"; mount -t proc proc "$1/tried"' sh "$folder" 2>/dev/null ||
    skip "devices, programs or mounts do not work in $folder; TMPDIR chooses another folder"
rm -rf "$folder/tried"
cache=${FRESH_CACHE:-$folder/cache}/$1
mkdir -p "$cache"
"${own_world[@]}" "${BASH_SOURCE[0]}" --inside "$folder" "$(realpath "$cache")" "$1" \
    "${FRESH_MIRROR-$(mirror_of_apt)}" &
inner=$!
status=0
wait "$inner" || status=$?
inner=''
exit "$status"
