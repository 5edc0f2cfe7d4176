/* A goroutine that steps back with 80 bytes of its stack left. */
#include "rt0.h"

static void
edge(void *left)
{
	volatile char *hole = __builtin_alloca(65536 - *(long *)left);

	hole[0] = 0;
	runtime_Gosched();
}

void
main_main(void)
{
	static long left = 80;

	go(edge, &left);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("edge came back\n");
}
