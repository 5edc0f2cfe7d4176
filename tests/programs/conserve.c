/*
 * conserve N ROUNDS: N goroutines take ROUNDS turns each.  No goroutine is
 * lost, and none runs on two threads at a time.
 */
#include "rt0.h"
#include "number.h"

enum { MAX = 2000 };

static struct life {
	uint32_t inside;	/* on so many threads */
	uint32_t turns;
} lives[MAX];

static uint32_t done, wrong;
static long rounds;

static void
live(void *arg)
{
	struct life *me = arg;

	for (long i = 0; i < rounds; i++) {
		if (__atomic_fetch_add(&me->inside, 1, __ATOMIC_SEQ_CST) != 0)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
		me->turns++;
		for (volatile int j = 0; j < 20; j++)
			;
		__atomic_fetch_sub(&me->inside, 1, __ATOMIC_SEQ_CST);
		runtime_Gosched();
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long n = number(os_Args[1]), turns = 0;

	rounds = number(os_Args[2]);
	for (int wave = 0; wave < 3; wave++) {
		for (long i = 0; i < n; i++)
			go(live, &lives[i]);
		for (long i = 0; i < n; i++)
			runtime_Semacquire(&done);
	}
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();	/* each death is counted, too */
	for (long i = 0; i < n; i++)
		turns += lives[i].turns;
	fmt_Printf("%ld turns, %u wrong\n", turns, wrong);
}
