#!/bin/sh
# bench/threads.sh - what one queue under one lock costs on 1, 2 and 4 Ps.
#
# Links bench/sched.c with the runtime of chapter 10, builds bench/go/sched.go,
# and runs four of their workloads in turn, RUNS times each.  Writes
# book/data/threads.tsv: medians of nanoseconds per operation and their ratio;
# book/data/futex.tsv: futex calls per 1,000 operations, counted by strace; and
# book/data/wake.tsv: bench/wake.c, what it takes to wake a thread, in ns.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
need threads.tsv go gcc strace
chapters ch10

mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

build_with ch10 build/bench/sched-ch10 bench/sched.c
build_with ch10 build/bench/wake bench/wake.c
go build -o build/go/sched bench/go/sched.go

# workload and how many
work='yield 500000
spawn 100000
pingpong 200000
sema 1000000'

i=0
while [ "$i" -lt "$RUNS" ]; do
	echo "$work" | while read -r name n; do
		for procs in 1 2 4; do
			for side in rt0 go; do
				case $side in
				rt0) prog=build/bench/sched-ch10 ;;
				go) prog=build/go/sched ;;
				esac
				echo "$side $name-$procs" \
					"$(GOMAXPROCS=$procs "$prog" "$name" "$n")"
			done
		done
	done
	i=$((i + 1))
done | awk '{ printf "%s %s %.1f\n", $2, $1, $3 / $4 }' >"$tmp/runs"

{
	about "$RUNS"
	printf 'work\trt0_ns\tgo_ns\tratio\n'
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		++n[$1, $2] == int((runs + 1) / 2) {
			if ($2 == "go") go = $3
			else printf "%s\t%.1f\t%.1f\t%.2f\n", $1, $3, go, $3 / go
		}'
} >"$tmp/threads.tsv"

{
	about "$RUNS"
	printf 'work\tcalls\n'
	echo "$work" | while read -r name n; do
		for procs in 1 2 4; do
			GOMAXPROCS=$procs strace -c -f -qq -o "$tmp/count" \
				-e trace=futex build/bench/sched-ch10 "$name" \
				$((n / 10)) >"$tmp/out"
			awk -v key="$name-$procs" -v ops="$(cut -d' ' -f2 "$tmp/out")" '
				$NF == "futex" || $(NF - 1) == "futex" { calls = $4 }
				END { printf "%s\t%.0f\n", key, calls * 1000 / ops }
			' "$tmp/count"
		done
	done | sort
} >"$tmp/futex.tsv"
{
	about "$RUNS"
	printf 'what\tns\n'
	i=0
	while [ "$i" -lt "$RUNS" ]; do
		GOMAXPROCS=2 build/bench/wake
		i=$((i + 1))
	done >"$tmp/wake"
	for column in 1 2; do
		what=give
		[ "$column" = 1 ] || what=run
		printf '%s\t%s\n' "$what" "$(cut -d' ' -f$column "$tmp/wake" |
			sort -n | sed -n "$(((RUNS + 1) / 2))p")"
	done
} >"$tmp/wake.tsv"
for name in threads futex wake; do
	mv "$tmp/$name.tsv" book/data/$name.tsv
	chmod 644 book/data/$name.tsv
	cat book/data/$name.tsv
done
