/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * Random numbers for decisions, not for secrets: whom to steal from, which
 * case to try first.
 */
#include "os/os.h"

static uint64_t seed;

/* Spread every bit of x over all 64. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Take the seed from the 16 bytes that the kernel gave, or the clock. */
void
randinit(void)
{
	uint64_t r[2] = { 0, (uint64_t)nanotime() };

	if (startupRand != NULL)
		memcpy(r, startupRand, sizeof r);
	seed = r[0] ^ mix(r[1]);
}

/* 64 bits for a new thread's generator. */
uint64_t
bootrand(void)
{
	seed += 0x9e3779b97f4a7c15;
	return mix(seed);
}

/* 32 bits from the current thread's generator (xorshift64*). */
uint32_t
cheaprand(void)
{
	struct mOS *os = getmos();
	uint64_t x = os->rand;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	os->rand = x;
	return (uint32_t)(x * 0x2545f4914f6cdd1d >> 32);
}
