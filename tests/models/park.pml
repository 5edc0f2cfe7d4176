/*
 * When to wake a thread (chapter 13): NM Ms, as many Ps, and the protocol of
 * wakep, findrunnable and lookagain, step by step as in the code.
 *
 *	spin -a park.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan
 *
 * Unit 0 runs on M0 from the start.  Who submits a unit waits for its end
 * and keeps its P meanwhile, so a unit that nobody comes for is a deadlock.
 *
 * Each M has a store buffer with room for one put and one uncount.  A store
 * is seen by others when the process drain() has taken it to memory, or when
 * its M executes a locked instruction, a lock or a fence.
 *
 * -DNO_...  leaves out one part of the protocol; each such model must fail.
 *
 * -DBIASED  is the protocol of chapter 18: an M takes from the queue of its own
 * P without a locked instruction, so that what it has put may still be in its
 * store buffer.  With -DASYMMETRIC as well the fence of wakep is a light one,
 * which is nothing here, and that before the last look a heavy one: at some
 * moment of it each M empties its store buffer, in any order, and others may
 * take steps in between.  What must fail then, too:
 *
 * -DEXCHANGED  a compiler lets wakep look before the put, as no fence forbids it
 * -DORDINARY   the heavy fence empties the buffer of its own M only
 */
#define NM	3
#define NUNITS	4
#define NONE	255

#if defined(ASYMMETRIC) && !defined(NO_GIVEUP_FENCE) && !defined(ORDINARY)
#define GIVEUP_FENCE	heavyfence()
#endif
#if defined(ASYMMETRIC)
#define SUBMIT_FENCE	skip
#endif
#if defined(BIASED)
#define OWN		putbuf[me]	/* what only we see */
#else
#define OWN		0
#endif

#ifdef NO_SUBMIT_FENCE
#define SUBMIT_FENCE	skip
#elif !defined(SUBMIT_FENCE)
#define SUBMIT_FENCE	fence(me)
#endif
#ifdef NO_GIVEUP_FENCE
#define GIVEUP_FENCE	skip
#elif !defined(GIVEUP_FENCE)
#define GIVEUP_FENCE	fence(me)
#endif

byte q[NM];			/* the queue of each P: a bit for each unit */
byte putbuf[NM];		/* store buffers: a put to q[pof[me]] ... */
bool decbuf[NM];		/* ... and nmspinning - 1 */
byte pof[NM] = NONE;		/* the P of each M */
byte nextp[NM] = NONE;		/* the P that was handed to it */
bool spinning[NM];
bool asleep[NM];		/* on the list midle */
bool idle[NM];			/* each P: on the list pidle */
byte npidle, nmspinning;
bool needspinning;
byte ran[NUNITS];

/* What the store buffer of m holds goes to memory. */
inline flush(m)
{
	if
	:: putbuf[m] != 0 -> q[pof[m]] = q[pof[m]] | putbuf[m]; putbuf[m] = 0
	:: else
	fi;
	if
	:: decbuf[m] -> nmspinning--; decbuf[m] = false
	:: else
	fi
}

inline fence(m)
{
	d_step { flush(m) }
}

/* A barrier of the kernel: of its own M first, then of the others; uses i. */
inline heavyfence()
{
	d_step { flush(me); i = 7 & ~(1 << me) };
	do
	:: i & 1 -> d_step { flush(0); i = i & 6 }
	:: i & 2 -> d_step { flush(1); i = i & 5 }
	:: i & 4 -> d_step { flush(2); i = i & 3 }
	:: i == 0 -> break
	od
}

active proctype drain()
{
	byte i;
end:	do
	:: atomic {
		putbuf[0] + putbuf[1] + putbuf[2] + decbuf[0] + decbuf[1] +
		    decbuf[2] != 0 ->
		if
		:: putbuf[0] + decbuf[0] != 0 -> i = 0
		:: putbuf[1] + decbuf[1] != 0 -> i = 1
		:: putbuf[2] + decbuf[2] != 0 -> i = 2
		fi;
		flush(i);
		i = 0
	}
	od
}

/* Take an idle P into p, or NONE; sched.lock is held. */
inline pidleget(p)
{
	p = 0;
	do
	:: p < NM && !idle[p] -> p++
	:: else -> break
	od;
	if
	:: p == NM -> p = NONE
	:: else -> idle[p] = false; npidle--
	fi
}

/* Hand p to an M that sleeps.  There is one, or one will soon be. */
inline startm(p)
{
	atomic {
		if
		:: asleep[0] -> asleep[0] = false; nextp[0] = p
		:: asleep[1] -> asleep[1] = false; nextp[1] = p
		:: asleep[2] -> asleep[2] = false; nextp[2] = p
		fi;
		printf("M%d wakes somebody for P%d\n", me, p);
		p = NONE
	}
}

/* Start one that looks; sched.nmspinning was 0. */
inline startone()
{
	atomic {		/* the compare-and-swap */
		flush(me);
		if
		:: nmspinning == 0 -> nmspinning++; won = true
		:: else
		fi
	};
	if
	:: won ->
		atomic {	/* lock ... unlock */
			won = false;
			pidleget(p);
			if
			:: p == NONE ->
#ifndef NO_ASKING
				needspinning = true;
				printf("M%d finds no idle P and asks\n", me);
#endif
#ifndef UNCOUNT_AFTER_UNLOCK
				nmspinning--
#endif
			:: else
			fi
		};
		if
		:: p != NONE -> startm(p)
#ifdef UNCOUNT_AFTER_UNLOCK
		:: p == NONE -> nmspinning--
#else
		:: else
#endif
		fi
	:: else
	fi
}

