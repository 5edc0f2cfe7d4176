/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * Memory that is never given back: from the system in chunks, to the runtime
 * in pieces.
 */
#include "os/os.h"
#include "os/sys_linux.h"

enum { PERSISTENTCHUNK = 256 << 10 };

/* take memory from the system */
char *arena;

/* n bytes of zeroed memory, whole pages.  Does not return on failure. */
void *
sysAlloc(size_t n)
{
	long p = sys_mmap(arena, n, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE);

	if (p < 0 && p > -4096)
		outofmemory(n, -p);
	if (arena != NULL)
		arena = (char *)p + ((n + physPageSize - 1) & -physPageSize);
	return (void *)p;
}

/* cut a piece from a chunk */
enum { CACHELINE = 64 };

/*
 * n bytes of zeroed memory that live as long as the process, aligned to 16,
 * and to a cache line if they fill one.  For any thread.
 */
void *
persistentalloc(size_t n)
{
	static struct mutex mu;
	static char *next;
	static size_t left;
	size_t pad, align = n < CACHELINE ? 16 : CACHELINE;
	char *p;

	if (n > PERSISTENTCHUNK / 4)
		return sysAlloc(n);
	lock(&mu);
	/* cut it off, or begin a new chunk */
	pad = -(uintptr_t)next & (align - 1);
	if (left < pad + n) {
		next = sysAlloc(PERSISTENTCHUNK);
		left = PERSISTENTCHUNK;
		pad = 0;		/* a chunk begins at a page */
	}
	p = next + pad;
	next = p + n;
	left -= pad + n;
	unlock(&mu);
	return p;
}
