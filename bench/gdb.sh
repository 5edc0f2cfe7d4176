#!/bin/sh
# bench/gdb.sh - what it costs to look at goroutines in GDB.
#
# Times whole GDB sessions, RUNS of each; writes book/data/gdb.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-5}
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/many.c" <<'C'
#include "rt0.h"

static uint32_t started, never;

static void
park(void *arg)
{
	(void)arg;
	runtime_Semrelease(&started);
	runtime_Semacquire(&never);
	fmt_Printf("x");	/* so the call before is no jump */
}

__attribute__((noinline)) void
stop(void)
{
	__builtin_trap();	/* where nobody looks on, the kernel writes a core */
}

void
main_main(void)
{
	for (int i = 0; i < 1000; i++)
		go(park, NULL);
	for (int i = 0; i < 1000; i++)
		runtime_Semacquire(&started);
	stop();
}
C
gcc -O2 -g @src/cflags -Isrc -o build/bench/many "$tmp/many.c" \
	@src/ldflags build/librt0.a
GDB="gdb -nx -q -batch -iex 'set may-call-functions off' -iex 'set debuginfod enabled off' -x gdb/rt0.py"

# gcore stops at guard pages, so the core is the kernel's.
case $(cat /proc/sys/kernel/core_pattern) in
'|'* | /*)
	echo "gdb.sh: the kernel gives its core files to another program;" \
		"say sysctl kernel.core_pattern=core and run this again" >&2
	exit 1
	;;
esac
many=$PWD/build/bench/many
# shellcheck disable=SC3045	# dash and bash have ulimit -c
(cd "$tmp" && ulimit -c unlimited && { "$many" || true; }) >/dev/null 2>&1
core=$(find "$tmp" -name 'core*')
if [ -z "$core" ]; then
	echo "gdb.sh: no core file in $tmp; is ulimit -H -c 0?" >&2
	exit 1
fi

# median NAME COMMAND: one row, the median time of RUNS sessions in ms.
median() {
	i=0
	while [ $i -lt "$RUNS" ]; do
		start=$(date +%s%N)
		eval "$2" >"$tmp/out" 2>&1
		end=$(date +%s%N)
		echo $(((end - start) / 1000000))
		i=$((i + 1))
	done | sort -n | sed -n "$((RUNS / 2 + 1))p" >"$tmp/ms"
	printf '%s\t%s\t%s\n' "$1" "$(grep -c 'goexit' "$tmp/out")" \
		"$(cat "$tmp/ms")"
}

{
	printf '# %s; %s; %s processors; GDB %s; %s runs\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(gdb --version | sed -n '1s/.* //p')" "$RUNS"
	printf 'session\tstacks\tms\n'
	median 'start and leave' "$GDB build/chapters/07/yield"
	median 'yield, goroutine all bt' "$GDB -ex 'break runtime_Gosched' \
		-ex run -ex 'goroutine all bt' build/chapters/07/yield"
	median '1,001 goroutines, live' "$GDB -ex 'break stop' -ex run \
		-ex 'goroutine all bt' build/bench/many"
	median '1,001 goroutines, core' "$GDB -ex 'goroutine all bt' \
		build/bench/many $core"
} >"$tmp/gdb.tsv"
mv "$tmp/gdb.tsv" book/data/gdb.tsv
cat book/data/gdb.tsv
