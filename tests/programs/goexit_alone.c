/* Main is the only goroutine and ends itself. */
#include "rt0.h"

void
main_main(void)
{
	fmt_Printf("before\n");
	runtime_Goexit();
}
