#!/bin/sh
# bench/print.sh - a line of 64 bytes as 1, 8 or 64 writes, to /dev/null and
# to a pipe.  Writes book/data/print.tsv; the time is the best of 400 rounds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
src=build/chapters/03/src
[ -f $src/os/print.c ] || { echo "bench/print.sh: there is no $src/os/print.c; run make chapter-03 first" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for f in print.c sys_linux_amd64.S; do
	gcc -O2 "@$src/cflags" -I"$src" -c "$src/os/$f" -o "$tmp/$f.o"
done
gcc -O2 -fno-pie -no-pie -o "$tmp/bench" bench/print.c "$tmp"/*.o
{
	printf '# %s; %s; %s processors; Linux %s\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')"
	"$tmp/bench"
} >"$tmp/tsv"
mkdir -p book/data
mv "$tmp/tsv" book/data/print.tsv
