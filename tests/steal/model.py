"""The ring of chapters 11 and 12 on a machine that reorders what C11 lets it.

Small programs of two or three threads run in every order of their steps, and
a load may return every value that the memory orders allow, not only the
newest one.  python3 tests/steal/model.py says what each scenario explored
and which weakened order or exchanged step it finds.

The machine: a place in memory is a list of messages, each with a value and
the view of its writer; a thread has a view, below which it reads nothing.
Stores go to the end of the list, so what is left out is only that a load
takes its value from a store that comes later.  Where an order forbids that,
the mutant is the program with the two steps exchanged.
"""
import signal
import sys

RLX, ACQ, REL, AR, SC = "relaxed", "acquire", "release", "acquire and release", "seq_cst"
SIZE = 4        # of the ring; half of it is 2


def load(at, order):
    return ("load", at, order)


def store(at, value, order):
    return ("store", at, value, order)


def swap(at, value, order):
    return ("swap", at, value, order)


def cas(at, old, new, order, failed, weak=False):
    """Yields (1, old) or (0, what was there); a weak one may yield (0, old)."""
    return ("cas", at, old, new, order, failed, weak)


def fetch_add(at, n, order):
    return ("fetch_add", at, n, order)


FENCE = ("fence",)


def join(a, b):
    if not b:
        return a
    out = dict(a)
    for at, time in b.items():
        if out.get(at, 0) < time:
            out[at] = time
    return out


def frozen(view):
    return tuple(sorted(view.items()))


class Thread:
    def __init__(self, body):
        self.run = body
        self.cur, self.acq, self.rel = {}, {}, {}
        self.read = []
        self.result = None
        self.next = None
        self.advance(None, True)

    def advance(self, value, first=False):
        try:
            self.next = next(self.run) if first else self.run.send(value)
        except StopIteration as end:
            self.next, self.result = None, end.value


class Machine:
    def __init__(self, memory, bodies):
        self.mem = {at: [(value, {})] for at, value in memory.items()}
        self.sc = {}
        self.threads = [Thread(body()) for body in bodies]

    def choices(self):
        for number, t in enumerate(self.threads):
            if t.next is None:
                continue
            if t.next[0] not in ("load", "cas"):
                yield number, 0
                continue
            messages = self.mem[t.next[1]]
            if t.next[0] == "cas" and t.next[6]:
                yield number, None      # fails for no reason
            first = t.cur.get(t.next[1], 0)
            if t.next[0] == "load" and t.next[2] == SC:     # not older than a fence has seen
                first = max(first, self.sc.get(t.next[1], 0))
            for time in range(first, len(messages)):
                if t.next[0] == "cas" and time < len(messages) - 1 and messages[time][0] == t.next[2]:
                    continue        # a compare-and-swap that works reads the newest
                yield number, time

    def step(self, number, time):
        t = self.threads[number]
        kind = t.next[0]
        value = getattr(self, kind)(t, time, *t.next[1:])
        t.read.append(value)
        t.advance(value)

    def see(self, t, at, time, order):
        value, view = self.mem[at][time]
        t.cur = join(t.cur, {at: time})
        t.acq = join(t.acq, view)
        if order in (ACQ, AR, SC):
            t.cur = join(t.cur, view)
        return value

    def write(self, t, at, value, order, read=None):
        time = len(self.mem[at])
        t.cur = join(t.cur, {at: time})
        view = join(t.cur if order in (REL, AR, SC) else t.rel, {at: time})
        if read is not None:        # a release sequence goes on
            view = join(view, self.mem[at][read][1])
        self.mem[at].append((value, view))

    def load(self, t, time, at, order):
        return self.see(t, at, time, order)

    def store(self, t, time, at, value, order):
        self.write(t, at, value, order)

    def swap(self, t, time, at, value, order):
        last = len(self.mem[at]) - 1
        old = self.see(t, at, last, order)
        self.write(t, at, value, order, last)
        return old

    def fetch_add(self, t, time, at, n, order):
        last = len(self.mem[at]) - 1
        old = self.see(t, at, last, order)
        self.write(t, at, old + n, order, last)
        if order == SC:             # what comes later in the one order sees it
            self.sc = join(self.sc, {at: last + 1})
        return old

    def cas(self, t, time, at, old, new, order, failed, weak):
        if time is None:
            return 0, old
        if self.mem[at][time][0] != old:
            return 0, self.see(t, at, time, failed)
        self.see(t, at, time, order)
        self.write(t, at, new, order, time)
        return 1, old

    def fence(self, t, time):
        t.cur = join(join(t.cur, t.acq), self.sc)
        self.sc = t.rel = t.cur

    def key(self):
        return (tuple((at, tuple((v, frozen(w)) for v, w in m)) for at, m in sorted(self.mem.items())),
                frozen(self.sc), tuple((frozen(t.cur), frozen(t.acq), frozen(t.rel), tuple(t.read))
                                       for t in self.threads))


