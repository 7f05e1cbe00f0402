#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures one shard of a sweep, as a job of the array that bench/slurm/submit starts.
#   shard.sh RNNBENCH FOLDER SHARDS [OPTIONS OF rnnbench sweep]
# The job is alone on its node, since another one beside it would be measured too.
#SBATCH --job-name=rnnbench
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --exclusive
# It is told to end before the time limit ends it, so that what was measured until then is kept.
#SBATCH --signal=B:TERM@60
set -euo pipefail
program=$1 folder=$2 shards=$3
shift 3
exec "$program" sweep --shard "$SLURM_ARRAY_TASK_ID/$shards" "$@" \
    --out "$folder/shard-$SLURM_ARRAY_TASK_ID.json"
