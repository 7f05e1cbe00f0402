#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tries bench/slurm on a Slurm of one node, which it starts: a job array sweeps the shards, which are then joined.
#   tests/program/slurm.sh RNNBENCH
# It is skipped (77) where Slurm's and munge's daemons are not installed (Debian: slurm-wlm, munge), or without
# root, as slurmd wants to be root.
set -euo pipefail
rnnbench=$(realpath "$1")
submit=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/bench/slurm/submit
PATH=$PATH:/usr/sbin:/sbin

for daemon in munged slurmctld slurmd; do
    command -v "$daemon" >/dev/null || {
        echo "skipped: $daemon is not installed (slurm-wlm, munge)"
        exit 77
    }
done
[ "$(id -u)" -eq 0 ] || {
    echo "skipped: slurmd must run as root"
    exit 77
}

folder=$(mktemp -d)
daemons=()

stop() {
    local status=$?
    [ "$status" -eq 0 ] || tail -n 20 "$folder"/*.log "$folder"/*/*.log 2>/dev/null || true
    [ "${#daemons[@]}" -eq 0 ] || kill "${daemons[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
    exit "$status"
}
trap stop EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

# ---- A cluster of this machine alone ----------------------------------------------------------

free_ports() {
    python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[s.getsockname()[1] for s in sockets])'
}

write_configuration() {
    local ports
    read -r -a ports <<<"$(free_ports)"
    cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
PropagateResourceLimits=NONE
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc --all) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    : >"$folder/cgroup.conf"
}

start_daemons() {
    chmod 711 "$folder"
    mkdir -m 711 "$folder/munge"
    mkdir "$folder/state" "$folder/spool"
    (umask 077 && head -c 128 /dev/urandom >"$folder/munge/key")
    munged --foreground --socket "$folder/munge/socket" --key-file "$folder/munge/key" \
        --pid-file "$folder/munge/pid" --log-file "$folder/munge.log" \
        --seed-file "$folder/munge/seed" >"$folder/munged.log" 2>&1 &
    daemons+=($!)
    wait_until 10 test -S "$folder/munge/socket"
    slurmctld -D >"$folder/slurmctld.log" 2>&1 &
    daemons+=($!)
    slurmd -D >"$folder/slurmd.log" 2>&1 &
    daemons+=($!)
    wait_until 40 node_is_idle
}

# wait_until SECONDS COMMAND...
wait_until() {
    local seconds=$1 begin=$SECONDS
    shift
    until "$@"; do
        [ $((SECONDS - begin)) -lt "$seconds" ] || fail "waited $seconds s for: $*"
        sleep 0.2
    done
}

node_is_idle() {
    [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]
}

no_job_is_left() {
    [ -z "$(squeue --noheader 2>/dev/null || echo unknown)" ]
}

# ---- The sweep --------------------------------------------------------------------------------

# shellcheck disable=SC2054
grid=(--cell lstm,gru --batch 1,2 --units 4:12:+4 --steps 3 --backend naive,scalar --repetitions 2
    --min-time 0.0005 --peak-time 0.02)

run_names() {
    python3 - "$1" <<'END'
import json, sys
print("\n".join(sorted({row["run_name"] for row in json.load(open(sys.argv[1]))["benchmarks"]})))
END
}

sweep_in_shards() {
    RNNBENCH=$rnnbench "$submit" 3 "$folder/merged.json" "${grid[@]}"
    wait_until 90 no_job_is_left
    [ -s "$folder/merged.json" ] || fail "no merged file"
    "$rnnbench" sweep "${grid[@]}" --out "$folder/whole.json" >/dev/null 2>&1
    diff <(run_names "$folder/whole.json") <(run_names "$folder/merged.json") ||
        fail "the shards are not the whole"
    [ "$(run_names "$folder/merged.json" | wc -l)" -eq 36 ] || fail "not 36 rows"
    ls "$folder/merged.shards"
}

refuse_leftovers() {
    local status=0
    RNNBENCH=$rnnbench "$submit" 3 "$folder/merged.json" "${grid[@]}" 2>"$folder/refusal" || status=$?
    [ "$status" -eq 2 ] || fail "old shards were not refused: status $status"
    grep -q "shards of an earlier sweep" "$folder/refusal" || fail "old shards are refused without a reason"
}

# Where there are fewer problems than shards one shard fails, and the others are not joined.
name_missing_shards() {
    RNNBENCH=$rnnbench "$submit" 2 "$folder/short.json" --problem lstm/N:1/T:1/U:4 \
        --backend naive --repetitions 1 --min-time 0.0005 --peak-time 0.02
    wait_until 60 no_job_is_left
    [ ! -e "$folder/short.json" ] || fail "joined although a shard is missing"
    grep -q "shard 2/2 is missing" "$folder/short.shards/merge.log" ||
        fail "not told: $(cat "$folder/short.shards/merge.log")"
    grep -q "nothing is left for it" "$folder/short.shards/shard-2.log" || fail "shard 2 says no reason"
}

export SLURM_CONF=$folder/slurm.conf
write_configuration
start_daemons
sweep_in_shards
refuse_leftovers
name_missing_shards
echo "3 shards swept and joined by jobs of Slurm $(slurmctld -V | cut -d ' ' -f 2)"
