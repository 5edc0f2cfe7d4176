"""A queue with priorities against a model in which a queue is a list of lists."""
from course import Failure, row, variant

PRIOS = variant("PRIOS", 8, 6, 9)


def tell(event):
    if event.name == "got":
        return "%s gives %s" % ("ba"[event.b == 0], "G%d" % event.a if event.a >= 0 else "nothing")
    return "%s G%d %d" % event[:3]


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (event.b if event.name == "got" else 0, event.a, None) if event.name in ("got", "turn", "end") else None


class Model:
    """What a queue should do: first in, first out for each priority, the highest first."""

    def __init__(self):
        self.lines = [[] for _ in range(PRIOS)]

    def put(self, who, prio):
        self.lines[prio].append(who)

    def get(self):
        for line in reversed(self.lines):
            if line:
                return line.pop(0)
        return -1


def expected(ops):
    """What should come out, each with its priority and the operation."""
    queues, n, found, prios = {"a": Model(), "b": Model()}, 0, [], {-1: None}
    for op in ops:
        if op[0] in "ab":
            queues[op[0]].put(n, int(op[1]))
            prios[n] = int(op[1])
            n += 1
        else:
            found.append((queues[op.lower()].get(), op))
    return found, prios


def run(program, ops):
    trace = program.run("queue", "".join(ops))
    found, prios = expected(ops)
    notes = trace.finished()
    for at, ((who, op), got) in enumerate(zip(found, notes)):
        if who == got.a:
            continue
        name = lambda g: "nothing" if g == -1 else "G%d of priority %s" % (g, prios.get(g, "unknown"))
        why = ""
        if got.a != -1 and who != -1 and prios.get(got.a) == prios[who]:
            why = ", which had come first"
        raise Failure("take %d from P %s gave %s; it should have been %s%s" % (at + 1, op.lower(), name(got.a), name(who), why), trace, at)


@row(20, "the goroutine with the highest priority comes out first", runs=4)
def highest(program, random):
    prios = random.sample(range(PRIOS), 6)
    run(program, ["a%d" % prio for prio in prios] + ["A"] * 7)


@row(20, "of those with the same priority, the one that came first comes out first", runs=4, after="highest")
def order(program, random):
    few = random.sample(range(PRIOS), 2)
    run(program, ["a%d" % random.choice(few) for _ in range(24)] + ["A"] * 25)


@row(15, "a queue holds any number: 300 of one priority, 2,000 of all", after="highest")
def many(program, random):
    run(program, ["a%d" % random.randrange(PRIOS)] * 300 + ["A"] * 301)
    run(program, ["a%d" % random.randrange(PRIOS) for _ in range(2000)] + ["A"] * 2001)


def turns(specs):
    """The order of turns that a strict queue of priorities gives, main included."""
    model, place, found = Model(), [0] * len(specs), []
    for who, spec in enumerate(specs, 1):
        model.put(who, int(spec[0]))
    model.put(0, 0)
    left = len(specs)
    while left:
        who = model.get()
        if who == 0:
            model.put(0, 0)
        elif place[who - 1] < len(specs[who - 1]):
            found.append((who, place[who - 1]))
            model.put(who, int(specs[who - 1][place[who - 1]]))
            place[who - 1] += 1
        else:
            left -= 1
    return found


@row(20, "goroutines of a program take their turns by priority, also when it changes", runs=3, after="highest")
def program(program, random):
    specs = ["".join(str(random.randrange(PRIOS)) for _ in range(random.randrange(2, 7))) for _ in range(random.randrange(3, 7))]
    trace = program.run("run", *specs)
    notes = [(at, note) for at, note in enumerate(trace.finished()) if note.name == "turn"]
    wanted = turns(specs)
    for (at, note), (who, number) in zip(notes, wanted):
        if (note.a, note.b) != (who, number):
            raise Failure("turn %d of G%d came where turn %d of G%d was due; the priorities of their turns were %s and %s"
                          % (note.b + 1, note.a, number + 1, who, specs[note.a - 1], specs[who - 1]), trace, at)
    if len(notes) != len(wanted):
        raise Failure("there were %d turns and %d were due" % (len(notes), len(wanted)), trace)
