"""A place ahead of the ring, with a bound, against a model of three lines."""
from course import Failure, row, variant

NEXTTURNS = variant("NEXTTURNS", 8, 4, 12)


def tell(event):
    if event.name == "got":
        return "P %s gives %s" % ("ab"[event.b], "G%d" % event.a if event.a >= 0 else "nothing")
    return "%s of %d" % (event.name, event.a)


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (event.b if event.name == "got" else 0, event.a, None) if event.name in ("got", "turn") else None


class Model:
    def __init__(self):
        self.next, self.ring, self.row = None, [], 0

    def put_next(self, g):
        if self.next is not None:
            self.ring.append(self.next)
        self.next = g

    def get(self):
        """What comes out, and why."""
        if self.next is not None and (self.row < NEXTTURNS or not self.ring):
            g, self.next = self.next, None
            self.row += 1
            return g, "it was in runnext, and %d had come from there in a row" % (self.row - 1)
        if self.ring:
            why = "%d had come from runnext in a row, and it was the front of the ring" % self.row if self.next is not None else \
                  "runnext was empty, and it was the front of the ring"
            self.row = 0
            return self.ring.pop(0), why
        return -1, "nothing was there"


def run(program, ops):
    trace = program.run("queue", ops)
    models, n, wanted = {"a": Model(), "b": Model()}, 0, []
    for op in ops:
        model = models["a" if op.islower() else "b"]
        if op in "nN":
            model.put_next(n)
            n += 1
        elif op in "pP":
            model.ring.append(n)
            n += 1
        else:
            wanted.append(model.get())
    for at, ((g, why), got) in enumerate(zip(wanted, trace.finished())):
        if got.a != g:
            name = lambda who: "G%d" % who if who >= 0 else "nothing"
            raise Failure("take %d gave %s; it should have been %s: %s" % (at + 1, name(got.a), name(g), why), trace, at)


@row(25, "after %d in a row from runnext, the front of the ring goes first" % NEXTTURNS, runs=3)
def bounded(program, random):
    waiting = random.randrange(3, 7)
    run(program, "p" * waiting + "ng" * (waiting * (NEXTTURNS + 1) + random.randrange(8)))


@row(15, "the goroutine that was put there last is the next; the one that it pushes out goes to the end of the ring", runs=3, after="bounded")
def latest(program, random):
    ops = ""
    for _ in range(20):
        ops += "n" * random.randrange(1, 4) + "p" * random.randrange(2)
        waiting = len(ops) - 2 * ops.count("g")
        ops += "g" * min(random.randrange(1, 3), waiting)       # a take of nothing may or may not end a row
    run(program, ops + "g" * 60)


@row(15, "with an empty ring runnext is never refused, and a goroutine that has to wait there keeps its place", runs=3, after="bounded")
def alone(program, random):
    first = random.randrange(NEXTTURNS + 1, 30)
    run(program, "ng" * first + "npgg" + "ng" * 20 + "ppnggg")


@row(20, "beside two that wake each other for ever, bystanders have their turns", runs=2, after="bounded")
def program(program, random):
    bystanders = random.randrange(1, 6)
    trace = program.run("pair", 900, bystanders)
    seen = {}
    for at, note in enumerate(trace.finished()):
        seen.setdefault(note.a, []).append(at)
    bound = (NEXTTURNS + 3) * (bystanders + 1)
    for who in range(bystanders + 2):
        places = seen.get(who, []) + [900]
        for before, after in zip([0] + places, places):
            if after - before > bound:
                raise Failure("%s waited for %d turns of others; with %d bystanders, %d are enough"
                              % ("bystander %d" % (who - 2) if who > 1 else "one of the pair", after - before, bystanders, bound),
                              trace, after - 1)
    pair = len(seen.get(0, [])) + len(seen.get(1, []))
    if pair < 500:
        raise Failure("the pair had %d of 900 turns; runnext is for those that wake each other, and should give them most" % pair, trace)
