"""Mutexes against a model: who holds, who waits in which order, and which circle is told."""
from course import Failure, Note, row, variant

NAMED = variant("NAMED", 32, 5, 24)
G, M = "G%d", "m%d"


def tell(event):
    a, b, c = event.a, event.b, event.c
    if event.name == "circle":
        return "told: %s waits for %s, which %s holds" % tuple(kind % n if n >= 0 else "something else" for kind, n in ((G, a), (M, b), (G, c)))
    if event.name == "waits":
        return "%s waits%s" % (G % a, "" if b else ", and the lock graph is not held")
    if event.name == "done":
        return "all has been done"
    if event.name == "refused":
        return "mutexlock returns 0 to %s for %s" % (G % a, M % b)
    return "%s %s %s" % (G % a, event.name, M % b)


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (0, event.a, None) if event.name not in ("circle", "done") else None


class Model:
    """What should be noted, and what is so after each operation."""

    def __init__(self):
        self.ops, self.wanted, self.holder, self.line, self.wants = [], [], {}, {}, {}

    def expect(self, name, a, b=0, c=0):
        self.wanted.append((name, a, b, c))

    def holds(self, g):
        return sorted(m for m, who in self.holder.items() if who == g)

    def circle(self, g, m):
        """The edges of the circle that g would close at m, or nothing."""
        edges = [(g, m, self.holder[m])]
        while edges[-1][2] != g:
            if edges[-1][2] not in self.wants:
                return []
            m = self.wants[edges[-1][2]]
            edges.append((edges[-1][2], m, self.holder[m]))
        return edges

    def take(self, g, m):
        self.expect("wants", g, m)
        if m not in self.holder:
            self.holder[m] = g
            self.expect("has", g, m)
            return
        for edge in self.circle(g, m)[:NAMED]:
            self.expect("circle", *edge)
        if self.circle(g, m):
            self.expect("refused", g, m)
            return
        self.expect("waits", g, 1)
        self.wants[g] = m
        self.line.setdefault(m, []).append(g)

    def give(self, g, m):
        """The next in the line, who has it from now on and will say so."""
        self.expect("gives", g, m)
        del self.holder[m]
        if not self.line.get(m):
            return None
        self.holder[m] = self.line[m].pop(0)
        del self.wants[self.holder[m]]
        return self.holder[m]

    def lock(self, g, m):
        self.ops.append("l.%d.%d" % (g, m))
        self.take(g, m)

    def unlock(self, g, m, then=None):
        self.ops.append("u.%d.%d" % (g, m) if then is None else "s.%d.%d.%d" % (g, m, then))
        woken = self.give(g, m)
        if then is not None:
            self.take(g, then)
        if woken is not None:
            self.expect("has", woken, m)

    def judge(self, program, goroutines, parked=False):
        """Compare a run with the model. parked: look at the lock where one parks, and at nothing else."""
        trace = program.run(goroutines, *self.ops)
        notes = trace.finished()
        for at, note in enumerate(notes):
            if parked and note.name == "waits" and not note.b:
                raise Failure("%s parks and the lock graph is not held, so another thread may find it in the line, or miss it, "
                              "while it still runs on its stack" % (G % note.a), trace, at)
        if parked:
            if len([note for note in notes if note.name == "waits"]) < len([one for one in self.wanted if one[0] == "waits"]):
                raise Failure("of those that have to wait, some do not come to gopark or goparkunlock", trace)
            return
        for at in range(max(len(notes), len(self.wanted))):
            have = tuple(notes[at][:4]) if at < len(notes) else None
            want = self.wanted[at] if at < len(self.wanted) else None
            if have is not None and have[0] == "waits":
                have = ("waits", have[1], 1, 0)
            if have != want:
                raise Failure(self.cause(have, want), trace, at)

    def cause(self, have, want):
        say = lambda one: "nothing more happens" if one is None else tell(Note(*one, rsp=0, g=0))
        told = [have is not None and have[0] in ("circle", "refused"), want is not None and want[0] in ("circle", "refused")]
        due = "nothing more was due" if want is None else "due was: %s" % say(want)
        if told == [True, False]:
            return "%s; %s. There is no such circle, or it has been told" % (say(have), due)
        if told[1]:
            at = next(n for n in range(len(self.wanted)) if self.wanted[n] == want)
            while self.wanted[at][0] == "refused" or self.wanted[at - 1][0] == "circle":
                at -= 1
            edges = []
            while self.wanted[at][0] == "circle":
                edges.append(self.wanted[at])
                at += 1
            shown = " -> ".join(G % edge[1] for edge in edges[:6]) + (" -> ..." if len(edges) > 6 else "") + " -> " + G % edges[0][1]
            return "%s; %s, in the circle %s" % (say(have), due, shown)
        return "%s; %s" % (say(have), due)


