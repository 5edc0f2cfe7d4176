/* SPDX-License-Identifier: MIT */
/* Tangled from book/11-p-and-its-queue.nw; edit that, not this file. */
/*
 * Stacks for goroutines: of one size, each with a page below it that must
 * not be touched.  They are made in batches; a P keeps some that are free,
 * and the pool keeps the rest.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

enum { FIXEDSTACK = 64 << 10, STACKBATCH = 16 };

/* A stack that nobody uses.  This lies in its last bytes. */
struct freestack {
	struct freestack *next;
};

static struct {
	struct mutex lock;
	struct freestack *list;
} stackpool;

/* Let nobody touch the page at p; the pool's lock is held. */
static void
guard(char *p)
{
	static int advised;	/* 1: madvise works; -1: it only says so */
	long r = -EINVAL;

	if (advised >= 0)
		r = sys_madvise(p, physPageSize, MADV_GUARD_INSTALL);
	if (r == 0 && advised == 0)
		advised = sys_open(p, O_RDONLY) == -EFAULT ? 1 : -1;
	if (r == 0 && advised > 0)
		return;
	r = sys_mprotect(p, physPageSize, PROT_NONE);
	if (r < 0)
		sysfail("stackalloc: mprotect", -r);
}

/* More stacks for the pool, all zeros; its lock is held. */
static void
stackpoolgrow(void)
{
	size_t n = physPageSize + FIXEDSTACK;
	char *p = sysAlloc(n * STACKBATCH);

	for (int i = 0; i < STACKBATCH; i++) {
		struct freestack *s;

		guard(p);
		p += n;
		s = (struct freestack *)p - 1;
		s->next = stackpool.list;
		stackpool.list = s;
	}
}

/* Move up to n stacks from one list to another; returns how many. */
static int
movestacks(struct freestack **to, struct freestack **from, int n)
{
	int moved = 0;

	for (; moved < n && *from != NULL; moved++) {
		struct freestack *s = *from;

		*from = s->next;
		s->next = *to;
		*to = s;
	}
	return moved;
}

/* The stack of s, which was on a list. */
static struct stack
unlisted(struct freestack *s)
{
	s->next = NULL;
	return (struct stack){
		.lo = (uintptr_t)(s + 1) - FIXEDSTACK,
		.hi = (uintptr_t)(s + 1),
	};
}

/* A stack from the pool.  Does not return if there is no memory. */
struct stack
stackalloc(void)
{
	struct freestack *s = NULL;

	lock(&stackpool.lock);
	if (stackpool.list == NULL)
		stackpoolgrow();
	movestacks(&s, &stackpool.list, 1);
	unlock(&stackpool.lock);
	return unlisted(s);
}

/* A stack from pp, which is ours.  Not zeros, but for the last 32 bytes. */
struct stack
stackget(struct p *pp)
{
	struct freestack *s;

	if (pp->stackcache == NULL) {
		lock(&stackpool.lock);
		if (stackpool.list == NULL)
			stackpoolgrow();
		pp->nstacks = movestacks(&pp->stackcache, &stackpool.list,
		    STACKBATCH);
		unlock(&stackpool.lock);
	}
	s = pp->stackcache;
	pp->stackcache = s->next;
	pp->nstacks--;
	return unlisted(s);
}

/* Give pp a stack that nobody uses any more. */
void
stackput(struct p *pp, struct stack st)
{
	struct freestack *s = (struct freestack *)st.hi - 1;

	s->next = pp->stackcache;
	pp->stackcache = s;
	if (++pp->nstacks == 2 * STACKBATCH) {
		lock(&stackpool.lock);
		pp->nstacks -= movestacks(&stackpool.list, &pp->stackcache,
		    STACKBATCH);
		unlock(&stackpool.lock);
	}
}
