#!/bin/sh
# bench/procs.sh - what Ps cost that nobody uses: chapter 5's program with more
# and more of them, RUNS times each.  Writes book/data/procs.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-501}
rt0=build/chapters/05/rt0
[ -x $rt0 ] || { echo "bench/procs.sh: $rt0 is not there; run make chapter-05 first" >&2; exit 1; }
for tool in strace gdb; do
	command -v $tool >/dev/null || { echo "bench/procs.sh: $tool is missing: run ./setup" >&2; exit 1; }
done
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o build/bench/exec bench/exec.c
size=$(gdb -nx -batch -iex 'set may-call-functions off' -ex 'output sizeof(struct p)' $rt0)
{
	printf '# %s; %s; %s processors; Linux %s; %s runs\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" "$RUNS"
	printf 'GOMAXPROCS\tmmaps\tbytes\tfaults\tus\n'
	for n in 1 2 16 256 1024; do
		export GOMAXPROCS=$n
		mmaps=$(strace -o "$tmp/log" -e trace=mmap $rt0 2>/dev/null; grep -c '^mmap' "$tmp/log")
		build/bench/exec -n "$RUNS" p=$rt0 | awk -v n="$n" -v m="$mmaps" -v s="$size" \
			'{ printf "%d\t%d\t%d\t%d\t%d\n", n, m, n * (s + 8), $4, $2 }'
	done
} >"$tmp/procs.tsv"
mv "$tmp/procs.tsv" book/data/procs.tsv
chmod 644 book/data/procs.tsv
cat book/data/procs.tsv
