/*
 * Semaphores (src/sync/sema.c, chapter 10).  Goroutines are threads of libc here:
 * parking is a wait for a semaphore of libc, goready a post.  The atomic
 * additions and goready can be interrupted by what others might do there.
 */
static void before_add(void *word);
static void before_lock(void);
#define __atomic_fetch_add(p, v, order) \
	(before_add(p), __atomic_fetch_add(p, v, order))
#define goparkunlock test_goparkunlock
#define goready test_goready
#include "sync/sync.h"
#define lock(l) (before_lock(), lock(l))
#include "sync/sema.c"
#undef lock

#include "unit.h"
#include <semaphore.h>

struct worker {
	struct g g;		/* first: a g is its worker */
	struct m m;
	sem_t woken;
	pthread_t thread;
	void (*run)(long);
	long arg;
};

static struct worker self;
static void (*atadd)(void *word);	/* what happens before an addition */
static void (*atready)(struct g *gp);	/* and before somebody is woken */
static void (*atlock)(void);		/* and before a lock is taken */
static int parked, readied;

static void
before_add(void *word)
{
	void (*f)(void *) = atadd;

	if (f != NULL && getg() == &self.g) {
		atadd = NULL;		/* once, and not in itself */
		f(word);
	}
}

static void
before_lock(void)
{
	void (*f)(void) = atlock;

	if (f != NULL && getg() == &self.g) {
		atlock = NULL;
		f();
	}
}

void
test_goparkunlock(struct mutex *l, const char *reason)
{
	struct worker *w = (struct worker *)getg();

	w->g.waitreason = reason;
	unlock(l);
	__atomic_fetch_add(&parked, 1, __ATOMIC_SEQ_CST);
	while (sem_wait(&w->woken) != 0)
		;
}

void
test_goready(struct g *gp)
{
	if (atready != NULL)
		atready(gp);
	__atomic_fetch_add(&readied, 1, __ATOMIC_SEQ_CST);
	sem_post(&((struct worker *)gp)->woken);
}

static void
enter(struct worker *w)
{
	w->g.m = &w->m;
	sem_init(&w->woken, 0, 0);
	setg(&w->g);
}

static void *
start(void *arg)
{
	struct worker *w = arg;

	enter(w);
	w->run(w->arg);
	return NULL;
}

static void
launch(struct worker *w, void (*run)(long), long arg)
{
	memset(w, 0, sizeof *w);
	w->run = run;
	w->arg = arg;
	pthread_create(&w->thread, NULL, start, w);
}

static void
reset(void)
{
	memset(&self, 0, sizeof self);
	enter(&self);
	atadd = NULL;
	atready = NULL;
	atlock = NULL;
	parked = readied = 0;
	ncpu = 2;
}

/* Wait until n have parked. */
static void
untilparked(int n)
{
	while (__atomic_load_n(&parked, __ATOMIC_SEQ_CST) < n)
		sched_yield();
}

static uint32_t word[8 << SEMTABBITS];

/* A word that shares its place in the table with word[0]. */
static uint32_t *
other(void)
{
	uint32_t *at = &word[1];

	while (semroot(at) != semroot(&word[0]))
		at++;	/* there is one: the table has 1 in 8 of the words */
	return at;
}

static long order[100], ended;

static void
take(long i)
{
	semacquire(&word[0]);
	order[__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST)] = i;
}

TEST("units are taken without waiting while there are some")
{
	reset();
	word[0] = 2;
	semacquire(&word[0]);
	semacquire(&word[0]);
	CHECK_EQ(word[0], 0);
	semrelease(&word[0]);
	CHECK_EQ(word[0], 1);
	CHECK_EQ(parked + readied, 0);
	word[0] = 0;
}

TEST("who waits is woken in the order of arrival")
{
	struct worker w[3];

	reset();
	ended = 0;
	for (int i = 0; i < 3; i++) {
		launch(&w[i], take, i);
		untilparked(i + 1);
	}
	CHECK_STR(w[0].g.waitreason, "semacquire");
	for (int i = 0; i < 3; i++) {
		semrelease(&word[0]);
		pthread_join(w[i].thread, NULL);
		CHECK_EQ(order[i], i);
	}
	CHECK_EQ(word[0], 0);
	CHECK_EQ(semroot(word)->nwait, 0);
}

static void
giveword0(void)
{
	semrelease(&word[0]);
}

TEST("a unit given between the two looks is taken")
{
	reset();
	atlock = giveword0;	/* when we are about to be counted */
	semacquire(&word[0]);
	CHECK_EQ(parked, 0);
	CHECK_EQ(word[0], 0);
	CHECK_EQ(semroot(word)->nwait, 0);
}

static struct worker latecomer;

static void
comelate(void *at)
{
	(void)at;
	launch(&latecomer, take, 7);
	untilparked(1);
}

TEST("a waiter that comes between the two looks gets the unit")
{
	reset();
	ended = 0;
	atadd = comelate;	/* nobody waits, and the unit is not there yet */
	semrelease(&word[0]);
	pthread_join(latecomer.thread, NULL);
	CHECK_EQ(readied, 1);
	CHECK_EQ(word[0], 0);
}

static struct worker passerby;

