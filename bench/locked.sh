#!/bin/sh
# bench/locked.sh CHAPTER [WORK] - how many locked instructions a yield, a message or a spawn executes with one P.
#
# Runs the workloads, or the one named, of bench/sched.c with the runtime of that chapter in GDB, to the 2,001st call, and
# from there instruction by instruction to the next.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

need '' gdb
mkdir -p build/bench
nr=${1:?bench/locked.sh: which chapter?} only=${2:-}
chapters "ch$nr"
build_with "ch$nr" "build/bench/locked-$nr" bench/sched.c
for row in 'yield runtime_Gosched yield' 'message semrelease pingpong' 'spawn newproc spawn'; do
	# shellcheck disable=SC2086
	set -- $row
	[ -z "$only" ] || [ "$only" = "$1" ] || continue
	found=$(gdb -nx -q -batch -ex "set \$from = \"$2\"" -x bench/locked.py \
		--args "build/bench/locked-$nr" "$3" 5000 2>&1 | tail -n 1)
	# shellcheck disable=SC2086
	set -- "$1" $found
	case $3 in
	[0-9]*) echo "chapter $nr, $1: $3 locked of $2 instructions" ;;
	*) echo "bench/locked.sh: $found" >&2; exit 1 ;;
	esac
done
