/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * What assembly must know of C: offsets of fields and system call numbers.
 * sched/offsets.c proves each offset at compile time.
 */
#define g_stack_lo	0
#define g_stack_hi	8
#define g_stackguard0	16
#define g_m		24
#define m_g0		0
#define m_tls		8

/* A function may use this much stack below stackguard0 unchecked. */
#define STACKGUARD	928
#define SYS_poll	7
#define SYS_read	0
#define SYS_open	2
#define SYS_close	3
#define SYS_sched_getaffinity	204
#define SYS_clock_gettime	228
#define SYS_mmap	9
#define SYS_rt_sigaction	13
#define SYS_fcntl	72
#define m_os		136
#define g_sched		40
#define gobuf_sp	0
#define gobuf_pc	8
#define gobuf_g		16
#define gobuf_ctxt	24
#define gobuf_bx	32
#define gobuf_bp	40
#define gobuf_r12	48
#define gobuf_r13	56
#define gobuf_r14	64
#define gobuf_r15	72
#define SYS_mprotect	10
#define SYS_clone	56
#define SYS_nanosleep	35
#define SYS_futex	202
#define SYS_sched_yield	24
#define SYS_madvise	28
#define SYS_ftruncate	77
#define SYS_getrlimit	97
#define SYS_fallocate	285
#define SYS_membarrier	324

/* The current g: the word below the thread pointer. */
#define TLS_G		%fs:-8

#define SYS_write	1
#define SYS_arch_prctl	158
#define SYS_exit_group	231
#define ARCH_SET_FS	0x1002
