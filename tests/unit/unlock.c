/*
 * Who is woken by an unlock, and who says that it sleeps (src/os/lock_futex.c of
 * chapter 18 and later).  The kernel takes notes, and somebody else acts when
 * it is called and at the heavy fence.
 */
#define Syscall6 kernel
#define heavyfence test_heavyfence
static void passed(void);
#include "sched/sched.h"
#define lightfence() passed()
#include "os/lock_futex.c"	/* first: errno.h makes macros of its enum */
#undef lightfence

#include "unit.h"

static struct m me;
static struct g gself;
static struct mutex mu;
static int waits, wakes, fences;
static void (*atwait)(void), (*atfence)(void);

static void (*atlight)(void);

__attribute__((unused)) static void
passed(void)
{
	if (atlight != NULL)
		atlight();
}

long
kernel(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	(void)a4, (void)a5, (void)a6;
	if (nr != SYS_futex)
		return 0;
	CHECK_EQ(a1, &mu.key);
	if (a2 == FUTEX_WAIT_PRIVATE) {
		waits++;
		CHECK_EQ(a3, 1);	/* sleep while it is locked */
		if (mu.key != 1)
			return -EAGAIN;
		if (waits == 100)
			abort();	/* we would sleep for ever */
		atwait();
		return 0;
	}
	CHECK_EQ(a3, 1);		/* one of them */
	wakes++;
	return 1;
}

void
test_heavyfence(void)
{
	fences++;
	if (atfence != NULL)
		atfence();
}

static void
begin(void)
{
	gself.m = &me;
	setg(&gself);
	memset(&me, 0, sizeof me);
	memset(&mu, 0, sizeof mu);
	waits = wakes = fences = 0;
	atwait = atfence = atlight = NULL;
	ncpu = 1;
}

static int saw;

/* The thread that has the lock gives it back. */
static void
give(void)
{
	saw = (int)mu.sleepers;
	me.os.locks++;		/* it is another thread's */
	unlock(&mu);
}

TEST("an unlock calls the kernel for a sleeper, and for nobody else")
{
	begin();
	lock(&mu);
	unlock(&mu);
	CHECK_EQ(wakes + waits + fences, 0);
	lock(&mu);
	mu.sleepers = 1;
	unlock(&mu);
	CHECK_EQ(wakes, 1);
	CHECK_EQ(waits + fences, 0);
	CHECK_EQ(mu.sleepers, 1);	/* it says itself when it is up */
	CHECK_EQ(mu.key, 0);
	CHECK_EQ(me.os.locks, 0);
}

/* Another one says that it sleeps, and has seen the lock taken before. */
static void
liedown(void)
{
	CHECK_EQ(mu.key, 0);
	mu.sleepers++;
}

TEST("an unlock gives the lock back, passes the light fence, and then looks who sleeps")
{
	begin();
	lock(&mu);
	atlight = liedown;
	unlock(&mu);
	CHECK_EQ(mu.sleepers, 1);
	CHECK_EQ(wakes, 1);
}

/* A held lock is given back at the moment *at; then we have it, after so many waits. */
static void
waited(void (**at)(void), int many)
{
	begin();
	mu.key = 1;
	*at = give;
	lock(&mu);
	CHECK_EQ(saw, 1);
	CHECK_EQ(wakes, 1);
	CHECK_EQ(fences, 1);
	CHECK_EQ(waits, many);
	CHECK_EQ(mu.key, 1);
	CHECK_EQ(mu.sleepers, 0);
}

TEST("who goes to sleep says so, passes the heavy fence, and then looks once more")
{
	waited(&atfence, 0);
}

TEST("who sleeps is woken by the unlock, and is not counted when it has the lock")
{
	waited(&atwait, 1);
	unlock(&mu);
	CHECK_EQ(wakes, 1);
}

/* Woken, and another one has been faster; the third time it is free. */
static void
giveatthird(void)
{
	CHECK_EQ(mu.sleepers, 1);
	if (waits == 3)
		give();
}

TEST("who is woken and finds the lock taken sleeps again, and is still counted")
{
	begin();
	mu.key = 1;
	atwait = giveatthird;
	lock(&mu);
	CHECK_EQ(waits, 3);
	CHECK_EQ(fences, 1);
	CHECK_EQ(wakes, 1);
	CHECK_EQ(mu.sleepers, 0);
}
