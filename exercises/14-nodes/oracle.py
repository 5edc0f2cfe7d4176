"""Thefts on a machine with nodes: each run has RT0_SEED and GOMAXPROCS, so its threads take turns and it is the same each time."""
import re
import threading

from answer import chunks, read
from course import Failure, Program, Tree, row, tangled, variant

PAGESEED = variant("PAGESEED", 100, 101, 9999)
SQUARE = ("000111222333", "10,16,16,22,16,10,22,16,16,22,10,16,22,16,16,10")     # four nodes of three Ps; a corner is twice as far
RUNS = (("burst", 200, 20), ("tree", 3, 5, 10), ("waves", 60, 10, 6))
WORDS = 150     # so many the page has at least


def tell(event):
    if not hasattr(event, "name"):
        return str(event)
    first = event.b >> 16
    return {"main": "main begins on P%d" % event.a, "run": "goroutine %d begins on P%d" % (event.a, event.b),
            "theft": "P%d takes %d from P%d; it has looked at %s" % (event.a & 255, event.b & 0xffff, event.a >> 8 & 255, looks_of(event)),
            "search": "P%d finds nothing; it has looked at %s%s" % (event.a & 255, looks_of(event), "" if first < 0 else ", first at P%d" % first),
            "left": "main has waited; %d of %d have not run" % (event.a, event.b)}.get(event.name, "the end")


def lane(event):
    """P and goroutine of an event, for the picture of a run; of a theft, the victim."""
    if event.name == "theft":
        return event.a & 255, 0, event.a >> 8 & 255
    return (event.b, event.a, None) if event.name == "run" else None


def looks(event):
    """How often the search has looked at each P, up to 15."""
    return [event.c >> 4 * p & 15 for p in range(16)]


def looks_of(event):
    return " ".join("P%d" % p + (" %d times" % n if n > 1 else "") for p, n in enumerate(looks(event)) if n) or "none"


class Machine:
    """Nodes of some Ps, and the ways between them."""

    def __init__(self, nodes, distances):
        self.nodes, self.distances = nodes, distances
        self.table, self.node = [int(word) for word in distances.split(",")], [int(digit) for digit in nodes]

    def distance(self, a, b):
        return self.table[self.node[a] * (max(self.node) + 1) + self.node[b]]

    def run(self, program, seed, *words):
        return program.run("RT0_SEED=%d" % seed, "GOMAXPROCS=%d" % len(self.node), self.nodes, self.distances, *words)

    def others(self, p):
        return [q for q in range(len(self.node)) if q != p]


def drawn(random):
    """Two to four nodes of two to four Ps in any order, and ways between them that do not follow the numbers."""
    n = random.randrange(2, 5)
    nodes = [i for i in range(n) for _ in range(random.randrange(2, 5))][:12]
    random.shuffle(nodes)
    ways = {(i, i): 10 for i in range(n)}
    for i in range(n):
        for j in range(i):
            ways[i, j] = ways[j, i] = random.choice((14, 16, 20, 22, 31))
    return Machine("".join(map(str, nodes)), ",".join(str(ways[i, j]) for i in range(n) for j in range(n)))


def work(random):
    return random.choice((("burst", random.randrange(60, 200), random.randrange(5, 30)), ("tree", 3, 4, random.randrange(5, 30)),
                          ("waves", random.randrange(30, 70), 10, random.randrange(2, 7))))


def searches(trace):
    return [(at, note) for at, note in enumerate(trace.events) if note.name in ("theft", "search")]


def brought(trace, words):
    """Whoever begins on another P than the one on which it was made has come there by a theft: rob is the only way."""
    parents, branch = (sum(words[1] ** d for d in range(words[2])), words[1]) if words[0] == "tree" else (0, 0)
    have = {}
    for at, note in enumerate(trace.events):
        if note.name == "main":
            have[note.a] = words[1] if words[0] != "tree" else 1
        elif note.name == "theft":
            have[note.a & 255] = have.get(note.a & 255, 0) + (note.b & 0xffff)
        elif note.name == "run":
            have[note.b] = have.get(note.b, 0) - 1 + (branch if note.a < parents else 0)
            if have[note.b] - (branch if note.a < parents else 0) < 0:
                raise Failure("P%d runs a goroutine more than were made there or came by rob" % note.b, trace, at)


@row(15, "before a P is robbed, the thief has looked at each P that is nearer", runs=6)
def nearest(program, random):
    for _ in range(8):      # until there is something to judge
        machine = drawn(random)
        words = work(random)
        trace = machine.run(program, random.randrange(1 << 30), *words)
        thefts = [(at, note) for at, note in searches(trace) if note.name == "theft"]
        if thefts or trace.end != "exit 0":
            break
    for at, note in thefts:
        thief, victim, seen = note.a & 255, note.a >> 8 & 255, looks(note)
        if note.a >> 16:
            raise Failure("P%d robs P%d, and no search of it has begun" % (thief, victim), trace, at)
        for other in machine.others(thief):
            if machine.distance(thief, other) < machine.distance(thief, victim) and not seen[other]:
                raise Failure("P%d robs P%d, at distance %d, and has not looked at P%d, at distance %d" % (
                    thief, victim, machine.distance(thief, victim), other, machine.distance(thief, other)), trace, at)
    brought(trace, words)
    if not thefts:
        trace.finished()
        raise Failure("in eight runs nothing was stolen", trace)


