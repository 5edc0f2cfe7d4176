/* An init function that ends the main goroutine: main_main never runs. */
#include "rt0.h"

static void
other(void *arg)
{
	(void)arg;
	fmt_Printf("other\n");
}

INIT(log)
{
	go(other, NULL);
	runtime_Goexit();
}

void
main_main(void)
{
	fmt_Printf("main\n");
}
