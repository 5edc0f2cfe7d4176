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

Light and heavy fences (chapter 18).  A heavy one lets each other thread of the
process pass a full fence at some moment of the call, between two of its steps,
and passes one itself when it begins and when it ends; that it goes on sooner or
later after the last of them allows nothing more, so it ends with that.  A
thread that has ended, or sleeps, has passed one too, when it was switched out.
A light one is no step at all: what is stored before it may still be unseen by
others, and what is loaded after it may be old, until a heavy one comes.  It
only keeps a compiler from exchanging the two, so where it is left out the
mutant is the program that has exchanged them.  Two light ones promise nothing
to each other.  With asymmetric=False both are the fence of C, and to leave one
out leaves the order of the steps.

Of the fences in the calls of futex only this is used: whoever goes to sleep has
seen of the word what its last waker had seen.
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


LIGHT, HEAVY = ("light",), ("heavy",)


def sleep(at, value):
    """futex: sleep while it is value; yields 0 if it is not, or 1 after a wake-up."""
    return ("sleep", at, value)


def wake(at):
    """futex: wake one who sleeps there; yields how many."""
    return ("wake", at)


def lock(at):
    """Wait until the newest is 0 and put 1 in its place."""
    return ("lock", at)


def join(a, b):
    return a if a is b else tuple(map(max, a, b))


class Program:
    """What a thread does next depends on what it has read."""

    def __init__(self, bodies):
        self.bodies, self.known = bodies, {}

    def next(self, number, read):
        """(the operation, None), or (None, the result)."""
        key = number, read
        if key not in self.known:
            run = self.bodies[number]()
            try:
                op = next(run)
                for value in read:
                    op = run.send(value)
                self.known[key] = op, None
            except StopIteration as end:
                self.known[key] = None, end.value
        return self.known[key]


class Thread:
    """cur: what it has seen; acq: and would see with a fence; rel: what its last fence lets others see."""

    def __init__(self, program, number, cur, acq, rel, read=(), asleep=None):
        self.program, self.number = program, number
        self.cur, self.acq, self.rel, self.read, self.asleep = cur, acq, rel, read, asleep
        self.next, self.result = program.next(number, read)

    def copy(self):
        other = Thread.__new__(Thread)
        other.__dict__.update(self.__dict__)
        return other

    def advance(self, value):
        self.read += (value,)
        self.asleep = None
        self.next, self.result = self.program.next(self.number, self.read)

    def key(self):
        return self.cur, self.acq, self.rel, self.read, self.asleep


