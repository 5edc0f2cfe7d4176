#!/bin/sh
# bench/seeds.sh - what a seed promises, counted.
#
# Links tests/programs/once.c, bench/sched.c and examples/account.c with the
# runtime of chapter 12 and counts: how many of SAME traces of one seed differ,
# in how many of SEEDS schedules a goroutine is lost, and how often account
# fails with seeds and with threads.  Writes book/data/seeds.tsv.
set -eu
cd "$(dirname "$0")/.."

SAME=${SAME:-1000}
SEEDS=${SEEDS:-10000}
STATE=build/chapters/12
[ -d "$STATE/obj" ] || {
	echo "bench/seeds.sh: $STATE is not there; run make chapter-12 first." >&2
	exit 1
}
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for source in tests/programs/once.c bench/sched.c; do
	gcc -O2 @$STATE/src/cflags -I$STATE/src -o "$tmp/$(basename $source .c)" \
		$source @$STATE/src/ldflags $STATE/obj/*.o
done

# failures N COMMAND...: how many of N runs fail; $seed goes from 0 up
failures() {
	n=$1 i=0 failed=0
	shift
	while [ "$i" -lt "$n" ]; do
		seed=$i "$@" >"$tmp/out" 2>&1 || failed=$((failed + 1))
		i=$((i + 1))
	done
	echo "$failed"
}
same() { RT0_SEED=7 RT0TRACE="$tmp/trace" "$tmp/sched" fib 15 && cmp -s "$tmp/trace" "$tmp/first"; }
seeded() { RT0_SEED=$seed timeout 10 "$@"; }

RT0_SEED=7 RT0TRACE="$tmp/first" "$tmp/sched" fib 15 >"$tmp/out"
seed=0
row() { printf '%s\t%d\t%d\n' "$@"; }
{
	printf '# %s; %s; %s processors; Linux %s; gcc %s\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" "$(gcc -dumpfullversion)"
	printf 'what\truns\tfailed\n'
	row same-trace "$SAME" "$(failures "$SAME" same)"
	row once-seeds "$SEEDS" "$(failures "$SEEDS" seeded "$tmp/once")"
	row account-seeds "$SEEDS" "$(failures "$SEEDS" seeded $STATE/account)"
	for procs in 1 2 4; do
		export GOMAXPROCS=$procs
		row account-$procs "$SEEDS" "$(failures "$SEEDS" $STATE/account)"
	done
} >"$tmp/seeds.tsv"
mv "$tmp/seeds.tsv" book/data/seeds.tsv
chmod 644 book/data/seeds.tsv
cat book/data/seeds.tsv
