/* before can run; egg, hen and nest wait for each other; farm for them. */
#include "rt0.h"

INIT(farm, "nest") { fmt_Printf("farm\n"); }
INIT(hen, "egg") { fmt_Printf("hen\n"); }
INIT(nest, "hen", "os") { fmt_Printf("nest\n"); }
INIT(egg, "before", "nest") { fmt_Printf("egg\n"); }
INIT(before) { fmt_Printf("before\n"); }

void
main_main(void)
{
	fmt_Printf("main\n");
}
