#!/bin/sh
# bench/hello.sh - from execve to exit: our hello, a static one in C, Go's.
#
# Runs stripped copies RUNS times each in turn and writes book/data/hello.tsv:
# wall time (median and minimum, microseconds), its ratio to that of the
# static C program, page faults, instructions in user space, bytes.  c-empty
# is a static C program whose main only returns.
# Without Go there is no row for it.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-1001}
HELLO=${HELLO:-build/examples/hello}
PATH=$PATH:/usr/lib/go-1.23/bin
[ -x "$HELLO" ] || {
	echo "bench/hello.sh: $HELLO is not there; run make first." >&2
	exit 1
}
mkdir -p build/bench build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o build/bench/exec bench/exec.c
printf '%s\n' '#include <stdio.h>' 'int main(void)' \
	'{ puts("hello, world"); return 0; }' |
	gcc -O2 -static -x c - -o "$tmp/c-static.full"
echo 'int main(void) { return 0; }' |
	gcc -O2 -static -x c - -o "$tmp/c-empty.full"
cp "$HELLO" "$tmp/rt0.full"
set -- "rt0=$tmp/rt0" "c-static=$tmp/c-static" "c-empty=$tmp/c-empty"
if command -v go >/dev/null; then
	GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off \
		GOCACHE="$PWD/build/go/cache" \
		go build -o "$tmp/go.full" bench/go/hello.go
	set -- "$@" "go=$tmp/go"
fi
for program; do
	strip -o "${program#*=}" "${program#*=}.full"
done

{
	printf '# %s; %s; %s processors; Linux %s; %s runs\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" "$RUNS"
	printf 'program\tus\tus_min\tratio\tfaults\tinstructions\tstripped\n'
	build/bench/exec -n "$RUNS" "$@" >"$tmp/runs"
	awk -F'\t' -v OFS='\t' '
		NR == FNR { us[$1] = $2; next }
		{ print $1, $2, $3, sprintf("%.2f", $2 / us["c-static"]),
			$4, $5, $7 }' "$tmp/runs" "$tmp/runs"
} >"$tmp/hello.tsv"
mv "$tmp/hello.tsv" book/data/hello.tsv
chmod 644 book/data/hello.tsv
cat book/data/hello.tsv
