/*
 * Semaphores for bench/sched.c where there are none yet, in chapter 7: one
 * thread, so nobody comes in between, and who waits steps back.
 */
#include "rt0.h"

static inline void
runtime_Semacquire(uint32_t *addr)
{
	while (*addr == 0)
		runtime_Gosched();
	--*addr;
}

static inline void
runtime_Semrelease(uint32_t *addr)
{
	++*addr;
}
