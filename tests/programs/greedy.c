/* A goroutine that never steps back waits for one that is next in line. */
#include "rt0.h"

static volatile int done;

static void
wait(void *arg)
{
	(void)arg;
	while (!done)
		;
	fmt_Printf("done\n");
}

static void
finish(void *arg)
{
	(void)arg;
	done = 1;
}

void
main_main(void)
{
	go(wait, NULL);
	go(finish, NULL);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
}
