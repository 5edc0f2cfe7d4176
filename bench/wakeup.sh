#!/bin/sh
# bench/wakeup.sh - what it costs to wake a thread: runs bench/wakeup.c RUNS times
# and writes the medians to book/data/wakeup.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -O2 -Wall -Wextra -Werror -pthread -o build/bench/wakeup bench/wakeup.c
i=0
while [ "$i" -lt "$RUNS" ]; do
	build/bench/wakeup
	i=$((i + 1))
done >"$tmp/runs"
{
	about "$RUNS"
	printf 'what\tns\n'
	for i in 1 2 3; do
		what=$(echo 'nobody call run' | cut -d' ' -f$i)
		printf '%s\t%s\n' "$what" "$(cut -d' ' -f$i "$tmp/runs" |
			sort -n | sed -n "$(((RUNS + 1) / 2))p")"
	done
} >"$tmp/tsv"
mv "$tmp/tsv" book/data/wakeup.tsv
chmod 644 book/data/wakeup.tsv
cat book/data/wakeup.tsv
