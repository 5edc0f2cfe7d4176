#!/bin/sh
# bench/pieces.sh - how long a goroutine must be, so that a second thread pays: runs
# bench/pieces.c with the runtime of chapter 9 on one P and on two, RUNS times each, in
# turn.  Writes the medians to book/data/pieces.tsv, in ns.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
need pieces.tsv gcc
chapters ch09
scratch

build_with ch09 build/bench/pieces bench/pieces.c
sizes='0 100 1000 10000 100000'
i=0
while [ "$i" -lt "$RUNS" ]; do
	for steps in $sizes; do
		for procs in 1 2; do
			GOMAXPROCS=$procs build/bench/pieces "$steps" >>"$tmp/$steps-$procs"
		done
	done
	i=$((i + 1))
done

middle() { sort -n "$tmp/$1" | sed -n "$(((RUNS + 1) / 2))p"; }
{
	about "$RUNS"
	printf 'steps\tone_ns\ttwo_ns\tratio\n'
	for steps in $sizes; do
		echo "$steps $(middle "$steps-1") $(middle "$steps-2")"
	done | awk '{ printf "%s\t%s\t%s\t%.2f\n", $1, $2, $3, $2 / $3 }'
} >"$tmp/pieces.tsv"
tables "$tmp" pieces
