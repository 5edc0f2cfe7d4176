/* What the functions of rt0.h return, one line each. */
#include "rt0.h"

void
main_main(void)
{
	int64_t before = runtime_Nanotime(), after;

	fmt_Printf("%ld\n", os_Write(1, "abc\n", 4));
	fmt_Printf("%ld\n", os_Write(1, "abc\n", 0));
	fmt_Printf("%ld\n", os_Write(99, "abc\n", 4));
	fmt_Fprintf(2, "%s %d\n", "error", 5);
	fmt_Printf("%s %s\n", os_Getenv("SET"), os_Getenv("UNSET"));
	fmt_Printf("%d processors\n", runtime_NumCPU());
	fmt_Printf("%ld goroutine\n", runtime_NumGoroutine());
	do
		after = runtime_Nanotime();
	while (after == before);
	fmt_Printf("clock goes %s\n", after > before ? "on" : "back");
}
