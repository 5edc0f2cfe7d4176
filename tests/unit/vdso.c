/*
 * The look-up in the vDSO (src/os/vdso_linux.c), in ELF images made here. Each
 * test runs in a child, because what is found stays found.
 */
#include "unit.h"
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

int vdsofound(void);
void vdsoauxv(uintptr_t ehdr);
int64_t nanotime(void);

#define NAME "__vdso_clock_gettime"
#define TWIN "__vdso_clock_gettinD"	/* the same hash, another name */

enum { SYMBOLS = 5, OFFSET = 1, BUCKETS = 1, BLOOM = 2 };

/* A library with symbols 1..4 in one bucket; 0 is reserved. */
static struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[3];
	Elf64_Dyn dyn[4];
	Elf64_Sym sym[SYMBOLS];
	char str[256];
	uint32_t hash[4 + 2 * BLOOM + BUCKETS + SYMBOLS];
} im;

struct ts { int64_t sec, nsec; };

static long refusal;		/* what the kernel says to clock_gettime; 0: ask it */

long
Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	if (nr == SYS_clock_gettime && refusal != 0)
		return refusal;
	nr = syscall(nr, a1, a2, a3, a4, a5, a6);
	return nr < 0 ? -errno : nr;
}

static int
ours(int clock, struct ts *ts)
{
	ts->sec = clock == 1 ? 12 : 0;
	ts->nsec = 34;
	return 0;
}

static int
other(int clock, struct ts *ts)
{
	(void)clock;
	ts->sec = ts->nsec = 0;
	return 0;
}

static int
refuses(int clock, struct ts *ts)
{
	(void)clock;
	memset(ts, 0x7f, sizeof *ts);
	return -22;
}

static uint32_t
hash(const char *s)
{
	uint32_t h = 5381;

	while (*s)
		h = (h << 5) + h + (unsigned char)*s++;
	return h;
}

/* Make the image think that it begins at vaddr, and hold four symbols. */
static void
make(uintptr_t vaddr, const char *const names[4],
     int (*const f[4])(int, struct ts *))
{
	uintptr_t base = (uintptr_t)&im - vaddr;
	uint32_t *h = im.hash;
	size_t at = 1;

	memset(&im, 0, sizeof im);
	im.eh.e_phoff = offsetof(struct image, ph);
	im.eh.e_phnum = 3;
	im.ph[0].p_type = PT_NOTE;
	im.ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = vaddr };
	im.ph[2] = (Elf64_Phdr){ .p_type = PT_DYNAMIC,
		.p_offset = offsetof(struct image, dyn),
		.p_vaddr = vaddr + offsetof(struct image, dyn) };
	im.dyn[0] = (Elf64_Dyn){ DT_SYMTAB,
		{ vaddr + offsetof(struct image, sym) } };
	im.dyn[1] = (Elf64_Dyn){ DT_STRTAB,
		{ vaddr + offsetof(struct image, str) } };
	im.dyn[2] = (Elf64_Dyn){ DT_GNU_HASH,
		{ vaddr + offsetof(struct image, hash) } };
	*h++ = BUCKETS;
	*h++ = OFFSET;
	*h++ = BLOOM;
	*h++ = 6;
	memset(h, 0xff, 8 * BLOOM);
	h += 2 * BLOOM;
	*h++ = OFFSET;
	for (int i = 1; i < SYMBOLS; i++) {
		im.sym[i].st_name = (uint32_t)at;
		im.sym[i].st_shndx = 9;
		im.sym[i].st_value = (uintptr_t)f[i - 1] - base;
		strcpy(im.str + at, names[i - 1]);
		at += strlen(names[i - 1]) + 1;
		*h++ = (hash(names[i - 1]) & ~1u) | (i == SYMBOLS - 1);
	}
}

static const char *const usual[4] = { "__vdso_time", NAME, "__vdso_getcpu",
	"clock_gettime" };
static int (*const second[4])(int, struct ts *) = { other, ours, other, other };

static void
say(void)
{
	printf("%s %lld", vdsofound() ? "found" : "missing",
	       vdsofound() ? (long long)nanotime() : 0);
	fflush(stdout);
}

#define AFTER(expected, ...) do {					\
	struct unit_child child = IN_CHILD(__VA_ARGS__;			\
	    vdsoauxv((uintptr_t)&im); say());				\
	CHECK_EQ(child.status, 0);					\
	CHECK_STR(child.output, expected);				\
} while (0)

TEST("the clock is found among other symbols and nanotime calls it")
{
	AFTER("found 12000000034", make(0, usual, second));
}

