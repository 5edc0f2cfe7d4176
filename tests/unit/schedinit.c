/*
 * Memory, chance and Ps (src/mem.c, src/rand.c and src/proc.c), all of
 * chapter 5.
 */
#include "unit.h"

#include <sys/resource.h>

#include "runtime.h"

TEST("persistentalloc gives zeroed pieces, aligned to 16, that do not overlap")
{
	static const size_t sizes[] = { 1, 15, 16, 17, 100, 2080, 65536, 65537 };
	char *last = NULL;
	size_t lastsize = 0;

	for (int i = 0; i < 400; i++) {
		size_t n = sizes[i % 8];
		char *q = persistentalloc(n);

		CHECK_EQ((uintptr_t)q % 16, 0);
		CHECK(q[0] == 0 && q[n - 1] == 0);
		memset(q, 0xff, n);
		CHECK(last == NULL || q >= last + lastsize || q + n <= last);
		last = q;
		lastsize = n;
	}
}

TEST("persistentalloc of nearly everything is out of memory")
{
	CHECK_THROWS(persistentalloc(SIZE_MAX),
	    "cannot allocate 18446744073709551615-byte block (ENOMEM)");
	CHECK_THROWS(persistentalloc(SIZE_MAX - 14), "out of memory");
	CHECK_THROWS(persistentalloc((size_t)1 << 62), "see ulimit -v\n");
}

TEST("a chunk that the limit refuses ends the process in words")
{
	struct rlimit none = { 0, 0 };

	CHECK_THROWS(setrlimit(RLIMIT_AS, &none); sysAlloc(262144),
	    "runtime: out of memory: cannot allocate 262144-byte block (ENOMEM); "
	    "see ulimit -v\nfatal error: out of memory\n");
}

/* The first number drawn from these 16 bytes. */
static uint64_t
drawn(const uint8_t *bytes)
{
	startupRand = bytes;
	randinit();
	return bootrand();
}

TEST("each of the 128 bits of AT_RANDOM changes the seed")
{
	uint8_t bytes[16] = "sixteen bytes!!";
	uint64_t first = drawn(bytes);

	CHECK_EQ(drawn(bytes), first);
	for (int bit = 0; bit < 128; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(drawn(bytes) != first);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST("the 16 bytes need not be aligned")
{
	static uint8_t room[32];
	uint64_t at[8];

	for (int i = 0; i < 8; i++) {
		memset(room, 0, sizeof room);
		memcpy(room + i, "sixteen bytes!!", 16);
		at[i] = drawn(room + i);
		CHECK_EQ(at[i], at[0]);
	}
}

TEST("without AT_RANDOM the clock is the seed")
{
	uint64_t a = drawn(NULL), b;

	for (int64_t t = nanotime(); nanotime() == t;)
		;
	b = drawn(NULL);
	CHECK(a != b);
}

TEST("bootrand does not repeat itself")
{
	static uint64_t seen[1000];

	drawn((const uint8_t *)"sixteen bytes!!");
	for (int i = 0; i < 1000; i++) {
		seen[i] = bootrand();
		for (int j = 0; j < i; j++)
			CHECK(seen[i] != seen[j]);
	}
}

TEST("cheaprand depends on the M alone and moves all its bits")
{
	struct m m = { .rand = 1 };
	struct g g = { .m = &m };
	uint32_t ones = 0, zeros = 0, first[4];

	setg(&g);
	for (int i = 0; i < 4; i++)
		first[i] = cheaprand();
	for (int i = 0; i < 1000; i++) {
		uint32_t x = cheaprand();

		ones |= x;
		zeros |= ~x;
	}
	CHECK_EQ(ones, 0xffffffff);
	CHECK_EQ(zeros, 0xffffffff);
	m.rand = 1;
	for (int i = 0; i < 4; i++)
		CHECK_EQ(cheaprand(), first[i]);
	setg(NULL);
}

/* The boot up to schedinit, in this process, with n Ps. */
static void
boot(char *setting)
{
	static char *e[] = { NULL, NULL };

	e[0] = setting;
	envp = e;
	ncpu = 2;
	g0.m = &m0;
	m0.g0 = &g0;
	setg(&g0);
	schedinit();
}

/* Whether everybody's books agree on n Ps. */
static int
agreed(int n)
{
	struct p *pp = sched.pidle;

	if (gomaxprocs != n || m0.p != allp[0] || allp[0]->m != &m0 ||
	    allp[0]->status != Prunning || sched.npidle != n - 1)
		return 0;
	for (int i = 1; i < n; i++, pp = pp->link)
		if (pp != allp[i] || pp->id != i || pp->m != NULL ||
		    pp->status != Pidle || pp->runqhead != pp->runqtail)
			return 0;
	return pp == NULL;
}

TEST("schedinit gives P0 to m0 and lists the others in order")
{
	CHECK_EQ(IN_CHILD(boot("GOMAXPROCS=1"); _exit(agreed(1))).status, 1);
	CHECK_EQ(IN_CHILD(boot("GOMAXPROCS=5"); _exit(agreed(5))).status, 1);
	CHECK_EQ(IN_CHILD(boot("GOMAXPROCS=1024");
	    _exit(agreed(1024))).status, 1);
	CHECK_EQ(IN_CHILD(boot("NONE=1"); _exit(agreed(2))).status, 1);
}

TEST("schedinit numbers m0, lists it and gives it a state that is not 0")
{
	CHECK_EQ(IN_CHILD(boot("NONE=1");
	    _exit(m0.id == 0 && allm == &m0 && m0.alllink == NULL &&
	    (m0.rand & 1) == 1)).status, 1);
}

TEST("a second schedinit is refused, because m0 has a P")
{
	CHECK_THROWS(boot("GOMAXPROCS=1"); schedinit(),
	    "acquirep: already in use");
}
