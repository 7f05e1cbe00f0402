#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Joins the shards of a sweep, as the last job that bench/slurm/submit starts.
#   merge.sh RNNBENCH FOLDER OUT.json
#SBATCH --job-name=rnnbench-merge
#SBATCH --nodes=1
#SBATCH --ntasks=1
set -euo pipefail
program=$1 folder=$2 out=$3
exec "$program" merge "$folder"/shard-*.json --out "$out"
