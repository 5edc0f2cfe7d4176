/* SPDX-License-Identifier: MIT */
/* Tangled from book/18-the-owners-path.nw; edit that, not this file. */
/*
 * Two fences that belong together.  What is done often passes a light one,
 * what is done rarely a heavy one.  Between a light and a heavy fence holds
 * what holds between two fences of C: of two threads that write, pass their
 * fence and read what the other has written, one reads it.
 */
#include "os/os.h"
#include "os/sys_linux.h"

struct asymmetric asymmetric;

/* Ask for barriers.  Called while there is one thread. */
void
membarrierinit(void)
{
	if (debug.nomembarrier)
		return;
	/* before we register it has to refuse; a 0 would be a lie */
	if (sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != -EPERM)
		return;
	asymmetric.on =
	    sys_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0 &&
	    sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
}

/* Pass a fence, and let all other threads of this process pass one. */
void
heavyfence(void)
{
	long r;

	if (turns)
		turnpoint();
	if (!asymmetric.on) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		return;
	}
	r = sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	if (r < 0)
		sysfail("heavyfence: membarrier", -r);
}
