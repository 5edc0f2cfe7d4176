/*
 * wake: what it costs to wake a thread.  Prints three numbers, nanoseconds,
 * medians: a futex wake that finds nobody; one that finds a sleeper, for who
 * calls it; and from that call until the sleeper runs.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 2001 };

static unsigned word;
static volatile long ran;
static volatile int waits;

static long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void *
sleeper(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		waits = i + 1;
		while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == (unsigned)i)
			syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, i, NULL);
		ran = now();
	}
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	return (*(const long *)a > *(const long *)b) -
	    (*(const long *)a < *(const long *)b);
}

static long
median(long *t)
{
	qsort(t, ROUNDS, sizeof *t, compare);
	return t[ROUNDS / 2];
}

int
main(void)
{
	static long nobody[ROUNDS], call[ROUNDS], run[ROUNDS];
	pthread_t thread;

	pthread_create(&thread, NULL, sleeper, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned other = 0;
		long t, u;

		t = now();
		syscall(SYS_futex, &other, FUTEX_WAKE_PRIVATE, 1);
		nobody[i] = now() - t;
		while (waits != i + 1)
			;
		usleep(20);		/* time to fall asleep in */
		ran = 0;
		t = now();
		__atomic_store_n(&word, i + 1, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
		u = now();
		while (ran == 0)
			;
		call[i] = u - t;
		run[i] = ran - t;
	}
	pthread_join(thread, NULL);
	printf("%ld %ld %ld\n", median(nobody), median(call), median(run));
	return 0;
}
