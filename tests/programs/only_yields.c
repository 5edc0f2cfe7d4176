/*
 * only_yields WAY: Y starts X, or makes it ready, and computes until X has
 * run, or for three seconds; main, on the other P, only yields.  Prints how
 * many microseconds X has waited.
 */
#include "rt0.h"

static volatile int64_t asked, ran;
static uint32_t go_on;

static void
x(void *arg)
{
	if (arg != NULL)
		runtime_Semacquire(&go_on);
	ran = runtime_Nanotime();
}

static void
y(void *arg)
{
	int64_t now = runtime_Nanotime();

	asked = now;
	if (arg != NULL)
		runtime_Semrelease(&go_on);
	else
		go(x, NULL);
	while (ran == 0 && now - asked < 3000000000)
		now = runtime_Nanotime();
	if (ran == 0)
		ran = now;
}

void
main_main(void)
{
	void *woken = os_Args[1][0] == 'w' ? &go_on : NULL;

	if (woken != NULL) {
		go(x, woken);
		runtime_Gosched();
	}
	go(y, woken);
	while (ran == 0)
		runtime_Gosched();
	fmt_Printf("%ld\n", (ran - asked) / 1000);
}
