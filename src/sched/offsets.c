/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * The static parts of the first thread, and the proof that assembly and C
 * mean the same structs.
 */
#include "sched/sched.h"
#include "os/go_asm.h"

struct g g0;
struct m m0;

/* prove the offsets */
#define SAME(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == offset, \
	    "go_asm.h: wrong offset of " #type "." #field)

SAME(g, stack.lo, g_stack_lo);
SAME(g, stack.hi, g_stack_hi);
SAME(g, stackguard0, g_stackguard0);
SAME(g, m, g_m);
SAME(m, g0, m_g0);
SAME(m, tls, m_tls);
_Static_assert(8 * TLSSLOTS >= 8 + 0x70 + 8, "m.tls: %fs:0x70 is outside");
/* more proofs of offsets */
SAME(m, os, m_os);
SAME(g, sched, g_sched);
SAME(gobuf, sp, gobuf_sp);
SAME(gobuf, pc, gobuf_pc);
SAME(gobuf, g, gobuf_g);
SAME(gobuf, ctxt, gobuf_ctxt);
SAME(gobuf, bx, gobuf_bx);
SAME(gobuf, bp, gobuf_bp);
SAME(gobuf, r12, gobuf_r12);
SAME(gobuf, r13, gobuf_r13);
SAME(gobuf, r14, gobuf_r14);
SAME(gobuf, r15, gobuf_r15);
