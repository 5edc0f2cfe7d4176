/*
 * Who leaves the kernel and finds its P taken (exitsyscall0 of src/sched/proc.c),
 * chapter 17.  To sleep is to leave the function.
 */
#define wantp asked
#define stopm sleeps
#include "sched/proc.c"
#undef wantp
#undef stopm

#include "unit.h"

#include <setjmp.h>

static struct m self;
static struct g megp, gp;
static jmp_buf asleep;
static int wanted, queued;

/* Somebody is asked for a P: the goroutine must stand in the list already. */
void
asked(void)
{
	wanted++;
	queued = sched.runq.head == &gp && sched.lock.key == 0;
}

void
sleeps(void)
{
	longjmp(asleep, 1);
}

static void
begin(void)
{
	memset(&sched, 0, sizeof sched);
	self = (struct m){ .g0 = &megp, .curg = &gp };
	megp.m = gp.m = &self;
	gp.atomicstatus = Gsyscall;
	wanted = queued = 0;
	setg(&megp);
}

TEST("who finds no P queues its goroutine, then asks for a P, and sleeps")
{
	begin();
	if (setjmp(asleep) == 0)
		exitsyscall0(&gp);
	CHECK_EQ(wanted, 1);
	CHECK_EQ(queued, 1);
	CHECK_EQ(sched.runqsize, 1);
	CHECK_EQ(gp.atomicstatus, Grunnable);
	CHECK(gp.m == NULL && self.curg == NULL && self.p == NULL);
	CHECK_EQ(self.os.locks, 0);
}
