/*
 * yield: what a Gosched costs.
 *
 *	yield GOROUTINES
 *
 * GOROUTINES goroutines, and no others, call runtime_Gosched until they have
 * done so SWITCHES times together.  Prints the nanoseconds that this took
 * and the number of calls.  Not measured: starting them, and one round in
 * which each touches its stack for the first time.
 */
#include "rt0.h"

enum { SWITCHES = 4000000 };

static long goroutines, ready, todo, ended;
static int64_t start;

static void
turn(void *arg)
{
	(void)arg;
	ready++;
	while (ready < goroutines)
		runtime_Gosched();
	if (start == 0)
		start = runtime_Nanotime();
	while (todo > 0) {
		todo--;
		runtime_Gosched();
	}
	if (++ended == goroutines) {
		fmt_Printf("%ld %d\n", runtime_Nanotime() - start, SWITCHES);
		os_Exit(0);
	}
}

void
main_main(void)
{
	const char *s = os_Argc > 1 ? os_Args[1] : "";

	for (; *s >= '0' && *s <= '9'; s++)
		goroutines = goroutines * 10 + (*s - '0');
	if (goroutines < 1) {
		fmt_Fprintf(2, "usage: yield GOROUTINES\n");
		os_Exit(2);
	}
	todo = SWITCHES;
	for (long i = 0; i < goroutines; i++)
		go(turn, NULL);
	runtime_Goexit();
}
