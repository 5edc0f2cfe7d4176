/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
/*
 * The events of a trace, and the file that they are in.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdint.h>

/* What can happen, and what arg and more then are. */
enum eventkind {
	GoCreate = 1,		/* the goroutine that was made; its function */
	GoStart,		/* where it was, an enum origin */
	GoYield,
	GoBlock,		/* the semaphore that it waits for */
	GoUnblock,		/* the goroutine that goes on; the semaphore */
	GoEnd,
	ProcStart,		/* the M */
	ProcStop,		/* the M; 1: it was in the kernel */
	Steal,			/* the P that was robbed; how many */
	MWake,			/* the M, -1 if it is new; the P that it gets */
	GoSyscall,		/* in and out of the kernel */
	GoSysExit,
	GoLog,			/* eight letters; a number, of trace_Log */
	EVENTKINDS,
};

/* Something that happened on a P. */
struct event {
	int64_t when;		/* ns, as nanotime tells; seeded: a count */
	uint32_t goid;		/* the goroutine that it happened to, or 0 */
	uint32_t kind;
	uint64_t arg;
	uint64_t more;
};

enum { TRACERING = 1 << 16 };	/* events that are kept, if nobody says */

/* The events of one P: event i lies in ring[i % the number that are kept]. */
struct tracebuf {
	uint64_t n;		/* that were ever written ... */
	uint64_t count[15];	/* ... and of kind i: count[i - 1] */
	struct event ring[];
};

/* The file of a trace. */
struct tracefile {
	char magic[8];		/* "rt0trc2", written when the rest is there */
	uint32_t nprocs;	/* tracebufs that follow ... */
	uint32_t ring;		/* ... and events in each, a power of two */
	int64_t seed;		/* RT0_SEED, or -1: when is a time */
	int64_t end;		/* when the program ended */
	uint32_t ended;		/* 1: it did, and did not die, */
	uint32_t status;	/* with this status */
	uint64_t pad[3];
	struct tracebuf buf[];
};

/* Where an M found the goroutine that it starts. */
enum origin {
	OutOfTurn, FromPile, FromRing, FromList, FromTheft, FromKernel,
};

#endif
