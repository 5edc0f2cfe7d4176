#!/bin/sh
# bench/queues.sh - a queue in each P against one queue under one lock.
#
# Links bench/sched.c with the runtimes of chapters 7, 10 and 11, builds
# bench/go/sched.go, and runs their workloads in turn, RUNS times each, with
# one P and with two.  Writes book/data/queues.tsv: the best run per operation,
# which other load on the machine disturbs least, "-" where a runtime cannot run
# the work; and book/data/stacks.tsv: the largest resident size and the time of
# programs with many goroutines.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
LIMIT=${LIMIT:-60}
need queues.tsv go gcc
chapters ch07 ch10 ch11

mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for chapter in ch07 ch10 ch11; do
	extra=
	[ "$chapter" != ch07 ] || extra='-include bench/polling.h'
	# shellcheck disable=SC2086
	build_with "$chapter" "build/bench/sched-$chapter" bench/sched.c $extra
done
go build -o build/go/sched bench/go/sched.go
gcc -O2 -Wall -Wextra -o build/bench/maxrss bench/maxrss.c

program() {
	case $1 in
	go) echo build/go/sched ;;
	*) echo "build/bench/sched-$1" ;;
	esac
}

# the row, the workload, how many, and whether to print ns or ms
work='yield yield 100000 ns
spawn spawn 50000 ns
batch batch 20000 ns
pingpong pingpong 50000 ns
sema sema 100000 ns
skynet1e4 skynet 10000 ms
skynet1e6 skynet 1000000 ms
fib20 fib 20 ms
fib25 fib 25 ms
fib30 fib 30 ms'

i=0
while [ "$i" -lt "$RUNS" ]; do
	echo "$work" | while read -r row name n unit; do
		for procs in 1 2; do
			for side in ch07 ch10 ch11 go; do
				[ "$side $procs" != "ch07 2" ] || continue
				case $side-$row in
				ch07-s[ek]*|ch07-fib*) continue ;;
				esac
				what=$name	# Go's skynet that joins, as ours does
				[ "$side $name" != "go skynet" ] || what=skyjoin
				if out=$(GOMAXPROCS=$procs timeout "$LIMIT" \
				    "$(program $side)" "$what" "$n" 2>/dev/null); then
					echo "$row-$procs $side $unit $out"
				fi
			done
		done
	done
	i=$((i + 1))
done | awk '{ printf "%s %s %.2f\n", $1, $2, $4 / ($3 == "ms" ? 1e6 : $5) }' >"$tmp/runs"

{
	about "$RUNS"
	printf 'work\tch07\tch10\tch11\tgo\tch11_go\n'
	echo "$work" | while read -r row rest; do
		echo "$row-1"
		echo "$row-2"
	done >"$tmp/rows"
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk '
		FILENAME == ARGV[1] { row[++rows] = $1; next }
		{ key = $1 SUBSEP $2; value[key, ++n[key]] = $3 }
		function best(r, side,   key) {
			key = r SUBSEP side
			return n[key] ? value[key, 1] : "-"
		}
		function show(x) { return x == "-" ? x : sprintf(x < 100 ? "%.1f" : "%.0f", x) }
		END {
			for (i = 1; i <= rows; i++) {
				r = row[i]; go = best(r, "go"); us = best(r, "ch11")
				printf "%s\t%s\t%s\t%s\t%s\t%.2f\n", r, show(best(r, "ch07")),
					show(best(r, "ch10")), show(us), show(go), us / go
			}
		}' "$tmp/rows" -
} >"$tmp/queues.tsv"

{
	about "$RUNS"
	printf 'work\tch10_kb\tch10_us\tch11_kb\tch11_us\tgo_kb\tgo_us\n'
	for work in 'batch 20000' 'parked 20000' 'parked 100000' 'parked 1000000'; do
		row=$(echo "$work" | tr ' ' -)
		for side in ch10 ch11 go; do
			i=0
			while [ "$i" -lt 3 ]; do
				# shellcheck disable=SC2086
				GOMAXPROCS=1 timeout "$LIMIT" build/bench/maxrss \
					"$(program $side)" $work || echo - -
				i=$((i + 1))
			done | sort -n -k 2 >"$tmp/three"
			awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }' "$tmp/three"
		done | awk -v row="$row" '{ s = s "\t" $1 "\t" $2 } END { print row s }'
	done
} >"$tmp/stacks.tsv"
for name in queues stacks; do
	mv "$tmp/$name.tsv" book/data/$name.tsv
	chmod 644 book/data/$name.tsv
	cat book/data/$name.tsv
done
