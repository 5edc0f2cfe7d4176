/* Main ends itself; two goroutines go on, and then nobody is left. */
#include "rt0.h"

static void
count(void *name)
{
	for (int i = 1; i <= 3; i++) {
		fmt_Printf("%s %d\n", (const char *)name, i);
		runtime_Gosched();
	}
}

void
main_main(void)
{
	go(count, "one");
	go(count, "two");
	runtime_Goexit();
}
