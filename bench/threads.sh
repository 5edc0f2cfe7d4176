#!/bin/sh
# bench/threads.sh - what one queue under one lock costs on 1, 2 and 4 Ps.
#
# Links bench/sched.c with the runtime of chapter 8, builds bench/go/sched.go,
# and runs four of their workloads in turn, RUNS times each.  Writes
# book/data/threads.tsv: medians of nanoseconds per operation and their ratio;
# book/data/futex.tsv: futex calls per 1,000 operations, counted by strace; and
# book/data/wake.tsv: bench/wake.c, what it takes to wake a thread, in ns.
set -eu
cd "$(dirname "$0")/.."

RUNS=${RUNS:-5}
STATE=build/chapters/08
PATH=$PATH:/usr/lib/go-1.23/bin
for tool in go gcc strace; do
	command -v "$tool" >/dev/null || {
		echo "bench/threads.sh: $tool is not installed;" \
			"book/data/threads.tsv stays as it is." >&2
		exit 0
	}
done
[ -d "$STATE/obj" ] || {
	echo "bench/threads.sh: $STATE is not there; run make chapter-08 first." >&2
	exit 1
}
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
export GOCACHE="$PWD/build/go/cache"

mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -O2 @$STATE/src/cflags -I$STATE/src -o build/bench/sched-08 bench/sched.c \
	@$STATE/src/ldflags $STATE/obj/*.o
gcc -O2 @$STATE/src/cflags -I$STATE/src -o build/bench/wake bench/wake.c \
	@$STATE/src/ldflags $STATE/obj/*.o
go build -o build/go/sched bench/go/sched.go

head_line() {
	printf '# %s; %s; %s processors; Linux %s; %s; gcc %s; %s runs\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" \
		"$(go version | cut -d' ' -f3)" "$(gcc -dumpfullversion)" "$RUNS"
}

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
				rt0) prog=build/bench/sched-08 ;;
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
	head_line
	printf 'work\trt0_ns\tgo_ns\tratio\n'
	sort -k 1,1 -k 2,2 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		++n[$1, $2] == int((runs + 1) / 2) {
			if ($2 == "go") go = $3
			else printf "%s\t%.1f\t%.1f\t%.2f\n", $1, $3, go, $3 / go
		}'
} >"$tmp/threads.tsv"

{
	head_line
	printf 'work\tcalls\n'
	echo "$work" | while read -r name n; do
		for procs in 1 2 4; do
			GOMAXPROCS=$procs strace -c -f -qq -o "$tmp/count" \
				-e trace=futex build/bench/sched-08 "$name" \
				$((n / 10)) >"$tmp/out"
			awk -v key="$name-$procs" -v ops="$(cut -d' ' -f2 "$tmp/out")" '
				$NF == "futex" || $(NF - 1) == "futex" { calls = $4 }
				END { printf "%s\t%.0f\n", key, calls * 1000 / ops }
			' "$tmp/count"
		done
	done | sort
} >"$tmp/futex.tsv"
{
	head_line
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
