/*
 * Goroutines that have something to lose in every callee-saved register.
 * In assembly, because a compiler would use as few of them as it can.
 */
#define PASTE_(n) note_trap_##n
#define PASTE(n)  PASTE_(n)
#define NOTE_TRAP PASTE(NONCE)
	.text

/* Make six values out of rdi and a number. */
	.macro	fill	number
	imulq	$\number * 3, %rdi, %rbx
	leaq	\number * 5(%rbx,%rdi,2), %rbp
	leaq	\number * 7(%rbp,%rbx,2), %r12
	leaq	\number * 11(%r12,%rbp,2), %r13
	leaq	\number * 13(%r13,%r12,2), %r14
	leaq	\number * 17(%r14,%r13,2), %r15
	.endm

/* Change all six; a wrong one spoils the others, too. */
	.macro	mix
	addq	%r15, %rbx
	rolq	$7, %rbx
	xorq	%rbx, %rbp
	addq	%rbp, %r12
	rolq	$11, %r12
	xorq	%r12, %r13
	addq	%r13, %r14
	rolq	$13, %r14
	xorq	%r14, %r15
	.endm

/* Call one of two functions. */
	.macro	choose	which
	movl	\which(%rip), %eax
	andl	$1, %eax
	call	*\which\()s(,%rax,8)
	.endm

	.macro	save
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	.endm

	.macro	restore
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	.endm

/*
 * void watched(void *seed): what the grader steps, from here to watched_end.
 * The int3 after each call tells it that the goroutine is back.
 */
	.globl	watched, watched_end
watched:
	save
	fill	0x1234567
	int3
	pushq	$6			/* rounds; rsp is aligned now */
1:	mix
	choose	yield
	int3
watched_yielded:
	mix
	leaq	passing(%rip), %rdi
	movq	(%rsp), %rsi
	choose	start			/* start(passing, round) */
	int3
watched_started:
	mix
	leaq	spoil(%rip), %rdi
	movq	%r13, %rsi
	choose	borrow			/* borrow(spoil, something) */
	int3
watched_borrowed:
	mix
	movl	$4, %eax
	call	watched_deep
	decq	(%rsp)
	jnz	1b
	popq	%rax
	movl	$1, finished(%rip)
	jmp	watched_end

/* eax deep, keep values on the stack, yield, and use the values. */
watched_deep:
	pushq	%rax
	pushq	%rbx
	pushq	%r14
	mix
	choose	yield
	int3
watched_deep_yielded:
	mix
	movq	16(%rsp), %rax
	decl	%eax
	jz	1f
	call	watched_deep
1:	popq	%rax
	addq	%rax, %rbp
	popq	%rax
	xorq	%rax, %r12
	popq	%rax
	mix
	ret
watched_end:
	restore
	ret

/* void other(void *seed): use the same registers until watched ends. */
	.globl	other
other:
	nop				/* watch.c, -f */
	save
	subq	$8, %rsp
	fill	0x2468ace
1:	mix
	call	runtime_Gosched
	incq	turns(%rip)
	cmpl	$0, finished(%rip)
	je	1b
	addq	$8, %rsp
	restore
	ret

/* void passing(void *seed): a goroutine that yields twice and is gone. */
passing:
	nop				/* watch.c, -f */
	save
	fill	0x13579bd
	subq	$8, %rsp
	call	runtime_Gosched
	mix
	call	runtime_Gosched
	incq	turns(%rip)
	addq	$8, %rsp
	restore
	ret

/* void spoil(void *seed): for g0; use registers and 400 bytes of the stack. */
spoil:
	nop				/* watch.c, -f */
	save
	subq	$408, %rsp
	fill	0x0fedcba
	movl	$50, %ecx
1:	movq	%r15, -8(%rsp,%rcx,8)
	decl	%ecx
	jnz	1b
	leaq	stay(%rip), %rdi
	movq	%rbx, %rsi
	call	systemstack
	addq	$408, %rsp
	restore
	ret

/* void stay(void): what watched calls where a call is not real. */
	.globl	stay
stay:	ret

/* void probe(struct g *gp): note gp, rbp and, as watch does, rsp; go back. */
	.globl	probe
probe:
	nop				/* watch.c, -f */
	movq	%rdi, %r15
	movq	%rdi, %rsi
	movq	%rbp, %rdx
	xorl	%ecx, %ecx
	leaq	text_probe(%rip), %rdi
	call	trap
	movq	%r15, %rdi
	call	goback

trap:
NOTE_TRAP:
	int3
	ret

/* void fresh(void *arg): note arg, rbp, and rsp at the first instruction. */
	.globl	fresh
fresh:
	nop				/* watch.c, -f */
	movq	%rdi, %rsi
	movq	%rbp, %rdx
	movq	%rsp, %rcx
	leaq	text_fresh(%rip), %rdi
	pushq	%rbp			/* leave something on this stack */
	movq	%rsp, %rbp
	call	trap
	movq	$-1, %rax
	pushq	%rax
	popq	%rax
	popq	%rbp
	ret

	.section .rodata
	.balign	8
text_probe:
	.ascii	"probe\0\0\0"
text_fresh:
	.ascii	"fresh\0\0\0"

	.section .note.GNU-stack, "", @progbits
