/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
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
static size_t tracesize;	/* bytes of a tracebuf */

/* Note that kind happened to goid on pp, which is ours. */
void
tracep(struct p *pp, enum eventkind kind, int64_t goid, uint64_t arg,
    uint64_t more)
{
	static int64_t count;		/* under a seed: of all events */
	struct tracebuf *b;

	b = (void *)((char *)trace->buf + (size_t)pp->id * tracesize);
	b->count[kind - 1]++;
	b->ring[b->n & (trace->ring - 1)] = (struct event){
		trace->seed >= 0 ? count++ : nanotime(), (uint32_t)goid,
		kind, arg, more,
	};
	/* release: who reads n from outside finds n events */
	__atomic_store_n(&b->n, b->n + 1, __ATOMIC_RELEASE);
}

/* Note that kind happened to goid on this P; without a P, nothing. */
void
traceevent(enum eventkind kind, int64_t goid, uint64_t arg, uint64_t more)
{
	/* an event is a point at which others may run */
	if (turns)
		turnpoint();
	if (trace != NULL && getg()->m->p != NULL)
		tracep(getg()->m->p, kind, goid, arg, more);
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

/* Copy the name without options to file; returns how many events to keep. */
static uint32_t
traceoptions(const char *name, char file[4096])
{
	static const char option[] = ",events=";
	int32_t want = TRACERING;
	uint32_t ring = 16;
	size_t n = 0;

	for (; name[n] != 0 && n < 4095; file[n] = name[n], n++) {
		/* read the number */
		const char *o = option, *s = name + n;

		for (; *o != 0 && *s == *o; s++)
			o++;
		if (*o != 0)
			continue;
		if (!parseint(s, &want) || want < 1 || want > 1 << 24)
			tracefail(name, "events is not 1 to 16777216", EINVAL);
		break;
	}
	file[n] = 0;
	while (ring < (uint32_t)want)
		ring *= 2;
	return ring;
}

/* The program ends: say so in the trace. */
static void
traceend(int status)
{
	trace->status = (uint32_t)status;
	trace->end = trace->seed >= 0 ? 0 : nanotime();
	__atomic_store_n(&trace->ended, 1, __ATOMIC_RELEASE);
}

/* RT0TRACE=FILE[,events=N]: make FILE, and write events to it. */
void
traceinit(void)
{
	const char *name = gogetenv("RT0TRACE");
	static char file[4096];
	struct tracefile *t;
	uint32_t ring;

	if (name == NULL || *name == 0 || secureMode)
		return;
	ring = traceoptions(name, file);
	tracesize = sizeof t->buf[0] + ring * sizeof t->buf[0].ring[0];
	t = maptrace(file, sizeof *t + (size_t)gomaxprocs * tracesize);
	t->nprocs = (uint32_t)gomaxprocs;
	t->ring = ring;
	t->seed = scheduleseed;
	/* release: a file with this name on it has its header */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(t->magic, "rt0trc2", sizeof t->magic);
	trace = t;
	watched = 1;
	atend = traceend;
	TRACE(ProcStart, 0, getg()->m->id, 0);
}
