/* Main has ended, and one goroutine waits for a unit that nobody will give. */
#include "rt0.h"

static uint32_t never;

static void
wait(void *arg)
{
	(void)arg;
	runtime_Semacquire(&never);
}

void
main_main(void)
{
	go(wait, NULL);
	runtime_Goexit();
}
