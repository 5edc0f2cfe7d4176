/*
 * errand: main starts a goroutine and waits for it without leaving its P, so
 * another M must come; and says so if none has come after many looks at the
 * clock.  For threads that take turns: each look is a point.
 *
 *	errand ROUNDS [three]
 *
 * three: then two that need each other, so that three must run at once.
 */
#include "rt0.h"
#include "number.h"

enum { LOOKS = 30000, IDLEMAX = 130 };

static volatile long began, met;
static long rounds;

static void
child(void *arg)
{
	began = (long)arg;
}

/* Look at the clock until *word has come to value, or for too long. */
static void
await(volatile long *word, long value, const char *whom)
{
	for (int looks = 0; *word < value; looks++) {
		runtime_Nanotime();
		if (looks == LOOKS) {
			fmt_Printf("%s came in round %ld\n", whom, rounds);
			os_Exit(1);
		}
	}
}

/* One that must meet another: both run at the same time. */
static void
meet(void *arg)
{
	met++;
	await(&met, 2 * (long)arg, "no third");
}

void
main_main(void)
{
	int three = os_Argc > 2;

	for (long i = 1; i <= number(os_Args[1]); i++) {
		rounds = i;
		go(child, (void *)i);
		await(&began, i, "nobody");
		/* let the M that came search, give up, or fall asleep */
		for (long looks = i * 17 % IDLEMAX; looks > 0; looks--)
			runtime_Nanotime();
		if (!three)
			continue;
		go(meet, (void *)i);
		go(meet, (void *)i);
		await(&met, 2 * i, "nobody");
	}
}
