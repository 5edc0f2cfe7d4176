/*
 * meet: as many goroutines as there are Ps wait for each other without
 * giving up their P.  All meet only if every idle P gets one of them, so a
 * wake-up that is lost while some P is idle is a hang.
 *
 * They are started by one goroutine, one after the other; or in a tree; or
 * made ready; and the pause before differs, so that the threads are awake,
 * on their way to sleep, or asleep.
 */
#include "stress.h"

enum { MAXPROCS = 64 };

static uint64_t arrived, left;
static uint32_t done, gate;
static uint32_t waiting;

static void
meeter(void *arg)
{
	(void)arg;
	atomicadd(&arrived, 1);
	await(&arrived, (uint64_t)procs);
	runtime_Semrelease(&done);
	atomicadd(&left, 1);
}

/* Start n, me among them. */
static void
treemeeter(void *arg)
{
	long n = (long)arg - 1;

	if (n / 2 > 0)
		go(treemeeter, (void *)(n / 2));
	if (n - n / 2 > 0)
		go(treemeeter, (void *)(n - n / 2));
	meeter(NULL);
}

static void
readymeeter(void *arg)
{
	runtime_Semrelease(&waiting);
	runtime_Semacquire(&gate);
	meeter(arg);
}

void
main_main(void)
{
	arguments();
	if (procs > MAXPROCS)
		os_Exit(2);
	for (long round = 0; round < 300 * scale; round++) {
		uint64_t kind = below(&seed, 3);

		arrived = 0;
		if (kind == 2) {
			for (long i = 1; i < procs; i++)
				go(readymeeter, NULL);
			for (long i = 1; i < procs; i++)
				runtime_Semacquire(&waiting);
		}
		spin(below(&seed, 1UL << below(&seed, 14)));
		if (kind == 0 || procs == 1)
			for (long i = 1; i < procs; i++)
				go(meeter, NULL);
		else if (kind == 1)
			go(treemeeter, (void *)(procs - 1));
		else
			for (long i = 1; i < procs; i++)
				runtime_Semrelease(&gate);
		meeter(NULL);
		for (long i = 0; i < procs; i++)
			runtime_Semacquire(&done);
	}
	fmt_Printf("ok\n");
}
