/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * The last way out.  It needs no stack and no kernel.
 */
	.cfi_sections .debug_frame
	.text
	.balign	32, 0xcc

/* noreturn void abort(void): stop here, in a debugger or with SIGTRAP. */
	.globl	abort
	.type	abort, @function
abort:
	.cfi_startproc
	int3
	jmp	abort
	.cfi_endproc
	.size	abort, .-abort
	.balign	32, 0xcc

/* keep the stack not executable */
.section .note.GNU-stack, "", @progbits
