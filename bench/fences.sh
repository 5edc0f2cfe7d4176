#!/bin/sh
# bench/fences.sh - what stores, fences and barriers cost: runs bench/fences.c RUNS times and writes the medians to
# book/data/fences.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -O2 -Wall -Wextra -Werror -pthread -o build/bench/fences bench/fences.c
i=0
while [ "$i" -lt "$RUNS" ]; do
	build/bench/fences
	i=$((i + 1))
done >"$tmp/runs"
{
	about "$RUNS"
	printf 'what\tns\n'
	i=1
	for what in release fence add swap alone busy lost; do
		printf '%s\t%s\n' "$what" "$(cut -d' ' -f$i "$tmp/runs" |
			sort -n | sed -n "$(((RUNS + 1) / 2))p")"
		i=$((i + 1))
	done
} >"$tmp/tsv"
mv "$tmp/tsv" book/data/fences.tsv
chmod 644 book/data/fences.tsv
cat book/data/fences.tsv
