/*
 * Semaphores for chapter 7, which has none: who finds no unit steps back.
 * Good for one thread only.
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
