/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * The four functions that a C compiler may call on its own account, even
 * when it is told that there is no library.  Contracts as in C.
 */
	.cfi_sections .debug_frame
	.text

	/* shorthands for a function */
	.macro	function name
	.balign	32, 0xcc
	.globl	\name
	.type	\name, @function
	\name:
	.cfi_startproc
	.endm

	.macro	end name
	.cfi_endproc
	.size	\name, .-\name
	.endm

	/* void *memset(void *dst, int c, size_t n) */
	function memset
		movq	%rdi, %r8
		movl	%esi, %eax
		movq	%rdx, %rcx
		rep stosb
		movq	%r8, %rax
		ret
	end memset

	/* void *memmove(void *dst, const void *src, size_t n): they may overlap */
		.globl	memcpy
		.set	memcpy, memmove
	function memmove
		movq	%rdi, %rax
		movq	%rdx, %rcx
		subq	%rsi, %rdi
		cmpq	%rdx, %rdi		/* dst - src < n, unsigned: overlap */
		movq	%rax, %rdi
		jb	1f
		rep movsb
		ret
1:	leaq	-1(%rdi,%rcx), %rdi	/* copy from the last byte down */
		leaq	-1(%rsi,%rcx), %rsi
		std
		rep movsb
		cld
		ret
	end memmove

	/* int memcmp(const void *a, const void *b, size_t n) */
	function memcmp
		movq	%rdx, %rcx
		xorl	%eax, %eax		/* and no bytes at all are equal */
		repe cmpsb
		je	1f
		movzbl	-1(%rdi), %eax
		movzbl	-1(%rsi), %ecx
		subl	%ecx, %eax
1:	ret
	end memcmp

	.balign	32, 0xcc
	/* keep the stack not executable */
	.section .note.GNU-stack, "", @progbits
