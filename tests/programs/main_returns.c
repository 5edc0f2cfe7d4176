/* Main returns while others could run for ever: the process ends. */
#include "rt0.h"

static void
forever(void *arg)
{
	(void)arg;
	for (;;)
		runtime_Gosched();
}

void
main_main(void)
{
	for (int i = 0; i < 10; i++)
		go(forever, NULL);
	for (int i = 0; i < 100; i++)
		runtime_Gosched();
	fmt_Printf("%ld goroutines\n", runtime_NumGoroutine());
}
