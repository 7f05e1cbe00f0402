#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One shard of a sweep, as a job of the array that bench/slurm/submit starts.
#   shard.sh RNNBENCH FOLDER SHARDS [OPTIONS OF rnnbench sweep]
# Alone on its node: another job beside it would be measured too.
#SBATCH --job-name=rnnbench
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --exclusive
# Before the time limit ends the job: what was measured until then is kept.
#SBATCH --signal=B:TERM@60
set -euo pipefail
program=$1 folder=$2 shards=$3
shift 3
exec "$program" sweep --shard "$SLURM_ARRAY_TASK_ID/$shards" "$@" \
    --out "$folder/shard-$SLURM_ARRAY_TASK_ID.json"
