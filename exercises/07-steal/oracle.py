"""A theft against a model: the oldest third, rounded up, in one step, whatever others do meanwhile."""
import random

from course import VARIED, Failure, cohort, row, variant

PART = variant("STEALPART", 3, 3, 5)
# The length of a ring is a power of two, since indices begin anew at 2^32.
SIZE = random.Random("RUNQSIZE %d" % cohort()).choice((64, 128, 512, 1024)) if cohort() else 256
VARIED.append(("RUNQSIZE", 256, SIZE))


def tell(event):
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


@row(25, "a thief takes the oldest part in %d, rounded up; one of them runs and the others keep their order" % PART, runs=2)
def share(program, random):
    for n in (0, 1, 2, 3, 4, random.randrange(5, SIZE - 6), SIZE - 1, SIZE):
        theft(program, n, "n", 0)


@row(10, "the same where indices begin anew at 2^32", runs=2, after="share")
def wrap(program, random):
    for _ in range(3):
        theft(program, random.randrange(SIZE // 2, SIZE + 1), "n", 0, (1 << 32) - random.randrange(1, 30), (1 << 32) - random.randrange(1, 30))


@row(20, "if the owner takes some before the thief's swap, nothing is lost or doubled", runs=3, after="share")
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
