/*
 * Memory, chance and Ps (src/os/mem.c, src/os/rand.c and src/sched/p.c), all of
 * chapter 5.  Includes p.c and proc.c, to reach their static functions.  From chapter
 * 8 on much of this takes a lock, and who takes a lock is an M.
 */
#include "sched/p.c"
#include "sched/proc.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

#include <sys/resource.h>

__attribute__((constructor)) static void
beanM(void)
{
	g0.m = &m0;
	m0.g0 = &g0;
	setg(&g0);
}

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

/* Whether a new chunk of 256 KB goes all the way in pieces: four of 16 bytes
 * fill a cache line, to which later chapters align the larger ones. */
static int
goesfar(void)
{
	static const size_t sizes[] = {
		16, 16, 16, 65536 - 64, 65536, 65536, 65536
	};
	char *last, *next = persistentalloc(16);

	do {
		last = next;
		next = persistentalloc(16);
	} while (next == last + 16);
	next += 16;
	for (int i = 0; i < 7; i++) {
		if (persistentalloc(sizes[i]) != next)
			return 0;
		next += sizes[i];
	}
	return 1;
}

TEST("a chunk is used to its last byte")
{
	CHECK_EQ(IN_CHILD(_exit(goesfar())).status, 1);
}

TEST("persistentalloc of nearly everything is out of memory")
{
	CHECK_THROWS(persistentalloc(SIZE_MAX),
	    "cannot allocate 18446744073709551615-byte block (ENOMEM)");
	CHECK_THROWS(persistentalloc(SIZE_MAX - 14), "out of memory");
	CHECK_THROWS(persistentalloc((size_t)1 << 62), "see ulimit -a\n");
}

TEST("a chunk that the limit refuses ends the process in words")
{
	struct rlimit none = { 0, 0 };

	CHECK_THROWS(setrlimit(RLIMIT_AS, &none); sysAlloc(262144),
	    "runtime: out of memory: cannot allocate 262144-byte block (ENOMEM); "
	    "see ulimit -a\nfatal error: out of memory\n");
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

TEST("the two words of AT_RANDOM do not cancel out")
{
	CHECK(drawn((const uint8_t *)"8 bytes.8 bytes.") !=
	    drawn((const uint8_t *)"8 BYTES.8 BYTES."));
	CHECK(drawn((const uint8_t *)"8 bytes.8 BYTES.") !=
	    drawn((const uint8_t *)"8 BYTES.8 bytes."));
}

TEST("bootrand is SplitMix64 and cheaprand xorshift64*")
{
	static const uint8_t zeros[16];
	struct m m = { .os.rand = 1 };
	struct g g = { .m = &m };

	CHECK(drawn(zeros) == 0xe220a8397b1dcdaf);
	CHECK(bootrand() == 0x6e789e6aa1b965f4);
	setg(&g);
	CHECK_EQ(cheaprand(), 0x47e4ce4b);
	setg(&g0);
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
	struct m m = { .os.rand = 1 };
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
	m.os.rand = 1;
	for (int i = 0; i < 4; i++)
		CHECK_EQ(cheaprand(), first[i]);
	setg(&g0);
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
	    (m0.os.rand & 1) == 1)).status, 1);
}

TEST("a generator whose first number would be 0 begins with another")
{
	/* the seed that bootrand's addition makes 0, and mix leaves so */
	static const uint8_t unlucky[16] = {
		0xeb, 0x83, 0xb5, 0x80, 0x46, 0x86, 0xc8, 0x61
	};

	CHECK_EQ(IN_CHILD(
	    startupRand = unlucky;
	    boot("NONE=1");
	    _exit(m0.os.rand != 0)).status, 1);
}

TEST("an M joins the Ms that are there, with the next number")
{
	static struct m other;
	struct unit_child c = IN_CHILD(
		allm = &other;
		sched.mnext = 7;
		boot("NONE=1");
		_exit(allm == &m0 && m0.alllink == &other && m0.id == 7 &&
		    sched.mnext == 8));

	CHECK_EQ(c.status, 1);
}

/* Run acquirep on an M without a P; it must not return. */
static void
acquire(struct m *holder, enum pstatus status)
{
	static struct p pp;

	pp.m = holder;
	pp.status = status;
	g0.m = &m0;
	setg(&g0);
	acquirep(&pp);
}

TEST("a P that has an M or is running is not given to another")
{
	static struct m other;

	CHECK_THROWS(acquire(&other, Pidle), "acquirep: already in use");
	CHECK_THROWS(acquire(NULL, Prunning), "acquirep: already in use");
	CHECK_EQ(IN_CHILD(acquire(NULL, Pidle); _exit(m0.p->m == &m0)).status,
	    1);
}

TEST("a P with goroutines is not put on the idle list")
{
	static struct p pp = { .runqtail = 1 };

	CHECK_THROWS(pidleput(&pp), "pidleput: P has goroutines to run");
}

TEST("a second schedinit is refused, because m0 has a P")
{
	CHECK_THROWS(boot("GOMAXPROCS=1"); schedinit(),
	    "acquirep: already in use");
}
