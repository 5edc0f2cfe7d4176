/*
 * The goroutine `watched` of switch_registers.S, alone or among others.
 *
 *	switch alone	watched never leaves its stack: where it would yield,
 *			start a goroutine or borrow g0, it calls a function
 *			that only returns
 *	switch N	it does all that, and N others run in between
 *
 * Prints how many turns the others had.  tests/test_switch.py runs both under
 * ssequiv; since the first does not use the switch, it cannot be wrong with it.
 */
#include "rt0.h"

void systemstack(void (*fn)(void *), void *arg);
void watched(void *seed);
void other(void *seed);
void stay(void);

/* What watched calls. */
void (*yield)(void) = runtime_Gosched;
void (*start)(void (*fn)(void *), void *arg) = go;
void (*borrow)(void (*fn)(void *), void *arg) = systemstack;

int finished;		/* watched is at its end */
int64_t turns;		/* of all others */

/*
 * Not local to main_main: a switch that loses registers shall harm no one
 * but watched.
 */
static volatile intptr_t others, i;

void
main_main(void)
{
	if (os_Argc == 2 && os_Args[1][0] == 'a') {
		yield = stay;
		start = (void (*)(void (*)(void *), void *))stay;
		borrow = (void (*)(void (*)(void *), void *))stay;
	} else if (os_Argc == 2 && os_Args[1][0] >= '0') {
		others = os_Args[1][0] - '0';
	}
	for (i = 1; i <= others; i++) {
		go(other, (void *)i);
		if (i == (others + 1) / 2)
			go(watched, (void *)1);
	}
	if (others == 0)
		go(watched, (void *)1);
	while (!finished || runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("%ld turns of others\n", turns);
}
