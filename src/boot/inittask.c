/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Package initialisation.
 *
 * INIT leaves a pointer to each task in the section inittasks; the linker
 * tells where it begins and ends.  A task runs when the tasks that it
 * needs have run; among those that could run, the first by name does.
 */
#include "boot/boot.h"
#include "os/sys_linux.h"

enum { TODO, PLACED, DONE };	/* states of an inittask */

/* the tasks of the runtime */
int64_t runtimeInitTime;

INIT(runtime)
{
	if (debug.boot)
		bootreport();
}

/* The tasks that come before the constructors, in the order of their run. */
struct inittask *runtime_inittasks[2] = {
	&runtime_inittask, &os_inittask,
};

/* Run t, which has not run. */
static void
doInit1(struct inittask *t)
{
	int64_t start = nanotime();

	t->fn();
	t->state = DONE;
	/* tell how long the task took */
	if (debug.inittrace)
		print("init %s @%ld us, %ld ns clock\n", t->name,
		    (start - runtimeInitTime) / 1000, nanotime() - start);
}

/* Run n tasks in the order of the list, except those that have run. */
void
doInit(struct inittask **ts, long n)
{
	for (long i = 0; i < n; i++)
		if (ts[i]->state != DONE)
			doInit1(ts[i]);
}

/* The one of n tasks that is called name, or NULL. */
static struct inittask *
findtask(struct inittask **ts, long n, const char *name)
{
	for (long i = 0; i < n; i++)
		if (compare(ts[i]->name, name) == 0)
			return ts[i];
	return NULL;
}

/* Whether t needs one of the n tasks that has neither run nor a place. */
static int
mustwait(struct inittask *t, struct inittask **ts, long n)
{
	while (t->waits == NULL || t->waits->state != TODO) {
		if (*t->deps == NULL)
			return 0;
		t->waits = findtask(ts, n, *t->deps);
		/* refuse to go on without a package */
		if (t->waits == NULL) {
			print("fatal error: package %s needs package %s, which is not "
			    "in the program\n", t->name, *t->deps);
			sys_exit_group(2);
		}
		t->deps++;
	}
	return 1;
}

/* No task can be next: each waits for another.  t has no place yet. */
static _Noreturn void
initcycle(struct inittask *t)
{
	for (; t->state == TODO; t = t->waits)
		t->state = PLACED;	/* who is met again is in the cycle */
	print("fatal error: initialization cycle: %s", t->name);
	for (struct inittask *u = t->waits; u != t; u = u->waits)
		print(" needs %s, which", u->name);
	print(" needs %s\n", t->name);
	sys_exit_group(2);
}

/*
 * Sort n tasks so that each that has not run comes after those that it
 * needs; of those that could be next, the first by name is.  Nothing runs
 * yet.  A package that is missing, there twice or in a circle ends the
 * process with status 2.
 */
void
sortinits(struct inittask **ts, long n)
{
	for (long placed = 0; placed < n; placed++) {
		long next = n;

		for (long i = placed; i < n; i++)
			if (!mustwait(ts[i], ts, n) && (next == n ||
			    compare(ts[i]->name, ts[next]->name) < 0))
				next = i;
		if (next == n)
			initcycle(ts[placed]->waits);
		/* give the next task its place */
		struct inittask *t = ts[next];

		/* refuse a second task of the same name */
		if (findtask(ts, placed, t->name) != NULL) {
			print("fatal error: package %s is in the program twice\n", t->name);
			sys_exit_group(2);
		}
		ts[next] = ts[placed];
		ts[placed] = t;
		if (t->state == TODO)
			t->state = PLACED;
	}
}

/* run the constructors of C */
typedef void constructor_func(int argc, char **argv, char **envp);

extern constructor_func *const __init_array_start[];	/* by the linker */
extern constructor_func *const __init_array_end[];

/* Call the functions in .init_array with the arguments of main, in order. */
void
runconstructors(void)
{
	for (constructor_func *const *c = __init_array_start;
	    c < __init_array_end; c++)
		(*c)((int)argc, argv, envp);
}
