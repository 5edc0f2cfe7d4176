/* A second package os: the library has one. */
#include "rt0.h"

INIT(os) { fmt_Printf("os\n"); }

void
main_main(void)
{
	fmt_Printf("main\n");
}
