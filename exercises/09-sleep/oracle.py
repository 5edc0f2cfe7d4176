"""Sleepers under a clock that the driver moves: who wakes when, and what the thread does meanwhile."""
from course import Failure, row, variant

FOREVER = (1 << 63) - 1
TICK = variant("TICK", 1, 2, 50)


def due_at(now, ns):
    """When one shall wake up that sleeps for so long."""
    return FOREVER if now + ns > FOREVER - TICK else -(-(now + ns) // TICK) * TICK


def tell(event):
    a, b, c = event.a, event.b, event.c
    return {"takes": "the heap gives %s" % ("G%d" % a if a >= 0 else "nobody"),
            "first": "the earliest time is %d" % a if a >= 0 else "nobody sleeps",
            "sum": "%d have come out" % a,
            "sleeps": "%d: G%d sleeps for %s" % (b, a, "as long as can be" if c == FOREVER else c),
            "wakes": "%d: G%d wakes up" % (b, a),
            "works": "%d: G%d has worked" % (b, a),
            "thread": "%d: the thread sleeps until %s" % (a, "the end of time" if b == FOREVER else b),
            "adds": "%d: another thread lets G%d wake up at %d" % (b, a, c),
            "rouses": "%d: the sleeper is woken" % a,
            "spins": "%d: the clock is read again and again" % a,
            "looks": "the clock was read %d times" % a}.get(event.name, "the end")


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (0, event.a, None) if event.name in ("sleeps", "wakes", "works") else None


def run(program, specs, others=(), late=0):
    """A run, checked: nobody wakes too early, or more than late after its time; the thread sleeps until the earliest
    time and no more often than it must. Returns the trace and its notes."""
    trace = program.run("run", *(list(specs) + ["@.%d.%d.%d" % other for other in others]), events=60000)
    if trace.notes and trace.notes[-1].name != "done" and trace.end == "events":
        raise Failure("the program goes round and round: the thread sleeps and wakes up, and nobody runs", trace, len(trace.events) - 1)
    notes = trace.finished()
    due, until, slept = {}, None, set()
    for at, note in enumerate(notes):
        if note.name == "sleeps" and note.c > 0:
            due[note.a] = due_at(note.b, note.c)
        elif note.name == "sleeps":
            due[note.a] = note.b
        elif note.name == "adds" and not isinstance(until, tuple):
            due[note.a] = note.c
            until = until if note.c >= until else (note.c, at)
            continue
        elif note.name == "wakes":
            if note.a not in due:
                raise Failure("G%d wakes up, and it did not sleep" % note.a, trace, at)
            when = due.pop(note.a)
            if note.b < when:
                raise Failure("G%d wakes up at %d; it sleeps until %s" % (note.a, note.b, "the end of time" if when == FOREVER else when), trace, at)
            if note.b > when + late:
                raise Failure("G%d wakes up at %d; it slept until %d%s" % (
                    note.a, note.b, when, ", and others work no longer than %d in one round" % late if late else ", and nobody else had work"), trace, at)
        elif note.name == "spins":
            raise Failure("the clock was read %d times in a row while nobody could run; the thread should sleep until the earliest time" % 20000, trace, at)
        elif note.name == "thread":
            if not due or note.b != min(due.values()):
                raise Failure("the thread sleeps until %d; the earliest time is %s" % (note.b, min(due.values()) if due else "none, for nobody sleeps"), trace, at)
            if (note.a, note.b) in slept:
                raise Failure("at %d the thread sleeps until %d for the second time" % (note.a, note.b), trace, at)
            slept.add((note.a, note.b))
            until = note.b
        if note.name == "rouses" and not isinstance(until, tuple):
            raise Failure("the sleeper is woken at %d, and no earlier time has come up" % note.a, trace, at)
        if note.name != "rouses" and isinstance(until, tuple):
            raise Failure("at %d another thread lets one wake up at %d, and the thread, which sleeps for longer, is not woken"
                          % (notes[until[1]].b, until[0]), trace, until[1])
        until = None if note.name == "rouses" else until
    return trace, notes


def looked(trace, notes, most):
    for at, note in enumerate(notes):
        if note.name == "looks" and note.a > most:
            raise Failure("the clock was read %d times, and %d are enough" % (note.a, most), trace, at)


def lengths(random, n, top=100000):
    return random.sample(range(1, top), n)


@row(20, "the heap gives the earliest whose time has come, whatever goes in between, and 200,000 of them in no time", runs=2)
def heap(program, random):
    asleep, ops, wanted = {}, [], []
    times = lengths(random, 400)
    for g, when in enumerate(times):
        asleep[g] = when
        ops.append("a.%d.%d" % (g, when))
        while random.random() < 0.45:
            now = random.randrange(60000)
            g = min(asleep, key=asleep.get, default=None)
            if g is not None and asleep[g] > now and random.random() < 0.4:
                now = asleep[g]         # just now
            ops += ["f", "t.%d" % now]
            wanted += [("first", asleep[g] if asleep else -1), ("takes", g if asleep and asleep[g] <= now else -1)]
            if wanted[-1][1] >= 0:
                del asleep[g]
    for g in sorted(asleep, key=asleep.get):
        ops += ["f", "t.%d" % asleep[g]]
        wanted += [("first", asleep[g]), ("takes", g)]
    for when in random.sample((1000, 1001, 2000, 2001), 4):     # each alone
        ops += ["a.0.%d" % when, "f", "t.%d" % when, "f", "t.%d" % FOREVER]
        wanted += [("first", when), ("takes", 0), ("first", -1), ("takes", -1)]
    trace = program.run("heap", *ops)
    for at, (note, (name, value)) in enumerate(zip(trace.finished(), wanted)):
        if note.a != value:
            raise Failure("%s; %s was due" % (tell(note), tell(note._replace(a=value))), trace, at)
    n, step = 200003, random.randrange(1000, 100000)
    trace = program.run("many", "many.%d.%d" % (n, step), cpu=2)
    total, order = 0, sorted(range(n), key=lambda i: i * step % n)
    notes = trace.finished()
    for i, g in enumerate(order):
        total = (total * 31 + g) & 0xffffffff
        if i % 1000 == 999 and (notes[i // 1000].b & 0xffffffff) != total:
            raise Failure("of %d goroutines that come out in a row, not all of the first %d are in order" % (n, i + 1), trace, i // 1000)


@row(20, "each wakes up at its time, once, and the thread sleeps until the earliest time", runs=3)
def order(program, random):
    n = random.randrange(5, 30)
    specs = [",".join("s.%d" % ns for ns in lengths(random, random.randrange(1, 6))) for _ in range(n)]
    run(program, specs)
    run(program, ["s.%d" % random.randrange(1, 9) for _ in range(n)])      # several at the same time


@row(10, "the thread sleeps as often as it must, and the clock is read when there is a reason", runs=2, after="order")
def idle(program, random):
    times = lengths(random, 20)
    trace, notes = run(program, ["s.%d" % ns for ns in times])
    sleeps = len([note for note in notes if note.name == "thread"])
    different = len({due_at(0, ns) for ns in times})
    if sleeps != different:
        raise Failure("the thread slept %d times for %d different times" % (sleeps, different), trace)
    looked(trace, notes, 5 * len(times))
    trace, notes = run(program, [",".join(["w.1"] * 300)] * 2)
    looked(trace, notes, 5)


@row(15, "a sleeper whose time has come has its turn although others never stop working", runs=3)
def busy(program, random):
    workers, step, n = random.randrange(1, 5), random.randrange(1, 20), random.randrange(2, 8)
    specs = [",".join(["w.%d" % step] * 250)] * workers
    specs += [",".join("s.%d" % ns for ns in lengths(random, 4, 50 * step)) for _ in range(n)]
    trace, notes = run(program, specs, late=step * (workers + 1))
    looked(trace, notes, 2 * 250 * workers + 20 * n)


@row(15, "an earlier time shortens the sleep of the thread, and a later one does not disturb it", runs=3, after="order")
def earlier(program, random):
    base = random.randrange(5000, 9000)
    n = random.randrange(3, 8)
    others, at = [], 0
    for g in range(n):
        at += random.randrange(1, 300)
        others.append((at, g, random.choice((at + random.randrange(1, 400), base + random.randrange(1, 500)))))
    others[0] = (others[0][0], 0, base - 100)
    others[-1] = (others[-1][0], n - 1, base + 100)
    run(program, ["p"] * n + ["s.%d" % base, "s.%d" % (2 * base)], others)
