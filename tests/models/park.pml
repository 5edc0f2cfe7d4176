/*
 * When to wake a thread (chapter 13): NM Ms, as many Ps, and the protocol of
 * wakep, findrunnable and lookagain, step by step as in the code.
 *
 *	spin -a park.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan
 *
 * Unit 0 runs on M0 from the start.  Who submits a unit waits for its end
 * and keeps its P meanwhile, so a unit that nobody comes for is a deadlock.
 *
 * Each M has a store buffer with room for one store of each kind.  A store
 * is seen by others when the process drain() has taken it to memory, or when
 * its M executes a locked instruction, a lock or a fence.
 *
 * -DNO_...  leaves out one part of the protocol; each such model must fail.
 *
 * -DBIASED  is the protocol of chapter 18: an M takes from the queue of its own
 * P without a locked instruction, so that what it has put may still be in its
 * store buffer, and gives a lock back without one, so that the P which it has
 * put down may be in the list and not yet in npidle.  With -DASYMMETRIC as well
 * the fence of wakep is a light one, which is nothing here, and that before the
 * last look a heavy one: at some moment of it each M empties its store buffer,
 * in any order, and others may take steps in between.  What must fail then, too:
 *
 * -DEXCHANGED  a compiler lets wakep look before the put, as no fence forbids it
 * -DORDINARY   the heavy fence empties the buffer of its own M only
 *
 * -DHANDOFF with -DBIASED is handoffp: two Ms and two Ps, and P1 is in the
 * kernel, from where sysmon takes it.  Unit 0 puts unit 1 and ends, which
 * leaves a request; then unit 1, on M0, puts unit 2 and waits for it.  If
 * wakep does not see that P1 is idle, that request sends it home.  What must
 * fail: EXCHANGED, ORDINARY, which weakens the fence of handoffp only, and
 *
 * -DNO_HANDOFF_FENCE  sysmon may look while others do not see the P as idle
 */
#if defined(HANDOFF)
#define NM	2
#else
#define NM	3
#endif
#if defined(BIASED)
#define FIRST	2		/* unit 1 has run on M1, which has P1 */
#else
#define FIRST	1
#endif
#define NT	3		/* threads: the Ms, or two and sysmon */
#define NUNITS	4
#define NONE	255

#if defined(ASYMMETRIC) && !defined(NO_GIVEUP_FENCE) && \
    (!defined(ORDINARY) || defined(HANDOFF))
#define GIVEUP_FENCE	heavyfence()
#endif
#if defined(NO_HANDOFF_FENCE)
#define HANDOFF_FENCE	skip
#elif defined(ASYMMETRIC) && !defined(ORDINARY)
#define HANDOFF_FENCE	heavyfence()
#else
#define HANDOFF_FENCE	fence(me)
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
byte putbuf[NT];		/* store buffers: a put to q[pof[me]] ... */
bool decbuf[NT];		/* ... and nmspinning - 1 ... */
#if defined(BIASED)
bool idlebuf[NT];		/* ... and npidle + 1 */
#define WAITS(m)	(putbuf[m] + decbuf[m] + idlebuf[m] != 0)
#else
#define WAITS(m)	(putbuf[m] + decbuf[m] != 0)
#endif
byte pof[NT] = NONE;		/* the P of each M */
byte nextp[NT] = NONE;		/* the P that was handed to it */
local bool spinning[NT];	/* each for its M only */
bool asleep[NT];		/* on the list midle */
bool idle[NM];			/* each P: on the list pidle, under sched.lock */
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
#if defined(BIASED)
	npidle = npidle + idlebuf[m];
	idlebuf[m] = false;
#endif
	nmspinning = nmspinning - decbuf[m];
	decbuf[m] = false
}

inline fence(m)
{
	d_step { flush(m) }
}

/*
 * A barrier of the kernel: of its own M first, then of the others.  Who has
 * an empty buffer may have passed it at once.  Uses i.
 */
