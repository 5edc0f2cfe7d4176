#!/bin/sh
# bench/chart.sh - what each idea of Part II bought.
#
# Links bench/sched.c with the runtimes of chapters 7, 10, 11, 12 and 15 (7 with the
# semaphores of bench/polling.h), builds bench/go/sched.go, and runs workloads
# in turn, RUNS times each, with GOMAXPROCS 1 and 2.  Writes
#
#	book/data/chart.tsv	nanoseconds per operation, medians
#	book/data/wakes.tsv	futex calls per 1,000 operations, by strace -f -c
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-9}
need chart.tsv go gcc strace
chapters ch07 ch10 ch11 ch12 ch15

mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for c in ch07 ch10 ch11 ch12 ch15; do
	more=
	[ $c != ch07 ] || more='-include bench/polling.h'
	# shellcheck disable=SC2086
	build_with $c build/bench/sched-$c bench/sched.c $more
done
go build -o build/go/sched bench/go/sched.go

# workload, how many, and the operations if the program counts but one
work='yield 50000 0
spawn 20000 0
pingpong 20000 0
sema 50000 0
skynet 10000 11111
fib 18 4180'

i=0
while [ "$i" -lt "$RUNS" ]; do
	echo "$work" | while read -r name n ops; do
		for procs in 1 2; do
			for side in ch07 ch10 ch11 ch12 ch15 go; do
				case $side-$procs in
				ch07-2) continue ;;	# it has one thread
				go-*) prog=build/go/sched ;;
				*) prog=build/bench/sched-$side ;;
				esac
				# shellcheck disable=SC2046
				set -- $(GOMAXPROCS=$procs timeout 20 "$prog" "$name" "$n" || echo 0 0)
				[ "$ops" = 0 ] || set -- "$1" "$ops"
				echo "$side $name-$procs $1 $2"
			done
		done
	done
	i=$((i + 1))
done | awk '$4 > 0 { printf "%s %s %.1f\n", $2, $1, $3 / $4 }' >"$tmp/runs"

{
	about "$RUNS"
	printf 'work\tch07\tch10\tch11\tch12\tch15\tgo\tratio\n'
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		++n[$1, $2] == int((runs + 1) / 2) { ns[$1, $2] = $3 }
		!($1 in seen) { seen[$1]; order[++works] = $1 }
		function show(w, side) {
			return (w, side) in ns ? sprintf("%.1f", ns[w, side]) : "-"
		}
		END {
			for (i = 1; i <= works; i++) {
				w = order[i]
				printf "%s", w
				last = split("ch07 ch10 ch11 ch12 ch15", side, " ")
				for (c = 1; c <= last; c++)
					printf "\t%s", show(w, side[c])
				printf "\t%s\t%.2f\n", show(w, "go"),
					ns[w, "ch15"] / ns[w, "go"]
			}
		}'
} >"$tmp/chart.tsv"

{
	about "$RUNS"
	printf 'work\tch10\tch11\tch12\tch15\n'
	echo "$work" | while read -r name n ops; do
		for procs in 2 4; do
			printf '%s-%s' "$name" "$procs"
			for c in ch10 ch11 ch12 ch15; do
				GOMAXPROCS=$procs timeout 60 strace -c -f -qq -o "$tmp/count" \
					-e trace=futex build/bench/sched-$c "$name" "$n" >"$tmp/out"
				awk -v ops="$ops" -v count="$(cut -d' ' -f2 "$tmp/out")" '
					$NF == "futex" || $(NF - 1) == "futex" { calls = $4 }
					END { printf "\t%.0f", calls * 1000 / (ops ? ops : count) }
				' "$tmp/count"
			done
			echo
		done
	done | sort
} >"$tmp/wakes.tsv"

for name in chart wakes; do
	mv "$tmp/$name.tsv" book/data/$name.tsv
	chmod 644 book/data/$name.tsv
	cat book/data/$name.tsv
done
