"""The P in the kernel of chapter 17, and sysmon's sleep, on the machine of model.py.

python3 tests/steal/lent.py says what each scenario explored, and which
weakened order or changed step it finds. What is sequentially consistent in the
book is relaxed here with a fence between a thread's store and its load.
"""
import sys

from model import ACQ, FENCE, REL, RLX, cas, explore, load, report, store, swap

IDLE, RUNNING, INKERNEL = 0, 1, 2


class Lent:
    """The steps of src/sched/syscall.c and src/sched/sysmon.c, with a name for each order and step."""

    GOOD = {"enter: status": REL, "reacquire: cas": ACQ, "retake: cas": ACQ,
            "links are cut first": 1, "reacquire by a swap": 1, "retake by a swap": 1,
            "fence in entersyscall": 1, "fence in nap": 1, "who wakes exchanges": 1, "2 to 1 by a swap": 1,
            "sysmon exchanges": 1, "wait for who wakes": 1, "fence in wakep": 1, "fence in handoffp": 1,
            "look after the announcement": 1, "fence in wantp": 1, "fence in somebodywaits": 1}

    def __init__(self, **changed):
        self.how = dict(self.GOOD, **changed)

    def lend(self, work):
        """The M that has the P puts work in its ring and goes into the kernel."""
        yield store("ring", work, RLX)
        if self.how["links are cut first"]:
            yield store("m", 0, RLX)
        yield store("status", INKERNEL, self.how["enter: status"])
        if not self.how["links are cut first"]:
            yield store("m", 0, RLX)

    def take(self, to, by, order):
        """Whether the P is ours now."""
        if (yield load("status", RLX)) != INKERNEL:
            return False
        if not self.how[by]:
            yield store("status", to, RLX)
            return True
        ok, _ = yield cas("status", INKERNEL, to, self.how[order], RLX)
        return bool(ok)

    def reacquire(self):
        return self.take(RUNNING, "reacquire by a swap", "reacquire: cas")

    def retake(self):
        return self.take(IDLE, "retake by a swap", "retake: cas")

    def wake(self):
        """wakesysmon: 0, or 1 if it has woken, or 2 if the note had happened before."""
        if (yield load("wait", RLX)) == 0:
            return 0
        if self.how["who wakes exchanges"]:
            if (yield swap("wait", 0, RLX)) == 0:
                return 0
        else:
            yield store("wait", 0, RLX)
        return 1 + (yield swap("note", 1, REL))

    def waits(self):
        """somebodywaits: a note of wakep, or a goroutine in the ring of a second P that is in the kernel."""
        if self.how["fence in somebodywaits"]:
            yield FENCE
        if (yield load("need", RLX)):
            return True
        return (yield load("second", RLX)) == INKERNEL and (yield load("ring", RLX)) != 0

    def lie_down(self):
        """The beginning of a nap with a limit, as a P is in the kernel: does it sleep while somebody waits?"""
        if not self.how["look after the announcement"] and (yield from self.waits()):
            return "looks around"
        yield store("wait", 2, RLX)
        if self.how["fence in nap"]:
            yield FENCE
        ok, _ = yield cas("wait", 2, 1, RLX, RLX)
        if not ok:
            return "is woken"
        if self.how["look after the announcement"] and (yield from self.waits()):
            return "looks around"
        return "sleeps"

    def nap(self):
        """A long one that may end at any moment: whether it had no limit and somebody woke us; None: not over."""
        yield store("note", 0, RLX)
        yield store("wait", 2, RLX)
        if self.how["fence in nap"]:
            yield FENCE
        timed = (yield load("status", RLX)) == INKERNEL
        if timed and self.how["2 to 1 by a swap"]:
            timed, _ = yield cas("wait", 2, 1, RLX, RLX)
        elif timed:
            yield store("wait", 1, RLX)
        if not timed and (yield load("note", ACQ)) == 0:
            return "sleeps"
        if self.how["sysmon exchanges"]:
            if (yield swap("wait", 0, RLX)) != 0:
                return "time is up"
        elif (yield load("wait", RLX)) != 0:
            yield store("wait", 0, RLX)
            return "time is up"
        if self.how["wait for who wakes"] and (yield load("note", ACQ)) == 0:
            return "waits for who wakes"
        return "woken"


def memory(**more):
    return dict({"status": RUNNING, "ring": 0, "m": 1, "wait": 0, "note": 0}, **more)


def scenario_lend(it):
    """An M goes into the kernel and comes back, and sysmon wants the P."""
    def mine():
        yield from it.lend(1)
        return (yield from it.reacquire())

    def sysmon():
        if not (yield from it.retake()):
            return None
        return (yield load("m", RLX)), (yield load("ring", RLX))

    def right(machine):
        back, taken = [t.result for t in machine.threads]
        if back and taken:
            return "two have the P"
        if taken and taken != (0, 1):
            return "sysmon does not see what was left"
        return None
    return memory(), [mine, sysmon], right


