/* Main ends itself; another goroutine ends the process as it likes. */
#include "rt0.h"

static void
leave(void *arg)
{
	(void)arg;
	while (runtime_NumGoroutine() > 1)	/* main ends on a thread of its own */
		runtime_Gosched();
	fmt_Printf("%ld goroutine\n", runtime_NumGoroutine());
	os_Exit(7);
}

void
main_main(void)
{
	go(leave, NULL);
	runtime_Goexit();
}
