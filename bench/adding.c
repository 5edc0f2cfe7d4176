/*
 * adding: what it costs to add to a number that two threads share.  Prints
 * nanoseconds for one addition, first of one thread alone and then of two at
 * once: without protection; with a locked instruction; under a lock; under a
 * lock that asks the kernel for sleepers each time it is given back.
 */
#include "os/sys_linux.h"
#include "sched/sched.h"
#include "rt0.h"

enum { TIMES = 1000000 };

static volatile long number;
static struct mutex mu;
static struct note begin, end;
static uint32_t nobody;		/* at which no thread sleeps */

static void
plain(void)
{
	for (int i = 0; i < TIMES; i++)
		number++;
}

static void
locked(void)
{
	for (int i = 0; i < TIMES; i++)
		__atomic_fetch_add(&number, 1, __ATOMIC_RELAXED);
}

static void
under(void)
{
	for (int i = 0; i < TIMES; i++) {
		lock(&mu);
		number++;
		unlock(&mu);
	}
}

static void
asking(void)
{
	for (int i = 0; i < TIMES; i++) {
		lock(&mu);
		number++;
		unlock(&mu);
		sys_futex(&nobody, FUTEX_WAKE_PRIVATE, 1, NULL);
	}
}

static void (*const ways[])(void) = { plain, locked, under, asking };
enum { WAYS = sizeof ways / sizeof ways[0] };

static void
second(void)
{
	for (int way = 0; ; way++) {
		notesleep(&begin);
		noteclear(&begin);
		ways[way]();
		notewakeup(&end);
	}
}

/* Print what one of so many additions took. */
static void
say(int64_t ns, long times)
{
	long tenths = ns * 10 / times;

	fmt_Printf("%ld.%ld ", tenths / 10, tenths % 10);
}

void
main_main(void)
{
	for (int way = 0; way < WAYS; way++) {
		int64_t start = runtime_Nanotime();

		ways[way]();
		say(runtime_Nanotime() - start, TIMES);
	}
	newsysm(second);
	for (int way = 0; way < WAYS; way++) {
		int64_t start = runtime_Nanotime();

		notewakeup(&begin);
		ways[way]();
		notesleep(&end);
		noteclear(&end);
		say(runtime_Nanotime() - start, 2 * TIMES);
	}
	fmt_Printf("\n");
}
