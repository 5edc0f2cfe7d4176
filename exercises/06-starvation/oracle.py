"""Bounds on waiting: how many turns pass before a goroutine has its own."""
from course import Failure, row


def tell(event):
    return "%s of %s%s" % (event.name, "G%d" % event.a if event.a >= 0 else "nobody", ", out of order" if event.b else "")


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (0, event.a, None) if event.name == "turn" else None


def run(program, period, tick, turns, listed, ringed, hot):
    """Check that nobody waits longer than the period times those in the same line; the notes."""
    trace = program.run(period, tick, turns, listed, ringed, hot)
    notes = trace.finished()
    last = {}
    for at in range(turns + 1):
        who = notes[at].a if at < turns else None
        if who == -1:
            raise Failure("turn %d found nobody, and %d goroutines wait" % (at + 1, listed + ringed + hot), trace, at)
        for g in range(listed + ringed) if at == turns else [who]:
            if g >= listed + ringed:
                continue
            line, length = ("list", listed) if g < listed else ("ring", ringed)
            waited = at - last.get(g, -1) - 1
            if waited > period * length:
                raise Failure("a goroutine of the %s waited for %d turns; with %d in the %s and a period of %d, %d are enough"
                              % (line, waited, length, line, period, period * length), trace, min(at, turns - 1))
        last[who] = at
    return trace, notes


@row(25, "one on the list has a turn within each period, whatever happens in runnext", runs=3)
def on_list(program, random):
    period = random.randrange(3, 100)
    run(program, period, random.randrange(1000), period * 12, 1, 0, 1)


@row(20, "so has one in the ring", runs=3)
def in_ring(program, random):
    period = random.randrange(3, 100)
    run(program, period, random.randrange(1000), period * 12, 0, 1, 1)


@row(15, "of many on the list and in the ring, each has its turn in so many periods", runs=3)
def many(program, random):
    period = random.randrange(3, 40)
    run(program, period, random.randrange(1000), period * 40, random.randrange(2, 8), random.randrange(2, 8), 1)


@row(15, "no more than two turns in a period are out of order", runs=3, after="on_list")
def price(program, random):
    period = random.randrange(10, 100)
    trace, notes = run(program, period, random.randrange(1000), period * 12, random.randrange(1, 5), random.randrange(1, 5), 1)
    out = [at for at, note in enumerate(notes) if note.b]
    for first, third in zip(out, out[2:]):
        if third - first < period - 1:
            raise Failure("three turns out of order within %d turns, with a period of %d: the pair in runnext is disturbed too often"
                          % (third - first + 1, period), trace, third)
