#!/bin/sh
# bench/sched.sh - the same work with the runtimes of chapters 7, 10, 11, 12 and 15, and in Go.
#
# Links bench/sched.c with each (7 with the semaphores of bench/polling.h), builds
# bench/go/sched.go, and runs their workloads in turn, RUNS times each.  What two
# tables show of these runs is the same number:
#
#	book/data/threads.tsv	one queue: chapter 10 and Go with 1, 2 and 4 Ps, ns
#	book/data/queues.tsv	a queue in each P: chapters 7, 10, 11 and Go, ns or ms,
#				"-" where a runtime cannot run the work
#	book/data/chart.tsv	what each idea of Part II bought, ns
#	book/data/futex.tsv	calls of futex per 1,000 operations in chapter 10, and
#	book/data/wakes.tsv	with each runtime, by strace -f -c
#
# All are medians.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-9}
COUNTS=${COUNTS:-5}	# runs under strace
LIMIT=${LIMIT:-20}	# seconds for one
need chart.tsv go gcc strace
chapters ch07 ch10 ch11 ch12 ch15

scratch

for c in ch07 ch10 ch11 ch12 ch15; do
	more=
	[ $c != ch07 ] || more='-include bench/polling.h'
	# shellcheck disable=SC2086
	build_with $c build/bench/sched-$c bench/sched.c $more
done
go build -o build/go/sched bench/go/sched.go

# the row, the workload, how many, the operations if the program counts but one, and who runs it
some='ch10 ch11 go' all='ch07 ch10 ch11 ch12 ch15 go'
work="yield yield 500000 0 $all
spawn spawn 100000 0 $all
batch batch 20000 0 ch07 $some
pingpong pingpong 200000 0 $all
sema sema 1000000 0 $all
skynet1e4 skynet 10000 11111 $all
skynet1e6 skynet 1000000 1111111 $some
fib18 fib 18 4180 $all
fib20 fib 20 10945 $some
fib25 fib 25 121392 $some
fib30 fib 30 1346268 $some"

i=0
while [ "$i" -lt "$RUNS" ]; do
	echo "$work" | while read -r row name n ops sides; do
		for procs in 1 2 4; do
			for side in $sides; do
				case $row-$procs-$side in
				*-[24]-ch07) continue ;;	# it has one thread
				yield-4-ch10 | spawn-4-ch10 | pingpong-4-ch10 | sema-4-ch10) ;;
				yield-4-go | spawn-4-go | pingpong-4-go | sema-4-go) ;;
				*-4-*) continue ;;
				esac
				prog=build/bench/sched-$side what=$name
				if [ "$side" = go ]; then
					prog=build/go/sched
					# Go's skynet that joins, as ours does
					[ "$name" != skynet ] || what=skyjoin
				fi
				# shellcheck disable=SC2046
				set -- $(GOMAXPROCS=$procs timeout "$LIMIT" "$prog" "$what" "$n" \
					2>/dev/null || echo 0 0)
				[ "$ops" = 0 ] || set -- "$1" "$ops"
				echo "$row-$procs $side $1 $2"
			done
		done
	done
	i=$((i + 1))
done | awk '$3 > 0 { printf "%s %s %.3f\n", $1, $2, $3 / $4 }' |
	sort -k 1,1 -k 2,2 -k 3,3n | awk -v runs="$RUNS" '
		++n[$1, $2] == int((runs + 1) / 2)' >"$tmp/medians"

# table SCRIPT ROW...: the script prints the lines; ns[row, side] are the medians.
table() {
	script=$1
	shift
	printf '%s\n' "$@" | awk '
		FILENAME == ARGV[1] { ns[$1, $2] = $3; next }
		function has(side) { return ($0, side) in ns }
		function show(side) { return has(side) ? sprintf("%.1f", ns[$0, side]) : "-" }
		function part(side) {
			return has(side) ? sprintf("%.2f", ns[$0, side] / ns[$0, "go"]) : "-"
		}
		BEGIN { OFS = "\t"; last = split("ch07 ch10 ch11 ch12 ch15", side, " ") }
		'"$script" "$tmp/medians" -
}

