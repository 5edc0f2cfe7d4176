#!/bin/sh
# bench/turns.sh - what a turn in the run queue of chapter 5 costs, by the length
# of the line.  Writes book/data/turns.tsv; the time is the best of 9 rounds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
src=build/chapters/05/src
[ -f $src/sched/runq.c ] || { echo "bench/turns.sh: $src/sched/runq.c is not there; run make chapter-05 first" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -std=gnu11 -O2 -Wall -Wextra -Werror -I$src -o "$tmp/bench" bench/turns.c
{
	printf '# %s; %s; %s processors; Linux %s\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')"
	"$tmp/bench"
} >"$tmp/tsv"
mkdir -p book/data
mv "$tmp/tsv" book/data/turns.tsv
chmod 644 book/data/turns.tsv
cat book/data/turns.tsv
