/* Three goroutines wait for units that nobody will give. */
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
	go(wait, NULL);
	runtime_Semacquire(&never);
}
