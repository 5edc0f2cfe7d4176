/* A program with its own debug, print, args, sched and abort. */
#include "rt0.h"

int debug = 1;
int sched[3] = { 2, 3, 4 };
const char *args = "args";
long argc = 5, argv = 6;

void
print(int n)
{
	fmt_Printf("%d\n", n);
}

void
check(void)
{
	print(debug + sched[0] + sched[1] + sched[2] + (int)argc + (int)argv);
}

_Noreturn void
abort(void)
{
	fmt_Printf("%s of abort\n", args);
	os_Exit(3);
}

void
main_main(void)
{
	check();
	abort();
}