inline wakep()
{
	SUBMIT_FENCE;
	if
	:: atomic { nmspinning == 0 -> printf("M%d reads nmspinning 0\n", me) };
		if
#ifdef NO_LOCK_TO_ASK
		:: npidle == 0 -> needspinning = true
#else
		:: npidle == 0 ->
			if
			:: !needspinning -> startone()
			:: else
			fi
#endif
		:: else -> startone()
		fi
	:: atomic {
		nmspinning != 0 ->
		printf("M%d reads nmspinning %d: no wake-up\n", me, nmspinning)
	}
	fi
}

/* Put unit u into the queue of our P. */
inline submit(u)
{
#if defined(EXCHANGED)
	if
	:: nmspinning != 0 -> putbuf[me] = putbuf[me] | 1 << u
	:: nmspinning == 0 -> putbuf[me] = putbuf[me] | 1 << u; wakep()
	fi
#else
	atomic {
		putbuf[me] = putbuf[me] | 1 << u;
		printf("M%d puts unit %d\n", me, u)
	};
	wakep()
#endif
}

proctype M(byte me)
{
	byte unit = NONE, p = NONE, i;
	bool won;

	if
	:: me == 0 -> pof[0] = 0; unit = 0; goto exec
	:: else -> goto stopm
	fi;

find:	atomic {		/* runqget: a locked instruction */
#if !defined(BIASED)
		flush(me);
#endif
		if
		:: (q[pof[me]] | OWN) != 0 -> i = pof[me]; goto take
		:: else
		fi
	};
	if			/* mayspin */
	:: !spinning[me] ->
		if
		:: 2 * nmspinning >= NM - npidle -> goto giveup
		:: else
		fi;
		atomic { flush(me); spinning[me] = true; nmspinning++ };
		needspinning = false
	:: else
	fi;
	i = 0;			/* stealwork */
	do
	:: i == NM -> break
	:: atomic { i < NM && q[i] != 0 -> goto take }
	:: i < NM && q[i] == 0 -> i++
	od;

giveup:	atomic {		/* lock ... unlock */
		flush(me);
		if
#ifndef NO_NEEDSPINNING
		:: !spinning[me] && needspinning ->
			spinning[me] = true;
			nmspinning++;
			needspinning = false;
			goto find
#endif
		:: else
		fi;
		printf("M%d gives P%d up\n", me, pof[me]);
		idle[pof[me]] = true;
		npidle++;
		pof[me] = NONE
	};
	if
	:: !spinning[me] -> goto stopm
	:: else
	fi;
	spinning[me] = false;
#ifndef CHECK_BEFORE_UNCOUNT
	atomic { decbuf[me] = true; printf("M%d uncounts itself\n", me) };
	GIVEUP_FENCE;
#endif
#ifndef NO_RECHECK
	i = 0;			/* workexists */
	do
	:: atomic { i == NM -> printf("M%d finds all queues empty\n", me) };
		break
	:: i < NM && q[i] != 0 -> goto again
	:: i < NM && q[i] == 0 -> i++
	od;
#endif
#ifdef CHECK_BEFORE_UNCOUNT
	atomic { decbuf[me] = true; printf("M%d uncounts itself\n", me) };
	GIVEUP_FENCE;
#endif
	goto stopm;

again:
#ifdef CHECK_BEFORE_UNCOUNT
	atomic { decbuf[me] = true; flush(me) };
#endif
	atomic {		/* lock ... unlock in lookagain */
		flush(me);
		pidleget(p);
		if
		:: p == NONE -> needspinning = true; goto stopm
		:: else -> pof[me] = p; p = NONE
		fi
	};
	atomic { spinning[me] = true; nmspinning++ };
	needspinning = false;
	goto find;

stopm:	atomic {
		flush(me);
		i = 0;
		asleep[me] = true;
		printf("M%d sleeps\n", me)
	};
end_asleep:
	atomic {
		nextp[me] != NONE ->
		pof[me] = nextp[me];
		nextp[me] = NONE;
		spinning[me] = true;
		printf("M%d spins with P%d\n", me, pof[me])
	};
	goto find;

take:	atomic {		/* the compare-and-swap of a take */
#if defined(BIASED)
		if
		:: i != pof[me] -> flush(me)	/* a thief locks */
		:: else
		fi;
#else
		flush(me);
#endif
		if
		:: (q[i] | OWN) == 0 -> goto find
		:: (q[i] | OWN) & 2 -> unit = 1
		:: (q[i] | OWN) & 4 -> unit = 2
		:: (q[i] | OWN) & 8 -> unit = 3
		fi;
		q[i] = q[i] & ~(1 << unit);
#if defined(BIASED)
		putbuf[me] = putbuf[me] & ~(1 << unit);
#endif
		printf("M%d takes unit %d\n", me, unit);
		i = 0
	};
	if			/* resetspinning */
	:: spinning[me] ->
		spinning[me] = false;
		atomic { flush(me); nmspinning-- };
#ifndef NO_WAKE_AFTER_FIND
		wakep()
#endif
	:: else
	fi;

exec:	ran[unit]++;
	if
	:: unit == 0 ->
		submit(1);
		(ran[1] > 0);
		submit(2);
		submit(3);
		(ran[2] > 0 && ran[3] > 0)
	:: unit == 2 -> (ran[3] > 0)
	:: unit == 3 -> (ran[2] > 0)
	:: else
	fi;
	unit = NONE;
	goto find
}

init
{
	atomic {
		npidle = NM - 1;
		idle[1] = true;
		idle[2] = true;
		run M(0); run M(1); run M(2)
	};
	timeout;		/* nothing moves any more */
	assert(ran[0] == 1 && ran[1] == 1 && ran[2] == 1 && ran[3] == 1);
	assert(nmspinning == 0 && npidle == NM)
}
