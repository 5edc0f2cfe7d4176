"""The queues, the lock and the semaphore of chapter 18 on the machine of model.py, with light and heavy fences.

python3 tests/steal/bias.py says what each scenario explored, with barriers of
the kernel and without, which fence, order or step it finds if that is weakened
or left out, and what nothing can find.

Left out are looks that only spare work: runqget's and runqsteal's first ones,
and schedtick.  A thief here steals whenever it may.
"""
import sys

from model import (ACQ, FENCE, HEAVY, LIGHT, REL, RLX, SC, cas, explore, fetch_add, load, lock, report, sleep, store, wake)

SIZE = 3                            # of a queue; half of it is 1
BIASED, REVOKING, SHARED = "Biased", "Revoking", "Shared"
EXCHANGED = "exchanged"
RING, PILE = ("head", "tail", "runq"), ("bottom", "top", "piled")


class Bias:
    """The functions of src/sched/runq.c and others, with a name for each fence, order and step."""

    GOOD = {"taking: set": RLX, "begin: bias": ACQ, "end: taking": REL, "locked: taking": REL, "locked: bias": RLX,
            "calm: bias": RLX, "revoke: cas": RLX, "revoke: taking": ACQ, "give up: bias": RLX, "revoke: bias": REL,
            "steal: first look": RLX, "steal: bias": ACQ, "unlock: key": REL,
            "length: first": ACQ, "length: end": ACQ, "oldest: first": REL, "put: first": ACQ, "put: end": REL,
            "newest: top": RLX, "take: first": REL, "take: end": REL, "hand: status": REL, "handed: status": ACQ,
            "fence in takebegin": LIGHT, "fence in revoke": HEAVY, "fence in wakep": LIGHT,
            "fence before the look": HEAVY, "fence in unlock": LIGHT, "fence in lockslow": HEAVY,
            "an owner that is not alone locks": 1, "taking ends before the lock": 1, "calm while shared only": 1,
            "biased again under the lock": 1, "revoke by a swap": 1, "wait for the owner": 1,
            "who gives up leaves it biased": 1, "look at the bias under the lock": 1,
            "copy before the place is given back": 1, "put fills before it counts": 1, "spill as a take": 1,
            "sleepers: add": RLX, "sleepers: look": RLX, "count before the fence": 1, "a woken one looks again": 1,
            "still counted when woken": 1,
            "share: size": REL, "workexists: size": SC, "share: at most half": 1, "list before rings": 1,
            "the last look asks no bias": 1,
            "quiet: key": SC, "quiet: nwait": SC, "semrelease: add": SC, "semacquire: look": SC, "lock: cas": SC,
            "the lock before nwait": 1, "quiet again after the addition": 1, "count before the look": 1,
            "count under the lock": 1, "who comes by asks first": 1, "who has the lock asks, too": 1}

    def __init__(self, **changed):
        self.how = dict(self.GOOD, **changed)
        self.calm = 0               # a locked take is enough to be alone again

    def fence(self, name):
        if self.how[name]:
            yield self.how[name]

    def store_then_load(self, name, first, then):
        """With a light fence between them, without which a compiler may exchange the two."""
        if self.how[name] == EXCHANGED:
            value = yield then
            yield first
            return value
        yield first
        yield from self.fence(name)
        return (yield then)

    def unlock(self, p):
        return store(p + ".lock", 0, self.how["unlock: key"])

    # The owner. me: its ends, which only it writes.

    def takelocked(self, p):
        if self.how["taking ends before the lock"]:
            yield store(p + ".taking", 0, self.how["locked: taking"])
        yield lock(p + ".lock")
        if self.calm and self.how["biased again under the lock"] and ((yield load(p + ".bias", self.how["locked: bias"])) == SHARED or
                                                                    not self.how["calm while shared only"]):
            yield store(p + ".bias", BIASED, self.how["calm: bias"])

    def takebegin(self, p):
        bias = yield from self.store_then_load("fence in takebegin", store(p + ".taking", 1, self.how["taking: set"]),
                                               load(p + ".bias", self.how["begin: bias"]))
        if bias == BIASED or not self.how["an owner that is not alone locks"]:
            return False
        yield from self.takelocked(p)
        return True

    def takeend(self, p, locked):
        if locked:
            yield self.unlock(p)
            if self.calm and not self.how["biased again under the lock"] and (yield load(p + ".bias", RLX)) == SHARED:
                yield store(p + ".bias", BIASED, self.how["calm: bias"])
        else:
            yield store(p + ".taking", 0, self.how["end: taking"])

    def oldest(self, p, queue, end):
        first, _, places = queue
        h = yield load("%s.%s" % (p, first), RLX)
        if h == end:
            return None
        g = yield load("%s.%s[%d]" % (p, places, h % SIZE), RLX)
        yield store("%s.%s" % (p, first), h + 1, self.how["oldest: first"])
        return g

    def newest(self, p, me):
        t = me["top"]
        if t == (yield load(p + ".bottom", RLX)):
            return None
        me["top"] = t - 1
        yield store(p + ".top", t - 1, self.how["newest: top"])
        return (yield load("%s.piled[%d]" % (p, (t - 1) % SIZE), RLX))

    def runqget(self, p, me):
        """From the queue that the scenario has."""
        locked = yield from self.takebegin(p)
        if "top" in me:
            g = yield from self.newest(p, me)
        else:
            g = yield from self.oldest(p, RING, me["tail"])
        yield from self.takeend(p, locked)
        return g

    def takeoldest(self, p, queue, me):
        locked = yield from self.takebegin(p)
        g = yield from self.oldest(p, queue, me[queue[1]])
        yield from self.takeend(p, locked)
        return g

    def put(self, p, queue, me, g):
        """There is room for one; yields those that went to the list, as it has become full."""
        first, end, places = queue
        t = me[end]
        fill = store("%s.%s[%d]" % (p, places, t % SIZE), g, RLX)
        count = store("%s.%s" % (p, end), t + 1, self.how["put: end"])
        for step in (fill, count) if self.how["put fills before it counts"] else (count, fill):
            yield step
        me[end] = t + 1
        if t + 1 - (yield load("%s.%s" % (p, first), self.how["put: first"])) != SIZE:
            return []
        listed, locked = [], self.how["spill as a take"] and (yield from self.takebegin(p))
        if t + 1 - (yield load("%s.%s" % (p, first), RLX)) == SIZE:
            listed = some((yield from self.oldest(p, queue, t + 1)))
        if self.how["spill as a take"]:
            yield from self.takeend(p, locked)
        return listed

    # A thief.

    def revoke(self, p):
        if self.how["revoke by a swap"]:
            ok, _ = yield cas(p + ".bias", BIASED, REVOKING, self.how["revoke: cas"], RLX)
            if not ok:
                return False
        else:
            yield store(p + ".bias", REVOKING, self.how["revoke: cas"])
        yield from self.fence("fence in revoke")
        # one look is as good as many: it may be as late as the last
        if self.how["wait for the owner"] and (yield load(p + ".taking", self.how["revoke: taking"])):
            yield store(p + ".bias", BIASED if self.how["who gives up leaves it biased"] else SHARED,
                        self.how["give up: bias"])
            return not self.how["who gives up leaves it biased"]
        yield store(p + ".bias", SHARED, self.how["revoke: bias"])
        return True

    def stealbegin(self, p):
        if (yield load(p + ".bias", self.how["steal: first look"])) != SHARED and not (yield from self.revoke(p)):
            return False
        yield lock(p + ".lock")
        if self.how["look at the bias under the lock"] and (yield load(p + ".bias", self.how["steal: bias"])) != SHARED:
            yield self.unlock(p)
            return False
        return True

    def length(self, p, queue):
        """The first, and how many."""
        h = yield load("%s.%s" % (p, queue[0]), self.how["length: first"])
        return h, (yield load("%s.%s" % (p, queue[1]), self.how["length: end"])) - h

    def steal(self, victim, queue, thief=None):
        """Yields what was taken; all but the last are queued if the thief has a P that others see."""
        if not (yield from self.stealbegin(victim)):
            return []
        h, length = yield from self.length(victim, queue)
        got, n = [], length - length // 2 if queue is RING or length == 1 else length // 2
        if length == 0:
            yield self.unlock(victim)
            return []
        back = store("%s.%s" % (victim, queue[0]), h + n, self.how["take: first"])
        if not self.how["copy before the place is given back"]:
            yield back
        for i in range(n):
            got.append((yield load("%s.%s[%d]" % (victim, queue[2], (h + i) % SIZE), RLX)))
            if thief:
                yield store("%s.%s[%d]" % (thief, queue[2], i), got[-1], RLX)
        if self.how["copy before the place is given back"]:
            yield back
        if thief:
            yield store("%s.%s" % (thief, queue[1]), n - 1, self.how["take: end"])
        yield self.unlock(victim)
        return got

    # The list, and the look that takes no lock.

    def share(self, p, size):
        """globrunqgetbatch of a list whose lock is held: one to run, the rest for the ring of p, which is empty."""
        me = {"tail": 0}
        for i in range(size // 2 if self.how["share: at most half"] else size):
            yield store("size", size - 1 - i, self.how["share: size"])
            if i > 0:
                yield from self.put(p, RING, me, str(i))
        yield store("listlock", 0, self.how["unlock: key"])

    def workexists(self, p):
        if not self.how["the last look asks no bias"] and (yield load(p + ".bias", RLX)) == REVOKING:
            return False
        if self.how["list before rings"]:
            return (yield from self.listed()) or (yield from self.length(p, RING))[1] != 0
        return (yield from self.length(p, RING))[1] != 0 or (yield from self.listed())

    def listed(self):
        return (yield load("size", self.how["workexists: size"])) != 0

    # What sleeps, and who wakes it.

    def trylock(self):
        if (yield load("key", RLX)) != 0:
            return False
        ok, _ = yield cas("key", 0, 1, self.how["lock: cas"], RLX)
        return bool(ok)

    def lockslow(self):
        if self.how["count before the fence"]:
            yield fetch_add("sleepers", 1, self.how["sleepers: add"])
        yield from self.fence("fence in lockslow")
        if not self.how["count before the fence"]:
            yield fetch_add("sleepers", 1, self.how["sleepers: add"])
        while not (yield from self.trylock()):
            woken = yield sleep("key", 1)
            if woken and not self.how["a woken one looks again"]:
                break
            if woken and not self.how["still counted when woken"]:
                yield fetch_add("sleepers", -1, RLX)
                if (yield from self.trylock()):
                    return
                yield sleep("key", 1)
        yield fetch_add("sleepers", -1, RLX)

    def unlockslow(self):
        sleepers = yield from self.store_then_load("fence in unlock", store("key", 0, self.how["unlock: key"]),
                                                   load("sleepers", self.how["sleepers: look"]))
        if sleepers:
            yield wake("key")

    def quiet(self):
        first, then = ("key", "nwait") if self.how["the lock before nwait"] else ("nwait", "key")
        return (yield load(first, self.how["quiet: " + first])) == 0 and (
            yield load(then, self.how["quiet: " + then])) == 0

    def semlock(self):
        """Enters when the lock is free; key is that of root."""
        if self.how["lock: cas"] == SC:
            yield lock("key")
        else:                       # one try: with more it only comes later
            return (yield from self.trylock())
        return True

    def cansemacquire(self):
        v = yield load("unit", self.how["semacquire: look"])
        while v > 0:
            ok, v = yield cas("unit", v, v - 1, SC, SC)
            if ok:
                return True
        return False

    def semacquire(self):
        if not (yield from self.semlock()):
            return "comes later"
        n = yield load("nwait", RLX)
        count = store("nwait", n + 1, RLX)
        if self.how["count before the look"] and self.how["count under the lock"]:
            yield count
        got = (not self.how["who has the lock asks, too"] or not (yield load("queued", RLX))) and (
            yield from self.cansemacquire())
        if not self.how["count before the look"] and not got:
            yield count
        if got:
            yield store("nwait", n, RLX)
        else:
            yield store("queued", 1, RLX)
        yield store("key", 0, REL)
        if not self.how["count under the lock"] and not got:
            yield count
        return "goes on" if got else "waits"

    def comeby(self):
        """semacquire from its first look on."""
        if (not self.how["who comes by asks first"] or (yield load("nwait", RLX)) == 0) and (yield from self.cansemacquire()):
            return "goes on"
        return (yield from self.semacquire())

    def semrelease(self):
        """Whether it gives the unit to one who waits."""
        down = yield from self.quiet()
        if down:
            yield fetch_add("unit", 1, self.how["semrelease: add"])
            if not self.how["quiet again after the addition"] or (yield from self.quiet()):
                return False
        yield lock("key")
        gives = (yield load("queued", RLX)) and (not down or (yield from self.cansemacquire()))
        if gives:
            yield store("queued", 0, RLX)
            yield store("nwait", (yield load("nwait", RLX)) - 1, RLX)
        elif not down:
            yield fetch_add("unit", 1, SC)
        yield store("key", 0, REL)
        return bool(gives)


def some(g):
    return [g] if g else []


def memory(*ps, ring=(), pile=(), bias=BIASED, **more):
    """The queues that are used, from place 0 on; those of the first P have something."""
    out = dict(more)
    for p in ps:
        out.update({p + ".taking": 0, p + ".bias": bias, p + ".lock": 0})
        for (first, end, places), all_ in ((RING, ring), (PILE, pile)):
            if all_:
                out.update({"%s.%s" % (p, first): 0, "%s.%s" % (p, end): 0})
                out.update({"%s.%s[%d]" % (p, places, i): "nobody" for i in range(SIZE)})
                if p == ps[0]:
                    out["%s.%s" % (p, end)] = len(all_ if all_ != "-" else "")
                    out.update({"%s.%s[%d]" % (p, places, i): g for i, g in enumerate(all_) if g != "-"})
    return out


def stands(machine):
    return any(t.next is not None for t in machine.threads)


def taken_once(every):
    """Each goroutine was taken, or went to the list, or is still in a queue: once. And all have come to their end."""
    def right(machine):
        if stands(machine):
            return "a thread waits for ever"
        if machine.mem["A.taking"][-1][0]:
            return "no thief can come any more"
        got = [g for t in machine.threads for g in t.result]
        for first, end, places in (RING, PILE):
            if "A." + first in machine.mem:
                h, t = (machine.mem["A." + at][-1][0] for at in (first, end))
                got += [machine.mem["A.%s[%d]" % (places, i % SIZE)][-1][0] for i in range(h, t)]
        return None if sorted(map(str, got)) == sorted(every) else "not each one once %s" % got
    return right


def takes(it, n, me, queue=None):
    """An owner that takes n times."""
    def body():
        mine, got = dict(me), []
        for _ in range(n):
            got += some((yield from it.takeoldest("A", queue, mine) if queue else it.runqget("A", mine)))
        return got
    return body


def thief(it, queue, **how):
    def body():
        return (yield from it.steal("A", queue, **how))
    return body


def whole(got):
    """What is read in a goroutine that its maker has filled in with 7."""
    for g in got:
        return (yield load(g, RLX)) if g == "1" else "empty place"


def seen_whole(machine):
    return "a thread waits for ever" if stands(machine) else None if all(
        t.result in (None, 7) for t in machine.threads) else "a goroutine is seen half made"


def scenario_one(it):
    """The owner and a thief want the only one of the ring."""
    return memory("A", ring="1"), [takes(it, 1, {"tail": 1}), thief(it, RING)], taken_once("1")


def scenario_pile(it):
    """The owner takes the two of the pile, and a thief the lower one."""
    return memory("A", pile="12"), [takes(it, 2, {"top": 2}), thief(it, PILE)], taken_once("12")


def scenario_fair(it):
    """The owner takes the oldest of the pile, which a thief wants too."""
    return memory("A", pile="12"), [takes(it, 1, {"top": 2}, PILE), thief(it, PILE)], taken_once("12")


def scenario_thieves(it):
    """Two thieves and the owner want the only one."""
    return memory("A", ring="1"), [takes(it, 1, {"tail": 1}), thief(it, RING), thief(it, RING)], taken_once("1")


def scenario_late(it):
    """A thief has seen that the owner is alone and was delayed: it revokes what another has revoked before."""
    def late():
        yield from it.revoke("A")
        return []
    return memory("A", ring="1", bias=SHARED), [late, thief(it, RING), takes(it, 1, {"tail": 1})], taken_once("1")


def scenario_again(it):
    """Thieves may take, but the owner makes it its own again."""
    it.calm = 1
    return memory("A", ring="12", bias=SHARED), [takes(it, 2, {"tail": 2}), thief(it, RING)], taken_once("12")


def scenario_calm(it):
    """The owner would like to be alone, and a thief is revoking."""
    it.calm = 1
    return memory("A", ring="12"), [takes(it, 2, {"tail": 2}), thief(it, RING)], taken_once("12")


def puts(it):
    def owner():
        me = {"tail": 2}
        listed = yield from it.put("A", RING, me, "3")
        return listed + (yield from it.put("A", RING, me, "4"))
    return owner


def scenario_reuse(it):
    """The ring becomes full, and the place of the first is filled again, while a thief takes one."""
    return memory("A", ring="12"), [puts(it), thief(it, RING)], taken_once("1234")


def scenario_reuse_shared(it):
    """The same when thieves need not ask."""
    return memory("A", ring="12", bias=SHARED), [puts(it), thief(it, RING)], taken_once("1234")


def scenario_put(it):
    """The owner puts one on the pile and takes one while a thief takes one."""
    def owner():
        me = {"top": 1}
        yield from it.put("A", PILE, me, "2")
        return some((yield from it.runqget("A", me)))
    return memory("A", pile="1"), [owner, thief(it, PILE)], taken_once("12")


def scenario_publish(it):
    """The owner fills a goroutine in and puts it; a thief sees it whole."""
    def owner():
        yield store("1", 7, RLX)
        yield from it.put("A", RING, {"tail": 0}, "1")

    def one():
        return (yield from whole((yield from it.steal("A", RING))))
    return memory("A", ring="-", **{"1": 0}), [owner, one], seen_whole


def scenario_pass_on(it):
    """A thief takes two, and the one that it has queued for itself is stolen from it, whole."""
    def first():
        yield store("1", 7, RLX)
        yield from it.steal("A", RING, thief="B")

    def second():
        return (yield from whole((yield from it.steal("B", RING))))
    return memory("A", "B", ring="123", bias=SHARED, **{"1": 0}), [first, second], seen_whole


def scenario_handed(it):
    """The owner takes one and lends its P; another M takes it over and takes one; a thief wants one, too."""
    def lender():
        got = some((yield from it.runqget("A", {"tail": 2})))
        yield store("status", "Psyscall", it.how["hand: status"])
        return got

    def other():
        ok, _ = yield cas("status", "Psyscall", "Prunning", it.how["handed: status"], RLX)
        if not ok:
            return []
        return some((yield from it.runqget("A", {"tail": (yield load("A.tail", RLX))})))
    return memory("A", ring="12", status="Prunning"), [lender, other, thief(it, RING)], taken_once("12")


def scenario_one_waits(it):
    """The owner puts one and takes one, again and again: one always waits."""
    def owner():
        me = {"tail": 1}
        yield from it.put("A", RING, me, "2")
        yield from it.runqget("A", me)

    def looker():
        return (yield from it.length("A", RING))[1] == 0
    return memory("A", ring="1"), [owner, looker], lambda m: "a goroutine that waits is not seen" if (
        m.threads[1].result) else None


def scenario_wakep(it):
    """One puts and looks for an idle P; one becomes idle and looks at the ring, as a thief gives up its lock."""
    def owner():
        yield from it.put("A", RING, {"tail": 0}, "1")
        yield from it.fence("fence in wakep")
        return (yield load("npidle", SC)) == 0

    def exchanged():
        npidle = yield load("npidle", SC)
        yield from it.put("A", RING, {"tail": 0}, "1")
        return npidle == 0

    def sleeper():
        yield store("npidle", 1, RLX)
        yield from it.fence("fence before the look")
        return not (yield from it.workexists("A"))

    def givesup():
        yield store("A.bias", BIASED, it.how["give up: bias"])
    return memory("A", ring="-", npidle=0, size=0, bias=REVOKING), [
        exchanged if it.how["fence in wakep"] == EXCHANGED else owner, sleeper, givesup], \
        lambda m: "a wake-up is lost" if m.threads[0].result and m.threads[1].result else None


def seen(number):
    return lambda m: None if m.threads[number].result else "a goroutine that waits is not seen"


def scenario_share(it):
    """One takes its share of a list of four, another the rest one by one, and one looks for work."""
    def others():
        ok, _ = yield cas("listlock", 0, 1, it.how["lock: cas"], RLX)
        size = (yield load("size", RLX)) if ok else 0
        while size > 0:     # each runs what it takes
            size -= 1
            yield store("size", size, it.how["share: size"])
    return memory("A", ring="-", size=4, listlock=1), [
        lambda: it.share("A", 4), others, lambda: it.workexists("A")], seen(2)


def scenario_share_two(it):
    """One takes its share of a list of two: one runs, one waits, in the list or in the ring. Two looks."""
    def looker():
        return (yield from it.workexists("A")) and (yield from it.workexists("A"))
    return memory("A", ring="-", size=2, listlock=1), [lambda: it.share("A", 2), looker], seen(1)


def locks(it):
    """A thread that finds the lock taken, and in the end gives it back."""
    def body():
        yield from it.lockslow()
        yield from it.unlockslow()
    return body


def held_by_one(machine):
    if stands(machine):
        return "a thread sleeps for ever"
    values = [value for value, _ in machine.mem["key"]]
    return None if values == [1, 0] * (len(values) // 2) else "two have the lock %s" % values


def scenario_lock(it):
    """One gives the lock back as another goes to sleep for it."""
    return dict(key=1, sleepers=0), [it.unlockslow, locks(it)], held_by_one


def scenario_lock_three(it):
    """The same, and a third comes by and takes it if it is free just then."""
    def passer():
        if (yield from it.trylock()):
            yield from it.unlockslow()
    return dict(key=1, sleepers=0), [it.unlockslow, locks(it), passer], held_by_one


def scenario_quiet(it):
    """One puts a unit down as another waits for it."""
    def right(machine):
        if stands(machine):
            return "a thread waits for ever"
        if machine.threads[0].result == "waits" and not machine.threads[1].result:
            return "a unit lies there, and a goroutine waits for it"
        return None
    return dict(key=0, nwait=0, unit=0, queued=0), [it.semacquire, it.semrelease], right


def scenario_arrival(it):
    """One waits for a unit and tells it to another, who wants one, too, as a unit comes."""
    def first():
        end = yield from it.semacquire()
        yield store("told", end, REL)
        return end

    def newcomer():
        if (yield load("told", ACQ)) == "waits":
            return (yield from it.comeby())

    def right(machine):
        if stands(machine):
            return "a thread waits for ever"
        return "one is overtaken that was there before" if machine.threads[1].result == "goes on" else None
    return dict(key=0, nwait=0, unit=0, queued=0, told=0), [first, newcomer, it.semrelease], right


SCENARIOS = {name[9:]: f for name, f in list(globals().items()) if name.startswith("scenario_")}

# What is weakened or left out, and the scenario that finds it.
MUTANTS = [
    ({"fence in takebegin": EXCHANGED}, "one"),
    ({"fence in revoke": 0}, "one"),
    ({"wait for the owner": 0}, "one"),
    ({"an owner that is not alone locks": 0}, "one"),
    ({"who gives up leaves it biased": 0}, "one"),
    ({"taking ends before the lock": 0}, "one"),
    ({"revoke: taking": RLX}, "one"),
    ({"end: taking": RLX}, "one"),
    ({"revoke: bias": RLX}, "thieves"),
    ({"steal: bias": RLX}, "thieves"),
    ({"revoke by a swap": 0}, "late"),
    ({"look at the bias under the lock": 0}, "again"),
    ({"biased again under the lock": 0}, "again"),
    ({"calm while shared only": 0}, "calm"),
    ({"unlock: key": RLX}, "again"),
    ({"spill as a take": 0}, "reuse"),
    ({"copy before the place is given back": 0}, "reuse_shared"),
    ({"put: end": RLX}, "publish"),
    ({"length: end": RLX}, "publish"),
    ({"put fills before it counts": 0}, "publish"),
    ({"take: end": RLX}, "pass_on"),
    ({"hand: status": RLX}, "handed"),
    ({"fence in wakep": EXCHANGED}, "wakep"),
    ({"fence before the look": 0}, "wakep"),
    ({"the last look asks no bias": 0}, "wakep"),
    ({"share: size": RLX}, "share"),
    ({"workexists: size": RLX}, "share"),
    ({"list before rings": 0}, "share"),
    ({"share: at most half": 0}, "share_two"),
    ({"fence in unlock": EXCHANGED}, "lock"),
    ({"fence in lockslow": 0}, "lock"),
    ({"count before the fence": 0}, "lock"),
    ({"a woken one looks again": 0}, "lock_three"),
    ({"still counted when woken": 0}, "lock_three"),
    ({"quiet: key": ACQ}, "quiet"),
    ({"semrelease: add": RLX}, "quiet"),
    ({"semacquire: look": ACQ}, "quiet"),
    ({"lock: cas": ACQ}, "quiet"),
    ({"the lock before nwait": 0}, "quiet"),
    ({"quiet again after the addition": 0}, "quiet"),
    ({"count under the lock": 0}, "quiet"),
    ({"who comes by asks first": 0}, "arrival"),
    ({"who has the lock asks, too": 0}, "arrival"),
    ({"length: first": RLX}, "one_waits"),
]

# With barriers of the kernel: a fence of one thread is not a fence of all, and
# the light fence of takebegin, which is none, orders nothing for others.
BARRIERS = [
    ({"fence in revoke": FENCE}, "one"),
    ({"fence before the look": FENCE}, "wakep"),
    ({"fence in lockslow": FENCE}, "lock"),
    ({"locked: taking": RLX}, "calm"),
    ({"handed: status": RLX}, "handed"),
    ({"oldest: first": RLX}, "one_waits"),
]

# Without them: to keep the order of the steps is not enough.
FENCES = [
    ({"fence in takebegin": 0}, "one"),
    ({"fence in wakep": 0}, "wakep"),
    ({"fence in unlock": 0}, "lock"),
]

# What no scenario can find, and why.
HARMLESS = [
    # Only the owner makes itself alone again, so it knows what went before; or
    # a thief that gives up, and that has taken nothing.
    {"begin: bias": RLX},
    # These two keep a place from being filled before it is read: a load would
    # have to return what is stored later, which this machine does not do.
    # "copy before the place is given back" is that mistake as two steps.
    {"put: first": RLX}, {"take: first": RLX},
    # Who reads that the lock is free has read the store of who gave it back.
    {"quiet: nwait": RLX},
    # All this is done under the lock, at which a releaser looks first.
    {"count before the look": 0},
]


def check(scenario, asymmetric=True, **changed):
    return explore(*SCENARIOS[scenario](Bias(**changed)), asymmetric=asymmetric)


def without(scenario, **changed):
    """With no barriers of the kernel: both fences are those of C."""
    return check(scenario, asymmetric=False, **changed)


MODES = ((check, MUTANTS + BARRIERS), (without, MUTANTS + FENCES))


if __name__ == "__main__":
    print("with barriers of the kernel")
    wrong = report(SCENARIOS, MUTANTS + BARRIERS, check, HARMLESS)
    print("\nwithout them")
    sys.exit(wrong + report(SCENARIOS, MUTANTS + FENCES, without, HARMLESS))
