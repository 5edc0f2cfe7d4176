/* The stack of the goroutine that died last is the next one's. */
#include "rt0.h"

static int finished;

static void
note(void *place)
{
	*(uintptr_t *)place = (uintptr_t)__builtin_frame_address(0);
	finished++;
}

static void
wait(int n)
{
	while (finished < n)
		runtime_Gosched();
}

void
main_main(void)
{
	static uintptr_t first, second, third, fourth;

	go(note, &first);
	go(note, &second);
	wait(2);
	go(note, &third);
	go(note, &fourth);
	wait(4);
	fmt_Printf("third on the %s, fourth on the %s\n",
	    third == second ? "second" : "other",
	    fourth == first ? "first" : "other");
}
