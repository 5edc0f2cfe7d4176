/*
 * soon N: N times a goroutine reads for 20 ms from a timer of the kernel,
 * and another one looks at the clock as often as it gets a turn.  Prints, in
 * microseconds, the shortest and the middle time from the moment before the
 * read to the other's next look.
 */
#include "rt0.h"

enum {
	MONOTONIC = 1, SYS_timerfd_create = 283, SYS_timerfd_settime = 286,
	MAX = 1000,
};

static long times[MAX];
static volatile int64_t entered;
static volatile int reading;

static void
reader(void *arg)
{
	long when[4] = { 0, 0, 0, 20000000 }, n;

	syscall_Syscall6(SYS_timerfd_settime, (long)arg, 0, (long)when, 0, 0,
	    0);
	entered = runtime_Nanotime();
	os_Read((int)(long)arg, &n, sizeof n);
	reading = 0;
}

/* The time from the reader's entry to our next look. */
static long
once(void *fd)
{
	long first = 0;

	entered = 0;
	reading = 1;
	go(reader, fd);
	while (reading) {
		runtime_Gosched();
		if (first == 0 && entered != 0)
			first = runtime_Nanotime() - entered;
	}
	return first;
}

void
main_main(void)
{
	long n = 0;
	const char *s = os_Args[1];
	long fd = syscall_Syscall6(SYS_timerfd_create, MONOTONIC, 0, 0, 0, 0,
	    0);

	while (*s >= '0' && *s <= '9' && n < MAX / 10)
		n = n * 10 + *s++ - '0';
	for (int i = 0, j; i < n; i++) {
		long t = once((void *)fd);

		for (j = i; j > 0 && times[j - 1] > t; j--)
			times[j] = times[j - 1];
		times[j] = t;
	}
	fmt_Printf("%ld %ld\n", times[0] / 1000, times[n / 2] / 1000);
}
