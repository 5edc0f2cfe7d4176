/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Floor lib: the functions that programs call.
 *
 * Offers: what rt0.h declares, and os_inittask to the boot.
 * May use: sync, sched, os.
 */
#ifndef LIB_H
#define LIB_H

#include "rt0.h"
/* headers of lib */
#include "sched/sched.h"
#include "sync/sync.h"

/* declarations of lib */
extern struct inittask os_inittask;

/* os.c */
int epipecheck(int fd, int64_t r);

#endif
