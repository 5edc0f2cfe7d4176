/*
 * round N: how long a search among N Ps takes that finds nothing.
 * round pause: how long a thread that asks for 3 us of rest gets.
 * Hosted, with the runtime's objects; bench/steal.sh builds it.
 */
#define usleep libc_usleep
#define clone libc_clone
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#undef usleep
#undef clone

#include "sched/sched.h"

enum { TIMES = 21, ROUNDS = 200 };

__attribute__((used, aligned(16))) static __thread void *tls[2];

static struct m mself;
static struct g gself;
static struct p *all[1024];

void
main_main(void)
{
}

static int
order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void
look(void)
{
	int64_t end = now() + 3000;

	while (now() < end)
		__builtin_ia32_pause();
}

static void
sleep3(void)
{
	nanosleep(&(struct timespec){ 0, 3000 }, NULL);
}

static void
searches(void)
{
	for (int i = 0; i < ROUNDS; i++)
		if (stealwork(all[0]) != NULL)
			abort();
}

static int64_t
median(void (*f)(void))
{
	static int64_t t[TIMES];

	for (int i = 0; i < TIMES; i++) {
		int64_t start = now();

		f();
		t[i] = now() - start;
	}
	qsort(t, TIMES, sizeof t[0], order);
	return t[TIMES / 2];
}

int
main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 0;

	if (argc == 2 && strcmp(argv[1], "pause") == 0) {
		printf("pause\t%ld\n", (long)median(look));
		printf("nanosleep\t%ld\n", (long)median(sleep3));
		return 0;
	}
	if (n < 1 || n > 1024)
		return 2;
	mself.os.rand = 1;
	gself.m = &mself;
	setg(&gself);
	for (int i = 0; i < n; i++)
		if (posix_memalign((void **)&all[i], 64, sizeof(struct p)) == 0)
			memset(all[i], 0, sizeof(struct p));
	allp = all;
	gomaxprocs = n;
	stealinit((uint32_t)n);
	double ns = (double)median(searches) / ROUNDS;
	printf("%d\t%.0f\t%.1f\n", n, ns, n > 1 ? ns / 4 / (n - 1) : ns);
	return 0;
}
