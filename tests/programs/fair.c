/*
 * Two goroutines send each other messages through runnext; a third stands in
 * the ring of the same P and counts the messages between its 1000 turns, or ten
 * with an argument.
 */
#include "rt0.h"

static uint32_t ping, pong;
static long messages;
static int stop;

static void
ponger(void *arg)
{
	(void)arg;
	for (;;) {
		runtime_Semacquire(&ping);
		messages++;
		runtime_Semrelease(&pong);
	}
}

static void
pinger(void *arg)
{
	(void)arg;
	while (!stop) {
		messages++;
		runtime_Semrelease(&ping);
		runtime_Semacquire(&pong);
	}
}

void
main_main(void)
{
	long most = 0, turns = os_Argc > 1 ? 10 : 1000;

	go(ponger, NULL);
	go(pinger, NULL);
	runtime_Gosched();
	for (int i = 0; i < turns; i++) {
		long before = messages;

		runtime_Gosched();
		if (messages - before > most)
			most = messages - before;
	}
	fmt_Printf("at most %ld messages between two turns\n", most);
}