TEST("addresses are relative to the first PT_LOAD")
{
	AFTER("found 12000000034", make(0xffffffffff700000, usual, second));
	AFTER("found 12000000034", make(0x1000, usual, second));
	/* A PT_LOAD that leaves out the first 16 bytes of the file. */
	AFTER("found 12000000034", make(0x1000, usual, second);
	    im.ph[1].p_offset = 16; im.ph[1].p_vaddr = 0x1010);
	/* A second PT_LOAD, with another address, behind the first. */
	AFTER("found 12000000034", make(0x1000, usual, second);
	    im.ph[0] = im.ph[1]; im.ph[1].p_vaddr = 0x99000);
}

TEST("the first symbol of a bucket is found")
{
	static const char *const n[4] = { NAME, "b", "c", "d" };
	static int (*const f[4])(int, struct ts *) = { ours, other, other, other };

	AFTER("found 12000000034", make(0, n, f));
}

TEST("the last symbol of a bucket is found")
{
	static const char *const n[4] = { "a", "b", "c", NAME };
	static int (*const f[4])(int, struct ts *) = { other, other, other, ours };

	AFTER("found 12000000034", make(0, n, f));
	AFTER("found 12000000034", make(0, n, f);
	    im.hash[4 + 2 * BLOOM + BUCKETS + 3] = hash(NAME) | 1);
}

TEST("a name with the same hash is not taken")
{
	static const char *const n[4] = { "a", TWIN, NAME, "d" };
	static int (*const f[4])(int, struct ts *) = { other, other, ours, other };

	CHECK_EQ(hash(TWIN), hash(NAME));
	AFTER("found 12000000034", make(0, n, f));
}

TEST("only a name with the same hash means that the clock is missing")
{
	static const char *const n[4] = { "a", TWIN, "c", "d" };

	AFTER("missing 0", make(0, n, second));
}

TEST("the search ends at the last symbol of its bucket")
{
	/* Ours lies behind an entry that ends the bucket. */
	AFTER("missing 0", make(0, usual, second);
	    im.hash[4 + 2 * BLOOM + BUCKETS] |= 1);
}

TEST("a symbol that is not defined is passed over")
{
	AFTER("missing 0", make(0, usual, second);
	    im.sym[2].st_shndx = SHN_UNDEF);
}

TEST("an empty bucket means that the clock is missing")
{
	AFTER("missing 0", make(0, usual, second);
	    im.hash[4 + 2 * BLOOM] = 0);
}

TEST("a hash table without buckets means that the clock is missing")
{
	AFTER("missing 0", make(0, usual, second); im.hash[0] = 0);
}

TEST("each of the three tables is needed")
{
	AFTER("missing 0", make(0, usual, second); im.dyn[0].d_tag = DT_HASH);
	AFTER("missing 0", make(0, usual, second); im.dyn[1].d_tag = DT_HASH);
	AFTER("missing 0", make(0, usual, second); im.dyn[2].d_tag = DT_HASH);
}

TEST("tables behind DT_NULL are not read")
{
	AFTER("missing 0", make(0, usual, second); im.dyn[1].d_tag = DT_NULL);
}

TEST("without PT_DYNAMIC or PT_LOAD the clock is missing")
{
	AFTER("missing 0", make(0, usual, second); im.ph[2].p_type = PT_NOTE);
	AFTER("missing 0", make(0, usual, second); im.ph[1].p_type = PT_NOTE);
}

TEST("no vDSO: nanotime makes the system call and goes forward")
{
	struct unit_child child = IN_CHILD(
	    int64_t before, after;
	    vdsoauxv(0);
	    before = nanotime();
	    after = nanotime();
	    printf("%d %d %d", vdsofound(), before > 0, after >= before);
	    fflush(stdout));

	CHECK_STR(child.output, "0 1 1");
}

TEST("a vDSO function that refuses the clock is replaced by the system call")
{
	static int (*const f[4])(int, struct ts *) = { other, refuses, other, other };
	struct unit_child child = IN_CHILD(
	    make(0, usual, f);
	    vdsoauxv((uintptr_t)&im);
	    struct timespec now;
	    clock_gettime(CLOCK_MONOTONIC, &now);
	    printf("%d %ld", vdsofound(),
		   (long)(nanotime() / 1000000000 - now.tv_sec) / 5);
	    fflush(stdout));

	CHECK_STR(child.output, "1 0");
}

TEST("where nobody tells the time nanotime does not invent one")
{
	refusal = -ENOSYS;
	CHECK_THROWS(nanotime(), "nanotime: clock_gettime: ENOSYS");
	refusal = -EPERM;
	CHECK_THROWS(nanotime(), "nanotime: clock_gettime: EPERM");
	refusal = 0;
}
