/*
 * src/sched/runq.c on real threads, hosted: one owner that puts and takes, thieves
 * that steal from it and from each other; of several, the last one steals from
 * thieves only, so that it knows the owner by what they publish.  Every
 * goroutine must be taken once, and be seen as it was put.  tests/runqs.py
 * compiles this with -DRUNQ='"file"', the file of chapter 12 or 11 as it is or
 * with something weakened, and with -fsanitize=thread, which knows the orders
 * and not only the processor.
 *
 *	stress THIEVES N [membarrier]
 *
 * With the third argument a heavy fence of chapter 18 is the system call, and a
 * light one nothing; else both are fences.  The sanitizer can judge either: it
 * knows nothing of fences, and who takes must know of the one before by the
 * orders of bias, taking and the lock.
 */
#define usleep libc_usleep
#define clone libc_clone
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#undef usleep
#undef clone

#include RUNQ
#include "sched/globrunq.c"

enum { MAXTHIEVES = 4, MAXN = 1 << 20 };

struct schedt sched;
int32_t gomaxprocs;
int seeded;			/* nothing is, here */
int watched;
int barriers[16] __asm__("asymmetric");	/* the first is asymmetric.on, where there is such a thing */
void seedplace(struct p *pp);
void seedplace(struct p *pp) { (void)pp; }
static struct p ps[1 + MAXTHIEVES];
static struct g *gs;
static unsigned char *taken;
static long n, ntaken;
static int finished;

enum { MEMBARRIER = 324 };	/* x86 */
long syscall(long n, ...);
void heavyfence(void);
void
heavyfence(void)
{
	if (!barriers[0])
		__sync_synchronize();
	else if (syscall(MEMBARRIER, 1 << 3, 0, 0) != 0)
		throw("stress: membarrier");
}

void
lock(struct mutex *l)
{
	while (__atomic_exchange_n(&l->key, 1, __ATOMIC_ACQUIRE) != 0)
		sched_yield();
}

void
unlock(struct mutex *l)
{
	__atomic_store_n(&l->key, 0, __ATOMIC_RELEASE);
}

void
wakep(void)
{
}

int64_t
nanotime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

_Noreturn void
throw(const char *s)
{
	fprintf(stderr, "throw: %s\n", s);
	exit(3);
}

/* gp has been taken and runs: the accesses are plain on purpose. */
static void
runby(struct g *gp)
{
	if (gp->goid != gp - gs + 1)
		throw("stress: a goroutine that was not filled in");
	gp->goid = 0;
	taken[gp - gs]++;
	__atomic_fetch_add(&ntaken, 1, __ATOMIC_RELAXED);
}

static void *
thief(void *arg)
{
	struct p *pp = arg;
	unsigned seed = (unsigned)(pp - ps);

	while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
		unsigned r = (unsigned)rand_r(&seed);
		struct p *victim = &ps[r % (unsigned)gomaxprocs];
		struct g *gp = runqget(pp);

		if (gomaxprocs > 2 && pp == &ps[gomaxprocs - 1])
			victim = &ps[1 + r % (unsigned)(gomaxprocs - 2)];
		if (gp == NULL && victim != pp)
			gp = runqsteal(pp, victim, r % 64 < 8);
		if (gp != NULL && r % 128 == 0)
			runnextput(pp, gp);
		else if (gp != NULL)
			runby(gp);
		if (r % 8 == 0)		/* let others steal from us */
			sched_yield();
		runqempty(victim);
	}
	return NULL;
}

/* Put goroutine i, and sometimes take one. */
static void
own(long i)
{
	static unsigned seed = 1;
	unsigned r = (unsigned)rand_r(&seed);
	struct g *gp = &gs[i];

	gp->goid = i + 1;
	/* in turns: some are next, all are, none is */
	if (i / 1024 % 3 == 0 ? r % 4 == 0 : i / 1024 % 3 == 1)
		runnextput(&ps[0], gp);
	else
		runqput(&ps[0], gp);
	if (r / 4 % 3 == 0 && (gp = runqget(&ps[0])) != NULL)
		runby(gp);
	if (r / 512 % 64 == 0)
		sched_yield();
	if (r / 512 % 64 == 1) {	/* let who is next be stolen */
		int64_t end = nanotime() + 100000;

		while (!runqempty(&ps[0]) && nanotime() < end)
			sched_yield();
	}
}

int
main(int argc, char **argv)
{
	pthread_t threads[MAXTHIEVES];
	int thieves = argc >= 3 ? atoi(argv[1]) : 2, bad = 0;

	n = argc >= 3 ? atol(argv[2]) : 10000;
	barriers[0] = argc == 4 && syscall(MEMBARRIER, 1 << 4, 0, 0) == 0;
	if (thieves > MAXTHIEVES || n > MAXN)
		return 2;
	gs = calloc((size_t)n, sizeof *gs);
	taken = calloc((size_t)n, 1);
	gomaxprocs = thieves + 1;
	for (int i = 0; i <= thieves; i++)	/* the indices will wrap */
		ps[i].runqhead = ps[i].runqtail = (uint32_t)-(1000 * (i + 1));
#ifdef PILEINDICES
	for (int i = 0; i <= thieves; i++)
		ps[i].pilebottom = ps[i].piletop = (uint32_t)-(500 * (i + 1));
#endif
	for (int i = 0; i < thieves; i++)
		pthread_create(&threads[i], NULL, thief, &ps[i + 1]);
	for (long i = 0; i < n; i++)
		own(i);
	while (__atomic_load_n(&ntaken, __ATOMIC_RELAXED) < n) {
		struct g *gp = runqget(&ps[0]);

		if (gp == NULL)
			gp = globrunqgetbatch(&ps[0]);
		if (gp != NULL)
			runby(gp);
		else
			sched_yield();
	}
	__atomic_store_n(&finished, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < thieves; i++)
		pthread_join(threads[i], NULL);
	for (long i = 0; i < n; i++)
		bad += taken[i] != 1;
	printf("%ld goroutines, %d wrong\n", n, bad);
	return bad != 0;
}
