#!/bin/sh
# bench/cpuid.sh - what cpuid and setting the thread pointer cost.
#
# Writes book/data/cpuid.tsv: nanoseconds for each of a few instructions, and
# for the system call that sets or reads %fs.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

mkdir -p build/bench book/data
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o build/bench/cpuid bench/cpuid.c
if grep -qw hypervisor /proc/cpuinfo; then
	where='virtual machine'
else
	where='no hypervisor'
fi
{
	printf '# %s; %s; %s; Linux %s\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$where" "$(uname -r | sed 's/-.*//')"
	printf 'what\tns\n'
	build/bench/cpuid
} >"$tmp"
mv "$tmp" book/data/cpuid.tsv
chmod 644 book/data/cpuid.tsv
cat book/data/cpuid.tsv
