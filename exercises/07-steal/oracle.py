"""A theft against a model: the oldest third, rounded up, in one step, whatever others do meanwhile.

Whom a thief chooses is counted. The band is six standard deviations wide on each side, as in exercise 04.
"""
import math
import random

from course import VARIED, Failure, cohort, row, variant

PART = variant("STEALPART", 3, 3, 5)
# The length of a ring is a power of two, since indices begin anew at 2^32.
SIZE = random.Random("RUNQSIZE %d" % cohort()).choice((64, 128, 512, 1024)) if cohort() else 256
VARIED.append(("RUNQSIZE", 256, SIZE))


def tell(event):
    if event.name == "chosen":
        return "the thief chose %s" % ("P%d" % event.a if event.a >= 0 else "nobody" if event.b else "something that is no P")
    return "%s G%d%s" % (event.name, event.a, " in %s" % ("the victim's ring", "the thief's ring", "the other's ring")[event.b]
                         if event.name == "ring" else "")


def part(n):
    return -(-n // PART)


def theft(program, n, act, k, victim=0, thief=0):
    """One theft; compare all that was taken, queued and left with the model."""
    trace = program.run("one", n, victim, thief, act, k)
    notes = trace.finished()
    stolen = next(note for note in notes if note.name == "stolen")
    ring, taken, other = list(range(n)), [], []
    if act != "n" and not stolen.b:
        raise Failure("the head of the victim's ring was not read by __atomic_load_n and moved by __atomic_compare_exchange_n, "
                      "so others cannot be noticed", trace)
    if act == "o":
        taken, ring = ring[:k], ring[k:]
    elif act == "s":
        taken, ring = ring, list(range(n, n + k))
    elif act == "l":
        taken, ring = ring[:2], ring[2:] + [n, n + 1]
    elif act == "t":
        other, ring = ring[:part(n)], ring[part(n):]
    size = len(ring)
    if act == "p":
        ring = ring + list(range(n, n + k))
    mine, left = ring[:part(size)], ring[part(size):]
    if act == "p" and len(mine) != len([1 for note in notes if note.name == "ring" and note.b == 1]) + (stolen.a >= 0):
        mine, left = ring[:part(len(ring))], ring[part(len(ring)):]      # the tail was read after the puts: as good
    wanted = [("stolen", mine[-1] if mine else -1)] + [("thief", g) for g in mine[:-1]] + [("victim", g) for g in left]
    got = [("stolen" if note.name == "stolen" else ("victim", "thief", "other")[note.b], note.a)
           for note in notes if note.name in ("stolen", "ring")]
    got = [one for one in got if one[0] != "other"]
    places = [at for at, note in enumerate(notes) if note.name == "stolen" or (note.name == "ring" and note.b != 2)]
    meanwhile = {"n": "", "o": "; meanwhile the owner took %d" % k, "p": "; meanwhile the owner put %d" % k,
                 "s": "; meanwhile the owner took all and put %d" % k, "l": "; meanwhile the owner took 2 and put 2",
                 "t": "; meanwhile another thief stole"}[act]
    words = {"stolen": "to run", "thief": "in the thief's ring", "victim": "left to the victim"}
    for number in range(max(len(wanted), len(got))):
        want = wanted[number] if number < len(wanted) else None
        have = got[number] if number < len(got) else None
        if want != have:
            say = lambda one: "nothing more" if one is None else "%s %s" % ("G%d" % one[1] if one[1] >= 0 else "nobody", words[one[0]])
            raise Failure("of %d goroutines, the thief's part is %d%s: there was %s where %s was due" % (n, part(n), meanwhile, say(have), say(want)),
                          trace, places[number] if number < len(places) else len(notes) - 1)


@row(20, "a thief takes the oldest part in %d, rounded up; one of them runs and the others keep their order" % PART, runs=2)
def share(program, random):
    for n in (0, 1, 2, 3, 4, random.randrange(5, SIZE - 6), SIZE - 1, SIZE):
        theft(program, n, "n", 0)


@row(10, "the same where indices begin anew at 2^32", runs=2, after="share")
def wrap(program, random):
    for _ in range(3):
        theft(program, random.randrange(SIZE // 2, SIZE + 1), "n", 0, (1 << 32) - random.randrange(1, 30), (1 << 32) - random.randrange(1, 30))


@row(15, "if the owner takes some before the thief's swap, nothing is lost or doubled", runs=3, after="share")
def owner(program, random):
    n = random.randrange(20, SIZE + 1)
    theft(program, n, "o", random.randrange(1, n - 5))
    theft(program, n, "o", n)
    theft(program, n - 15, "p", random.randrange(1, 15))


@row(10, "if another thief comes first, each has its own", runs=2, after="share")
def thief(program, random):
    theft(program, random.randrange(2, SIZE + 1), "t", 0)


@row(10, "if places are used again while the thief reads, it reads again", runs=2, after="share")
def stale(program, random):
    theft(program, random.randrange(SIZE // 2, SIZE + 1), "s", random.randrange(1, SIZE + 1))
    theft(program, SIZE, "l", 0)


TIMES = 400


def choices(program, random, n):
    """Of two others drawn at random the one with the longer ring: so often is each of n Ps chosen."""
    lengths = random.sample(range(1, SIZE), n)
    me = random.randrange(n)
    trace = program.run("choose", TIMES, me, *lengths)
    chosen = [note for note in trace.finished() if note.name == "chosen"]
    said = "P%d has rings of %s to choose from" % (me, ", ".join("%d (P%d)" % (lengths[p], p) for p in range(n) if p != me)) if n > 1 else "there is one P"
    for at, note in enumerate(chosen):
        wrong = ("something that is no P was chosen" if note.a < 0 and not note.b else "P%d, the thief, was chosen" % me if note.a == me
                 else "nobody was chosen" if note.a < 0 and n > 1 else "")
        if wrong:
            raise Failure("%s; %s" % (wrong, said), trace, at)
    if n == 1:
        return
    others = sorted((p for p in range(n) if p != me), key=lambda p: lengths[p])
    pairs = max(1, math.comb(len(others), 2))
    table, first = ["P  in its ring  chosen  expected"], ""
    for shorter, p in enumerate(others):    # of so many pairs it is the longer one
        share = shorter / pairs if len(others) > 1 else 1
        got, expected, width = sum(note.a == p for note in chosen), TIMES * share, 6 * math.sqrt(TIMES * share * (1 - share))
        table.append("%-2d %11d %7d %6d +- %d" % (p, lengths[p], got, expected, width))
        if abs(got - expected) > width:
            table[-1] += "   <- too %s" % ("often" if got > expected else "seldom")
            first = first or "P%d was chosen %d times of %d, too %s; %s" % (p, got, TIMES, "often" if got > expected else "seldom", said)
    if first:
        raise Failure(first, trace, table=table)


@row(10, "of two others, drawn at random, the one with the longer ring is chosen", runs=2)
def choose(program, random):
    for n in (1, 2, 3, random.randrange(4, 9), random.randrange(9, 17)):
        choices(program, random, n)
