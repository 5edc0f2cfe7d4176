"""Conditions under seeds: each run has RT0_SEED and GOMAXPROCS, so its threads take turns and it is the same each time."""
import shutil

from course import BUILD, Failure, Program, Tree, row, tangled, variant, whole

LETTERS = variant("LETTERS", 6, 4, 12)
SHOWN = 3       # writers, readers, places in the box
PROCS = (2, 3, 4)


def tell(event):
    if not hasattr(event, "name"):
        return str(event)
    a, b, c = event.a, event.b, event.c
    return {"seed": "the answer says seed %d on %d Ps" % (a, b),
            "writes": "writer %d puts letter %d into the box, which has %d now" % (a, b, c),
            "reads": "reader %d takes letter %d of writer %d" % (a, c, b),
            "waits": "goroutine %d waits" % a, "returns": "goroutine %d goes on" % a,
            "before": "all wait, and %d have gone on" % a,
            "signal": "after signal %d, %d have gone on; %d were made ready" % (a, b, c & 0xffffffff),
            "all": "after a broadcast %d of %d have gone on" % (b, a), "late": "one more waits",
            "comes": "goroutine %d comes to meeting %d" % (a, b), "goes": "goroutine %d leaves meeting %d" % (a, b),
            "still": "all wait, and %s" % ("no P but ours is busy" if a else "a P is busy"),
            "looked": "in %d looks, a P was busy in %d; %d rounds" % (a, b, c)}.get(event.name, "the end")


def run(program, random, *words):
    """A run on each number of Ps with seeds that are drawn."""
    for procs in PROCS:
        yield program.run("RT0_SEED=%d" % random.randrange(1 << 30), "GOMAXPROCS=%d" % procs, *words)


def complete(trace):
    """The notes of a run that came to its end."""
    if "all goroutines are asleep" in trace.output:
        raise Failure("%s on %s Ps, all goroutines are asleep; %d of them wait for a condition" % (
            trace.words[0].replace("RT0_SEED=", "with seed "), trace.words[1].replace("GOMAXPROCS=", ""), trace.output.count("[condition]")),
                      trace, len(trace.events))
    return trace.finished()


def given(program):
    """The program without the answer. A copy is for those who search a seed."""
    if not hasattr(program, "faulty"):
        plain = Tree(program.directory / "plain", tangled(program.exercise.chapters + program.exercise.given))
        directory = program.directory / "faulty"
        directory.mkdir(exist_ok=True)
        hooked = "cond.c %s" % (program.exercise.directory / "hooks.h")
        program.faulty = Program(program.exercise, plain, plain.objects(hooked), directory, warm=True)
        with whole(BUILD / "lost" / "faulty") as scratch:
            shutil.copy(program.faulty.path, scratch)
    return program.faulty


def claim(program):
    """The seed and the number of Ps that the answer says."""
    trace = program.run("seed")
    notes = trace.finished()
    seed, procs = notes[0].a, notes[0].b
    if not 0 <= seed < 1 << 31 or procs not in PROCS:
        raise Failure("the answer says seed %d on %d Ps; a seed is a number from 0 to 2147483647, and the Ps are 2, 3 or 4" % (seed, procs), trace, 0)
    return "RT0_SEED=%d" % seed, "GOMAXPROCS=%d" % procs


def letters(trace, writers, n):
    """Each letter comes once, those of one writer in order."""
    due, read = [0] * writers, 0
    notes = complete(trace)
    for at, note in enumerate(notes):
        if note.name != "reads":
            continue
        if not 0 <= note.b < writers or note.c != due[note.b]:
            raise Failure("letter %d of writer %d has come, and letter %d was due" % (note.c, note.b, due[note.b] if 0 <= note.b < writers else 0), trace, at)
        due[note.b] += 1
        read += 1
    if read != writers * n:
        raise Failure("%d of %d letters have come" % (read, writers * n), trace)


@row(20, "on the program as it was given, the seed shows the fault, each time")
def seed(program, random):
    faulty = given(program)         # before the claim, which may come to a todo
    words = claim(program) + ("show",)
    first, second = faulty.run(*words), faulty.run(*words)
    if first.end == "exit 0":
        raise Failure("with %s %s all %d letters come, so this seed shows nothing" % (words[0], words[1], SHOWN * LETTERS), first)
    if first.end != "exit 2" or "all goroutines are asleep" not in first.output:
        raise Failure("with %s %s it ends in another way: %s" % (words[0], words[1], first.ended()), first)
    if [event[:4] for event in first.events] != [event[:4] for event in second.events]:
        raise Failure("with %s %s two runs differ" % words[:2], second)


@row(10, "with your mend, the same seed lets all letters come", after="seed")
def mend(program, random):
    trace = program.run(*claim(program), "show")
    letters(trace, SHOWN, LETTERS)


@row(20, "with any other seed, writers and readers lose nothing", runs=5)
def others(program, random):
    n = random.randrange(15, 25)
    for trace in run(program, random, "box", 1, 1, 1, n):
        letters(trace, 1, n)
    writers, readers, places = random.randrange(1, 5), random.randrange(1, 5), random.randrange(1, 4)
    for trace in run(program, random, "box", writers, readers, places, n):
        letters(trace, writers, n)


@row(15, "a signal lets the one that has waited longest go on, and no other; for nobody, it is over", runs=2, after="others")
def one(program, random):
    n = random.randrange(8, 20)
    for trace in run(program, random, "one", n):
        notes = complete(trace)
        order = [note.a for note in notes if note.name == "returns"]
        for at, note in enumerate(notes):
            if note.name == "before" and note.a != 0:
                raise Failure("%d of %d go on, and no signal has come since they wait" % (note.a, n), trace, at)
            if note.name == "signal" and note.b != note.a:
                raise Failure("after %d signals %d have gone on" % (note.a, note.b), trace, at)
            if note.name == "signal" and note.c & 0xffffffff > 4:
                raise Failure("one signal, with nobody else about, made %d goroutines ready" % (note.c & 0xffffffff), trace, at)
            if note.name == "all" and note.b != n:
                raise Failure("after a broadcast %d of %d have gone on" % (note.b, n), trace, at)
            if note.name == "late" and note.b != n:
                raise Failure("one that began to wait after the broadcast has gone on", trace, at)
        for at, note in enumerate(notes):
            if note.name == "returns" and note.b < n // 2 and note.a != note.b:
                raise Failure("goroutine %d goes on, and goroutine %d has waited longer" % (note.a, note.b), trace, at)
        if sorted(order) != list(range(n + 1)):
            raise Failure("of %d that waited, %d have gone on" % (n + 1, len(order)), trace)


@row(10, "while all wait, no P is busy and nobody looks again and again", runs=2, after="others")
def quiet(program, random):
    for trace in run(program, random, "quiet", random.randrange(2, 12), 3000):
        for at, note in enumerate(complete(trace)):
            if note.name == "still" and not note.a:
                raise Failure("all wait, and 20,000 looks at the clock later a P is busy still", trace, at)
            if note.name == "looked" and (note.b or note.c):
                raise Failure("all wait, and in %d looks at the clock another P was busy in %d of them; there were %d rounds of the scheduler"
                              % (note.a, note.b, note.c), trace, at)
