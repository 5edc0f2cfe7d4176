#!/bin/sh
# bench/stacks.sh - what many goroutines take, with chapters 10 and 11 and in Go.
#
# Runs two workloads of bench/sched.c and bench/go/sched.go on one P and writes
# book/data/stacks.tsv: the largest resident size and the time of the program whose
# time is the median of three; "-" where a runtime cannot run the work.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

LIMIT=${LIMIT:-60}
need stacks.tsv go gcc
chapters ch10 ch11

scratch

for c in ch10 ch11; do
	build_with $c build/bench/sched-$c bench/sched.c
done
go build -o build/go/sched bench/go/sched.go
gcc -O2 -Wall -Wextra -o build/bench/maxrss bench/maxrss.c

{
	about 3
	printf 'work\tch10_kb\tch10_us\tch11_kb\tch11_us\tgo_kb\tgo_us\n'
	for work in 'batch 20000' 'parked 20000' 'parked 100000' 'parked 1000000'; do
		for prog in build/bench/sched-ch10 build/bench/sched-ch11 build/go/sched; do
			for i in 1 2 3; do
				# shellcheck disable=SC2086
				GOMAXPROCS=1 timeout "$LIMIT" build/bench/maxrss $prog $work || echo - -
			done | sort -n -k 2 | sed -n 2p
		done | awk -v row="$(echo "$work" | tr ' ' -)" '
			{ s = s "\t" $1 "\t" $2 } END { print row s }'
	done
} >"$tmp/stacks.tsv"
tables "$tmp" stacks
