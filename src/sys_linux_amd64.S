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
