/*
 * What was written before a Semrelease is seen after the Semacquire: pairs of
 * goroutines hand plain memory over, in both directions.
 */
#include "rt0.h"

enum { PAIRS = 4, ROUNDS = 20000 };

static struct pair {
	uint32_t there, back;
	long data, sum;
} pairs[PAIRS];

static uint32_t done;

static void
ask(void *arg)
{
	struct pair *p = arg;

	for (long i = 1; i <= ROUNDS; i++) {
		p->data = i;
		runtime_Semrelease(&p->there);
		runtime_Semacquire(&p->back);
		p->sum += p->data == -i;
	}
	runtime_Semrelease(&done);
}

static void
answer(void *arg)
{
	struct pair *p = arg;

	for (long i = 1; i <= ROUNDS; i++) {
		runtime_Semacquire(&p->there);
		p->data = p->data == i ? -i : 0;
		runtime_Semrelease(&p->back);
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long sum = 0;

	for (int i = 0; i < PAIRS; i++) {
		go(ask, &pairs[i]);
		go(answer, &pairs[i]);
	}
	for (int i = 0; i < 2 * PAIRS; i++)
		runtime_Semacquire(&done);
	for (int i = 0; i < PAIRS; i++)
		sum += pairs[i].sum;
	fmt_Printf("%ld answers\n", sum);
}
