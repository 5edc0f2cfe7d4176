/*
 * fences: what it costs that other processors see a store.  Prints
 * nanoseconds: a store with release; the same with a fence behind it; a
 * fetch-and-add; a compare-and-swap; a membarrier while no other thread of
 * the process runs; the same while one runs; and what each of these takes
 * from the thread that runs.
 */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TIMES = 2000000, BARRIERS = 2000 };

static volatile int stop;
static volatile long turns;	/* of the thread that runs */
static unsigned word;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static void
barrier(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
		fputs("fences: the kernel has no membarrier\n", stderr);
		exit(1);
	}
}

static void *
turner(void *arg)
{
	(void)arg;
	while (!stop)
		turns = turns + 1;
	return NULL;
}

/* Nanoseconds of one barrier, of so many. */
static double
barriers(int n)
{
	double start = now();

	for (int i = 0; i < n; i++)
		barrier();
	return (now() - start) / n;
}

#define MEASURE(what) __extension__ ({					\
	double start_ = now();						\
	for (int i = 0; i < TIMES; i++)					\
		what;							\
	(now() - start_) / TIMES;					\
})

int
main(void)
{
	double release, fence, add, swap, alone, busy, lost;
	pthread_t thread;

	release = MEASURE(__atomic_store_n(&word, i, __ATOMIC_RELEASE));
	fence = MEASURE(({ __atomic_store_n(&word, i, __ATOMIC_RELEASE);
	    __atomic_thread_fence(__ATOMIC_SEQ_CST); }));
	add = MEASURE(__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST));
	swap = MEASURE(({ unsigned v = word; __atomic_compare_exchange_n(&word, &v, v + 1, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED); }));
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0)
		barrier();
	alone = barriers(BARRIERS);
	if (pthread_create(&thread, NULL, turner, NULL) != 0)
		return 1;
	while (turns == 0)
		;
	/* how fast it turns alone, and how fast under barriers */
	long before = turns;
	double start = now();

	while (now() - start < 2e7)
		;
	double rate = (turns - before) / (now() - start);

	before = turns;
	start = now();
	busy = barriers(BARRIERS);
	lost = ((now() - start) - (turns - before) / rate) / BARRIERS;
	stop = 1;
	pthread_join(thread, NULL);
	printf("%.1f %.1f %.1f %.1f %.0f %.0f %.0f\n", release, fence, add, swap, alone, busy, lost < 0 ? 0 : lost);
	return 0;
}
