/* SPDX-License-Identifier: MIT */
/* Tangled from book/01-the-first-instruction.nw; edit that, not this file. */
/*
 * The way from the entry point to the C half of the boot, which depends on
 * amd64 alone.
 */
/* headers of asm_amd64.S */
#include "os/go_asm.h"
	.cfi_sections .debug_frame
	.text
	.balign	32, 0xcc

/*
 * noreturn void _rt0_amd64(void): jumped to by the entry stub of each
 * system that leaves argc on top of the stack and argv right above it.
 */
	.globl	_rt0_amd64
	.type	_rt0_amd64, @function
_rt0_amd64:
	.cfi_startproc
	/* tell the unwinder that nobody called us */
	.cfi_undefined rip
	/* load argc and argv */
	movq	(%rsp), %rdi		/* argc lies where a return address would */
	leaq	8(%rsp), %rsi		/* argv starts right above it, in place */
	/* leave the entry code */
	jmp	rt0_go
	.cfi_endproc
	.size	_rt0_amd64, .-_rt0_amd64
	.balign	32, 0xcc

/*
 * noreturn void rt0_go(long argc, char **argv)
 * Entered by a jump, on the stack that the kernel made; never returns.
 * Makes g0, m0 and the thread pointer, then calls the C half of the boot.
 */
	.globl	rt0_go
	.type	rt0_go, @function
rt0_go:
	.cfi_startproc
	/* tell the unwinder that nobody called us */
	.cfi_undefined rip
	/* copy argc and argv to an aligned frame */
	xorl	%ebp, %ebp		/* frame-pointer walkers stop here, too */
	subq	$40, %rsp
	andq	$-16, %rsp
	movq	%rdi, 24(%rsp)		/* argc */
	movq	%rsi, 32(%rsp)		/* argv */
	/* make g0 from the kernel's stack */
	leaq	g0(%rip), %rdi
	leaq	-64*1024(%rsp), %rax
	movq	%rax, g_stack_lo(%rdi)
	movq	%rax, g_stackguard0(%rdi)
	movq	%rsp, g_stack_hi(%rdi)
	/* find out which processor this is */
	xorl	%eax, %eax
	cpuid
	testl	%eax, %eax		/* the highest leaf that exists */
	jz	.Lnocpuinfo
	/* see whether it is an Intel */
	cmpl	$0x756e6547, %ebx	/* "Genu" */
	jne	.Lnotintel
	cmpl	$0x49656e69, %edx	/* "ineI" */
	jne	.Lnotintel
	cmpl	$0x6c65746e, %ecx	/* "ntel" */
	jne	.Lnotintel
	movb	$1, isIntel(%rip)
.Lnotintel:
	movl	$1, %eax
	cpuid
	movl	%eax, processorVersionInfo(%rip)
.Lnocpuinfo:
	/* let a C library set up the thread, if there is one */
	movq	_cgo_init(%rip), %rax
	testq	%rax, %rax
	jz	.Lnocgo
	leaq	g0(%rip), %rdi
	leaq	setg(%rip), %rsi
	xorl	%edx, %edx
	xorl	%ecx, %ecx
	call	*%rax			/* _cgo_init(&g0, setg, 0, 0) */
	/* take the bounds that the library found */
	leaq	g0(%rip), %rdi
	movq	g_stack_lo(%rdi), %rax
	addq	$STACKGUARD, %rax
	movq	%rax, g_stackguard0(%rdi)
	jmp	.Ltlsready		/* the thread pointer is the library's */
.Lnocgo:
	/* set the thread pointer and test it */
	leaq	m0+m_tls(%rip), %rdi
	call	settls
	movq	$0x123, TLS_G		/* write through the thread pointer ... */
	cmpq	$0x123, m0+m_tls(%rip)	/* ... and read around it */
	je	.Ltlsready
	call	abort
	/* wire g0 and m0 together */
.Ltlsready:
	leaq	g0(%rip), %rax
	leaq	m0(%rip), %rcx
	movq	%rax, TLS_G
	movq	%rax, m_g0(%rcx)
	movq	%rcx, g_m(%rax)
	cld				/* C wants string instructions to go up */
	/* refuse a processor that is too old */
	call	checklevel
	/* call the C half of the boot */
	call	check
	movq	24(%rsp), %rdi
	movq	32(%rsp), %rsi
	call	args
	call	osinit
	call	schedinit
	leaq	runtime_main(%rip), %rdi
	xorl	%esi, %esi
	call	newproc
	/* end the boot */
	call	mstart
	call	abort
	.cfi_endproc
	.size	rt0_go, .-rt0_go
	.balign	32, 0xcc

/*
 * void settls(uintptr_t *tls): make tls[0] the word at %fs:-8.
 * Clobbers rax, rcx, rdi, rsi, r11.  Does not return if the kernel refuses.
 */
	.globl	settls
	.type	settls, @function
