#!/bin/sh
# bench/watch.sh - what sysmon costs a busy program.
#
# Runs bench/busy.c, three goroutines with short calls, on one P, with the
# runtime as it stands after chapter 17 and with a variant of it, in turn,
# RUNS times.  Writes book/data/watch.tsv: how often sysmon slept in a second,
# and its share of a processor; medians.
#
#	eager	the shortest nap stays at 20 us
#	book	as in the book
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-7}
need watch.tsv gcc python3
chapters ch17
state=build/chapters/17/src
scratch

if ! changed $state "$tmp/eager" sysmon.c 's/CALMNAP = 640/CALMNAP = 20/'; then
	echo "bench/watch.sh: the variant changes nothing; its sed script does not fit sysmon.c in $state" >&2
	exit 1
fi
cp -R $state "$tmp/book"
for v in eager book; do
	# shellcheck disable=SC2046
	gcc -O2 @$state/cflags -I"$tmp/$v" -o "$tmp/$v/busy" bench/busy.c $(sources "$tmp/$v") @$state/ldflags
done

i=0
while [ "$i" -lt "$RUNS" ]; do
	for v in eager book; do
		set -- "$(python3 bench/watched.py "$tmp/$v/busy")"
		echo "$v $1"
	done
	i=$((i + 1))
done >"$tmp/runs"
{
	about "$RUNS"
	printf 'sysmon\tsleeps_per_s\tcpu_pct\n'
	for v in eager book; do
		for column in 2 3; do
			awk -v v="$v" -v c="$column" '$1 == v { print $c }' "$tmp/runs" |
				sort -n | awk -v runs="$RUNS" 'NR == int((runs + 1) / 2)'
		done | paste -s - | sed "s/^/$v	/"
	done
} >"$tmp/watch.tsv"
tables "$tmp" watch
