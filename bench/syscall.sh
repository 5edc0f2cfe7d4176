#!/bin/sh
# bench/syscall.sh - what goroutines in system calls cost, and cost others.
#
# Builds bench/syscall.c with the runtimes of chapters 16 and 17, and
# bench/go/syscall.go, and runs them in turn, RUNS times each.  Writes
#	book/data/gap.tsv	us until another goroutine runs, while one reads
#	book/data/call.tsv	ns for a getpid, 8 goroutines
#	book/data/nap.tsv	us that a nanosleep really takes
#	book/data/idle.tsv	CPU time and wake-ups of a process in which all
#				wait, over 3 s
#	book/data/start.tsv	hello after chapters 15, 16 and 17, and in C
# Medians everywhere.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
STARTS=${STARTS:-501}
need gap.tsv go gcc
chapters ch15 ch16 ch17
scratch

for nr in ch16 ch17; do
	build_with $nr build/bench/syscall-$nr bench/syscall.c -D$nr
done
go build -o build/go/syscall bench/go/syscall.go
gcc -std=gnu11 -O2 -o build/bench/exec bench/exec.c

# medians KEY...: of lines "key value", in the order of the keys.
medians() {
	sort -s -k 1,1 -k 2,2n | awk -v runs="$RUNS" -v keys="$*" '
		++n[$1] == int((runs + 1) / 2) { median[$1] = $2 }
		END {
			last = split(keys, key, " ")
			for (i = 1; i <= last; i++)
				printf "%s\t%s\n", key[i], median[key[i]]
		}'
}

i=0
while [ "$i" -lt "$RUNS" ]; do
	i=$((i + 1))
	for procs in 1 2; do
		export GOMAXPROCS=$procs
		echo "ch16-$procs $(build/bench/syscall-ch16 gap)"
		echo "rt0-$procs $(build/bench/syscall-ch17 gap)"
		echo "go-$procs $(build/go/syscall gap)"
	done
done >"$tmp/gap"
i=0
while [ "$i" -lt "$RUNS" ]; do
	i=$((i + 1))
	for procs in 1 2; do
		export GOMAXPROCS=$procs
		echo "rt0-$procs $(build/bench/syscall-ch17 call 100000 8)"
		echo "go-$procs $(build/go/syscall call 100000 8)"
	done
	echo "raw $(GOMAXPROCS=1 build/bench/syscall-ch17 raw 100000 8)"
	echo "goraw $(GOMAXPROCS=1 build/go/syscall raw 100000 8)"
	echo "pair $(GOMAXPROCS=1 build/bench/syscall-ch17 pair 1000000)"
	echo "alone $(GOMAXPROCS=1 build/bench/syscall-ch17 call 800000 1)"
done >"$tmp/call"
i=0
while [ "$i" -lt "$RUNS" ]; do
	i=$((i + 1))
	for us in 20 40 160 1000; do
		echo "$us $(build/bench/syscall-ch17 nap $us)"
	done
done >"$tmp/nap"
unset GOMAXPROCS

# What all threads of a process have had: nanoseconds, times on a processor.
used() {
	cat /proc/"$1"/task/*/schedstat | awk '
		{ ns += $1; times += $3 } END { print ns, times }'
}
for who in rt0 go; do
	case $who in
	rt0) prog=build/bench/syscall-ch17 ;;
	go) prog=build/go/syscall ;;
	esac
	mkfifo "$tmp/$who"
	"$prog" idle <"$tmp/$who" &
	exec 9>"$tmp/$who"
	sleep 1
	before=$(used $!)
	sleep 3
	after=$(used $!)
	exec 9>&-
	wait $!
	echo "$who $before $after"
done | awk '{ printf "%s\t%.0f\t%d\n", $1, ($4 - $2) / 1000, $5 - $3 }' \
	>"$tmp/idle"

printf '%s\n' '#include <stdio.h>' 'int main(void)' \
	'{ puts("hello, world"); return 0; }' |
	gcc -O2 -static -x c - -o "$tmp/c-static"
strip "$tmp/c-static"
set -- "c-static=$tmp/c-static"
for nr in ch15 ch16 ch17; do
	strip -o "$tmp/hello-$nr" build/chapters/${nr#ch}/hello
	set -- "$@" "$nr=$tmp/hello-$nr"
done
build/bench/exec -n "$STARTS" "$@" >"$tmp/exec"

{ about "$RUNS"; printf 'who\tus\n'
	medians ch16-1 ch16-2 rt0-1 rt0-2 go-1 go-2 <"$tmp/gap"; } >"$tmp/gap.tsv"
{ about "$RUNS"; printf 'who\tns\n'
	medians raw alone rt0-1 rt0-2 goraw go-1 go-2 pair <"$tmp/call"; } \
	>"$tmp/call.tsv"
{ about "$RUNS"; printf 'asked\tus\n'
	medians 20 40 160 1000 <"$tmp/nap"; } >"$tmp/nap.tsv"
{ about 1; printf 'who\tcpu_us\twakeups\n'; cat "$tmp/idle"; } \
	>"$tmp/idle.tsv"
{
	about "$STARTS"
	printf 'hello\tus\tratio\tfaults\n'
	awk -F'\t' -v OFS='\t' '$1 == "c-static" { c = $2 }
		{ print $1, $2, sprintf("%.2f", $2 / c), $4 }' "$tmp/exec"
} >"$tmp/start.tsv"
tables "$tmp" gap call nap idle start
