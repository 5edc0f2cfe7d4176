#!/bin/sh
# bench/switch.sh - what parts of the context switch cost.
#
# Builds the runtime as it stands after chapter 7 and variants of its gogo and
# mcall, and runs bench/yield.c with each in turn, RUNS times.  Writes
# book/data/switch.tsv: the nanoseconds for one Gosched, the best of the runs.
#
#	jmp	as in the book
#	ret	gogo pushes the pc and returns to it
#	control	mxcsr and the x87 control word are saved and loaded, too
#	fxsave	so is the state of x87 and SSE, as a preempted thread needs it
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
state=build/chapters/07/src
chapters ch07
scratch

variant() {	# NAME SED-SCRIPT
	if ! changed $state "$tmp/$1" switch_amd64.S "$2" && [ "$1" != jmp ]; then
		echo "bench/switch.sh: variant $1 changes nothing; its sed script does not fit $state/sched/switch_amd64.S" >&2
		exit 1
	fi
	# shellcheck disable=SC2046
	gcc -O2 @$state/cflags -I"$tmp/$1" -o "$tmp/$1/yield" bench/yield.c \
		$(sources "$tmp/$1") @$state/ldflags
}

save='/movq	%r15, g_sched+gobuf_r15(%rax)/a'
load='/jmp	\*%rcx/i'
room='	.local	fpbuf; .comm	fpbuf, 512, 16'
variant jmp ''
variant ret 's/jmp	\*%rcx/pushq	%rcx; ret/'
variant control "1i\\
$room
$save\\
	stmxcsr	fpbuf(%rip); fnstcw	fpbuf+4(%rip)
$load\\
	ldmxcsr	fpbuf(%rip); fldcw	fpbuf+4(%rip)"
variant fxsave "1i\\
$room
$save\\
	fxsave64	fpbuf(%rip)
$load\\
	fxrstor64	fpbuf(%rip)"

i=0
while [ "$i" -lt "$RUNS" ]; do
	for v in jmp ret control fxsave; do
		for n in 2 16; do
			echo "$v $n $("$tmp/$v/yield" $n)"
		done
	done
	i=$((i + 1))
done >"$tmp/runs"

{
	printf '# %s; %s; %s processors; Linux %s; gcc %s; %s runs\n' "$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" "$(gcc -dumpfullversion)" "$RUNS"
	printf 'switch\tns_2\tns_16\n'
	sort -k 2,2n -k 1,1 -k 3,3n "$tmp/runs" | awk '
		!n[$1, $2]++ { ns[$1, $2] = $3 / $4 }
		END {
			split("jmp ret control fxsave", order)
			for (i = 1; i <= 4; i++)
				printf "%s\t%.1f\t%.1f\n", order[i],
					ns[order[i], 2], ns[order[i], 16]
		}'
} >"$tmp/switch.tsv"
tables "$tmp" switch
