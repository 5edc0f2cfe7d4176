#!/bin/sh
# bench/adding.sh - what it costs that an addition is not lost: runs bench/adding.c with
# the runtime of chapter 8, RUNS times.  Writes the medians to book/data/adding.tsv, in
# ns: one thread, and two at once.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
need adding.tsv gcc
chapters ch08
scratch

build_with ch08 build/bench/adding bench/adding.c
i=0
while [ "$i" -lt "$RUNS" ]; do
	build/bench/adding
	i=$((i + 1))
done >"$tmp/runs"

middle() { cut -d' ' -f"$1" "$tmp/runs" | sort -n | sed -n "$(((RUNS + 1) / 2))p"; }
{
	about "$RUNS"
	printf 'how\tone_ns\ttwo_ns\n'
	i=1
	for how in plain locked lock asking; do
		printf '%s\t%s\t%s\n' $how "$(middle $i)" "$(middle $((i + 4)))"
		i=$((i + 1))
	done
} >"$tmp/adding.tsv"
tables "$tmp" adding
