#!/bin/sh
# bench/boot.sh - what it costs to start, and to do nothing.
#
# Runs the program of each chapter, a hello in C linked statically and
# dynamically, and Go's hello, RUNS times each in turn; writes book/data/exec.tsv.
# To measure another program, add a line to the list below.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

. bench/common
need exec.tsv gcc go
RUNS=${RUNS:-1001}
scratch

for chapter in ch01 ch02 ch03 ch04 ch05 ch06 ch07; do
	make -s "chapter-${chapter#ch}" >/dev/null
done
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o build/bench/exec bench/exec.c
printf '%s\n' '#include <stdio.h>' 'int main(void)' \
	'{ puts("hello, world"); return 0; }' >"$tmp/hello.c"
gcc -O2 -static -o build/bench/c-static "$tmp/hello.c"
gcc -O2 -o build/bench/c-dynamic "$tmp/hello.c"
go build -o build/go/hello bench/go/hello.go
# Chapter 1's program as gcc would link it if it were not told otherwise.
if [ -d build/chapters/01/obj ]; then
	grep -vE -e '^-(static|no-pie)$' build/chapters/01/src/ldflags \
		>"$tmp/ldflags"
	gcc "@$tmp/ldflags" -o build/bench/first-dynamic build/chapters/01/obj/*.o
fi

set --
while read -r key program; do
	[ -x "$program" ] && set -- "$@" "$key=$program"
done <<'LIST'
ch01 build/chapters/01/rt0
ch01-dynamic build/bench/first-dynamic
ch02 build/chapters/02/rt0
ch03 build/chapters/03/rt0
ch04 build/chapters/04/rt0
ch05 build/chapters/05/rt0
ch06 build/chapters/06/rt0
ch07 build/chapters/07/hello
c-static build/bench/c-static
c-dynamic build/bench/c-dynamic
go build/go/hello
LIST

{
	about "$RUNS"
	printf 'program\tus\tus_min\tfaults\tinstructions\tcpuids\tbytes\n'
	build/bench/exec -n "$RUNS" "$@"
} >"$tmp/exec.tsv"
tables "$tmp" exec
