"""Turns that end at a safe point. The driver is the clock, so that a time in a note is a count, the same in each run on one P."""
from course import Failure, row, variant

TURNLIMIT = variant("TURNLIMIT", 5, 3, 9)
LIMIT = TURNLIMIT * 1000000     # ns
LONGEST = 3 * LIMIT             # seen after one, marked after another, and one for naps
POINTS = ("works", "call")       # a safe point comes after these
LEAVES = ("yields", "kernel")


def ms(ns):
    return "%.1f ms" % (ns / 1e6)


def tell(event):
    at = "%s at %s: " % (place(event.c), ms(event.b - 1000000000)) if event.name in WORDS else ""
    return at + WORDS.get(event.name, {"looks": "sysmon has looked %d times" % event.a, "spins": "sysmon looks and looks"}.get(event.name, "the end")).replace(
        "G", "G%d" % event.a, 1)


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (event.c >> 32, event.a, None) if event.name in WORDS else None


WORDS = {"works": "G has worked and polls", "call": "G has worked and makes a short system call", "bare": "G has worked", "pins": "G pins",
         "unpins": "G unpins", "yields": "G steps back", "kernel": "G goes into the kernel", "back": "G is back from the kernel",
         "starts": "G has started others", "ends": "G ends"}


def place(turn):
    return "P%d, turn %d" % (turn >> 32, turn & 0xffffffff)


def turns(program, step, specs, procs=1):
    """Run it and check each turn: how long it was, and where it ended. The notes, and how often sysmon looked."""
    trace = program.run("GOMAXPROCS=%d" % procs, step, *specs, cpu=4)
    if any(note.name == "spins" for note in trace.notes):
        raise Failure("in %s sysmon has looked %d times, and does not calm down" % (
            ms(trace.notes[-1].a - 1000000000), trace.notes[-2].a), trace)
    notes = trace.finished()
    begin, last, pins = {}, {}, [0] * len(specs)
    slack = 0 if procs == 1 else 2 * step * 1000
    for at, note in enumerate(notes[:-1]):
        g, before = note.a, last.get(note.a)
        if note.name == "back":
            begin[note.c] = note.b
        begin.setdefault(note.c, note.b - (step * 1000 if note.name in POINTS + ("bare",) else 0))
        if before is not None:
            stayed, ran = before.c == note.c, before.b - begin[before.c]
            if pins[g] > 0 and not stayed and before.name != "call":
                raise Failure("G%d was stopped while it was pinned" % g, trace, notes.index(before))
            if pins[g] > 0 and not stayed and procs == 1:
                raise Failure("G%d was stopped at the end of a system call while it was pinned" % g, trace, notes.index(before))
            point = pins[g] == 0 and before.name in POINTS + ("unpins",)
            if point and stayed and ran >= LONGEST + slack:
                raise Failure("the turn of G%d has lasted %s, and it goes on after %s; the limit is %s, and sysmon has %s more to see it"
                              % (g, ms(ran), WHERE[before.name], ms(LIMIT), ms(LONGEST - LIMIT)), trace, notes.index(before))
            if point and not stayed and procs == 1 and ran < LIMIT:
                raise Failure("G%d was stopped %s after its turn began; the limit is %s" % (g, ms(ran), ms(LIMIT)), trace, notes.index(before))
        pins[g] += {"pins": 1, "unpins": -1}.get(note.name, 0)
        last[g] = note
    return trace, notes[:-1], notes[-1].a


WHERE = {"works": "its poll", "call": "its system call", "unpins": "the last Unpin"}


