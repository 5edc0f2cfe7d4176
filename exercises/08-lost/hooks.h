/*
 * hooks.h: cond.c is compiled with this in exercise 08.  While threads take
 * turns, each of these calls is a point: others may run before it and after.
 */
#ifndef __ASSEMBLER__
#include "sync/sync.h"

#define AT_POINT(call) ((turns ? turnpoint() : (void)0), call,		\
    (turns ? turnpoint() : (void)0))
#define lock(l)			AT_POINT(lock(l))
#define unlock(l)		AT_POINT(unlock(l))
#define semacquire(a)		AT_POINT(semacquire(a))
#define semrelease(a)		AT_POINT(semrelease(a))
#define goready(gp)		AT_POINT(goready(gp))
#define gopark(f, l, why)	AT_POINT(gopark(f, l, why))
#define goparkunlock(l, why)	AT_POINT(goparkunlock(l, why))
#endif
