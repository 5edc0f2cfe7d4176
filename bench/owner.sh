#!/bin/sh
# bench/owner.sh - what each locked instruction was worth that the owner no longer executes.
#
# Builds the runtimes of chapters 17 and 18 and variants of the latter, and runs workloads of bench/sched.c with each in
# turn, RUNS times, with one P and with two. Writes book/data/owner.tsv: nanoseconds per operation, medians.
#
#	book	as in the book
#	before	chapter 17
#	none	where the kernel has no membarrier: fences on both sides
#	queue	who takes from its own queues executes a fence
#	wake	wakep executes a fence
#	unlock	unlock is an exchange
#	count	who is about to wait for a semaphore is counted by a fetch-and-add
#	kept	the lock stays with all after the first theft
#	late	a share of the list is not fetched ahead
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-41}
state=build/chapters/18/src
chapters ch17 ch18
scratch
variants='book before none queue wake unlock count kept late'
rows='yield:200000:1:400000 message:100000:1:200000 spawn:50000:1:50000 batch:100000:1:100000 fib:22:1:28656 message:100000:2:200000 fib:22:2:28656'

link() {	# NAME
	# shellcheck disable=SC2046
	gcc -O2 @$state/cflags -I"$tmp/$1" -o "$tmp/$1/program" bench/sched.c $(sources "$tmp/$1") @$state/ldflags
}
variant() {	# NAME FILE SED-SCRIPT
	if ! changed $state "$tmp/$1" "$2" "$3" && [ "$1" != book ]; then
		echo "bench/owner.sh: variant $1 changes nothing; its sed script does not fit $2 in $state" >&2
		exit 1
	fi
	link "$1"
}

variant book runq.c ''
cp -R "$tmp/book" "$tmp/none"
cp -R build/chapters/17/src "$tmp/before"
link before
variant queue runq.c '/^takebegin/,/^}/s/lightfence()/__atomic_thread_fence(__ATOMIC_SEQ_CST)/'
variant wake m.c '/^wakep/,/^}/s/lightfence()/__atomic_thread_fence(__ATOMIC_SEQ_CST)/'
variant unlock lock_futex.c '/^unlock/,/^}/{
	s/__atomic_store_n(&l->key, UNLOCKED, __ATOMIC_RELEASE)/__atomic_exchange_n(\&l->key, UNLOCKED, __ATOMIC_SEQ_CST)/
	/lightfence()/d
}'
variant count sema.c 's/__atomic_store_n(&root->nwait, root->nwait + 1, __ATOMIC_RELAXED)/__atomic_fetch_add(\&root->nwait, 1, __ATOMIC_SEQ_CST)/'
variant kept runq.c 's/++pp->calm == CALM/0/'
variant late globrunq.c '/__builtin_prefetch/d'

i=0
# shellcheck disable=SC2086
turned=$(printf '%s\n' $variants | tac)	# in every other round they run in this sequence
while [ "$i" -lt "$RUNS" ]; do
	for v in $(if [ $((i % 2)) = 0 ]; then echo "$variants"; else echo "$turned"; fi); do
		case $v in none) export RT0DEBUG=nomembarrier=1 ;; *) unset RT0DEBUG ;; esac
		for row in $rows; do
			work=${row%%:*} rest=${row#*:}
			size=${rest%%:*} rest=${rest#*:}
			procs=${rest%%:*} count=${rest#*:}
			case $work in message) name=pingpong ;; *) name=$work ;; esac
			set -- "$(GOMAXPROCS=$procs "$tmp/$v/program" "$name" "$size")"
			echo "$v $work$procs ${1%% *} $count"
		done
	done
	i=$((i + 1))
done >"$tmp/runs"

{
	about "$RUNS"
	sort -k1,1 -k2,2 -k3,3n "$tmp/runs" | awk -v order="$variants" -v rows="$rows" '
		{ time[$1, $2, ++n[$1, $2]] = $3 / $4 }
		END {
			count = split(rows, row, " ")
			printf "runtime"
			for (j = 1; j <= count; j++) {
				split(row[j], part, ":")
				row[j] = part[1] part[3]
				printf "\t%s", row[j]
			}
			print ""
			max = split(order, v, " ")
			for (i = 1; i <= max; i++) {
				printf "%s", v[i]
				for (j = 1; j <= count; j++)
					printf "\t%.1f", time[v[i], row[j], int((n[v[i], row[j]] + 1) / 2)]
				print ""
			}
		}'
} >"$tmp/owner.tsv"
tables "$tmp" owner
