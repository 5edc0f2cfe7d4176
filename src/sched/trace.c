/* SPDX-License-Identifier: MIT */
/* Tangled from book/15-watching-it-run.nw; edit that, not this file. */
/*
 * The event trace: per P a ring of events, in a file that is mapped into
 * memory.  What is in it survives the process, however that ends.
 *
 * Only the M that holds a P writes to the P's ring.  Readers are other
 * processes; they read n, the ring, and n again.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

struct tracefile *trace;
int watched;

/* Note that kind happened to goid on this P; without a P, nothing. */
void
traceevent(enum eventkind kind, int64_t goid, int64_t arg)
{
	static int64_t count;		/* under a seed: of all events */
	struct p *pp = getg()->m->p;
	struct tracebuf *b;

	/* an event is a point at which others may run */
	if (turns)
		turnpoint();
	if (trace == NULL || pp == NULL)
		return;
	b = &trace->buf[pp->id];
	b->ring[b->n % TRACERING] = (struct event){
		trace->seed >= 0 ? count++ : nanotime(), goid,
		(uint32_t)arg, kind,
	};
	/* release: who reads n from outside finds n events */
	__atomic_store_n(&b->n, b->n + 1, __ATOMIC_RELEASE);
}

/* End the process: there can be no trace in the file called name. */
static _Noreturn void
tracefail(const char *name, const char *what, long err)
{
	print("fatal error: RT0TRACE=%s: %s: errno %ld%s\n", name, what, err,
	    err == EISDIR ? " (a directory)" :
	    err == ENOSPC ? " (no space left)" :
	    err == EFBIG ? " (see ulimit -f)" : "");
	sys_exit_group(2);
}

/* Make a file called name with n bytes and map them. */
static void *
maptrace(const char *name, size_t n)
{
	long fd, p;

	/* refuse a file that would be too large */
	uint64_t limit[2];		/* the soft one and the hard one */

	if (sys_getrlimit(LIMIT_FSIZE, limit) == 0 && n > limit[0])
		tracefail(name, "ftruncate", EFBIG);
	fd = sys_creat(name, 0644);
	if (fd < 0)
		tracefail(name, "open", -fd);
	/* give the file its size and map it */
	p = sys_ftruncate((int)fd, (long)n);
	if (p < 0)
		tracefail(name, "ftruncate", -p);
	p = sys_fallocate((int)fd, (long)n);
	if (p == -ENOSPC || p == -EDQUOT || p == -EFBIG) {
		sys_ftruncate((int)fd, 0);
		tracefail(name, "fallocate", -p);
	}
	p = Syscall6(SYS_mmap, 0, (long)n, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (p < 0 && p > -4096)
		tracefail(name, "mmap", -p);
	sys_close((int)fd);
	return (void *)p;
}

/* RT0TRACE=FILE: make FILE, and write events to it. */
void
traceinit(void)
{
	const char *name = gogetenv("RT0TRACE");
	size_t n = sizeof *trace + (size_t)gomaxprocs * sizeof trace->buf[0];
	struct tracefile *t;

	if (name == NULL || *name == 0 || secureMode)
		return;
	t = maptrace(name, n);
	t->nprocs = (uint32_t)gomaxprocs;
	t->ring = TRACERING;
	t->seed = scheduleseed;
	/* release: a file with this name on it has its header */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(t->magic, "rt0trc1", sizeof t->magic);
	trace = t;
	watched = 1;
	TRACE(ProcStart, 0, getg()->m->id);
}
