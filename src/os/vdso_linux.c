/* SPDX-License-Identifier: MIT */
/* Tangled from book/04-osinit.nw; edit that, not this file. */
/*
 * The clock.  The kernel maps a small shared library, the vDSO, into every
 * process; its clock_gettime reads the time without a system call.  We look
 * it up in the library's symbol table.
 */
#include <elf.h>

#include "os/os.h"
#include "os/sys_linux.h"

/* A time as the kernel writes it. */
struct timespec64 {
	int64_t sec;
	int64_t nsec;
};

/* Returns 0, or a negative errno for a clock that it does not know. */
typedef int clock_gettime_func(int clock, struct timespec64 *ts);

/* Set by vdsoauxv, before there is a second thread; NULL: not found. */
static clock_gettime_func *vdsoClockGettime;

/* The tables of the library that a look-up needs. */
struct vdso {
	uintptr_t base;		/* add to each address in the file */
	const Elf64_Sym *symtab;
	const char *strtab;
	const uint32_t *gnuhash;
};

/* Fill *vd, all zeros, from the ELF header at ehdr.  0: a table is missing. */
static int
vdsotables(struct vdso *vd, uintptr_t ehdr)
{
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)ehdr;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(ehdr + eh->e_phoff);
	const Elf64_Phdr *load = NULL;
	const Elf64_Dyn *dyn = NULL;

	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && load == NULL)
			load = &ph[i];
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)(ehdr + ph[i].p_offset);
	}
	if (load == NULL || dyn == NULL)
		return 0;
	vd->base = ehdr + load->p_offset - load->p_vaddr;
	/* collect the tables of the dynamic section */
	for (; dyn->d_tag != DT_NULL; dyn++) {
		uintptr_t p = vd->base + dyn->d_un.d_ptr;

		if (dyn->d_tag == DT_SYMTAB)
			vd->symtab = (const Elf64_Sym *)p;
		if (dyn->d_tag == DT_STRTAB)
			vd->strtab = (const char *)p;
		if (dyn->d_tag == DT_GNU_HASH)
			vd->gnuhash = (const uint32_t *)p;
	}
	return vd->symtab && vd->strtab && vd->gnuhash;
}

/* The hash of a name, by which the tables are sorted. */
static uint32_t
gnuhash(const char *name)
{
	uint32_t h = 5381;

	while (*name != 0)
		h = h * 33 + (uint8_t)*name++;
	return h;
}

/* The address of the function called name, or 0. */
static uintptr_t
vdsosym(const struct vdso *vd, const char *name)
{
	/* find the bucket of the name */
	uint32_t h = gnuhash(name);
	uint32_t nbuckets = vd->gnuhash[0];
	uint32_t symoffset = vd->gnuhash[1];
	uint32_t bloomwords = vd->gnuhash[2];	/* of 8 bytes; we skip them */
	const uint32_t *buckets = vd->gnuhash + 4 + 2 * bloomwords;
	const uint32_t *chain = buckets + nbuckets;
	uint32_t i = nbuckets == 0 ? 0 : buckets[h % nbuckets];

	if (i < symoffset)
		return 0;
	for (;; i++) {
		uint32_t ch = chain[i - symoffset];
		const Elf64_Sym *sym = &vd->symtab[i];

		if ((ch | 1) == (h | 1) && sym->st_shndx != SHN_UNDEF &&
		    compare(vd->strtab + sym->st_name, name) == 0)
			return vd->base + sym->st_value;
		if (ch & 1)
			return 0;	/* the last of its bucket */
	}
}

/* Called by sysauxv with the address of the vDSO's ELF header, or 0. */
void
vdsoauxv(uintptr_t ehdr)
{
	struct vdso vd = { 0 };

	if (ehdr != 0 && vdsotables(&vd, ehdr))
		vdsoClockGettime = (clock_gettime_func *)
		    vdsosym(&vd, "__vdso_clock_gettime");
}

/* Whether nanotime can do without a system call. */
int
vdsofound(void)
{
	return vdsoClockGettime != NULL;
}

static int64_t (*otherClock)(void);

/* What that says, as the vDSO would. */
static int
otherClockGettime(int clock, struct timespec64 *ts)
{
	(void)clock;
	ts->sec = 0;
	ts->nsec = otherClock();
	return 0;
}

/* From now on nanotime tells what clock says, in ns. */
void
clockuse(int64_t (*clock)(void))
{
	otherClock = clock;
	vdsoClockGettime = otherClockGettime;
}

/*
 * Nanoseconds since some moment in the past; never goes back.  The vDSO
 * runs on the caller's stack and may need a page of it.
 */
int64_t
nanotime(void)
{
	enum { CLOCK_MONOTONIC = 1 };
	struct timespec64 ts;

	if (vdsoClockGettime == NULL ||
	    vdsoClockGettime(CLOCK_MONOTONIC, &ts) != 0) {
		long r = sys_clock_gettime(CLOCK_MONOTONIC, &ts);

		if (r < 0)
			sysfail("nanotime: clock_gettime", -r);
	}
	return ts.sec * 1000000000 + ts.nsec;
}
