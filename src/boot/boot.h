/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * Floor boot: from the first instruction to main_main.
 *
 * Offers: nothing.  The kernel is its caller.
 * May use: every other floor.
 */
#ifndef BOOT_H
#define BOOT_H

/* headers of boot */
#include "sched/sched.h"

#include "lib/lib.h"

/* runtime1.c */
void check(void);
void args(long c, char **v);

/* boot.c */
void bootreport(void);

/* main.c */
void runtime_main(void *arg);

extern int64_t runtimeInitTime;	/* when the main goroutine began */
extern struct inittask *runtime_inittasks[2];
extern struct inittask *__start_inittasks[];	/* by the linker: the */
extern struct inittask *__stop_inittasks[];	/* section inittasks */

/* inittask.c */
void doInit(struct inittask **ts, long n);
void sortinits(struct inittask **ts, long n);
void runconstructors(void);

#endif
