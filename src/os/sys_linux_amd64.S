/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * The gate to the kernel: every system call of the C code passes here.
 */
	.cfi_sections .debug_frame
	.text
	.balign	32, 0xcc

/*
 * long Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
 * Returns what the kernel returns: a result, or a negative errno.
 * Clobbers rax, rcx, rdx, rdi, rsi, r8, r9, r10, r11, as a C call may.
 */
	.globl	Syscall6
	.type	Syscall6, @function
Syscall6:
	.cfi_startproc
	/* turn the arguments of C into those of the kernel */
	movq	%rdi, %rax		/* C's seven arguments ... */
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10		/* ... become the kernel's six */
	movq	%r9, %r8
	movq	8(%rsp), %r9
	syscall
	ret
	.cfi_endproc
	.size	Syscall6, .-Syscall6
	.balign	32, 0xcc

	/* keep the stack not executable */
	.section .note.GNU-stack, "", @progbits

#include "os/go_asm.h"
	.text
	.balign	32, 0xcc

/*
 * long clone(unsigned long flags, void *stack, int32_t *tid, void *tls,
 *     void (*fn)(void))
 * Make a thread whose thread pointer is tls and which calls fn on stack,
 * the first address above it.  Returns the number of the thread, or a
 * negative errno.  Clobbers rax, rcx, r8, r9, r10, r11.
 */
	.globl	clone
	.type	clone, @function
clone:
	.cfi_startproc
	/* ask the kernel for a thread */
	movq	%r8, %r9		/* fn: the kernel leaves it alone */
	movq	%rcx, %r8		/* the kernel's fifth argument: tls */
	xorl	%r10d, %r10d		/* the fourth: nothing to clear at exit */
	movl	$SYS_clone, %eax
	syscall
	testl	%eax, %eax
	jz	.Lchild
	ret
	/* the first instructions of a thread */
.Lchild:
	.cfi_undefined rip		/* nobody called us on this stack */
	xorl	%ebp, %ebp
	call	*%r9
	call	abort
	.cfi_endproc
	.size	clone, .-clone
	.balign	32, 0xcc
