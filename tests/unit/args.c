/*
 * args and sysauxv (src/boot/runtime1.c, src/os/os_linux.c): the walk from argc to
 * the auxiliary vector, in blocks built as the kernel builds them.
 */
#include "unit.h"
#include <stdint.h>

enum { NUL = 0, PAGESZ = 6, CLKTCK = 17, SECURE = 23, RANDOM = 25 };

extern long argc;
extern char **argv;
extern char **envp;
extern size_t physPageSize;
extern const uint8_t *startupRand;
extern int secureMode;
void args(long c, char **v);
void sysauxv(const uintptr_t *auxv);

static const uint8_t seed[16] = { 1, 2, 3 };

/* Words that end in a usable auxiliary vector. */
#define AUXV PAGESZ, 4096, RANDOM, (uintptr_t)seed, SECURE, 0, NUL, 0
#define W(s) (uintptr_t)(s)

static void
forget(void)
{
	argc = -1;
	argv = envp = NULL;
	physPageSize = 0;
	startupRand = NULL;
	secureMode = -1;
}

TEST("argc, argv and envp are remembered in place")
{
	uintptr_t block[] = { W("prog"), W("one"), 0, W("A=1"), W("B=2"), 0,
		AUXV };

	forget();
	args(2, (char **)block);
	CHECK_EQ(argc, 2);
	CHECK(argv == (char **)block);
	CHECK(envp == (char **)block + 3);
	CHECK_STR(envp[1], "B=2");
	CHECK(envp[2] == NULL);
	CHECK_EQ(physPageSize, 4096);
}

TEST("argc 0: the environment begins after one NULL")
{
	uintptr_t block[] = { 0, W("A=1"), 0, AUXV };

	forget();
	args(0, (char **)block);
	CHECK_EQ(argc, 0);
	CHECK_STR(envp[0], "A=1");
	CHECK_EQ(physPageSize, 4096);
}

TEST("an empty environment is one NULL")
{
	uintptr_t block[] = { W("prog"), 0, 0, AUXV };

	forget();
	args(1, (char **)block);
	CHECK(envp[0] == NULL);
	CHECK_EQ(physPageSize, 4096);
}

TEST("argc 0 and an empty environment are two NULLs")
{
	uintptr_t block[] = { 0, 0, AUXV };

	forget();
	args(0, (char **)block);
	CHECK(envp[0] == NULL);
	CHECK_EQ(physPageSize, 4096);
}

TEST("a long environment is walked to its end")
{
	enum { VARIABLES = 50000 };
	static uintptr_t block[VARIABLES + 20];
	static const uintptr_t auxv[] = { PAGESZ, 16384, NUL, 0 };

	block[0] = W("prog");
	for (int i = 0; i < VARIABLES; i++)
		block[2 + i] = W("X=y");
	memcpy(block + 2 + VARIABLES + 1, auxv, sizeof auxv);
	forget();
	args(1, (char **)block);
	CHECK_EQ(physPageSize, 16384);
}

TEST("the tags may come in any order, between others")
{
	uintptr_t auxv[] = { 999, 5, SECURE, 1, CLKTCK, 100, RANDOM,
		(uintptr_t)seed, 0x7fffffff, 0, PAGESZ, 65536, NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK_EQ(physPageSize, 65536);
	CHECK(startupRand == seed);
	CHECK_EQ(secureMode, 1);
}

TEST("nothing is read behind AT_NULL")
{
	uintptr_t auxv[] = { PAGESZ, 4096, NUL, 0, PAGESZ, 512, SECURE, 1,
		NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK_EQ(physPageSize, 4096);
	CHECK_EQ(secureMode, -1);
}

TEST("a value that looks like a tag is not one")
{
	uintptr_t auxv[] = { CLKTCK, PAGESZ, PAGESZ, 4096, 999, NUL,
		SECURE, 1, NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK_EQ(physPageSize, 4096);
	CHECK_EQ(secureMode, 1);
}

TEST("AT_SECURE 0 means that the environment may be trusted")
{
	uintptr_t auxv[] = { PAGESZ, 4096, SECURE, 0, NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK_EQ(secureMode, 0);
}

TEST("every AT_SECURE but 0 is secure")
{
	uintptr_t auxv[] = { PAGESZ, 4096, SECURE, 1ul << 32, NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK_EQ(secureMode, 1);
}

TEST("no AT_RANDOM leaves the seed NULL")
{
	uintptr_t auxv[] = { PAGESZ, 4096, NUL, 0 };

	forget();
	sysauxv(auxv);
	CHECK(startupRand == NULL);
}

TEST("no AT_PAGESZ ends the process with a message and status 2")
{
	uintptr_t auxv[] = { RANDOM, (uintptr_t)seed, SECURE, 0, NUL, 0 };

	forget();
	CHECK_THROWS(sysauxv(auxv), "fatal error: args: the kernel told no page size");
}

TEST("an AT_PAGESZ of 0 is as good as none")
{
	uintptr_t auxv[] = { PAGESZ, 0, NUL, 0 };

	forget();
	CHECK_THROWS(sysauxv(auxv), "no page size");
}
