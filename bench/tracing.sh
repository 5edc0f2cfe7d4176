#!/bin/sh
# bench/tracing.sh - what the event trace costs when it is off and when it is on.
#
# Links bench/sched.c with the runtimes of chapters 15 and 16 and runs three of
# its workloads in turn, RUNS times each, on one P.  Writes book/data/tracing.tsv:
# the fewest nanoseconds per operation, as a busy machine only adds to them.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
mkdir -p build/bench book/data
chapters ch15 ch16
for nr in ch15 ch16; do
	build_with $nr build/bench/sched-$nr bench/sched.c
done
scratch
export GOMAXPROCS=1

i=0
while [ "$i" -lt "$RUNS" ]; do
	for work in 'yield 1000000' 'spawn 500000' 'pingpong 500000'; do
		name=${work% *} n=${work#* }
		echo "$name before $(build/bench/sched-ch15 "$name" "$n")"
		echo "$name off $(build/bench/sched-ch16 "$name" "$n")"
		echo "$name on $(RT0TRACE=$tmp/trace build/bench/sched-ch16 "$name" "$n")"
	done
	i=$((i + 1))
done | awk '{ printf "%s %s %.2f\n", $1, $2, $3 / $4 }' >"$tmp/runs"

{
	about "$RUNS"
	printf 'work\tch15_ns\toff_ns\ton_ns\n'
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		++n[$1, $2] == 1 { ns[$2] = $3 }
		n[$1, $2] == runs && $2 == "on" {
			printf "%s\t%.1f\t%.1f\t%.1f\n", $1, ns["before"], ns["off"], ns["on"]
		}'
} >"$tmp/tracing.tsv"
tables "$tmp" tracing
