/*
 * once: a tree of goroutines with more leaves than a ring has places.  Every
 * goroutine runs once, none is lost, and all end.
 */
#include "rt0.h"

enum { INNER = 20, LEAVES = 16, ALL = INNER * (LEAVES + 1) };

static uint32_t ran[ALL];
static uint32_t mutex = 1, done;
static long sum;

static void
leaf(void *arg)
{
	uint32_t *mine = arg;

	++*mine;
	runtime_Semacquire(&mutex);
	sum++;
	runtime_Semrelease(&mutex);
	runtime_Semrelease(&done);
}

static void
inner(void *arg)
{
	uint32_t *mine = arg;

	for (int i = 1; i <= LEAVES; i++)
		go(leaf, mine + i);
	runtime_Gosched();
	leaf(mine);
}

void
main_main(void)
{
	long wrong = 0;

	for (int i = 0; i < INNER; i++)
		go(inner, &ran[i * (LEAVES + 1)]);
	for (int i = 0; i < ALL; i++)
		runtime_Semacquire(&done);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	for (int i = 0; i < ALL; i++)
		wrong += ran[i] != 1;
	if (wrong != 0 || sum != ALL || done != 0) {
		fmt_Printf("%ld of %d wrong, %ld counted\n", wrong, ALL, sum);
		os_Exit(1);
	}
}
