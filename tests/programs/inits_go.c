/* A package starts goroutines before main, and they run on other threads. */
#include "rt0.h"

static uint32_t done;
static int ready;

static void
help(void *arg)
{
	(void)arg;
	__atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
	runtime_Semrelease(&done);
}

INIT(early)
{
	go(help, NULL);
	while (!__atomic_load_n(&ready, __ATOMIC_SEQ_CST))
		;			/* holds its thread */
	fmt_Printf("init was helped\n");
}

void
main_main(void)
{
	runtime_Semacquire(&done);
	fmt_Printf("main\n");
}
