/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * Memory that is never given back: from the system in chunks, to the runtime
 * in pieces.
 */
#include "runtime.h"
#include "sys_linux.h"

enum { PERSISTENTCHUNK = 256 << 10 };

/* n bytes of zeroed memory, whole pages.  Does not return on failure. */
void *
sysAlloc(size_t n)
{
	long p = sys_mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE);

	if (p < 0 && p > -4096)
		outofmemory(n, -p);
	return (void *)p;
}

/*
 * n bytes of zeroed memory, aligned to 16, that live as long as the
 * process.  Not safe against a second thread, as there is none.
 */
void *
persistentalloc(size_t n)
{
	static char *next, *end;
	void *p;

	if (n > PERSISTENTCHUNK / 4)
		return sysAlloc(n);
	n = (n + 15) & ~(size_t)15;
	if ((size_t)(end - next) < n) {
		next = sysAlloc(PERSISTENTCHUNK);
		end = next + PERSISTENTCHUNK;
	}
	p = next;
	next += n;
	return p;
}
