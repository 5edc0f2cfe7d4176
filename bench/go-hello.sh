#!/bin/sh
# bench/go-hello.sh - what a hello costs before its first word.
#
# Builds the hello of chapter 0 with Go, the same with println, and a static
# one in C.  Runs each RUNS times under strace and writes
# book/data/go-hello.tsv (one row for each program) and
# book/data/go-hello-calls.tsv (Go's system calls up to the write, by name).
#
# Counted are the calls that begin before the first write to descriptor 1 or
# 2, without the execve that starts the program, and the threads that exist
# by then.  strace slows a program down and so moves what threads do beside
# each other: the spread between min and max is partly its work.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-25}
PATH=$PATH:/usr/lib/go-1.23/bin
for tool in go strace gcc; do
	command -v "$tool" >/dev/null || {
		echo "bench/go-hello.sh: $tool is not installed;" \
			"book/data/go-hello.tsv stays as it is." >&2
		exit 0
	}
done
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
export GOCACHE="$PWD/build/go/cache"

mkdir -p build/go book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go build -o build/go/hello bench/go/hello.go
go build -o build/go/bare bench/go/bare.go
printf '%s\n' '#include <stdio.h>' 'int main(void)' \
	'{ puts("hello world"); return 0; }' |
	gcc -O2 -static -x c - -o build/go/chello

{
	printf '# %s; %s; %s processors; Linux %s; %s; %s runs\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" \
		"$(go version | cut -d' ' -f3)" "$RUNS"
} >"$tmp/head"

# Prints "calls threads" of one run and appends the names to $tmp/names.
one_run() {
	strace -f -o "$tmp/log" "$1" >/dev/null 2>&1
	awk -v names="$tmp/names" '
		/ (exit_group|\+\+\+|---)/ || /resumed>/ || / execve\(/ { next }
		/ write\([12],/ { exit }
		{
			name = $2; sub(/\(.*/, "", name)
			calls++
			if (name == "clone" || name == "clone3") threads++
			print name >>names
		}
		END { print calls + 0, threads + 1 }' "$tmp/log"
}

# Prints one row: measure KEY FILE
measure() {
	strip -o "$tmp/stripped" "$2"
	: >"$tmp/names"
	n=0
	while [ "$n" -lt "$RUNS" ]; do
		one_run "$2"
		n=$((n + 1))
	done >"$tmp/runs"
	sort -n "$tmp/runs" | awk -v key="$1" \
		-v bytes="$(wc -c <"$2")" \
		-v stripped="$(wc -c <"$tmp/stripped")" '
		{
			calls[NR] = $1
			if (NR == 1 || $2 < tmin) tmin = $2
			if ($2 > tmax) tmax = $2
		}
		END {
			OFS = "\t"
			print key, bytes, stripped, calls[1],
				calls[int((NR + 1) / 2)], calls[NR], tmin, tmax
		}'
}

{
	cat "$tmp/head"
	printf 'program\tbytes\tstripped\tcalls_min\tcalls_median\tcalls_max'
	printf '\tthreads_min\tthreads_max\n'
	measure go build/go/hello
	cp "$tmp/names" "$tmp/names.go"
	measure go-println build/go/bare
	measure c-static build/go/chello
} >"$tmp/go-hello.tsv"

# Who makes each call: from reading Go's runtime, not from the run.
{
	cat "$tmp/head"
	printf 'call\tper_run\tmade_by\n'
	sort "$tmp/names.go" | uniq -c | awk -v runs="$RUNS" '
		BEGIN {
			by["rt_sigaction"] = "initsig: asks and sets a handler for each signal"
			by["mmap"] = "mallocinit and the first allocations"
			by["madvise"] = "the allocator: no huge pages for its own tables"
			by["rt_sigprocmask"] = "schedinit, minit, newosproc around each clone"
			by["clone"] = "newosproc: one for each new thread"
			by["gettid"] = "minit, and the first act of each thread"
			by["sigaltstack"] = "minit: twice for each thread"
			by["fcntl"] = "checkfds for 0, 1, 2; package os for the same three"
			by["futex"] = "threads that wait for work and are woken"
			by["nanosleep"] = "sysmon, 20 microseconds at a time; a thread about to steal"
			by["arch_prctl"] = "settls"
			by["sched_getaffinity"] = "osinit: how many processors"
			by["openat"] = "osinit: the size of a huge page"
			by["read"] = "osinit: the size of a huge page"
			by["close"] = "osinit: the size of a huge page"
			by["getrlimit"] = "package syscall: how many files may be open"
			by["prlimit64"] = "package syscall: how many files may be open"
			by["getpid"] = "signalM, when sysmon preempts a goroutine"
			by["tgkill"] = by["getpid"]
			by["sched_yield"] = "lock2: a thread that has waited some time for a lock"
			by["rt_sigreturn"] = "the goroutine that was preempted goes on"
		}
		$1 / runs >= 0.05 {
			printf "%s\t%.1f\t%s\n", $2, $1 / runs,
				($2 in by) ? by[$2] : "?"
		}' | sort -t "$(printf '\t')" -k 2,2nr -k 1,1 |
		sed 's/\.0\t/\t/'
} >"$tmp/go-hello-calls.tsv"

mv "$tmp/go-hello.tsv" book/data/go-hello.tsv
mv "$tmp/go-hello-calls.tsv" book/data/go-hello-calls.tsv
cat book/data/go-hello.tsv
