/*
 * When a giver puts its unit down without the lock of the place
 * (src/sync/sema.c of chapter 18 and later).  Who waits is not a thread: to
 * park is to leave the function.
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
#include <setjmp.h>

static struct m me;
static struct g gself, waiter;
static uint32_t word;
static void (*atadd)(void), (*atlock)(void);
static int locks, parks;
static struct g *readied;
static jmp_buf parked;

static void
before_add(void *at)
{
	void (*f)(void) = atadd;

	atadd = NULL;
	if (f != NULL && at == &word)
		f();
}

static void
before_lock(void)
{
	void (*f)(void) = atlock;

	locks++;
	atlock = NULL;
	if (f != NULL)
		f();
}

void
test_goparkunlock(struct mutex *l, const char *reason)
{
	(void)reason;
	unlock(l);
	parks++;
	longjmp(parked, 1);
}

void
test_goready(struct g *gp)
{
	readied = gp;
}

static struct semaroot *root;

static void
begin(void)
{
	memset(&me, 0, sizeof me);
	gself.m = waiter.m = &me;
	setg(&gself);
	root = semroot(&word);
	memset(root, 0, sizeof *root);
	word = 0;
	locks = parks = 0;
	atadd = atlock = NULL;
	readied = NULL;
	ncpu = 1;
}

TEST("where nobody waits a unit is given and taken without the lock")
{
	begin();
	semrelease(&word);
	CHECK_EQ(word, 1);
	semacquire(&word);
	CHECK_EQ(word, 0);
	CHECK_EQ(locks, 0);
	CHECK_EQ(me.os.locks, 0);
}

/* A taker holds the lock of the place, and has not counted itself yet ... */
static void
takes(void)
{
	root->lock.key = 1;
}

/* ... and then it is counted, waits and gives the lock back. */
static struct sudog s = { .g = &waiter, .addr = &word };

static void
waits(void)
{
	CHECK_EQ(root->lock.key, 1);
	root->nwait = 1;
	s = (struct sudog){ .g = &waiter, .addr = &word };
	enqueue(root, &s);
	root->lock.key = 0;
}

/* ... or it finds the unit, and goes. */
static void
finds(void)
{
	CHECK_EQ(root->lock.key, 1);
	word--;
	root->lock.key = 0;
}

TEST("a giver waits for a taker that holds the lock, and wakes it")
{
	begin();
	takes();
	atlock = waits;
	semrelease(&word);
	CHECK_EQ(locks, 1);
	CHECK(readied == &waiter);
	CHECK_EQ(word, 0);
	CHECK_EQ(root->nwait, 0);
}

TEST("a giver looks again when the unit lies there: a taker may have come to the lock")
{
	begin();
	atadd = takes;
	atlock = waits;
	semrelease(&word);
	CHECK_EQ(locks, 1);
	CHECK(readied == &waiter);
	CHECK_EQ(word, 0);
	CHECK_EQ(root->nwait, 0);
	begin();
	atadd = takes;
	atlock = finds;
	semrelease(&word);
	CHECK_EQ(locks, 1);
	CHECK(readied == NULL);
	CHECK_EQ(word, 0);
	CHECK_EQ(root->nwait, 0);
}

static void
takesandwaits(void)
{
	takes();
	waits();
}

TEST("a taker that has given the lock back is seen by its count")
{
	begin();
	atadd = takesandwaits;
	semrelease(&word);
	CHECK_EQ(locks, 1);
	CHECK(readied == &waiter);
	CHECK_EQ(word, 0);
}

static void
give(void)
{
	__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
}

TEST("a taker looks for a unit once more when it has the lock, and is counted only if it waits")
{
	begin();
	atlock = give;
	semacquire(&word);
	CHECK_EQ(locks, 1);
	CHECK_EQ(parks, 0);
	CHECK_EQ(word, 0);
	CHECK_EQ(root->nwait, 0);
	CHECK_EQ(root->lock.key, 0);
	begin();
	if (setjmp(parked) == 0)
		semacquire(&word);
	CHECK_EQ(parks, 1);
	CHECK_EQ(root->nwait, 1);
	CHECK_EQ(root->lock.key, 0);
	CHECK(root->head != NULL && root->head->g == &gself);
}