def ring(model, members, mutexes):
    """Each of members holds one mutex and waits for that of the next; the last one closes the circle."""
    for g, m in zip(members, mutexes):
        model.lock(g, m)
    for g, m in zip(members, mutexes[1:] + mutexes[:1]):
        model.lock(g, m)


def drawn(random, many, some):
    return random.sample(range(many), some)


@row(15, "one holds it at a time, and those who wait have it in the order of arrival", runs=3)
def mutex(program, random):
    model, m = Model(), random.randrange(100)
    order = drawn(random, 20, random.randrange(4, 9))
    for g in order:
        model.lock(g, m)
    for g in order:     # back in line at once, behind all others
        model.unlock(g, m, m)
    for g in order:
        model.unlock(g, m)
    model.lock(order[0], m)
    model.judge(program, 20)


@row(10, "circles of one and of two are told, beginning with the goroutine that would close them", runs=3)
def small(program, random):
    model = Model()
    ring(model, drawn(random, 8, 1), drawn(random, 50, 1))
    model.judge(program, 8)
    model = Model()
    ring(model, drawn(random, 8, 2), drawn(random, 50, 2))
    model.judge(program, 8)


@row(15, "circles of three and more are told in order, and of a long one the first %d" % NAMED, runs=3)
def longer(program, random):
    for n in (3, random.randrange(4, NAMED + 1), random.randrange(NAMED + 1, 41)):
        model = Model()
        ring(model, drawn(random, 40, n), drawn(random, 100, n))
        model.judge(program, 40)


@row(10, "who waits outside of the circle is not told of, and a line that leads to one who runs is no circle", runs=3, after="longer")
def outside(program, random):
    n = random.randrange(2, 6)
    members, mutexes = drawn(random, 20, n + 5), drawn(random, 60, n + 5)
    inner, outer = mutexes[:n], mutexes[n:]
    model = Model()
    for g, m in zip(members, mutexes):
        model.lock(g, m)
    for g, m in zip(members[n:n + 3], mutexes[n + 1:n + 4]):    # a line, to one who runs
        model.lock(g, m)
    for g, m in zip(members[:n], inner[1:]):
        model.lock(g, m)
    model.lock(members[n + 3], random.choice(inner))            # the line now leads to the rest
    model.lock(members[n + 4], outer[0])
    model.lock(members[n - 1], inner[0])
    model.judge(program, 20)


@row(10, "a mutex that was given back is not held, and one that was handed on is held by the next, who waits no longer", runs=3, after="longer")
def handed(program, random):
    a, b, c = drawn(random, 9, 3)
    m, n, o = drawn(random, 60, 3)
    model = Model()
    model.lock(a, m)
    model.lock(b, n)
    model.unlock(a, m)
    model.lock(b, m)            # nobody holds it any more
    model.unlock(b, m)
    model.lock(a, m)
    model.lock(b, m)
    model.unlock(a, m, n)       # now b holds both, has not run yet, and a waits for it
    model.lock(c, o)
    model.lock(c, m)
    model.unlock(b, n)
    model.lock(a, o)
    model.lock(b, n)            # b holds m, a holds n: a line through c to a to c
    model.judge(program, 9)


@row(10, "who was refused holds what it held, waits for nothing and can step back", runs=3, after="longer")
def again(program, random):
    n = random.randrange(2, 7)
    members, mutexes = drawn(random, 20, n + 1), drawn(random, 60, n)
    model = Model()
    ring(model, members[:n], mutexes)
    model.lock(members[n], mutexes[n - 1])      # behind the others; the refused one is not in any line
    model.lock(members[n - 1], mutexes[0])      # and again
    model.unlock(members[n - 1], mutexes[n - 1])
    for g, m in reversed(list(zip(members[:n - 1], mutexes))):
        model.unlock(g, m)
        model.unlock(g, mutexes[(mutexes.index(m) + 1) % n])
    model.judge(program, 20)


@row(5, "who waits gives the lock back when it has left its stack", runs=2, after="mutex")
def stack(program, random):
    model, m = Model(), random.randrange(100)
    for g in drawn(random, 20, 8):
        model.lock(g, m)
    model.judge(program, 20, parked=True)