def scenario_lend_twice(it):
    """Another M takes the P from the kernel, puts work in its ring, and is in the kernel when the first comes back."""
    def mine():
        yield from it.lend(1)
        if not (yield from it.reacquire()):
            return None
        return (yield load("ring", RLX))

    def other():
        if not (yield from it.retake()):
            return False
        yield from it.lend(2)
        return True

    def right(machine):
        seen, taken = [t.result for t in machine.threads]
        return "it does not see what was queued" if taken and seen == 1 else None
    return memory(), [mine, other], right


def scenario_sleep(it):
    """One enters the kernel as sysmon goes to sleep."""
    def mine():
        yield from it.lend(1)
        if it.how["fence in entersyscall"]:
            yield FENCE
        return (yield from it.wake())

    def right(machine):
        woke, sleeps = [t.result for t in machine.threads]
        return "sysmon sleeps without end" if sleeps == "sleeps" and woke == 0 else None
    return memory(), [mine, it.nap], right


def scenario_note(it):
    """Two enter the kernel, and sysmon goes to sleep twice."""
    def enter():
        return (yield from it.wake())

    def sysmon():
        first = yield from it.nap()
        if first in ("sleeps", "waits for who wakes"):
            return first
        return first, (yield from it.nap())

    def right(machine):
        return "the note happens twice" if 2 in [t.result for t in machine.threads] else None
    return memory(status=INKERNEL), [enter, enter, sysmon], right


def scenario_want(it):
    """An M finds no idle P and asks for one as sysmon, which has looked, lies down."""
    def maker():
        yield store("need", 1, RLX)
        if it.how["fence in wantp"]:
            yield FENCE
        return (yield from it.wake()) if (yield load("wait", RLX)) == 1 else 0

    def right(machine):
        woke, sleeps = [t.result for t in machine.threads]
        return "work waits for the end of a nap" if sleeps == "sleeps" and woke == 0 else None
    return memory(need=0, second=RUNNING), [maker, it.lie_down], right


def scenario_leave(it):
    """An M leaves a goroutine behind in the kernel as sysmon, which has looked, lies down."""
    def enter():
        yield store("ring", 1, RLX)
        yield store("second", INKERNEL, it.how["enter: status"])
        if it.how["fence in entersyscall"]:
            yield FENCE
        return (yield from it.wake())

    def right(machine):
        woke, sleeps = [t.result for t in machine.threads]
        return "work waits for the end of a nap" if sleeps == "sleeps" and woke == 0 else None
    return memory(need=0, second=RUNNING), [enter, it.lie_down], right


def scenario_handoff(it):
    """Sysmon finds nothing to do and puts the P down, as another M puts work in a ring."""
    def maker():
        yield store("ring", 1, REL)
        if it.how["fence in wakep"]:
            yield FENCE
        return (yield load("npidle", RLX))

    def sysmon():
        yield store("npidle", 1, RLX)
        if it.how["fence in handoffp"]:
            yield FENCE
        return (yield load("ring", ACQ))
    return memory(npidle=0), [maker, sysmon], lambda m: None if any(
        t.result for t in m.threads) else "a goroutine and an idle P"


SCENARIOS = {name[9:]: f for name, f in list(globals().items()) if name.startswith("scenario_")}

# What is weakened or changed, and the scenario that finds it.
MUTANTS = [
    ({"enter: status": RLX}, "lend"),
    ({"retake: cas": RLX}, "lend"),
    ({"reacquire: cas": RLX}, "lend_twice"),
    ({"links are cut first": 0}, "lend"),
    ({"reacquire by a swap": 0}, "lend"),
    ({"retake by a swap": 0}, "lend"),
    ({"fence in entersyscall": 0}, "sleep"),
    ({"fence in nap": 0}, "sleep"),
    ({"who wakes exchanges": 0}, "note"),
    ({"2 to 1 by a swap": 0}, "note"),
    ({"sysmon exchanges": 0}, "note"),
    ({"wait for who wakes": 0}, "note"),
    ({"look after the announcement": 0}, "want"),
    ({"look after the announcement": 0}, "leave"),
    ({"fence in wantp": 0}, "want"),
    ({"fence in somebodywaits": 0}, "want"),
    ({"fence in wakep": 0}, "handoff"),
    ({"fence in handoffp": 0}, "handoff"),
]


def check(scenario, **changed):
    return explore(*SCENARIOS[scenario](Lent(**changed)))


if __name__ == "__main__":
    sys.exit(report(SCENARIOS, MUTANTS, check))
