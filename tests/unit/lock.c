/*
 * Locks and notes (src/os/lock_futex.c, chapter 8) on real threads.  The file
 * is compiled into this program, with a kernel that counts calls and may be
 * told to misbehave.
 */
#define Syscall6 kernel
#include "sched/sched.h"
#include "os/lock_futex.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

static int32_t waits, wakes, calls;	/* futex calls of each kind, and all */
static long (*refuse)(long op);		/* what to answer instead, or 1 */

long
kernel(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	register long r10 __asm__("r10") = a4;
	register long r8 __asm__("r8") = a5;
	register long r9 __asm__("r9") = a6;
	long r = 1;

	__atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);
	if (nr == SYS_futex && refuse != NULL)
		r = refuse(a2);
	if (nr == SYS_futex)
		__atomic_fetch_add(a2 == FUTEX_WAIT_PRIVATE ? &waits : &wakes,
		    1, __ATOMIC_SEQ_CST);
	if (r != 1)
		return r;
	__asm__ volatile("syscall" : "=a"(r)
	    : "0"(nr), "D"(a1), "S"(a2), "d"(a3), "r"(r10), "r"(r8), "r"(r9)
	    : "rcx", "r11", "memory");
	return r;
}

enum { THREADS = 4, ROUNDS = 20000 };

static struct mutex mu;
static struct note n;
static long guarded;

/* A thread is an M. */
struct worker {
	struct m m;
	struct g g;
	pthread_t thread;
	void (*run)(void);
};

static void *
start(void *arg)
{
	struct worker *w = arg;

	w->g.m = &w->m;
	setg(&w->g);
	w->run();
	CHECK_EQ(w->m.os.locks, 0);
	return NULL;
}

static void
beanM(void)
{
	static struct worker self;

	memset(&self, 0, sizeof self);
	self.g.m = &self.m;
	setg(&self.g);
	memset(&mu, 0, sizeof mu);
	memset(&n, 0, sizeof n);
	waits = wakes = calls = 0;
	guarded = 0;
	refuse = NULL;
	ncpu = 2;
}

static void
launch(struct worker *w, int count, void (*run)(void))
{
	memset(w, 0, (size_t)count * sizeof *w);
	for (int i = 0; i < count; i++) {
		w[i].run = run;
		pthread_create(&w[i].thread, NULL, start, &w[i]);
	}
}

static void
join(struct worker *w, int count)
{
	for (int i = 0; i < count; i++)
		pthread_join(w[i].thread, NULL);
}

TEST("a lock that nobody wants makes no system call")
{
	beanM();
	lock(&mu);
	CHECK_EQ(mu.key, 1);
	CHECK_EQ(getg()->m->os.locks, 1);
	unlock(&mu);
	CHECK_EQ(mu.key, 0);
	CHECK_EQ(getg()->m->os.locks, 0);
	CHECK_EQ(calls, 0);
}

TEST("unlock of an unlocked lock is refused")
{
	beanM();
	CHECK_THROWS(unlock(&mu), "unlock: of an unlocked lock");
}

static void
add(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		lock(&mu);
		guarded++;
		unlock(&mu);
	}
}

/* All threads add, and nothing is lost. */
static void
addall(void)
{
	struct worker w[THREADS];

	launch(w, THREADS, add);
	join(w, THREADS);
	CHECK_EQ(guarded, THREADS * ROUNDS);
	CHECK_EQ(mu.key, 0);
}

TEST("four threads that add under a lock lose nothing")
{
	beanM();
	addall();
}

TEST("with one processor nothing is lost either")
{
	beanM();
	ncpu = 1;
	addall();
}

static void
addone(void)
{
	lock(&mu);
	guarded++;
	unlock(&mu);
}

TEST("three threads that sleep for a lock all get it")
{
	struct worker w[3];

	beanM();
	lock(&mu);
	launch(w, 3, addone);
	while (__atomic_load_n(&waits, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
	CHECK_EQ(guarded, 0);
	unlock(&mu);
	join(w, 3);
	CHECK_EQ(guarded, 3);
	CHECK(wakes >= 3);
}

static long
noreason(long op)
{
	static uint32_t turn;
	uint32_t t = __atomic_add_fetch(&turn, 1, __ATOMIC_RELAXED);

	if (op != FUTEX_WAIT_PRIVATE)
		return 1;
	return t % 4 == 0 ? 0 : t % 4 == 1 ? -EINTR : t % 4 == 2 ? -EAGAIN : 1;
}

TEST("a kernel that wakes for no reason changes nothing")
{
	struct worker w[1];

	beanM();
	refuse = noreason;
	addall();
	launch(w, 1, addone);		/* until it has happened: */
	join(w, 1);
	CHECK_EQ(mu.key, 0);
}

static void
waitfornote(void)
{
	notesleep(&n);
	guarded += 10;
}

static long
alwaysearly(long op)
{
	static const long why[] = { 0, -EINTR, -EAGAIN };

	return op == FUTEX_WAIT_PRIVATE ? why[waits % 3] : 1;
}

TEST("a sleeper that is woken for no reason sleeps on")
{
	struct worker w[1];

	beanM();
	refuse = alwaysearly;
	launch(w, 1, waitfornote);
	while (__atomic_load_n(&waits, __ATOMIC_SEQ_CST) < 4)
		sched_yield();
	CHECK_EQ(guarded, 0);
	notewakeup(&n);
	join(w, 1);
	CHECK_EQ(guarded, 10);
}

static long
wakefails(long op)
{
	return op == FUTEX_WAIT_PRIVATE ? 1 : -EINVAL;
}

TEST("a wake-up that fails ends the process")
{
	beanM();
	refuse = wakefails;
	CHECK_THROWS(notewakeup(&n), "futexwakeup");
}

static long
waitfails(long op)
{
	return op == FUTEX_WAIT_PRIVATE ? -EINVAL : 1;
}

TEST("a sleep that fails ends the process")
{
	beanM();
	refuse = waitfails;
	CHECK_THROWS(notesleep(&n), "futexsleep");
}

TEST("a note that has happened lets the sleeper pass")
{
	beanM();
	notewakeup(&n);
	notesleep(&n);
	CHECK_EQ(waits, 0);
	noteclear(&n);
	CHECK_EQ(n.key, 0);
}

TEST("a note wakes who sleeps for it")
{
	struct worker w[1];

	beanM();
	launch(w, 1, waitfornote);
	while (__atomic_load_n(&waits, __ATOMIC_SEQ_CST) == 0)
		sched_yield();
	CHECK_EQ(guarded, 0);
	notewakeup(&n);
	join(w, 1);
	CHECK_EQ(guarded, 10);
}

TEST("a note that happens twice is refused")
{
	beanM();
	notewakeup(&n);
	CHECK_THROWS(notewakeup(&n), "notewakeup: double wakeup");
}
