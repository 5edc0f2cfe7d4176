/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * From one g to another, and where stacks begin.
 */
#include "os/go_asm.h"
	.cfi_sections .debug_frame
	.text
	.balign	32, 0xcc

/* void setg(struct g *gp): make gp the current g.  Clobbers nothing. */
	.globl	setg
	.type	setg, @function
setg:
	.cfi_startproc
	movq	%rdi, TLS_G
	ret
	.cfi_endproc
	.size	setg, .-setg
	.balign	32, 0xcc

/*
 * noreturn void gogo(struct gobuf *buf): go on where buf says, as buf->g.
 * Called on a g0, whose stack below it is given up.  rdi is then buf->ctxt,
 * the callee-saved registers are those of buf; rax and rcx are lost.
 */
	.globl	gogo
	.type	gogo, @function
gogo:
	.cfi_startproc
	movq	gobuf_g(%rdi), %rax
	movq	%rax, TLS_G
	/* load the callee-saved registers */
	movq	gobuf_bx(%rdi), %rbx
	.cfi_undefined rbx			/* our caller's is lost */
	movq	gobuf_bp(%rdi), %rbp
	.cfi_undefined rbp
	movq	gobuf_r12(%rdi), %r12
	.cfi_undefined r12
	movq	gobuf_r13(%rdi), %r13
	.cfi_undefined r13
	movq	gobuf_r14(%rdi), %r14
	.cfi_undefined r14
	movq	gobuf_r15(%rdi), %r15
	.cfi_undefined r15
	movq	gobuf_pc(%rdi), %rcx
	movq	gobuf_sp(%rdi), %rsp
	.cfi_undefined rip		/* between two stacks: no caller */
	movq	gobuf_ctxt(%rdi), %rdi
	jmp	*%rcx
	.cfi_endproc
	.size	gogo, .-gogo
	.balign	32, 0xcc

/*
 * void mcall(void (*fn)(struct g *gp)): leave the current goroutine, gp,
 * and call fn(gp) on this thread's g0.  fn does not return.  The goroutine
 * returns from mcall when somebody calls gogo(&gp->sched); it may then be
 * on another thread.  Like any call it keeps the callee-saved registers and
 * no others.  mxcsr and the x87 control word are not saved.
 */
	.globl	mcall
	.type	mcall, @function
mcall:
	.cfi_startproc
	movq	TLS_G, %rax
	movq	g_m(%rax), %rcx
	movq	m_g0(%rcx), %rcx
	cmpq	%rax, %rcx
	je	.Lmcallong0
	/* save what the goroutine will need */
	movq	(%rsp), %rdx			/* our return address ... */
	movq	%rdx, g_sched+gobuf_pc(%rax)	/* ... is where it goes on */
	leaq	8(%rsp), %rdx
	movq	%rdx, g_sched+gobuf_sp(%rax)	/* as if we had returned */
	movq	%rbx, g_sched+gobuf_bx(%rax)
	movq	%rbp, g_sched+gobuf_bp(%rax)
	movq	%r12, g_sched+gobuf_r12(%rax)
	movq	%r13, g_sched+gobuf_r13(%rax)
	movq	%r14, g_sched+gobuf_r14(%rax)
	movq	%r15, g_sched+gobuf_r15(%rax)
	/* change to g0 and its stack */
	movq	%rdi, %rdx			/* fn */
	movq	%rax, %rdi			/* gp */
	movq	%rcx, TLS_G
	movq	g_sched+gobuf_sp(%rcx), %rsp
	.cfi_undefined rip			/* nobody called us on this stack */
	xorl	%ebp, %ebp
	call	*%rdx
	/* fn has returned: stop */
	leaq	msgmcall2(%rip), %rdi
	call	throw
.Lmcallong0:
	.cfi_restore rip
	leaq	msgmcall(%rip), %rdi
	jmp	throw				/* as if our caller had called it */
	.pushsection .rodata
msgmcall:  .asciz "mcall: called on a g0"
msgmcall2: .asciz "mcall: function returned"
	.popsection
	.cfi_endproc
	.size	mcall, .-mcall
	.balign	32, 0xcc

/*
 * void systemstack(void (*fn)(void *arg), void *arg): call fn(arg) on this
 * thread's g0 and return.  On a g0 it is a plain call.  fn must not block
 * or call mcall.  Clobbers what a call of a C function may clobber.
 */
	.globl	systemstack
	.type	systemstack, @function
systemstack:
	.cfi_startproc
	movq	%rdi, %rdx			/* fn */
	movq	%rsi, %rdi			/* arg */
	/* call it right here if this is g0 */
	movq	TLS_G, %rax
	movq	g_m(%rax), %rcx
	movq	m_g0(%rcx), %rcx
	cmpq	%rax, %rcx
	jne	.Lswitch
	jmp	*%rdx				/* we are there */
.Lswitch:
	/* borrow the stack of g0 */
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	movq	%rsp, %rbp			/* the way back */
	.cfi_def_cfa_register rbp
	pushq	%rbx
	.cfi_offset rbx, -24
	movq	%rax, %rbx			/* who we are */
	movq	%rcx, TLS_G
	movq	g_sched+gobuf_sp(%rcx), %rsp
	call	*%rdx
	/* give it back */
	movq	%rbx, TLS_G
	leaq	-8(%rbp), %rsp
	popq	%rbx
	.cfi_restore rbx
	popq	%rbp
	.cfi_restore rbp
	.cfi_def_cfa rsp, 8
	ret
	.cfi_endproc
	.size	systemstack, .-systemstack
	.balign	32, 0xcc

/*
 * noreturn void goexit(void): where a goroutine's function returns to.
 * newproc plants goexit+1 as return address, so that the address before
 * it, where debuggers look for the call, is still in goexit.
 */
	.globl	goexit
	.type	goexit, @function
goexit:
	.cfi_startproc
	.cfi_undefined rip		/* the bottom of a goroutine's stack */
	/* end the goroutine whose function has returned */
	nop
	call	finishswitch		/* goexit+1: a goroutine begins here */
	movq	%r12, %rdi
	call	*%rbx			/* its function, its argument */
	leaq	0f(%rip), %rax
	pushq	%rax			/* all that a call does, ... */
	jmp	goexit1			/* ... and it never returns */
0:
	call	abort
	.cfi_endproc
	.size	goexit, .-goexit
	.balign	32, 0xcc

/*
 * noreturn void mstart(void): run goroutines on this thread for ever.
 * Called on its g0; every mcall starts again from here.
 */
	.globl	mstart
	.type	mstart, @function
mstart:
	.cfi_startproc
	.cfi_undefined rip
	subq	$8, %rsp		/* calls want it on a multiple of 16 */
	movq	TLS_G, %rax
	movq	%rsp, g_sched+gobuf_sp(%rax)
	call	mstart1
	call	abort
	.cfi_endproc
	.size	mstart, .-mstart
	.balign	32, 0xcc

/* keep the stack not executable */
.section .note.GNU-stack, "", @progbits
