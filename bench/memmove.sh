#!/bin/sh
# bench/memmove.sh - the copy of a block: rep movsb upwards, downwards, and
# the C library.  Writes book/data/memmove.tsv; the best of 300 rounds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
[ -f src/os/memmove_amd64.S ] || { echo 'bench/memmove.sh: there is no src/os/memmove_amd64.S; run make first' >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Beside libc's function of the same name, ours needs another one.
gcc -O2 @src/cflags -c src/os/memmove_amd64.S -o "$tmp/all.o"
objcopy --redefine-sym memmove=rt0_memmove --keep-global-symbol=rt0_memmove \
	"$tmp/all.o" "$tmp/ours.o"
gcc -O2 -fno-builtin -fno-pie -no-pie -o "$tmp/bench" bench/memmove.c "$tmp/ours.o"
{
	printf '# %s; %s; %s processors; Linux %s\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')"
	"$tmp/bench"
} >"$tmp/tsv"
mkdir -p book/data
mv "$tmp/tsv" book/data/memmove.tsv
