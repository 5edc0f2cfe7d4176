#!/bin/sh
# bench/parked.sh - where the time of goroutines that wait goes.
#
# Runs parked of bench/sched.c with the runtime of chapters 1 to 17, and of
# bench/go/sched.go, with one P, RUNS times each in turn.  Before each run that
# counts there is one that does not, so that a virtual machine has the memory
# and need not ask its host for it.  Writes book/data/parked.tsv: of
# the median run the milliseconds, those outside and inside of the kernel, the
# page faults, and the largest resident size, in all and for each goroutine; and
# book/data/parked-profile.tsv: of a million, the per cent of samples of perf.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-3}
need parked.tsv go gcc perf
chapters ch17
scratch
build_with ch17 build/bench/sched-ch17 bench/sched.c
go build -o build/go/sched bench/go/sched.go
gcc -O2 -Wall -Wextra -o build/bench/maxrss bench/maxrss.c

export GOMAXPROCS=1
for n in 100000 1000000; do
	i=0
	while [ "$i" -lt "$RUNS" ]; do
		for side in rt0:build/bench/sched-ch17 go:build/go/sched; do
			"${side#*:}" parked "$n" >/dev/null
			echo "${side%%:*}-$n $n $(build/bench/maxrss "${side#*:}" parked "$n")"
		done
		i=$((i + 1))
	done
done | sort -s -k 1,1 -k 4,4n >"$tmp/runs"
{
	about "$RUNS"
	printf 'who\tms\tuser_ms\tsystem_ms\tfaults\tmegabytes\tbytes_each\n'
	awk -v runs="$RUNS" -v OFS='\t' '++n[$1] == int((runs + 1) / 2) {
		printf "%s\t%.0f\t%.0f\t%.0f\t%d\t%.0f\t%.0f\n", $1, $4 / 1e3,
			$5 / 1e3, $6 / 1e3, $7, $3 / 1024, $3 * 1024 / $2 }' "$tmp/runs"
} >"$tmp/parked.tsv"
{
	about 1
	printf 'who\tclear_page\tkernel\tprogram\n'
	for side in rt0:build/bench/sched-ch17 go:build/go/sched; do
		"${side#*:}" parked 1000000 >/dev/null
		perf record -q -e cpu-clock -F 2000 -o "$tmp/perf" \
			"${side#*:}" parked 1000000 >/dev/null
		perf report -i "$tmp/perf" --stdio 2>/dev/null |
			awk -v who="${side%%:*}" '
				$1 !~ /^[0-9.]+%$/ { next }
				/\[k\] clear_page/ { clear += $1; next }
				/\[k\]/ { kernel += $1; next }
				{ program += $1 }
				END { printf "%s\t%.0f\t%.0f\t%.0f\n", who, clear, kernel, program }'
	done
} >"$tmp/parked-profile.tsv"
tables "$tmp" parked parked-profile
