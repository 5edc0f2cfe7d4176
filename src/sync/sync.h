/* SPDX-License-Identifier: MIT */
/* Tangled from book/10-park-and-ready.nw; edit that, not this file. */
/*
 * Floor sync: semaphores, at which goroutines wait.
 *
 * Offers: semacquire and semrelease.
 * May use: sched, os.
 */
#ifndef SYNC_H
#define SYNC_H

#include "sched/sched.h"

/* A goroutine that waits, in a list.  It is on that goroutine's stack. */
struct sudog {
	struct g *g;
	uint32_t *addr;		/* the semaphore */
	struct sudog *waitlink;	/* who came next to the same semaphore */
	struct sudog *last;	/* of the first there: the last there */
	struct sudog *next;	/* of the first there: another semaphore */
};

/* sema.c */
void semacquire(uint32_t *addr);
void semrelease(uint32_t *addr);

#endif
