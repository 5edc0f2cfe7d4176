/*
 * Which fences two sides pass, and how the kernel is asked for its barriers
 * (src/os/membarrier_linux.c, chapter 18).  The kernel answers as a test says.
 */
#define Syscall6 kernel
#include "sched/sched.h"
#include "os/membarrier_linux.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

enum { EXPEDITED = 1 << 3, REGISTER = 1 << 4 };

static const long *answers;
static long asked[8];
static int calls;

long
kernel(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	(void)a3, (void)a4, (void)a5, (void)a6;
	CHECK_EQ(nr, 324);
	CHECK_EQ(a2, 0);
	asked[calls] = a1;
	return answers[calls++];
}

static void
reset(const long *a)
{
	answers = a;
	calls = 0;
	asymmetric.on = 0;
	debug.nomembarrier = 0;
}

TEST("a kernel is believed that refuses before we register, and then does it")
{
	static const long a[] = { -EPERM, 0, 0 };

	reset(a);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 1);
	CHECK_EQ(calls, 3);
	CHECK_EQ(asked[0], EXPEDITED);
	CHECK_EQ(asked[1], REGISTER);
	CHECK_EQ(asked[2], EXPEDITED);
}

TEST("a kernel that says yes before we register does nothing, and is not believed")
{
	static const long a[] = { 0, 0, 0 };

	reset(a);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 1);
}

TEST("a kernel that has no membarrier is asked once")
{
	static const long a[] = { -ENOSYS };
	static const long b[] = { -EINVAL };

	reset(a);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 1);
	reset(b);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 1);
}

TEST("a kernel or a filter that refuses to register us is not asked for barriers")
{
	static const long a[] = { -EPERM, -EPERM };

	reset(a);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 2);
}

TEST("a kernel that registers us and still refuses is done without")
{
	static const long a[] = { -EPERM, 0, -EPERM };

	reset(a);
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 3);
}

TEST("with RT0DEBUG=nomembarrier=1 nobody is asked")
{
	reset(NULL);
	debug.nomembarrier = 1;
	membarrierinit();
	CHECK_EQ(asymmetric.on, 0);
	CHECK_EQ(calls, 0);
}

TEST("a heavy fence is one call, and none where both sides pass their own")
{
	static const long a[] = { 0 };

	reset(a);
	heavyfence();
	CHECK_EQ(calls, 0);
	asymmetric.on = 1;
	heavyfence();
	CHECK_EQ(calls, 1);
	CHECK_EQ(asked[0], EXPEDITED);
	lightfence();
	CHECK_EQ(calls, 1);
}

TEST("a barrier that is refused after all ends the process")
{
	static const long a[] = { -EPERM };

	reset(a);
	asymmetric.on = 1;
	CHECK_THROWS(heavyfence(), "heavyfence: membarrier");
}
