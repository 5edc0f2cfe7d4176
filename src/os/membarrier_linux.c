/* SPDX-License-Identifier: MIT */
/* Tangled from book/18-the-owners-path.nw; edit that, not this file. */
/*
 * Two fences that belong together.  What is done often passes a light one,
 * what is done rarely a heavy one.  A light and a heavy fence do together what
 * two fences of C do: if two threads each write, pass one of them, and read
 * what the other writes, at least one reads the new value.
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
