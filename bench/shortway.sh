#!/bin/sh
# bench/shortway.sh - what the parts of the short way are worth.
#
# Builds the runtimes of chapters 13 and 14 and variants of the latter, and runs
# three workloads of bench/sched.c and bench/places.c with each in turn, RUNS
# times, on one P.
# Writes book/data/shortway.tsv: nanoseconds per operation, the best of the runs.
#
#	inline	as in the book
#	before	chapter 13
#	g0	every switch goes through g0
#	call	gswitch is a routine that is called and ends in a jump
#	planted	a goroutine's function is jumped to, its return address planted
#	called	goexit calls goexit1
#	unlocked	the owner's side of runnext and ring without locked instructions,
#		which is right with one P only
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-61}
state=build/chapters/14/src
chapters ch13 ch14
tmp=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$tmp"' EXIT
variants='inline before g0 call planted called unlocked'

variant() {	# NAME FILES SED-SCRIPT
	if ! changed $state "$tmp/$1" "$2" "$3" && [ "$1" != inline ]; then
		echo "bench/shortway.sh: variant $1 changes nothing; its sed script does not fit $2 in $state" >&2
		exit 1
	fi
}
link() {
	for program in sched places; do
		# shellcheck disable=SC2046
		gcc -O2 @$state/cflags -I"$tmp/$1" -o "$tmp/$1/$program.elf" bench/$program.c \
			$(sources "$tmp/$1") @$state/ldflags
	done
}

variant inline proc.c ''
cp -R build/chapters/13/src "$tmp/before"
variant g0 'switch.h park.c' '
	s/fairturn(mp->p) ? runqfair(mp->p) : NULL/NULL/
	s/next = runqget(mp->p)/next = NULL/
	s/if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0) {/if (0) {/
	/^goschedImpl/,/^}/ {
		/lock(/d
		s/globrunqput(gp)/runqput(getg()->m->p, gp)/
	}'
variant planted switch_amd64.S 's/^\tcall	\*%rbx.*/\tleaq	.Lback(%rip), %rax\n\tpushq	%rax\n\tjmp	*%rbx\n.Lback:/'
variant called switch_amd64.S '/^	leaq	0f(%rip), %rax$/d; /^	pushq	%rax			.. all that/d; s/^	jmp	goexit1	.*/	call	goexit1/'
variant unlocked runq.c '
	s/gp = __atomic_exchange_n(&pp->runnext, gp, __ATOMIC_ACQ_REL);/struct g *was = pp->runnext;\n\tpp->runnext = gp;\n\tgp = was;/
	/^runqget/,/^}/ {
		s/gp = __atomic_exchange_n(&pp->runnext, NULL,/pp->runnext = NULL;/
		/^		    __ATOMIC_ACQ_REL);$/d
	}
	/^ringget/,/^}/ {
		s/if (__atomic_compare_exchange_n(&pp->runqhead, &h, h + 1, 0,/__atomic_store_n(\&pp->runqhead, h + 1,/
		s/__ATOMIC_RELEASE, __ATOMIC_ACQUIRE))$/__ATOMIC_RELAXED);/
	}'
variant call switch.h '
/^gswitch(struct g \*from/,/^}/ {
	/^{/a\
	extern void farswitch(struct g *, struct g *);\
	farswitch(from, to);
	/__asm__/,/);$/d
}'
cat >>"$tmp/call/sched/switch_amd64.S" <<'END'

	.text
	.globl	farswitch
	.type	farswitch, @function
farswitch:
	popq	%rax
	movq	%rax, g_sched+gobuf_pc(%rdi)
	movq	%rsp, g_sched+gobuf_sp(%rdi)
	movq	%rbx, g_sched+gobuf_bx(%rdi)
	movq	%rbp, g_sched+gobuf_bp(%rdi)
	movq	%r12, g_sched+gobuf_r12(%rdi)
	movq	%r13, g_sched+gobuf_r13(%rdi)
	movq	%r14, g_sched+gobuf_r14(%rdi)
	movq	%r15, g_sched+gobuf_r15(%rdi)
	movq	%rsi, %fs:-8
	movq	g_sched+gobuf_pc(%rsi), %rax
	movq	g_sched+gobuf_bx(%rsi), %rbx
	movq	g_sched+gobuf_bp(%rsi), %rbp
	movq	g_sched+gobuf_r12(%rsi), %r12
	movq	g_sched+gobuf_r13(%rsi), %r13
	movq	g_sched+gobuf_r14(%rsi), %r14
	movq	g_sched+gobuf_r15(%rsi), %r15
	movq	g_sched+gobuf_sp(%rsi), %rsp
	jmp	*%rax
	.size	farswitch, .-farswitch
END
for v in $variants; do
	link "$v"
done

export GOMAXPROCS=1
i=0
while [ "$i" -lt "$RUNS" ]; do
	for v in $variants; do
		for work in 'yield 50000' 'spawn 20000' 'pingpong 20000'; do
			# shellcheck disable=SC2086
			echo "$v ${work% *} $("$tmp/$v/sched.elf" $work)"
		done
		echo "$v places $("$tmp/$v/places.elf")"
	done
	i=$((i + 1))
done >"$tmp/runs"

{
	about "$RUNS"
	printf 'way\tyield_ns\tplaces_ns\tspawn_ns\tpingpong_ns\n'
	awk -v order="$variants" '
		{ t = $3 / $4 }
		!(($1, $2) in ns) || t < ns[$1, $2] { ns[$1, $2] = t }
		END {
			n = split(order, way, " ")
			for (i = 1; i <= n; i++)
				printf "%s\t%.1f\t%.1f\t%.1f\t%.1f\n", way[i],
					ns[way[i], "yield"], ns[way[i], "places"],
					ns[way[i], "spawn"], ns[way[i], "pingpong"]
		}' "$tmp/runs"
} >"$tmp/shortway.tsv"
tables "$tmp" shortway
