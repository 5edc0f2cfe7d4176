/* SPDX-License-Identifier: MIT */
/* Tangled from book/06-newproc.nw; edit that, not this file. */
/*
 * Stacks for goroutines: of one size, each with a page below it that must
 * not be touched.
 */
#include "runtime.h"
#include "sys_linux.h"

enum { FIXEDSTACK = 64 << 10 };

/* A new stack, all zeros.  Does not return if there is no memory. */
struct stack
stackalloc(void)
{
	size_t n = physPageSize + FIXEDSTACK;
	char *p = sysAlloc(n);
	long r = sys_mprotect(p, physPageSize, PROT_NONE);

	if (r < 0)
		sysfail("stackalloc: mprotect", -r);
	return (struct stack){
		.lo = (uintptr_t)p + physPageSize,
		.hi = (uintptr_t)p + n,
	};
}