settls:
	.cfi_startproc
	leaq	8(%rdi), %rsi		/* %fs:-8 is then tls[0] ... */
	movq	%rsi, 8(%rdi)		/* ... and %fs:0 its own address */
	movl	$ARCH_SET_FS, %edi
	movl	$SYS_arch_prctl, %eax
	syscall
	testq	%rax, %rax
	jnz	.Lrefused
	ret
.Lrefused:
	/* give up: no thread pointer */
	negq	%rax
	movq	%rax, %rsi		/* the errno */
	leaq	msgtls(%rip), %rdi
	jmp	sysfail
	.cfi_endproc
	.size	settls, .-settls
	.balign	32, 0xcc

	.pushsection .rodata
	/* the message about the thread pointer */
msgtls:	.asciz	"arch_prctl(ARCH_SET_FS)"
	.popsection

/*
 * noreturn, jumped to with rsi = const char *msg and edx = its length:
 * write msg to standard error and end the process with status 2.
 */
	.type	bootfail, @function
bootfail:
	.cfi_startproc
	movl	$2, %edi
	movl	$SYS_write, %eax
	syscall
	movl	$2, %edi
	movl	$SYS_exit_group, %eax
	syscall
	.cfi_endproc
	.size	bootfail, .-bootfail
	.balign	32, 0xcc

#ifndef GOAMD64
#define GOAMD64 1
#endif

/*
 * What each GOAMD64 level adds: leaf, register (0 eax, 1 ebx, 2 ecx,
 * 3 edx), bits.  XCR0 stands for the register that xgetbv reads.
 */
#define XCR0	-1
	.pushsection .rodata
	.balign	4
levels:
	/* rows of the level table */
	.long	1, 3, 0x07808101	/* FPU CX8 CMOV MMX FXSR SSE SSE2 */
	#if GOAMD64 >= 2
	.long	1, 2, 0x00982201	/* SSE3 SSSE3 CX16 SSE4.1 SSE4.2 POPCNT */
	.long	0x80000001, 2, 1	/* LAHF */
	#endif
	#if GOAMD64 >= 3
	.long	1, 2, 0x38401000	/* FMA MOVBE OSXSAVE AVX F16C */
	.long	XCR0, 0, 0x6		/* the system saves xmm and ymm */
	.long	7, 1, 0x00000128	/* BMI1 AVX2 BMI2 */
	.long	0x80000001, 2, 0x20	/* LZCNT */
	#endif
	#if GOAMD64 >= 4
	.long	XCR0, 0, 0xe0		/* the system saves zmm and masks */
	.long	7, 1, 0xd0030000	/* AVX512 F DQ CD BW VL */
	#endif
levels_end:
	.popsection

/*
 * void checklevel(void): return if every row of the table holds, else say
 * so and end the process.  Clobbers rax, rcx, rdx, rsi, r8; keeps rbx.
 */
	.type	checklevel, @function
checklevel:
	.cfi_startproc
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	leaq	levels(%rip), %rsi
/* check row after row */
.Lrow:
/* read the register that the row names */
	movl	(%rsi), %eax
	xorl	%ecx, %ecx		/* XCR0, or sub-leaf 0 */
	cmpl	$XCR0, %eax
	je	.Lxcr0
	cpuid
	movl	4(%rsi), %r8d
	cmpl	$1, %r8d
	cmove	%ebx, %eax
	cmpl	$2, %r8d
	cmove	%ecx, %eax
	cmpl	$3, %r8d
	cmove	%edx, %eax
	jmp	.Lgotbits
.Lxcr0:
	xgetbv
.Lgotbits:
	movl	8(%rsi), %r8d
	andl	%r8d, %eax
	cmpl	%r8d, %eax
	jne	.Ltooold
	addq	$12, %rsi
	leaq	levels_end(%rip), %rax
	cmpq	%rax, %rsi
	jne	.Lrow
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	ret
/* say that the processor is too old */
.Ltooold:
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	leaq	msgold(%rip), %rsi
	movl	$msgold_len, %edx
	jmp	bootfail

	.pushsection .rodata
msgold:	.ascii	"rt0: this processor lacks what GOAMD64=v"
	.byte	'0' + GOAMD64
#if GOAMD64 == 1
	.ascii	" needs\n"
#else
	.ascii	" needs; rebuild with make GOAMD64=v1\n"
#endif
	.set	msgold_len, .-msgold
	.popsection
	.cfi_endproc
	.size	checklevel, .-checklevel
	.balign	32, 0xcc

#ifdef GDB_SCRIPTS
	.section .debug_gdb_scripts, "MS", @progbits, 1
	.byte	1			/* a Python script, in a file */
	.asciz	"gdb/rt0.py"
	.text
#endif

/* keep the stack not executable */
.section .note.GNU-stack, "", @progbits
