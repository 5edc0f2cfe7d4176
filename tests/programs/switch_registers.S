/*
 * Goroutines that have something to lose in every callee-saved register.
 * In assembly, because a compiler would use as few of them as it can.
 */
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

/*
 * void watched(void *seed): the goroutine that ssequiv looks at, from here to
 * watched_end.  Nobody wants its registers back: it was called by nobody.
 * The labels after the calls are there for messages.
 */
	.globl	watched, watched_end
	.type	watched, @function
watched:
	fill	0x1234567
	pushq	$6			/* rounds; rsp is aligned now */
1:	mix
	call	*yield(%rip)		/* yield() */
watched_yielded:
	mix
	leaq	passing(%rip), %rdi
	movq	(%rsp), %rsi
	call	*start(%rip)		/* start(passing, round) */
watched_started:
	mix
	leaq	spoil(%rip), %rdi
	movq	%r13, %rsi
	call	*borrow(%rip)		/* borrow(spoil, something) */
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
	call	*yield(%rip)
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
	ret
	.size	watched, .-watched

/* void other(void *seed): use the same registers until watched ends. */
	.globl	other
	.type	other, @function
other:
	fill	0x2468ace
	pushq	%rdi
1:	mix
	call	runtime_Gosched
	incq	turns(%rip)
	cmpl	$0, finished(%rip)
	je	1b
	popq	%rdi
	ret
	.size	other, .-other

/* void passing(void *seed): a goroutine that yields twice and is gone. */
	.type	passing, @function
passing:
	fill	0x13579bd
	subq	$8, %rsp
	call	runtime_Gosched
	mix
	call	runtime_Gosched
	incq	turns(%rip)
	addq	$8, %rsp
	ret
	.size	passing, .-passing

/*
 * void spoil(void *seed): for g0.  Use six registers and 400 bytes of the
 * stack, call systemstack once more, and give the registers back.
 */
	.type	spoil, @function
spoil:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
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
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.size	spoil, .-spoil

/* void stay(void): what watched calls when it is alone. */
	.globl	stay
	.type	stay, @function
stay:	ret
	.size	stay, .-stay

	.section .note.GNU-stack, "", @progbits