def explore(memory, bodies, right, limit=400000):
    """(the first wrong end or None, states seen) over all executions."""
    seen, todo = set(), [()]
    while todo:
        path = todo.pop()
        machine = Machine(memory, bodies)
        for choice in path:
            machine.step(*choice)
        while True:
            key = machine.key()
            if key in seen:
                break
            seen.add(key)
            if len(seen) > limit:
                raise RuntimeError("more than %d states" % limit)
            choices = list(machine.choices())
            if not choices:
                wrong = right(machine)
                if wrong:
                    return "%s: %s" % (wrong, [t.result for t in machine.threads]), len(seen)
                break
            todo += [path + (choice,) for choice in choices[1:]]
            path += (choices[0],)
            machine.step(*choices[0])
    return None, len(seen)


class Ring:
    """The functions of src/sched/runq.c, with a name for each order and step."""

    GOOD = {"put: head": ACQ, "put: tail": REL, "get: head": ACQ, "get: tail": ACQ, "get: cas": REL,
            "grab: head": ACQ, "grab: tail": ACQ, "grab: cas": REL, "steal: tail": REL,
            "next: put": AR, "next: get": AR, "next: steal": ACQ,
            "overflow: cas": REL, "overflow: strong cas": 1,
            "share: size": REL, "share: at most half": 1, "list before rings": 1,
            "empty: next": ACQ, "empty: head": ACQ, "empty: tail": ACQ,
            "copy before the cas": 1, "look again when n is too large": 1,
            "next first": 1, "head before tail": 1, "fence in wakep": 1, "fence before the look": 1,
            "fence in help": 1, "the note goes first": 1}

    def __init__(self, **changed):
        self.how = dict(self.GOOD, **changed)

    def place(self, p, i):
        return "%s[%d]" % (p, i % SIZE)

    def runqput(self, p, tail, g):
        """Put g; yields the new tail, or the old one where the list would get it."""
        h = yield load(p + "head", self.how["put: head"])
        if tail - h == SIZE:
            return tail
        yield store(self.place(p, tail), g, RLX)
        yield store(p + "tail", tail + 1, self.how["put: tail"])
        return tail + 1

    def overflow(self, p, tail, g):
        """runqput of g into a ring that may be full: who goes to the list."""
        h = yield load(p + "head", self.how["put: head"])
        if tail - h == SIZE:
            batch = []
            for i in range(SIZE // 2):
                batch.append((yield load(self.place(p, h + i), RLX)))
            ok, _ = yield cas(p + "head", h, h + SIZE // 2, self.how["overflow: cas"], ACQ,
                              weak=not self.how["overflow: strong cas"])
            if ok:
                return batch + [g]
        yield store(self.place(p, tail), g, RLX)
        yield store(p + "tail", tail + 1, self.how["put: tail"])
        return []

    def share(self, p, size):
        """globrunqgetbatch, with sched.lock held, which is free afterwards."""
        n = size // 2 if self.how["share: at most half"] else size
        yield store("size", size - 1, self.how["share: size"])      # one to run
        for i in range(1, n):
            yield store("size", size - 1 - i, self.how["share: size"])
            yield from self.runqput(p, i - 1, str(i))
        yield store("lock", 1, REL)

    def workexists(self, p):
        if self.how["list before rings"]:
            return (yield load("size", ACQ)) != 0 or not (yield from self.runqempty(p))
        return not (yield from self.runqempty(p)) or (yield load("size", ACQ)) != 0

    def ringget(self, p):
        h = yield load(p + "head", self.how["get: head"])
        while True:
            t = yield load(p + "tail", self.how["get: tail"])
            g = yield load(self.place(p, h), RLX)
            if t == h:
                return None
            ok, h0 = yield cas(p + "head", h, h + 1, self.how["get: cas"], ACQ)
            if ok:
                return g
            h = h0

    def runqgrab(self, victim, p, tail):
        h = yield load(victim + "head", self.how["grab: head"])
        for _ in range(3):      # without end, in the book
            t = yield load(victim + "tail", self.how["grab: tail"])
            n = (t - h) % 2**32
            n -= n // 2
            if n > SIZE // 2 and not self.how["look again when n is too large"]:
                if n > 4 * SIZE:
                    return n
            elif n > SIZE // 2:
                h = yield load(victim + "head", ACQ)
                continue
            if n == 0:
                return 0
            if self.how["copy before the cas"]:
                yield from self.copy(victim, p, h, tail, n)
            ok, h0 = yield cas(victim + "head", h, h + n, self.how["grab: cas"], ACQ)
            if ok:
                if not self.how["copy before the cas"]:
                    yield from self.copy(victim, p, h, tail, n)
                return n
            h = h0
        return 0

    def copy(self, victim, p, h, tail, n):
        for i in range(n):
            g = yield load(self.place(victim, h + i), RLX)
            yield store(self.place(p, tail + i), g, RLX)

    def runqsteal(self, p, victim, tail):
        """One to run, or None, and the thief's new tail."""
        n = yield from self.runqgrab(victim, p, tail)
        if n == 0:
            return None, tail
        if n > 4 * SIZE:
            return "%d at once" % n, tail
        yield store(p + "tail", tail + n - 1, self.how["steal: tail"])
        g = yield load(self.place(p, tail + n - 1), RLX)
        return g, tail + n - 1

    def runqempty(self, p):
        def ring():
            names = ["head", "tail"] if self.how["head before tail"] else ["tail", "head"]
            a = yield load(p + names[0], self.how["empty: " + names[0]])
            b = yield load(p + names[1], self.how["empty: " + names[1]])
            return a == b
        if self.how["next first"]:
            if (yield load(p + "next", self.how["empty: next"])) is not None:
                return False
            return (yield from ring())
        empty = yield from ring()
        return (yield load(p + "next", self.how["empty: next"])) is None and empty


def memory(*ps, head=0, ring=(), runnext=None, **more):
    out = dict(more)
    for p in ps:
        out.update({p + "head": head, p + "tail": head, p + "next": None})
        out.update({"%s[%d]" % (p, i): None for i in range(SIZE)})
    for i, g in enumerate(ring):
        out["%s[%d]" % (ps[0], (head + i) % SIZE)] = g
    out[ps[0] + "tail"] = head + len(ring)
    out[ps[0] + "next"] = runnext
    return out


def taken_once(every):
    def right(machine):
        got = [g for t in machine.threads for g in t.result]
        for at in ("A", "B", "C"):     # and what is left in the rings
            if at + "head" in machine.mem:
                h, t = (machine.mem[at + name][-1][0] for name in ("head", "tail"))
                got += [machine.mem["%s[%d]" % (at, i % SIZE)][-1][0] for i in range(h, t)]
        return None if sorted(map(str, got)) == sorted(map(str, every)) else "not each one once %s" % got
    return right


def scenario_publish(ring):
    """The owner fills in a goroutine and puts it; who takes it sees it whole."""
    def owner():
        yield store("g", 7, RLX)
        yield from ring.runqput("A", 0, "g")

    def thief():
        gp, _ = yield from ring.runqsteal("B", "A", 0)
        if gp is not None:
            if gp != "g":
                return "empty place"
            return (yield load("g", RLX))

    def getter():
        gp = yield from ring.ringget("A")
        if gp is not None:
            if gp != "g":
                return "empty place"
            return (yield load("g", RLX))
    return memory("A", "B", g=0), [owner, thief, getter], lambda m: None if all(
        t.result in (None, 7) for t in m.threads) else "a goroutine is seen half made"


def scenario_pass_on(ring):
    """What a thief has queued is stolen from it."""
    def thief():
        gp, _ = yield from ring.runqsteal("B", "A", 0)
        return [gp] if gp else []

    def second():
        gp, _ = yield from ring.runqsteal("C", "B", 0)
        return [gp] if gp else []
    return memory("A", "B", "C", ring=("1", "2", "3")), [thief, second], taken_once(("1", "2", "3"))


def scenario_reuse(ring):
    """A full ring: a thief takes two while the owner takes one and puts two."""
    def owner():
        got = yield from ring.ringget("A")
        tail = yield from ring.runqput("A", SIZE, "5")
        last = yield from ring.runqput("A", tail, "6")
        left = ["5"][tail - SIZE:] + ["6"][last - tail:]
        return ([got] if got else []) + left

    def thief():
        gp, _ = yield from ring.runqsteal("B", "A", 0)
        return [gp] if gp else []
    return memory("A", "B", ring=("1", "2", "3", "4")), [owner, thief], taken_once("123456")


def scenario_thieves(ring):
    """Two thieves and the owner take from the same three."""
    def owner():
        got = yield from ring.ringget("A")
        return [got] if got else []

    def thief(me):
        def body():
            gp, _ = yield from ring.runqsteal(me, "A", 0)
            return [gp] if gp else []
        return body
    return memory("A", "B", "C", ring=("1", "2", "3")), [owner, thief("B"), thief("C")], taken_once("123")


def scenario_chase(ring):
    """One thief follows the other: it may see the new head and not the tail."""
    def owner():
        yield from ring.runqput("A", 0, "1")
        return []

    def thief(me):
        def body():
            gp, _ = yield from ring.runqsteal(me, "A", 0)
            return [gp] if gp else []
        return body
    return memory("A", "B", "C"), [owner, thief("B"), thief("C")], taken_once("1")


def scenario_next(ring):
    """A goroutine goes through runnext to a thief, which sees it whole."""
    def owner():
        yield store("g", 7, RLX)
        yield swap("Anext", "g", ring.how["next: put"])
        return (yield swap("Anext", None, ring.how["next: get"]))

    def thief():
        gp = yield load("Anext", RLX)
        if gp is not None:
            ok, _ = yield cas("Anext", gp, None, ring.how["next: steal"], RLX)
            if ok:
                return (yield load("g", RLX))
    return memory("A", g=0), [owner, thief], lambda m: None if m.threads[1].result in (None, 7) and (
        (m.threads[0].result is None) == (m.threads[1].result == 7)) else "runnext is seen half made, or twice"


def scenario_step_back(ring):
    """The owner's goroutine steps back, the one in runnext runs: one always waits."""
    def owner():
        yield from ring.runqput("A", 0, "back")
        yield swap("Anext", None, ring.how["next: get"])

    def looker():
        return (yield from ring.runqempty("A"))
    return memory("A", runnext="next"), [owner, looker], lambda m: "a goroutine that waits is not seen" if (
        m.threads[1].result) else None


def scenario_one_in_one_out(ring):
    """The owner puts one and takes one, again and again: one always waits."""
    def owner():
        yield from ring.runqput("A", 1, "2")
        yield from ring.ringget("A")

    def looker():
        return (yield from ring.runqempty("A"))
    return memory("A", ring=("1",)), [owner, looker], lambda m: "a goroutine that waits is not seen" if (
        m.threads[1].result) else None


def scenario_overflow(ring):
    """The ring is full and gets one more, as a thief takes half."""
    def owner():
        return (yield from ring.overflow("A", SIZE, "5"))

    def thief():
        gp, _ = yield from ring.runqsteal("B", "A", 0)
        return [gp] if gp else []
    return memory("A", "B", ring=("1", "2", "3", "4")), [owner, thief], taken_once("12345")


def scenario_share(ring):
    """One takes its share of a list of four, others the rest one by one, as somebody looks for work."""
    def first():
        yield from ring.share("A", 4)

    def others():
        if (yield load("lock", ACQ)):
            size = yield load("size", RLX)
            while size > 0:     # each runs what it takes
                size -= 1
                yield store("size", size, ring.how["share: size"])

    def looker():
        return (yield from ring.workexists("A"))
    return memory("A", size=4, lock=0), [first, others, looker], lambda m: None if (
        m.threads[2].result) else "a goroutine that waits is not seen"


def scenario_share_two(ring):
    """The same with a list of two: one runs, the other waits, in the list or in a ring. Two looks."""
    def first():
        yield from ring.share("A", 2)

    def looker():
        first = yield from ring.workexists("A")
        return first and (yield from ring.workexists("A"))
    return memory("A", size=2, lock=0), [first, looker], lambda m: None if (
        m.threads[1].result) else "a goroutine that waits is not seen"


def scenario_wakep(ring):
    """One puts and looks for an idle P, one becomes idle and looks at the ring."""
    def owner():
        yield from ring.runqput("A", 0, "1")
        if ring.how["fence in wakep"]:
            yield FENCE
        return (yield load("npidle", RLX)) == 0

    def sleeper():
        yield store("npidle", 1, RLX)
        if ring.how["fence before the look"]:
            yield FENCE
        return (yield from ring.runqempty("A"))
    return memory("A", npidle=0), [owner, sleeper], lambda m: "a wake-up is lost" if all(
        t.result for t in m.threads) else None


def scenario_help(ring):
    """One puts and finds no idle P; a goroutine that yields and finds nobody takes the note and looks."""
    def maker():
        yield from ring.runqput("A", 0, "1")
        if ring.how["fence in wakep"]:
            yield FENCE
        if not (yield load("note", RLX)):
            yield store("note", 1, RLX)

    def yielder():
        if not (yield load("note", RLX)):
            return False
        if ring.how["the note goes first"]:
            yield store("note", 0, RLX)
            if ring.how["fence in help"]:
                yield FENCE
        found = not (yield from ring.runqempty("A"))
        if not ring.how["the note goes first"]:
            yield store("note", 0, RLX)
        return found

    def right(machine):
        note = machine.mem["note"][-1][0]
        return None if note or machine.threads[1].result else "a goroutine waits, and nobody is asked"
    return memory("A", note=1), [maker, yielder], right


SCENARIOS = {name[9:]: f for name, f in list(globals().items()) if name.startswith("scenario_")}

# What is weakened or left out, and the scenario that finds it.
MUTANTS = [
    ({"put: tail": RLX}, "publish"),
    ({"get: tail": RLX}, "publish"),
    ({"grab: tail": RLX}, "publish"),
    ({"steal: tail": RLX}, "pass_on"),
    ({"copy before the cas": 0}, "reuse"),
    ({"grab: head": RLX, "look again when n is too large": 0}, "chase"),
    ({"grab: cas": RLX, "look again when n is too large": 0}, "chase"),
    ({"next: put": RLX}, "next"),
    ({"next: steal": RLX}, "next"),
    ({"next: get": RLX}, "step_back"),
    ({"empty: next": RLX}, "step_back"),
    ({"next first": 0}, "step_back"),
    ({"head before tail": 0}, "one_in_one_out"),
    ({"empty: head": RLX}, "one_in_one_out"),
    ({"get: cas": RLX}, "one_in_one_out"),
    ({"overflow: strong cas": 0}, "overflow"),
    ({"share: at most half": 0}, "share_two"),
    ({"share: size": RLX}, "share"),
    ({"list before rings": 0}, "share"),
    ({"fence in wakep": 0}, "wakep"),
    ({"fence before the look": 0}, "wakep"),
    ({"fence in help": 0}, "help"),
    ({"the note goes first": 0}, "help"),
]

# What no scenario can find; the chapter says why.
HARMLESS = [
    {"put: head": RLX}, {"get: head": RLX}, {"grab: head": RLX}, {"grab: cas": RLX},
    {"look again when n is too large": 0}, {"empty: tail": RLX}, {"overflow: cas": RLX},
]


def check(scenario, **changed):
    return explore(*SCENARIOS[scenario](Ring(**changed)))


def said(changed):
    return ", ".join("%s: %s" % (what, how or "left out") for what, how in changed.items())


def report(scenarios, mutants, check, harmless=()):
    """Print what each scenario explored and what finds which mutant; how much is not as it should be."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)      # a reader such as head may have seen enough,
    sys.stdout.reconfigure(line_buffering=True)        # and should say so before all is searched
    bad, wide = 0, max(len(said(changed)) for changed in [*harmless, *(changed for changed, _ in mutants)])
    where = max(map(len, scenarios))
    for name in scenarios:
        wrong, states = check(name)
        bad += wrong is not None
        print("%-16s %6d states  %s" % (name, states, wrong or "ok"))
    for changed, scenario in mutants:
        wrong, _ = check(scenario, **changed)
        bad += wrong is None
        print("%-*s  %-*s  %s" % (wide, said(changed), where, scenario, wrong or "NOT FOUND"))
    for changed in harmless:
        found = [name for name in scenarios if check(name, **changed)[0]]
        bad += bool(found)
        print("%-*s  %s" % (wide, said(changed), " ".join(found) or "no scenario"))
    return bad


if __name__ == "__main__":
    sys.exit(report(SCENARIOS, MUTANTS, check, HARMLESS))