/* One comes by when a unit lies there and another one waits for it. */
static void
comeby(void)
{
	CHECK_EQ(word[0], 1);
	launch(&passerby, take, 8);
	while (__atomic_load_n(&parked, __ATOMIC_SEQ_CST) < 2 &&
	    __atomic_load_n(&ended, __ATOMIC_SEQ_CST) == 0)
		sched_yield();
}

TEST("who comes while another one waits does not overtake it")
{
	reset();
	ended = 0;
	atadd = comelate;	/* nobody waits, and the unit is not there yet */
	atlock = comeby;	/* it is there, and has not been given to anybody */
	semrelease(&word[0]);
	untilparked(1);
	CHECK_EQ(parked, 2);	/* both */
	if (ended == 0)
		pthread_join(latecomer.thread, NULL);
	CHECK_EQ(order[0], 7);
	semrelease(&word[0]);	/* for the other one, whichever */
	if (order[0] != 7)
		pthread_join(latecomer.thread, NULL);
	pthread_join(passerby.thread, NULL);
	CHECK_EQ(word[0], 0);
	CHECK_EQ(semroot(word)->nwait, 0);
}

static int touched;

static void
touch(void *at)
{
	touched += at == &word[0];
}

static void
takeother(long i)
{
	(void)i;
	semacquire(other());
}

static void
comelateelsewhere(void *at)
{
	(void)at;
	launch(&latecomer, takeother, 0);
	untilparked(1);
	atadd = touch;
}

TEST("a giver leaves the word alone when nobody is in the list for it")
{
	reset();
	touched = 0;
	atadd = comelateelsewhere;	/* the place has a waiter, not this word */
	semrelease(&word[0]);
	CHECK_EQ(touched, 0);
	CHECK_EQ(word[0], 1);
	CHECK_EQ(readied, 0);
	atadd = NULL;
	word[0] = 0;
	semrelease(other());
	pthread_join(latecomer.thread, NULL);
}

static int stolen;

static void
steal(struct g *gp)
{
	(void)gp;
	stolen = cansemacquire(&word[0]);
}

TEST("who was woken has the unit and nobody else can take it")
{
	struct worker w;

	reset();
	ended = 0;
	launch(&w, take, 0);
	untilparked(1);
	atready = steal;
	semrelease(&word[0]);
	pthread_join(w.thread, NULL);
	CHECK_EQ(stolen, 0);
	CHECK_EQ(word[0], 0);
}

TEST("a unit for one address does not wake who waits at another")
{
	struct worker w;

	reset();
	ended = 0;
	launch(&w, take, 0);
	untilparked(1);
	semrelease(other());
	CHECK_EQ(*other(), 1);
	CHECK_EQ(readied, 0);
	*other() = 0;
	semrelease(&word[0]);
	pthread_join(w.thread, NULL);
}

TEST("the next one at a semaphore takes over the entry of the first")
{
	struct semaroot root = { .nwait = 0 };
	uint32_t a, b;
	struct sudog s[5] = { { .addr = &a }, { .addr = &b }, { .addr = &a },
	    { .addr = &b }, { .addr = &a } };

	reset();
	for (int i = 0; i < 5; i++)
		enqueue(&root, &s[i]);
	CHECK(dequeue(&root, &a) == &s[0]);
	CHECK(dequeue(&root, &b) == &s[1]);
	CHECK(dequeue(&root, &b) == &s[3]);
	CHECK(dequeue(&root, &b) == NULL);
	CHECK(dequeue(&root, &a) == &s[2]);
	CHECK(dequeue(&root, &a) == &s[4]);
	CHECK(dequeue(&root, &a) == NULL && root.head == NULL);
}

TEST("who comes when some have left is still the last")
{
	struct semaroot root = { .nwait = 0 };
	uint32_t a;
	struct sudog s[4] = { { .addr = &a }, { .addr = &a }, { .addr = &a },
	    { .addr = &a } };

	enqueue(&root, &s[0]);
	enqueue(&root, &s[1]);
	CHECK(dequeue(&root, &a) == &s[0]);
	enqueue(&root, &s[2]);
	enqueue(&root, &s[3]);
	for (int i = 1; i < 4; i++)
		CHECK(dequeue(&root, &a) == &s[i]);
	CHECK(root.head == NULL);
}

enum { THREADS = 4, ROUNDS = 20000 };

static long guarded;

static void
pass(long i)
{
	uint32_t *at = i % 2 ? other() : &word[0];

	for (int j = 0; j < ROUNDS; j++) {
		semacquire(at);
		if (i % 2 == 0)
			guarded++;
		semrelease(at);
	}
}

TEST("units are neither lost nor doubled among four threads")
{
	struct worker w[THREADS];

	reset();
	guarded = 0;
	word[0] = *other() = 1;
	for (int i = 0; i < THREADS; i++)
		launch(&w[i], pass, i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	CHECK_EQ(guarded, THREADS / 2 * ROUNDS);
	CHECK_EQ(word[0], 1);
	CHECK_EQ(*other(), 1);
	CHECK_EQ(semroot(word)->nwait, 0);
	CHECK(semroot(word)->head == NULL);
	word[0] = *other() = 0;
}
