/*
 * storm: pairs of goroutines send a token there and back, all at the same
 * time, and the number that they carry counts.  Some pairs step back in
 * between; some turn round a while first, so that both threads look idle.
 */
#include "stress.h"

enum { PAIRS = 64, MESSAGES = 300 };

static struct pair {
	uint32_t ping, pong;
	uint64_t token;		/* who has the message writes it */
	uint64_t state[2];
} pairs[PAIRS];

static uint32_t done;

static void
pause(uint64_t *state)
{
	switch (below(state, 16)) {
	case 0:
		runtime_Gosched();
		break;
	case 1:
		spin(below(state, 2000));
		break;
	}
}

static void
ponger(void *arg)
{
	struct pair *p = arg;

	for (int i = 0; i < MESSAGES; i++) {
		runtime_Semacquire(&p->ping);
		p->token++;
		pause(&p->state[0]);
		runtime_Semrelease(&p->pong);
	}
	runtime_Semrelease(&done);
}

static void
pinger(void *arg)
{
	struct pair *p = arg;

	go(ponger, p);
	for (int i = 0; i < MESSAGES; i++) {
		p->token++;
		runtime_Semrelease(&p->ping);
		pause(&p->state[1]);
		runtime_Semacquire(&p->pong);
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	arguments();
	for (long round = 0; round < 4 * scale; round++) {
		long n = 1 + (long)below(&seed, PAIRS);

		for (long i = 0; i < n; i++) {
			pairs[i] = (struct pair){ .state = {
			    below(&seed, 1UL << 62), below(&seed, 1UL << 62) } };
			go(pinger, &pairs[i]);
		}
		for (long i = 0; i < 2 * n; i++)
			runtime_Semacquire(&done);
		for (long i = 0; i < n; i++)
			if (pairs[i].token != 2 * MESSAGES ||
			    pairs[i].ping != 0 || pairs[i].pong != 0)
				FAIL("pair %ld: token %lu, not %u; ping %u, "
				    "pong %u\n", i, pairs[i].token,
				    2 * MESSAGES, pairs[i].ping,
				    pairs[i].pong);
	}
	fmt_Printf("ok\n");
}
