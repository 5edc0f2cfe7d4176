"""The pile of chapter 15 on the machine of model.py.

python3 tests/steal/pile.py says what each scenario explored, which weakened
order or changed step it finds, and what nothing can find.
"""
import sys

from model import ACQ, FENCE, REL, RLX, SC, cas, explore, fetch_add, load, report, store

SIZE = 4                            # of a pile
ONEMORE, TAKEN = 1 << 2, 1 << 6     # the word: place 2 bits, count 4, takes above


def count(s):
    return s // ONEMORE % 16


class Pile:
    """The functions of src/sched/runq.c, with a name for each order and step."""

    GOOD = {"put: word": ACQ, "put: add": SC, "get: word": ACQ, "get: cas": REL, "get: failed": ACQ,
            "oldest: word": ACQ, "oldest: cas": REL, "next: again": RLX,
            "spill: cas": REL, "steal: own": ACQ, "steal: word": ACQ, "steal: cas": REL, "steal: failed": ACQ,
            "steal: add": REL, "empty: word": ACQ,
            "count the takes": 1, "place before the count": 1, "put by an addition": 1,
            "copy before the swap": 1, "copy again after a failed swap": 1, "spill copies before the swap": 1,
            "a spill may fail": 1, "a take may fail": 1, "one of the half is not piled": 1,
            "who takes below moves the place": 1, "wakefenced: load": SC, "fence before the look": 1}

    def __init__(self, **changed):
        self.how = dict(self.GOOD, **changed)

    def place(self, p, s, i):
        return "%s[%d]" % (p, (s + i) % SIZE)

    def newer(self, s):
        return s + (TAKEN if self.how["count the takes"] else 0)

    def without(self, s, n):
        place = (s + n) % SIZE if self.how["who takes below moves the place"] else s % SIZE
        return self.newer(s - n * ONEMORE) // SIZE * SIZE + place

    def runnextput(self, p, g):
        """Put g; yields those that went to the list."""
        listed = []
        s = yield load(p + "pile", self.how["put: word"])
        while count(s) == SIZE:
            listed += yield from self.pilespill(p, s)
            s = yield load(p + "pile", self.how["put: word"])
        if self.how["place before the count"]:
            yield store(self.place(p, s, count(s)), g, RLX)
        if self.how["put by an addition"]:
            yield fetch_add(p + "pile", ONEMORE, self.how["put: add"])
        else:
            yield store(p + "pile", s + ONEMORE, self.how["put: add"])
        if not self.how["place before the count"]:
            yield store(self.place(p, s, count(s)), g, RLX)
        return listed

    def pilespill(self, p, s):
        def copy():
            batch = []
            for i in range(SIZE // 2):
                batch.append((yield load(self.place(p, s, i), RLX)))
            return batch
        if self.how["spill copies before the swap"]:
            batch = yield from copy()
        ok, _ = yield cas(p + "pile", s, self.without(s, SIZE // 2), self.how["spill: cas"], RLX)
        if not ok and self.how["a spill may fail"]:
            return []
        if not self.how["spill copies before the swap"]:
            batch = yield from copy()
        return batch

    def pileget(self, p):
        s = yield load(p + "pile", self.how["get: word"])
        while count(s) != 0:
            g = yield load(self.place(p, s, count(s) - 1), RLX)
            ok, s0 = yield cas(p + "pile", s, self.newer(s - ONEMORE), self.how["get: cas"], self.how["get: failed"])
            if ok or not self.how["a take may fail"]:
                return g
            s = s0

    def pileoldest(self, p, s):
        g = yield load(self.place(p, s, 0), RLX)
        if count(s) == 0:
            return None
        ok, _ = yield cas(p + "pile", s, self.without(s, 1), self.how["oldest: cas"], RLX)
        return g if ok else None

    def runqfair(self, p):
        return (yield from self.pileoldest(p, (yield load(p + "pile", self.how["oldest: word"]))))

    def copy(self, victim, p, s, own, n):
        g = None
        for i in range(n):
            g = yield load(self.place(victim, s, i), RLX)
            yield store(self.place(p, own, i), g, RLX)
        return g

    def pilesteal(self, p, victim):
        own = yield load(p + "pile", self.how["steal: own"])
        s = yield load(victim + "pile", self.how["steal: word"])
        g, copied = None, False
        while True:
            n = count(s) // 2
            if n == 0:
                return None
            if self.how["copy before the swap"] and not (copied and not self.how["copy again after a failed swap"]):
                g = yield from self.copy(victim, p, s, own, n)
                copied = True
            ok, s0 = yield cas(victim + "pile", s, self.without(s, n), self.how["steal: cas"],
                               self.how["steal: failed"])
            if ok:
                break
            s = s0
        if not self.how["copy before the swap"]:
            g = yield from self.copy(victim, p, s, own, n)
        yield fetch_add(p + "pile", (n - self.how["one of the half is not piled"]) * ONEMORE, self.how["steal: add"])
        return g

    def stealnext(self, victim):
        """Three microseconds are one more look."""
        s = yield load(victim + "pile", self.how["oldest: word"])
        if count(s) == 0:
            return None
        if (yield load(victim + "pile", self.how["next: again"])) != s:
            return None
        return (yield from self.pileoldest(victim, s))

    def runqempty(self, p):
        return count((yield load(p + "pile", self.how["empty: word"]))) == 0


def memory(*ps, first=0, pile=(), **more):
    """Empty piles, but for the first; all begin at a place."""
    out = dict(more)
    for p in ps:
        out[p + "pile"] = first
        out.update({"%s[%d]" % (p, i): "nobody" for i in range(SIZE)})
    out[ps[0] + "pile"] = first + len(pile) * ONEMORE
    for i, g in enumerate(pile):
        out["%s[%d]" % (ps[0], (first + i) % SIZE)] = g
    return out


def taken_once(every):
    """Each goroutine was taken, or went to the list, or is still on a pile: once."""
    def right(machine):
        got = [g for t in machine.threads for g in t.result]
        for p in "ABC":
            if p + "pile" in machine.mem:
                s = machine.mem[p + "pile"][-1][0]
                got += [machine.mem["%s[%d]" % (p, (s + i) % SIZE)][-1][0] for i in range(count(s))]
        return None if sorted(map(str, got)) == sorted(every) else "not each one once %s" % got
    return right


def seen_whole(machine):
    return None if all(t.result in (None, 7) for t in machine.threads) else "a goroutine is seen half made"


def some(g):
    return [g] if g else []


def whole(g):
    """What is read in goroutine g, which somebody has filled in with 7."""
    if g is not None:
        return (yield load(g, RLX)) if g in ("1", "2") else "empty place"


def thief(pile, p, victim):
    def body():
        return some((yield from pile.pilesteal(p, victim)))
    return body


def lonely(pile, victim):
    def body():
        return some((yield from pile.stealnext(victim)))
    return body


def fills(pile):
    """The owner of A fills in two goroutines and puts them."""
    def owner():
        for g in "12":
            yield store(g, 7, RLX)
            yield from pile.runnextput("A", g)
    return owner


def scenario_publish(pile):
    """Who steals from the owner sees the goroutine whole."""
    def one():
        return (yield from whole((yield from pile.pilesteal("B", "A"))))
    return memory("A", "B", first=3, **{"1": 0, "2": 0}), [fills(pile), one], seen_whole


def scenario_publish_one(pile):
    """The same for one alone."""
    def one():
        return (yield from whole((yield from pile.stealnext("A"))))
    return memory("A", "1", **{"1": 0, "2": 0}), [fills(pile), one], seen_whole


def scenario_publish_late(pile):
    """A thief fails at its swap, and sees what it finds then whole, too."""
    def owner():
        yield from pile.pileget("A")
        yield from pile.pileget("A")
        yield from fills(pile)()

    def late():
        g = yield from pile.pilesteal("B", "A")
        return (yield from whole(g)) if g != "old" else None
    return memory("A", "B", pile=("old", "older"), **{"1": 0, "2": 0}), [owner, late], seen_whole


def scenario_newest(pile):
    """The owner takes the newest while two thieves steal."""
    def owner():
        return some((yield from pile.pileget("A")))
    return memory("A", "B", "C", first=2, pile="123"), [owner, thief(pile, "B", "A"), thief(pile, "C", "A")], \
        taken_once("123")


def scenario_full(pile):
    """The owner takes two of a full pile, a thief half of it."""
    def owner():
        one = yield from pile.pileget("A")
        return some(one) + some((yield from pile.pileget("A")))
    return memory("A", "B", pile="1234"), [owner, thief(pile, "B", "A")], taken_once("1234")


def scenario_pass_on(pile):
    """What a thief has piled is stolen from it, whole."""
    def first():
        yield from pile.pilesteal("B", "A")

    def second():
        return (yield from whole((yield from pile.stealnext("B"))))

    def owner():
        yield store("1", 7, RLX)
        yield from pile.runnextput("A", "1")
        for g in "345":
            yield store(pile.place("A", 0, int(g) - 2), g, RLX)
        yield fetch_add("Apile", 3 * ONEMORE, pile.how["put: add"])
    return memory("A", "B", "C", **{"1": 0}), [owner, first, second], seen_whole


def scenario_passed_once(pile):
    """And each one is taken once."""
    return memory("A", "B", "C", first=1, pile="1234"), [thief(pile, "B", "A"), lonely(pile, "B")], taken_once("1234")


def scenario_reuse(pile):
    """A full pile: while a thief takes two, its owner puts two in their places."""
    def owner():
        listed = yield from pile.runnextput("A", "5")
        return listed + (yield from pile.runnextput("A", "6"))
    return memory("A", "B", pile="1234"), [owner, thief(pile, "B", "A")], taken_once("123456")


def scenario_aba(pile):
    """The owner takes what there is and puts as many: the same place, the same count."""
    def owner():
        got = some((yield from pile.pileget("A")))
        got += some((yield from pile.pileget("A")))
        yield from pile.runnextput("A", "3")
        yield from pile.runnextput("A", "4")
        return got
    return memory("A", "B", first=3, pile="12"), [owner, thief(pile, "B", "A")], taken_once("1234")


def scenario_aba_one(pile):
    """The same with one alone."""
    def owner():
        got = some((yield from pile.pileget("A")))
        yield from pile.runnextput("A", "2")
        return got
    return memory("A", pile="1"), [owner, lonely(pile, "A")], taken_once("12")


def scenario_spill(pile):
    """A full pile overflows while a thief steals."""
    def owner():
        return (yield from pile.runnextput("A", "5"))
    return memory("A", "B", first=2, pile="1234"), [owner, thief(pile, "B", "A")], taken_once("12345")


def scenario_alone(pile):
    """Two thieves and the owner want the only one."""
    def owner():
        return some((yield from pile.pileget("A")))
    return memory("A", first=3, pile="1"), [owner, lonely(pile, "A"), lonely(pile, "A")], taken_once("1")


def scenario_fair(pile):
    """The owner takes the oldest, in a fair turn, while a thief steals."""
    def owner():
        return some((yield from pile.runqfair("A")))
    return memory("A", "B", "C", pile="123"), [owner, thief(pile, "B", "A"), lonely(pile, "A")], taken_once("123")


def scenario_put_and_steal(pile):
    """The owner puts while a thief steals."""
    def owner():
        return (yield from pile.runnextput("A", "3"))
    return memory("A", "B", pile="12"), [owner, thief(pile, "B", "A")], taken_once("123")


def scenario_wakep(pile):
    """One puts and looks for an idle P, one becomes idle and looks at the pile."""
    def owner():
        yield from pile.runnextput("A", "1")
        return (yield load("npidle", pile.how["wakefenced: load"])) == 0

    def sleeper():
        yield store("npidle", 1, RLX)
        if pile.how["fence before the look"]:
            yield FENCE
        return (yield from pile.runqempty("A"))
    return memory("A", npidle=0), [owner, sleeper], lambda m: "a wake-up is lost" if all(
        t.result for t in m.threads) else None


def scenario_one_waits(pile):
    """The owner puts one and takes one, again and again: one always waits."""
    def owner():
        yield from pile.runnextput("A", "2")
        yield from pile.pileget("A")

    def looker():
        return (yield from pile.runqempty("A"))
    return memory("A", pile="1"), [owner, looker], lambda m: "a goroutine that waits is not seen" if (
        m.threads[1].result) else None


SCENARIOS = {name[9:]: f for name, f in list(globals().items()) if name.startswith("scenario_")}

# What is weakened or changed, and the scenario that finds it.
MUTANTS = [
    ({"put: add": RLX}, "publish"),
    ({"put: add": RLX}, "publish_one"),
    ({"steal: word": RLX}, "publish"),
    ({"steal: failed": RLX}, "publish_late"),
    ({"oldest: word": RLX}, "publish_one"),
    ({"steal: add": RLX}, "pass_on"),
    ({"place before the count": 0}, "publish_one"),
    ({"count the takes": 0}, "aba"),
    ({"count the takes": 0}, "aba_one"),
    ({"put by an addition": 0}, "put_and_steal"),
    ({"copy before the swap": 0}, "reuse"),
    ({"copy again after a failed swap": 0}, "aba"),
    ({"a spill may fail": 0}, "spill"),
    ({"a take may fail": 0}, "newest"),
    ({"one of the half is not piled": 0}, "passed_once"),
    ({"who takes below moves the place": 0}, "newest"),
    ({"put: add": REL}, "wakep"),
    ({"wakefenced: load": ACQ}, "wakep"),
    ({"fence before the look": 0}, "wakep"),
]

# What no scenario can find, and why.
HARMLESS = [
    # The owner alone writes places and adds, so it knows what it has put.
    {"get: word": RLX}, {"get: failed": RLX}, {"steal: own": RLX}, {"spill copies before the swap": 0},
    # These two keep a place from being filled before it is read: a load would
    # have to return what is stored later, which this machine does not do.
    # "copy before the swap" is that mistake as an exchange of two steps.
    {"put: word": RLX}, {"steal: cas": RLX}, {"oldest: cas": RLX},
    # All that changes the word reads it, so a release of an earlier put still
    # reaches whoever sees a later take.
    {"get: cas": RLX}, {"spill: cas": RLX},
    # The fence before the look does it.
    {"empty: word": RLX},
]


def check(scenario, **changed):
    return explore(*SCENARIOS[scenario](Pile(**changed)))


if __name__ == "__main__":
    sys.exit(report(SCENARIOS, MUTANTS, check, HARMLESS))
