/*
 * neighbours: many goroutines wait at semaphores of the program while others
 * give and take units at addresses on their stacks.  The kernel decides where
 * the stacks are, and so which semaphores share a place of the table.
 */
#include "rt0.h"

enum { WAITERS = 1000, LOCALS = 64 };

static uint32_t gates[WAITERS], done;

static void
wait(void *gate)
{
	runtime_Semacquire(gate);
	runtime_Semrelease(&done);
}

static void
local(void *arg)
{
	uint32_t here[LOCALS] = { 0 };

	(void)arg;
	for (int i = 0; i < LOCALS; i++) {
		runtime_Semrelease(&here[i]);
		runtime_Semacquire(&here[i]);
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	for (int i = 0; i < WAITERS; i++)
		go(wait, &gates[i]);
	for (int i = 0; i < 100; i++)
		runtime_Gosched();
	for (int i = 0; i < 4; i++)
		go(local, NULL);
	for (int i = 0; i < 4; i++)
		runtime_Semacquire(&done);
	for (int i = 0; i < WAITERS; i++)
		runtime_Semrelease(&gates[i]);
	for (int i = 0; i < WAITERS; i++)
		runtime_Semacquire(&done);
}