@row(10, "each goroutine runs, and runs once", runs=3, after="nearest")
def once(program, random):
    for _ in range(2):
        words = work(random)
        trace = drawn(random).run(program, random.randrange(1 << 30), *words)
        seen = set()
        for at, note in enumerate(trace.notes):
            if note.name == "run":
                if note.a in seen:
                    raise Failure("goroutine %d runs twice" % note.a, trace, at)
                seen.add(note.a)
        trace.finished()
        due = words[1] if words[0] != "tree" else sum(words[1] ** d for d in range(words[2] + 1))
        if seen != set(range(due)):
            raise Failure("%d of %d goroutines have run" % (len(seen), due), trace)


@row(10, "a search finds nothing only if it has looked everywhere, also at what is next; so no P sleeps while another has too much", runs=4, after="nearest")
def everywhere(program, random):
    machine = drawn(random)
    trace = machine.run(program, random.randrange(1 << 30), "busy", random.randrange(30, 120))
    for at, note in searches(trace):
        thief = note.a & 255
        for other in machine.others(thief):
            if note.name == "search" and not looks(note)[other]:
                raise Failure("P%d gives up, and has not looked at P%d" % (thief, other), trace, at)
            if note.name == "search" and not note.b >> other & 1:
                raise Failure("P%d gives up, and would not have taken what is next on P%d" % (thief, other), trace, at)
    for at, note in enumerate(trace.finished()):
        if note.name == "left" and note.a:
            raise Failure("main never steps back, and %d of %d goroutines have not run" % (note.a, note.b), trace, at)


@row(5, "no search looks at a P more than twice", runs=2, after="nearest")
def brief(program, random):
    trace = drawn(random).run(program, random.randrange(1 << 30), *work(random))
    for at, note in searches(trace):
        if max(looks(note)) > 2:
            raise Failure("P%d looks %d times at one P in one search" % (note.a & 255, max(looks(note))), trace, at)
    trace.finished()


@row(10, "of those that are equally near, it is not always the same that is looked at first", runs=1, after="nearest")
def fair(program, random):
    machine, first = Machine("000011112222", "10,20,20,20,10,20,20,20,10"), {}
    for _ in range(5):
        trace = machine.run(program, random.randrange(1 << 30), "waves", 60, 10, 6)
        trace.finished()
        for at, note in searches(trace):
            first.setdefault(note.a & 255, []).append(note.b >> 16)
    for thief, victims in sorted(first.items()):
        often = max(sorted(set(victims)), key=victims.count)
        if len(victims) >= 30 and victims.count(often) > 0.8 * len(victims):
            raise Failure("of %d searches of P%d, %d begin with P%d, and it has three neighbours" % (len(victims), thief, victims.count(often), often), trace, at)


BUILDING = threading.Lock()

# -- figures ----------------------------------------------------------------------------

def figures(trace, machine):
    """Thefts within nodes and across, and the way: each look and each goroutine that is carried, times the distance."""
    within = across = way = 0
    for _, note in searches(trace):
        thief, victim = note.a & 255, note.a >> 8 & 255
        way += sum(n * machine.distance(thief, p) for p, n in enumerate(looks(note)) if n)
        if note.name == "theft":
            within, across = within + (machine.node[thief] == machine.node[victim]), across + (machine.node[thief] != machine.node[victim])
            way += (note.b & 0xffff) * machine.distance(thief, victim)
    return within, across, way


def book(program):
    """The program with the book's thief."""
    with BUILDING:      # gradings of one program may be under way at the same time
        if hasattr(program, "book"):
            return program.book
        plain = Tree(program.directory / "plain", tangled(program.exercise.chapters + program.exercise.given))
        directory = program.directory / "book"
        directory.mkdir(exist_ok=True)
        hooked = "steal.c %s" % (program.exercise.directory / "hooks.h")
        program.book = Program(program.exercise, plain, plain.objects(hooked), directory, warm=True)
    return program.book


@row(10, "the page has %d words or more, and its figures are those of the runs, made again" % WORDS, after="everywhere")
def page(program, random):
    machine, lines, trace = Machine(*SQUARE), [], None
    for who, made in (("book", book(program)), ("mine", program)):
        for number, words in enumerate(RUNS):
            trace = machine.run(made, PAGESEED + number, *words)
            trace.finished()
            lines.append("%s %s: within %d, across %d, way %d" % ((who, words[0]) + figures(trace, machine)))
    shown, path = program.names[0]
    text = read(path, shown)
    inside = {number for chunk in chunks(text, shown) for number, _ in chunk.lines}
    prose = [line.strip() for number, line in enumerate(text.split("\n"), 1) if number not in inside and not re.match(r"<<.*>>=|@( |$)", line)]
    said = [line for line in prose if re.match(r"(book|mine) \w+: ", line)]
    for line in lines:
        mine = [one for one in said if one.split(":")[0] == line.split(":")[0]]
        if mine != [line]:
            raise Failure('the page says "%s", and the run has "%s"; all lines, to copy:' % (" and ".join(mine) or "nothing", line), table=lines, words=trace.words)
    words = len(re.findall(r"[^\W\d_]{2,}", " ".join(line for line in prose if line not in said)))
    if words < WORDS:
        raise Failure("beside the figures the page has %d words, and should have %d or more" % (words, WORDS), table=lines, words=trace.words)
