/* exit_status N: end with status N, from a goroutine, with others waiting. */
#include "rt0.h"

static void
leave(void *status)
{
	os_Exit((int)(intptr_t)status);
}

static void
linger(void *arg)
{
	(void)arg;
	for (;;)
		runtime_Gosched();
}

void
main_main(void)
{
	intptr_t n = 0;

	for (const char *s = os_Args[1]; *s != 0; s++)
		n = n * 10 + (*s - '0');
	go(leave, (void *)n);
	go(linger, NULL);
	for (;;)
		runtime_Gosched();
}
