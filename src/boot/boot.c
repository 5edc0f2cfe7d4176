/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * bootreport: what the boot has found out, one line a step.  While the
 * book has no main function to call, this is what a program prints.
 */
#include "boot/boot.h"

/* Print the findings of every step so far to standard error. */
void
bootreport(void)
{
	/* report what the boot has found */
	print("args: argc %ld, argv[0] %s\n", argc, argv[0]);
	print("auxv: page size %lu, %s random bytes, %s\n", physPageSize,
	    startupRand != NULL ? "16" : "no",
	    secureMode ? "secure" : "not secure");
	print("osinit: %d processor%s, huge page %lu\n", ncpu,
	    ncpu == 1 ? "" : "s", physHugePageSize);
	print("vdso: clock %s\n", vdsofound() ? "found" : "missing");
	print("schedinit: GOMAXPROCS %d, P%d is running, %d idle\n", gomaxprocs,
	    getg()->m->p->id, sched.npidle);
}