inline heavyfence()
{
	d_step {
		flush(me);
		i = WAITS(0) | WAITS(1) << 1 | WAITS(2) << 2
	};
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
		WAITS(0) || WAITS(1) || WAITS(2) ->
		if
		:: WAITS(0) -> i = 0
		:: WAITS(1) -> i = 1
		:: WAITS(2) -> i = 2
		fi;
		flush(i);
		i = 0
	}
	od
}

/*
 * Who takes sched.lock sees what was stored under it before, even if that is
 * still late for others.  It is late only in chapter 18: before, the lock was
 * given back by a locked instruction.
 */
inline arrive()
{
#if defined(BIASED)
	npidle = npidle + idlebuf[0] + idlebuf[1] + idlebuf[2];
	idlebuf[0] = false;
	idlebuf[1] = false;
	idlebuf[2] = false
#else
	skip
#endif
}

/* Put p, which is ours, on the list of idle Ps; sched.lock is held. */
inline pidleput(p)
{
	arrive();
#if defined(BIASED)
	idlebuf[me] = true;
#else
	npidle++;
#endif
	idle[p] = true
}

/* Take an idle P into p, or NONE; sched.lock is held. */
inline pidleget(p)
{
	arrive();
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
	d_step {		/* the compare-and-swap */
		flush(me);
		if
		:: nmspinning == 0 -> nmspinning++; won = true
		:: else
		fi
	};
	if
	:: won ->
		d_step {	/* lock ... unlock */
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
	:: nmspinning != 0 || npidle == 0 && needspinning ->
		putbuf[me] = putbuf[me] | 1 << u
	:: else -> putbuf[me] = putbuf[me] | 1 << u; wakep()
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
#if defined(BIASED) && !defined(HANDOFF)
	:: me == 1 -> pof[1] = 1
#endif
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
		pidleput(pof[me]);
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
#if defined(HANDOFF)
	:: unit < 2 -> submit(unit + 1); (unit == 0 || ran[2] > 0)
#else
	:: unit == 0 ->
		i = FIRST;
		do
		:: i < NUNITS ->
			submit(i);
			(i == 2 || ran[i] > 0);
			i++
		:: else -> break
		od;
		i = 0;
		(ran[2] > 0)
	:: unit == 2 -> (ran[3] > 0)
	:: unit == 3 -> (ran[2] > 0)
#endif
	:: else
	fi;
	unit = NONE;
	goto find
}

#if defined(HANDOFF)
/* It has taken P1 from the kernel: handoffp. */
proctype sysmon(byte me)
{
	byte p = NONE, i;

	atomic {		/* lock ... unlock */
		flush(me);
		if
		:: q[1] != 0 -> p = 1
		:: else -> pidleput(1); printf("M%d, sysmon, puts P1 down\n", me)
		fi
	};
	if
	:: p == NONE ->
		HANDOFF_FENCE;
		i = 0;		/* workexists */
		do
		:: i < NM && q[i] != 0 -> break
		:: i < NM && q[i] == 0 -> i++
		:: atomic { i == NM -> printf("M%d finds all queues empty\n", me) };
			goto done
		od;
		atomic {	/* lock ... unlock in lookagain */
			flush(me);
			pidleget(p);
			if
			:: p == NONE -> needspinning = true; goto done
			:: else
			fi
		}
	:: else
	fi;
	atomic { flush(me); nmspinning++ };
	startm(p);
done:	skip
}
#endif

init
{
	atomic {
#if defined(HANDOFF)
		if		/* unit 3 is in the queue of P1, or nowhere */
		:: q[1] = 8
		:: ran[3] = 1
		fi;
		run M(0); run M(1); run sysmon(2)
#else
#if defined(BIASED)
		ran[1] = 1;
#else
		idle[1] = true;
#endif
		idle[2] = true;
		npidle = idle[1] + idle[2];
		run M(0); run M(1); run M(2)
#endif
	};
	timeout;		/* nothing moves any more */
	assert(ran[0] == 1 && ran[1] == 1 && ran[2] == 1 && ran[3] == 1);
	assert(nmspinning == 0 && npidle == NM)
}
