/*
 * Main gives a unit and then holds its thread until the one who waited for it
 * has answered: somebody else must be woken to run that one.
 */
#include "rt0.h"

enum { ROUNDS = 2000 };

static uint32_t unit;
static long answers;

static void
answer(void *arg)
{
	(void)arg;
	for (;;) {
		runtime_Semacquire(&unit);
		__atomic_fetch_add(&answers, 1, __ATOMIC_SEQ_CST);
	}
}

void
main_main(void)
{
	go(answer, NULL);
	for (long i = 0; i < ROUNDS; i++) {
		runtime_Semrelease(&unit);
		while (__atomic_load_n(&answers, __ATOMIC_SEQ_CST) <= i)
			;
		for (volatile int j = 0; j < i; j++)
			;		/* time to fall asleep, or not */
	}
	fmt_Printf("%ld answers\n", answers);
}
