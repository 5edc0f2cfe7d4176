#!/bin/sh
# bench/nanotime.sh - nanotime through the vDSO and by a system call.
# Writes book/data/nanotime.tsv; the best of 1000 rounds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
src=build/chapters/04/src
[ -f $src/os/vdso_linux.c ] || { echo "bench/nanotime.sh: there is no $src/os/vdso_linux.c; run make chapter-04 first" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for f in vdso_linux.c panic.c print.c sys_linux_amd64.S; do
	gcc -O2 "@$src/cflags" -I"$src" -c "$src/os/$f" -o "$tmp/$f.o"
done
gcc -O2 -fno-pie -no-pie -o "$tmp/bench" bench/nanotime.c "$tmp"/*.o
{
	printf '# %s; %s; %s processors; Linux %s; clock source %s\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" \
		"$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
	"$tmp/bench"
} >"$tmp/tsv"
mkdir -p book/data
mv "$tmp/tsv" book/data/nanotime.tsv
