/*
 * turn: a goroutine starts another, turns round a while, and steps back; the
 * other keeps its P until the first goes on.  There is another P, so it can:
 * a hang is a goroutine that has stepped back and for which nobody comes.
 *
 * Between the moment in which the P takes the one and that in which it queues
 * the other, its queue is empty.  A thread that looks a last time just then
 * goes to sleep; whoever queues must look who looks, as after any queueing.
 * The moment is longer if the other has a stack that nobody has used: so no
 * stack comes back.
 */
#include "stress.h"

static uint64_t back;
static uint32_t done, never;

static void
holder(void *arg)
{
	uint64_t round = (uint64_t)arg;

	await(&back, round);
	runtime_Semrelease(&done);
	runtime_Semacquire(&never);
}

void
main_main(void)
{
	arguments();
	for (uint64_t round = 1; round <= 3000 * (uint64_t)scale; round++) {
		go(holder, (void *)round);
		spin(below(&seed, 1UL << below(&seed, 12)));
		if (procs > 1)
			runtime_Gosched();
		__atomic_store_n(&back, round, __ATOMIC_RELEASE);
		runtime_Semacquire(&done);
	}
	fmt_Printf("ok\n");
}
