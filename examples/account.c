/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
/*
 * Payments from one account, with a mistake: the program fails if too many
 * of them are made at the same time.
 */
#include "rt0.h"

enum { PAYERS = 8, AMOUNT = 100, START = 200, LOWEST = -400 };

static uint32_t mutex = 1;	/* a unit: who has it may touch the balance */
static long balance = START;

static uint32_t done;		/* a unit for each payer that has ended */

/* look at the account */
static int
solvent(void)
{
	int yes;

	runtime_Semacquire(&mutex);
	yes = balance > 0;
	runtime_Semrelease(&mutex);
	return yes;
}

static void
withdraw(long amount)
{
	runtime_Semacquire(&mutex);
	balance -= amount;
	runtime_Semrelease(&mutex);
}

static void
pay(void *arg)
{
	if (solvent())
		withdraw((long)arg);
	runtime_Semrelease(&done);
}

/* make all payments */
void
main_main(void)
{
	for (int i = 0; i < PAYERS; i++) {
		go(pay, (void *)AMOUNT);
		runtime_Gosched();
	}
	for (int i = 0; i < PAYERS; i++)
		runtime_Semacquire(&done);
	fmt_Printf("balance %ld\n", balance);
	if (balance < LOWEST)
		os_Exit(1);
}