class Machine:
    """mem: of each place the messages; sc: what all fences have seen; owed: (who waits for a barrier, of whom)."""

    def __init__(self, memory, bodies, asymmetric=True):
        nothing = (0,) * len(memory)
        self.asymmetric = asymmetric
        self.index = {at: i for i, at in enumerate(memory)}
        self.mem = {at: ((value, nothing),) for at, value in memory.items()}
        self.sc, self.owed = nothing, ()
        program = Program(bodies)
        self.threads = [Thread(program, number, nothing, nothing, nothing) for number in range(len(bodies))]
        self.pass_light()

    def copy(self):
        other = Machine.__new__(Machine)
        other.__dict__.update(self.__dict__)
        other.mem, other.threads = dict(self.mem), list(self.threads)
        return other

    def choices(self):
        """(a thread, what its next step finds); (a thread, who sends it a barrier, None)."""
        for number, t in enumerate(self.threads):
            for caller, of in self.owed:
                if of == number:
                    yield number, caller, None
            if t.next is None or t.asleep or any(caller == number for caller, _ in self.owed):
                continue
            kind = t.next[0]
            if kind == "heavy" and self.asymmetric:
                alive = [n for n, other in enumerate(self.threads) if n != number and other.next is not None]
                for first in alive or [None]:
                    yield number, first
                continue
            if kind == "lock" and self.mem[t.next[1]][-1][0] != 0:
                continue
            if kind == "wake":
                asleep = [n for n, other in enumerate(self.threads) if other.asleep == t.next[1]]
                for one in asleep or [None]:
                    yield number, one
                continue
            if kind not in ("load", "cas", "sleep"):
                yield number, 0
                continue
            at = t.next[1]
            messages = self.mem[at]
            if kind == "cas" and t.next[6]:
                yield number, None      # fails for no reason
            first = t.cur[self.index[at]]
            if kind == "sleep" or kind == "load" and t.next[2] == SC:   # not older than a fence has seen
                first = max(first, self.sc[self.index[at]])
            for time in range(first, len(messages)):
                if kind == "cas" and time < len(messages) - 1 and messages[time][0] == t.next[2]:
                    continue        # a compare-and-swap that works reads the newest
                yield number, time

    def step(self, choice):
        """The machine after one step."""
        new = self.copy()
        t = new.threads[choice[0]] = new.threads[choice[0]].copy()
        if len(choice) == 3:
            new.pass_fence(t)
            new.pay(choice[1], choice[0])
        else:
            value = getattr(new, t.next[0])(t, choice[1], *t.next[1:])
            if not t.asleep and not (t.next == HEAVY and new.asymmetric):
                t.advance(value)
        new.pass_light()
        return new

    def pass_light(self):
        if not self.asymmetric:
            return
        for number, t in enumerate(self.threads):
            if t.next == LIGHT:         # no step: a compiler does not exchange what stands around it
                self.threads[number] = t = t.copy()
                while t.next == LIGHT:
                    t.advance(None)

    def seen(self, view, at, time):
        i = self.index[at]
        return view if view[i] >= time else view[:i] + (time,) + view[i + 1:]

    def see(self, t, at, time, order):
        value, view = self.mem[at][time]
        t.cur = self.seen(t.cur, at, time)
        t.acq = join(t.acq, view)
        if order in (ACQ, AR, SC):
            t.cur = join(t.cur, view)
        return value

    def write(self, t, at, value, order, read=None):
        time = len(self.mem[at])
        t.cur = self.seen(t.cur, at, time)
        view = self.seen(t.cur if order in (REL, AR, SC) else t.rel, at, time)
        if read is not None:        # a release sequence goes on
            view = join(view, self.mem[at][read][1])
            if order == SC:         # what comes later in the one order sees it
                self.sc = self.seen(self.sc, at, time)
        self.mem[at] += ((value, view),)

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
        return old

    def cas(self, t, time, at, old, new, order, failed, weak):
        if time is None:
            return 0, old
        if self.mem[at][time][0] != old:
            return 0, self.see(t, at, time, failed)
        self.see(t, at, time, order)
        self.write(t, at, new, order, time)
        return 1, old

    def lock(self, t, time, at):
        self.cas(t, len(self.mem[at]) - 1, at, 0, 1, SC, RLX, False)

    def pass_fence(self, t):
        t.cur = t.acq = join(join(t.cur, t.acq), self.sc)
        self.sc = t.rel = t.cur

    def fence(self, t, time):
        self.pass_fence(t)

    light = fence

    def heavy(self, t, first):
        self.pass_fence(t)
        if not self.asymmetric:
            return
        me = self.threads.index(t)
        for number, other in enumerate(self.threads):
            if number != me:
                self.owed += ((me, number),)
        for number, other in enumerate(self.threads):
            if number == first or number != me and other.next is None:
                self.threads[number] = other = other.copy()
                self.pass_fence(other)
                self.pay(me, number)

    def pay(self, caller, of):
        """One has passed the barrier; after the last the call returns."""
        self.owed = tuple(pair for pair in self.owed if pair != (caller, of))
        if all(pair[0] != caller for pair in self.owed):
            t = self.threads[caller] = self.threads[caller].copy()
            self.pass_fence(t)
            t.advance(None)

    def sleep(self, t, time, at, value):
        if self.see(t, at, time, RLX) == value:
            t.asleep = at
        return 0

    def wake(self, t, one, at):
        self.sc = self.seen(self.sc, at, t.cur[self.index[at]])
        if one is None:
            return 0
        other = self.threads[one] = self.threads[one].copy()
        other.advance(1)
        return 1

    def key(self):
        return tuple(self.mem.values()), self.sc, self.owed, tuple(t.key() for t in self.threads)


def explore(memory, bodies, right, limit=400000, asymmetric=True):
    """(the first wrong end or None, states seen) over all executions."""
    seen, todo = set(), [(Machine(memory, bodies, asymmetric), None)]
    while todo:
        machine, choice = todo.pop()
        if choice is not None:
            machine = machine.step(choice)
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
            todo += [(machine, choice) for choice in choices[1:]]
            machine = machine.step(choices[0])
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
    return ", ".join("%s: %s" % (what, {0: "left out", FENCE: "an ordinary one"}.get(how, how))
                     for what, how in changed.items())


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
