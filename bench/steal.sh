#!/bin/sh
# bench/steal.sh - what stealing brings, and what waking for it costs.
#
# Links bench/sched.c with the runtimes of chapters 11 and 12, builds
# bench/go/sched.go, and runs four workloads in turn with 1 and 2 Ps, RUNS
# times each.  Writes medians to book/data/steal.tsv, in microseconds for the
# whole work; futex calls, counted by strace, and how
# often a thread slept and how long all worked, counted by the kernel, to
# book/data/steal-futex.tsv; to book/data/steal-pause.tsv how long a thread
# that wants to pause for 3 us pauses; to book/data/steal-round.tsv a search
# that finds nothing; and to book/data/steal-order.tsv who is visited first.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-7}
need 'steal*.tsv' go gcc strace python3
chapters ch11 ch12

scratch

for chapter in ch11 ch12; do
	build_with $chapter build/bench/sched-$chapter bench/sched.c
done
go build -o build/go/sched bench/go/sched.go
ar rcsD "$tmp/librt0.a" build/chapters/12/obj/*.o
gcc -std=gnu11 -O2 -D_GNU_SOURCE -fno-pie -no-pie -DGOAMD64=1 \
	-Ibuild/chapters/12/src -o build/bench/round bench/round.c -lc "$tmp/librt0.a"

# workload, how many, and how many goroutines that makes
work='fib 25 121392
skynet 100000 111111
batch 100000 200000
spawn 1000000 1000000
pingpong 300000 600000'

i=0
while [ "$i" -lt "$RUNS" ]; do
	echo "$work" | while read -r name n _; do
		for procs in 1 2; do
			for side in ch11 ch12 go; do
				case $side in
				go) prog=build/go/sched ;;
				*) prog=build/bench/sched-$side ;;
				esac
				echo "$side $name-$procs" \
					"$(GOMAXPROCS=$procs timeout 60 "$prog" "$name" "$n")"
			done
		done
	done
	i=$((i + 1))
done | awk '{ printf "%s %s %.0f\n", $2, $1, $3 / 1000 }' >"$tmp/runs"
{
	about "$RUNS"
	printf 'work\tch11_us\tch12_us\tgo_us\n'
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		++n[$1, $2] == int((runs + 1) / 2) {
			us[$2] = $3
			if ($2 == "go")
				printf "%s\t%d\t%d\t%d\n", $1, us["ch11"], us["ch12"], us["go"]
		}'
} >"$tmp/steal.tsv"

# strace slows a system call down and with it whoever makes one; how often a
# thread went to sleep, the kernel counts without that
{
	about "$RUNS"
	printf 'work\tgoroutines\tch11_futex\tch12_futex\tch11_sleeps\tch12_sleeps\tch11_cpu_ms\tch12_cpu_ms\n'
	echo "$work" | while read -r name n goroutines; do
		for chapter in ch11 ch12; do
			GOMAXPROCS=2 timeout 100 strace -c -f -qq -o "$tmp/count" \
				-e trace=futex build/bench/sched-$chapter "$name" "$n" >"$tmp/out"
			awk '$NF == "futex" || $(NF - 1) == "futex" { calls = $4 }
				END { print calls + 0 }' "$tmp/count" >"$tmp/calls-$chapter"
		done
		for chapter in ch11 ch12; do
			i=0
			while [ "$i" -lt "$RUNS" ]; do
				python3 bench/sleeps.py build/bench/sched-$chapter "$name" "$n"
				i=$((i + 1))
			done | sort -n | awk -v runs="$RUNS" 'NR == int((runs + 1) / 2)
				' >"$tmp/sleeps-$chapter"
		done
		echo "$name" "$goroutines" "$(cat "$tmp/calls-ch11")" "$(cat "$tmp/calls-ch12")" \
			"$(cat "$tmp/sleeps-ch11")" "$(cat "$tmp/sleeps-ch12")" |
			awk -v OFS='\t' '{ print $1, $2, $3, $4, $5, $7, $6, $8 }'
	done
} >"$tmp/steal-futex.tsv"

{
	about "$RUNS"
	printf 'how\tmedian_ns\n'
	build/bench/round pause
} >"$tmp/steal-pause.tsv"
{
	about "$RUNS"
	printf 'ps\tround_ns\tper_p_ns\n'
	for n in 2 16 64 256 1024; do
		build/bench/round "$n"
	done
} >"$tmp/steal-round.tsv"
{
	echo '# computed, not measured'
	printf 'ps\tsteps\tnext_pct\trandom_pct\touter_pct\tmiddle_pct\n'
	python3 bench/order.py
} >"$tmp/steal-order.tsv"
tables "$tmp" steal steal-futex steal-pause steal-round steal-order