{
	about "$RUNS"
	printf 'work\trt0_ns\tgo_ns\tratio\n'
	# shellcheck disable=SC2016
	table '{ print $0, show("ch10"), show("go"), part("ch10") }' \
		pingpong-1 pingpong-2 pingpong-4 sema-1 sema-2 sema-4 \
		spawn-1 spawn-2 spawn-4 yield-1 yield-2 yield-4
} >"$tmp/threads.tsv"

{
	about "$RUNS"
	printf 'work\tch07\tch10\tch11\tgo\tch11_go\n'
	# shellcheck disable=SC2016
	table '
		function short(side,   x) {	# as ns, or a tree as ms
			if (!has(side) || side == "ch07" && $0 ~ /^(sema|skynet)/)
				return "-"
			x = ns[$0, side] * (ops[$0] ? ops[$0] / 1e6 : 1)
			return sprintf(x < 100 ? "%.1f" : "%.0f", x)
		}
		BEGIN {
			count = split("'"$(echo "$work" | awk '$4 { print $1, $4 }' | tr '\n' ' ')"'", of, " ")
			for (i = 1; i < count; i += 2)
				ops[of[i] "-1"] = ops[of[i] "-2"] = of[i + 1]
		}
		{ print $0, short("ch07"), short("ch10"), short("ch11"), short("go"), part("ch11") }' \
		yield-1 yield-2 spawn-1 spawn-2 batch-1 batch-2 pingpong-1 pingpong-2 sema-1 sema-2 \
		skynet1e4-1 skynet1e4-2 skynet1e6-1 skynet1e6-2 \
		fib20-1 fib20-2 fib25-1 fib25-2 fib30-1 fib30-2
} >"$tmp/queues.tsv"

{
	about "$RUNS"
	printf 'work\tch07\tch10\tch11\tch12\tch15\tgo\tratio\n'
	# shellcheck disable=SC2016
	table '
		{
			line = $0
			sub(/^fib18/, "fib", line)
			sub(/^skynet1e4/, "skynet", line)
			for (i = 1; i <= last; i++)
				line = line "\t" show(side[i])
			print line, show("go"), part("ch15")
		}' fib18-1 fib18-2 pingpong-1 pingpong-2 sema-1 sema-2 skynet1e4-1 skynet1e4-2 \
		spawn-1 spawn-2 yield-1 yield-2
} >"$tmp/chart.tsv"

# the workload, how many under strace, and the operations
i=0
while [ "$i" -lt "$COUNTS" ]; do
	echo 'yield 50000 0
spawn 10000 0
pingpong 20000 0
sema 100000 0
skynet 10000 11111
fib 18 4180' | while read -r name n ops; do
		for procs in 1 2 4; do
			for side in ch10 ch11 ch12 ch15; do
				[ "$procs-$side" = 1-ch10 ] || [ $procs != 1 ] || continue
				GOMAXPROCS=$procs timeout 60 strace -c -f -qq -o "$tmp/count" -e trace=futex \
					build/bench/sched-$side "$name" "$n" >"$tmp/out"
				awk -v key="$name-$procs $side" -v ops="$ops" -v count="$(cut -d' ' -f2 "$tmp/out")" '
					$NF == "futex" || $(NF - 1) == "futex" { calls = $4 }
					END { printf "%s %.0f\n", key, calls * 1000 / (ops ? ops : count) }
				' "$tmp/count"
			done
		done
	done
	i=$((i + 1))
done | sort -k 1,1 -k 2,2 -k 3,3n | awk -v runs="$COUNTS" '++n[$1, $2] == int((runs + 1) / 2)' >"$tmp/counts"

{
	about "$COUNTS"
	printf 'work\tcalls\n'
	awk '$2 == "ch10" && $1 !~ /^(fib|skynet)/ { print $1 "\t" $3 }' "$tmp/counts"
} >"$tmp/futex.tsv"

{
	about "$COUNTS"
	printf 'work\tch10\tch11\tch12\tch15\n'
	awk '
		$1 ~ /-1$/ { next }
		$1 != row { printf "%s%s", end, $1; row = $1; end = "\n" }
		{ printf "\t%s", $3 }
		END { print "" }' "$tmp/counts"
} >"$tmp/wakes.tsv"

tables "$tmp" threads queues chart futex wakes
