#!/bin/sh
# bench/yield.sh - what a Gosched costs, here and in Go.
#
# Runs bench/yield.c on the runtime of chapter 7 and bench/go/yield.go in turn, five
# times each for each number of goroutines, and writes book/data/yield.tsv:
# medians of the nanoseconds for one call, and their ratio.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-5}
PATH=$PATH:/usr/lib/go-1.23/bin
STATE=build/chapters/07
for tool in go gcc; do
	command -v "$tool" >/dev/null || {
		echo "bench/yield.sh: $tool is not installed;" \
			"book/data/yield.tsv stays as it is." >&2
		exit 0
	}
done
[ -d "$STATE/obj" ] || {
	echo "bench/yield.sh: $STATE is not there; run make chapter-07 first." >&2
	exit 1
}
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
export GOCACHE="$PWD/build/go/cache"

mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -O2 @$STATE/src/cflags -I$STATE/src -o build/bench/yield bench/yield.c \
	@$STATE/src/ldflags $STATE/obj/*.o
go build -o build/go/yield bench/go/yield.go

for n in 1 2 16 256 1000 10000; do
	i=0
	while [ "$i" -lt "$RUNS" ]; do
		echo "rt0 $n $(build/bench/yield "$n")"
		echo "go $n $(build/go/yield "$n")"
		i=$((i + 1))
	done
done >"$tmp/runs"

{
	printf '# %s; %s; %s processors; Linux %s; %s; gcc %s; %s runs\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" \
		"$(go version | cut -d' ' -f3)" "$(gcc -dumpfullversion)" "$RUNS"
	printf 'goroutines\trt0_ns\tgo_ns\tratio\n'
	sort -k 2,2n -k 1,1 -k 3,3n "$tmp/runs" | awk -v runs="$RUNS" '
		{ n[$1, $2]++ }
		n[$1, $2] == int((runs + 1) / 2) {
			ns[$1, $2] = $3 / $4
			if ($1 == "rt0") printf "%d\t%.1f\t%.1f\t%.2f\n",
				$2, $3 / $4, ns["go", $2],
				$3 / $4 / ns["go", $2]
		}'
} >"$tmp/yield.tsv"
mv "$tmp/yield.tsv" book/data/yield.tsv
chmod 644 book/data/yield.tsv
cat book/data/yield.tsv
