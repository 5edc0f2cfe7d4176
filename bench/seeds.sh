#!/bin/sh
# bench/seeds.sh - what a seed promises, counted.
#
# Links programs with the runtime of chapter 16 and counts: how many of SAME
# traces of one seed differ from the first, for each of five programs; in how
# many of SEEDS schedules a program loses a goroutine or runs one twice; and how
# often account fails, with seeds and with threads.  Writes book/data/seeds.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

SAME=${SAME:-1000}
SEEDS=${SEEDS:-10000}
chapters ch16
scratch

for source in tests/programs/once.c tests/programs/conserve.c \
	tests/programs/neighbours.c bench/sched.c examples/account.c; do
	build_with ch16 "$tmp/$(basename "$source" .c)" "$source"
done

# failures N COMMAND...: how many of N runs fail; $seed goes from 0 up
failures() {
	n=$1 i=0 failed=0
	shift
	while [ "$i" -lt "$n" ]; do
		seed=$i "$@" >"$tmp/out" 2>&1 || failed=$((failed + 1))
		i=$((i + 1))
	done
	echo "$failed"
}
traced() { RT0_SEED=7 RT0TRACE="$tmp/trace" "$@"; }
same() { traced "$@" && cmp -s "$tmp/trace" "$tmp/first"; }
seeded() { RT0_SEED=$seed timeout 10 "$@"; }
conserves() { [ "$(seeded "$tmp/conserve" 300 5)" = "4500 turns, 0 wrong" ]; }

seed=0
row() { printf '%s\t%d\t%d\n' "$@"; }
# same_row NAME COMMAND...: the traces of the same seed
same_row() {
	name=same-$1
	shift
	traced "$@" >"$tmp/out"
	mv "$tmp/trace" "$tmp/first"
	row "$name" "$SAME" "$(failures "$SAME" same "$@")"
}
{
	about
	printf 'what\truns\tfailed\n'
	same_row fib "$tmp/sched" fib 15
	same_row skynet "$tmp/sched" skynet 1000
	same_row pingpong "$tmp/sched" pingpong 5000
	same_row conserve "$tmp/conserve" 300 20
	same_row neighbours "$tmp/neighbours"
	row once-seeds "$SEEDS" "$(failures "$SEEDS" seeded "$tmp/once")"
	row conserve-seeds "$SEEDS" "$(failures "$SEEDS" conserves)"
	row account-seeds "$SEEDS" "$(failures "$SEEDS" seeded "$tmp/account")"
	for procs in 1 2 4; do
		export GOMAXPROCS=$procs
		row account-$procs "$SEEDS" "$(failures "$SEEDS" "$tmp/account")"
	done
} >"$tmp/seeds.tsv"
tables "$tmp" seeds
