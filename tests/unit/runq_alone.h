/*
 * For tests of src/sched/runq.c: the file is compiled into the test.  Its lock is
 * one of libc, its clock goes on when somebody looks, and what others may do
 * in the middle of it is done by a hook.
 */
static void hook(int where);
enum { AT_SWAP, AT_LOAD, AT_CLOCK, AT_LIGHT, AT_HEAVY, AT_PAUSE, AT_LOCK };

#define __atomic_compare_exchange_n(p, ...) \
	(hook(AT_SWAP), __atomic_compare_exchange_n(p, __VA_ARGS__))
#define __atomic_load_n(p, order) \
	({ __typeof__(*(p)) v_ = __atomic_load_n(p, order); hook(AT_LOAD); v_; })
#define nanotime test_nanotime
#define lock test_lock
#define unlock test_unlock
#define wakep test_wakep
#define runqput test_runqput
#define runqget test_runqget
#define runnextput test_runnextput
#define runqfair test_runqfair
#define globrunqput test_globrunqput
#define globrunqget test_globrunqget
#define globrunqgetbatch test_globrunqgetbatch
#define runqsteal test_runqsteal
#define runqempty test_runqempty
#define runqlen test_runqlen
#define sched test_sched
#define gomaxprocs test_gomaxprocs
#define watched test_watched
#define heavyfence test_heavyfence
#define revoke test_revoke	/* libc has one */
#include "sched/sched.h"
/* from chapter 18 on */
#define lightfence() (hook(AT_LIGHT), lightfence())
#define __builtin_ia32_pause() hook(AT_PAUSE)
#include "sched/runq.c"	/* and not tests/unit/runq.c */
#include "sched/globrunq.c"
#undef revoke
#undef __builtin_ia32_pause
#undef lightfence
#undef __atomic_compare_exchange_n
#undef __atomic_load_n
#undef lock
#undef unlock
#undef sched

#include "unit.h"

#define sched test_sched

enum { MANY = 2000 };

struct schedt test_sched;
int32_t test_gomaxprocs = 1;
int test_watched;
static struct g gs[MANY];
static struct p p;
static int wakes, visits;	/* visits: to the list */
static int asked;		/* how often all were to pass a fence */
static void (*heavy)(void);	/* how, if not only this thread does */

/* What somebody else does at the nth load, swap or look from now on. */
static __thread struct { int where, after; void (*act)(void); } other;
static int64_t now;

static void
hook(int where)
{
	void (*act)(void) = other.act;

	if (act == NULL || where != other.where || other.after-- > 0)
		return;
	other.act = NULL;
	act();
}

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

void
test_lock(struct mutex *l)
{
	hook(AT_LOCK);
	pthread_mutex_lock(&mu);
	visits += l == &sched.test_lock;	/* the field, too, is renamed */
	l->key = 1;
}

void
test_unlock(struct mutex *l)
{
	l->key = 0;
	pthread_mutex_unlock(&mu);
}

void
test_wakep(void)
{
	wakes++;
}

void test_heavyfence(void);

void
test_heavyfence(void)
{
	if (heavy != NULL)
		heavy();
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
	hook(AT_HEAVY);
}

#ifdef __SANITIZE_THREAD__	/* linked without the runtime, and nobody seeds it */
int seeded;
void
seedplace(struct p *pp)
{
	(void)pp;
}

void
throw(const char *s)
{
	fprintf(stderr, "%s\n", s);
	abort();
}
#endif

/* A clock that goes on when somebody looks. */
int64_t
test_nanotime(void)
{
	hook(AT_CLOCK);
	return now += 100;
}
