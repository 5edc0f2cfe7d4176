#!/bin/sh
# bench/baton.sh - what a seed for several Ps promises, counted.
#
# Links programs with the runtime of chapter 16, and with one that lacks the
# last look, and runs each of SEEDS seeds on 4 Ps: how many make two traces that
# differ, lose a goroutine, or leave work to an idle P; and how many of those
# that fail fail again in the same way.  Writes book/data/baton.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

SEEDS=${SEEDS:-1000}
chapters ch16
scratch
export GOMAXPROCS=4
state=build/chapters/16

for name in once conserve errand; do
	build_with ch16 "$tmp/$name" "tests/programs/$name.c"
done
sed 's/pp = lookagain();/pp = NULL;/' $state/src/sched/proc.c >"$tmp/proc.c"
for object in "$state"/obj/*.o; do
	[ "${object##*/}" = proc.o ] || set -- "$@" "$object"
done
gcc -O2 @src/cflags -I$state/src -o "$tmp/nolook" tests/programs/errand.c "$tmp/proc.c" @src/ldflags "$@"

# once NAME COMMAND...: what a run prints, and how it ends
once() { RT0_SEED=$seed RT0TRACE="$tmp/$1" timeout 10 "$2" ${3:+"$3"} ${4:+"$4"} 2>&1 || echo "status $?"; }
# twice COMMAND...: run each seed twice; counts of failures, of traces that differ, of failures that came again
twice() {
	seed=0 failed=0 differ=0 again=0
	while [ "$seed" -lt "$SEEDS" ]; do
		first=$(once first "$@") second=$(once second "$@")
		cmp -s "$tmp/first" "$tmp/second" || differ=$((differ + 1))
		case $first in *status*|*[1-9]\ wrong*)
			failed=$((failed + 1))
			[ "$first" != "$second" ] || again=$((again + 1)) ;;
		esac
		seed=$((seed + 1))
	done
	printf '%s\t%d\t%d\t%d\t%d\n' "$name" "$SEEDS" "$differ" "$failed" "$again"
}
{
	about
	printf 'what\tseeds\tdiffer\tfailed\tagain\n'
	name=once; twice "$tmp/once"
	name=conserve; twice "$tmp/conserve" 100 5
	name=account; twice "$state/account"
	name=errand; twice "$tmp/errand" 3
	name=nolook; twice "$tmp/nolook" 3
} >"$tmp/baton.tsv"
tables "$tmp" baton
