/* SPDX-License-Identifier: MIT */
/* Tangled from book/01-the-first-instruction.nw; edit that, not this file. */
/*
 * The ELF entry point on Linux.
 *
 * The kernel jumps here with %rsp at argc and nothing else promised.  What
 * follows does not depend on Linux, so it lives in asm_amd64.S.
 */
	.cfi_sections .debug_frame
	.text
	.balign	32, 0xcc

/* noreturn void _rt0_amd64_linux(void): entered by the kernel, no caller. */
	.globl	_rt0_amd64_linux
	.type	_rt0_amd64_linux, @function
_rt0_amd64_linux:
	.cfi_startproc
	/* tell the unwinder that nobody called us */
	.cfi_undefined rip
	jmp	_rt0_amd64
	.cfi_endproc
	.size	_rt0_amd64_linux, .-_rt0_amd64_linux
	.balign	32, 0xcc

/* keep the stack not executable */
.section .note.GNU-stack, "", @progbits

	/* Debuggers step copies of instructions at the entry point. */
	.text
	.fill	32, 1, 0xcc
