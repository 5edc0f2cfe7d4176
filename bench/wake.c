/*
 * wake: how long it takes until a goroutine that was made ready runs on a
 * thread that slept.  Main gives a unit, notes the time, and holds its thread;
 * the goroutine that waited notes when it runs.  Prints for the median of
 * ROUNDS the nanoseconds that the giver spent in Semrelease, and those from
 * its call to the first statement of the other.
 */
#include "rt0.h"

enum { ROUNDS = 1001, PAUSE = 200000 };	/* ns, for the thread to sleep */

static uint32_t unit;
static int64_t given[ROUNDS], ran[ROUNDS];
static volatile int64_t when;

static void
answer(void *arg)
{
	(void)arg;
	for (;;) {
		runtime_Semacquire(&unit);
		when = runtime_Nanotime();
	}
}

static int64_t
median(int64_t *v)
{
	for (int i = 1; i < ROUNDS; i++)
		for (int j = i; j > 0 && v[j] < v[j - 1]; j--) {
			int64_t t = v[j];

			v[j] = v[j - 1];
			v[j - 1] = t;
		}
	return v[ROUNDS / 2];
}

void
main_main(void)
{
	go(answer, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = runtime_Nanotime();

		while (runtime_Nanotime() - start < PAUSE)
			;
		when = 0;
		start = runtime_Nanotime();
		runtime_Semrelease(&unit);
		given[i] = runtime_Nanotime() - start;
		while (when == 0)
			;
		ran[i] = when - start;
	}
	fmt_Printf("%ld %ld\n", median(given), median(ran));
}
