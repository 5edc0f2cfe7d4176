#!/bin/sh
# bench/newest.sh - what the pile is worth, and what it cost at first.
#
# Builds the runtime as it stands after chapter 15 and variants of it, and runs
# fib 27 of bench/sched.c with each in turn, RUNS times, on one P and on two.
# Writes book/data/newest.tsv: the median in milliseconds, and the memory in
# megabytes, mostly stacks, of one P.
#
#	book	as in the book
#	runnext	a place for one; who was there goes to the end of the ring
#	hasty	the oldest of the pile has every second fair turn
#	fence	who has put a goroutine on the pile executes a fence as well
#	shared	the counter of numbers is in the line of npidle
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-75}
state=build/chapters/15/src
chapters ch15
scratch
variants='runnext hasty fence shared book'

variant() {	# NAME FILES SED-SCRIPT
	if ! changed $state "$tmp/$1" "$2" "$3" && [ "$1" != book ]; then
		echo "bench/newest.sh: variant $1 changes nothing; its sed script does not fit $2 in $state" >&2
		exit 1
	fi
	# shellcheck disable=SC2046
	gcc -O2 @$state/cflags -I"$tmp/$1" -o "$tmp/$1/program" bench/sched.c \
		$(sources "$tmp/$1") @$state/ldflags
}

variant book runq.c ''
variant hasty runq.c 's/OLDESTTURN = 2048/OLDESTTURN = 2/'
variant fence 'g.c park.c' 's/wakefenced()/wakep()/'
variant shared sched.h 's/goidgen __attribute__((aligned(64)));/goidgen;/'
variant runnext runq.c '
	/^\/\* Let gp be the next/i\
static struct g *pileget(struct p *pp);
	/while (pilecount(s) == RUNQSIZE)/i\
	for (struct g *was; (was = pileget(pp)) != NULL; s = pp->pile)\
		runqput(pp, was);'
gcc -O2 -o "$tmp/maxrss" bench/maxrss.c

i=0
while [ "$i" -lt "$RUNS" ]; do
	for v in $variants; do
		for procs in 1 2; do
			set -- "$(GOMAXPROCS=$procs "$tmp/$v/program" fib 27)"
			echo "$v $procs ${1%% *}"
		done
	done
	i=$((i + 1))
done >"$tmp/runs"
for v in $variants; do
	set -- "$(GOMAXPROCS=1 "$tmp/maxrss" "$tmp/$v/program" fib 27 2>/dev/null | tail -n 1)"
	echo "$v rss ${1%% *}"
done >>"$tmp/runs"

{
	about "$RUNS"
	printf 'queue\tone_ms\ttwo_ms\tmegabytes\n'
	sort -k1,1 -k2,2 -k3,3n "$tmp/runs" | awk -v order="$variants" '
		{ time[$1, $2, ++n[$1, $2]] = $3 }
		function median(v, procs) {
			return time[v, procs, int((n[v, procs] + 1) / 2)]
		}
		END {
			max = split(order, v, " ")
			for (i = 1; i <= max; i++)
				printf "%s\t%.0f\t%.0f\t%.0f\n", v[i],
					median(v[i], 1) / 1e6, median(v[i], 2) / 1e6,
					median(v[i], "rss") / 1024
		}'
} >"$tmp/newest.tsv"
tables "$tmp" newest
