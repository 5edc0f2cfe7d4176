/*
 * hooks.h: steal.c is compiled with this in exercise 14, so that the driver
 * sees each look at another P's queues.
 */
#ifndef __ASSEMBLER__
#include "sched/sched.h"

struct g *hook(struct p *pp, struct p *victim, int takenext);
#define runqsteal(pp, victim, takenext) hook(pp, victim, takenext)
#endif