def steps(ns, step):
    """So many steps take ns."""
    return max(1, ns // (1000 * step))


def length(random):
    """Of a step, in microseconds: an eighth of the limit or less."""
    return random.randrange(TURNLIMIT * 20, TURNLIMIT * 125)


@row(20, "a turn that is too long ends at a poll, no turn ends sooner, and all that wait have theirs meanwhile", runs=2)
def turn(program, random):
    step, n = length(random), random.randrange(2, 7)
    specs = ["w.%d" % steps(random.randrange(4, 15) * LIMIT, step) for _ in range(n)]
    trace, notes, _ = turns(program, step, specs)
    seen = {}
    for at, note in enumerate(notes):
        waited = note.b - seen.get(note.a, 1000000000)
        if waited > n * (LONGEST + step * 1000):
            raise Failure("G%d had to wait for %s, and there are %d; it would have had a turn after %s" % (
                note.a, ms(waited), n, ms(n * LONGEST)), trace, at)
        seen[note.a] = note.b


@row(10, "a mark is for one turn: the next goroutine on that P is not stopped by it", runs=2, after="turn")
def short(program, random):
    step, specs = length(random), []
    for _ in range(random.randrange(3, 7)):
        spec = []
        for _ in range(random.randrange(3, 6)):
            tenths = random.choice((1, 2, 9, 45))
            spec += ["%s.%d" % ("b" if tenths == 45 else "w", steps(tenths * LIMIT // 10, step)), "y"]
        spec += ["b.%d" % steps(4 * LIMIT, step), "y", "w.1"]
        specs.append(",".join(spec))
    specs[0] += ",w.%d" % steps(8 * LIMIT, step)
    turns(program, step, specs)


@row(15, "a goroutine that is pinned is not stopped, and the last Unpin is a safe point", runs=2, after="turn")
def pinned(program, random):
    step = length(random)
    few, many = steps(LIMIT // 3, step), steps(5 * LIMIT, step)
    deep = "i," * random.randrange(2, 5)
    specs = [",".join(("w.%d" % few, deep + "w.%d" % many, deep.replace("i", "o") + "w.%d" % few, "i,w.%d,o" % few, "w.%d" % few, "i", "w.%d" % many, "o", "w.%d" % few)),
             ",".join(("i,i", "w.%d" % many, "o", "w.%d" % many, "o", "w.%d" % many)),
             "w.%d" % many, "w.%d" % many]
    random.shuffle(specs)
    turns(program, step, specs)


@row(10, "a goroutine that makes short system calls is stopped at the end of one, unless it is pinned", runs=2, after="turn")
def calls(program, random):
    step = length(random)
    many = steps(random.randrange(5, 9) * LIMIT, step)
    specs = ["c.%d" % many, "c.%d,w.%d" % (many, many), "w.%d" % many, "i,c.%d,o,c.%d" % (many, many)]
    random.shuffle(specs)
    turns(program, step, specs)


@row(15, "sysmon is awake when it must be: after a time in which no P was held, and when one is taken while it lies down", runs=2, after="turn")
def awake(program, random):
    step = length(random)
    many = "w.%d" % steps(6 * LIMIT, step)
    for sleep in ("k.%d" % random.randrange(40 * LIMIT, 90 * LIMIT), "g"):
        turns(program, step, ["%s,n.1.2,%s" % (sleep, many), "-" + many, "-" + many])
        turns(program, step, ["w.1,%s,%s,%s,n.1.1,%s" % (sleep, many, sleep, many), "-" + many])


def looked(trace, looks, ns):
    """Sysmon has about 60 looks before it calms down, and then one in each limit; we let it have twice as many."""
    most = 2 * (ns // LIMIT) + 150
    if looks > most:
        raise Failure("in %s sysmon looked %d times, and %d are enough" % (ms(ns), looks, most), trace)


@row(10, "sysmon looks no more often than it must: seldom at those who compute, and not at all while no P is held", runs=1, after="turn")
def calm(program, random):
    ns = random.randrange(100, 150) * LIMIT
    step = TURNLIMIT * 500
    trace, _, looks = turns(program, step, ["w.%d" % steps(ns, step)])
    looked(trace, looks, ns)
    trace, _, looks = turns(program, step, ["k.%d" % (10 * ns)])
    looked(trace, looks, 10 * LIMIT)
    n = random.randrange(500, 600)      # more than the queues of a P hold
    trace, _, looks = turns(program, step, ["n.1.%d,w.2" % n] + ["-w.1"] * n)
    looked(trace, looks, (n + 2) * step * 1000)
