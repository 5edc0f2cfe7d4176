/* A package that needs one that nobody wrote. */
#include "rt0.h"

INIT(server, "os", "logg") { fmt_Printf("server\n"); }
INIT(log) { fmt_Printf("log\n"); }

void
main_main(void)
{
	fmt_Printf("main\n");
}
