"""What the context switch must do; every row looks at registers from outside of the process."""
import re
import subprocess

from course import Failure, Step, row, variant

SHADOW = variant("SHADOW", 0, 1, 6)

REGISTERS = ("rsp", "rbx", "rbp", "r12", "r13", "r14", "r15")


def tell(event):
    if isinstance(event, Step):
        return "%x: " % event.rip + " ".join("%s=%x" % (name, getattr(event, name)) for name in REGISTERS)
    return "%s %d %d %d" % event[:4]


@row(15, "main starts a goroutine, which gets its argument, and main goes on after it", runs=2)
def first(program, random):
    argument = random.randrange(1, 1 << 30)
    trace = program.run("first", argument)
    notes = [tuple(note[:3]) for note in trace.finished()]
    wanted = [("main", 1, 1), ("hello", argument, 2), ("main", 2, 1)]
    for at, (got, want) in enumerate(zip(notes + [None] * 3, wanted)):
        if got != want:
            raise Failure("expected %s of goroutine %d with %d, but there was %s"
                          % (want[0], want[2], want[1], "%s of goroutine %d with %d" % (got[0], got[2], got[1]) if got else "nothing"),
                          trace, at)


def record(program, others, seed, calls):
    """watched's registers at each of its instructions, addresses of its stack as distances from the end."""
    trace = program.run("watch", others, seed, calls, steps=("watched", "watched_end"))
    trace.finished()
    stack = next(note for note in trace.notes if note.name == "stack")
    rows = [[step.rip] + ["hi-%x" % (stack.b - value) if stack.a <= value <= stack.b else value
                          for value in (getattr(step, name) for name in REGISTERS)] + [step.g == trace.steps[0].g]
            for step in trace.steps]
    return trace, rows, next(note.a for note in trace.notes if note.name == "turns")


def place(program, address):
    """An instruction of watched in words."""
    name, start = max(((name, start) for name, start in program.symbols.items()
                       if start <= address and name.startswith("watched")), key=lambda one: one[1])
    return name + ("+0x%x" % (address - start) if address > start else "")


def compare(program, others, seed, calls):
    """Alone, watched never leaves its stack: it cannot be wrong with the switch."""
    alone, expected, _ = record(program, 0, seed, "-")
    among, got, turns = record(program, others, seed, calls)
    show = lambda value: value if isinstance(value, str) else "%x" % value
    for number, (want, have) in enumerate(zip(expected, got)):
        if want != have:
            wrong = ["%s is %s alone and %s among %d others" % (name, show(w), show(h), others)
                     for name, w, h in zip(("rip",) + REGISTERS + ("its own g",), want, have) if w != h]
            more = wrong[2:] and ", and %d more differ" % (len(wrong) - 2)
            raise Failure("at %s, instruction %d of the goroutine, %s" % (place(program, want[0]), number + 1, ", ".join(wrong[:2]) + (more or "")),
                          among, among.events.index(among.steps[number]))
    if len(got) != len(expected):
        raise Failure("the goroutine made %d steps alone and %d among others" % (len(expected), len(got)), among)
    if others and turns < 20:
        raise Failure("the others had %d turns; every call of runtime_Gosched should have given them some" % turns, among)


@row(25, "a goroutine that yields sees in its registers what it sees alone, at every instruction", runs=3)
def registers(program, random):
    compare(program, 2, random.randrange(1, 1 << 20), "y")


@row(15, "mcall calls its function on the stack of g0, with g0 as current g, and comes back", after="registers")
def on_g0(program, random):
    trace = program.run("call")
    notes = trace.finished()
    for at in range(0, len(notes), 3):
        before, probe, after = notes[at:at + 3]
        facts = ((probe.a == before.a, "its argument is not the goroutine that called mcall"),
                 (probe.g == before.b, "the current g is not g0"),
                 (probe.rsp == before.c - 16, "it stands at 0x%x; the stack of g0 begins at g0.sched.sp, 0x%x" % (probe.rsp + 16, before.c)),
                 (probe.b == 0, "rbp is 0x%x, which should be 0: on g0 the chain of frames begins anew" % probe.b),
                 (after.a == before.a, "after mcall the current g is another one"),
                 (after.c == before.c, "g0.sched.sp has changed, and must not"))
        for right, cause in facts:
            if not right:
                raise Failure("the function that mcall has called: " + cause, trace, at + 1)


@row(10, "a new goroutine begins aligned and with rbp 0, also on a stack that was used before", after="registers")
def new_ones(program, random):
    trace = program.run("fresh", random.randrange(3, 9))
    for at, note in enumerate(trace.finished()):
        if note.b != 0:
            raise Failure("goroutine %d began with rbp 0x%x; it should be 0, so that the chain of frames ends" % (note.a, note.b), trace, at)
        if note.c % 16 != 8:
            raise Failure("goroutine %d began with rsp 0x%x, which is not 8 past a multiple of 16" % (note.a, note.c), trace, at)


def frame_table(path):
    """{address: (register, offset) of the CFA, whether there is a caller} from readelf."""
    text = subprocess.run(["readelf", "-wF", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    table = []
    for match in re.finditer(r"FDE [^\n]* pc=([0-9a-f]+)\.\.([0-9a-f]+)\n(.*?)(?=\n\n|\Z)", text, re.S):
        lines = match.group(3).split("\n")
        for line in lines[1:]:
            words = line.split()
            cfa = re.match(r"(r\w+)([+-]\d+)$", words[1]) if len(words) > 1 else None
            if cfa:
                table.append((int(words[0], 16), int(match.group(2), 16), cfa.group(1), int(cfa.group(2)), words[-1] != "u"))
    return sorted(table)


def rule(table, address):
    found = [entry for entry in table if entry[0] <= address < entry[1]]
    return found[-1] if found else None


@row(15, "at every instruction of mcall and gogo, and at the place where a goroutine sleeps, a debugger finds the caller",
     after="registers")
def backtrace(program, random):
    trace = program.run("step")
    trace.finished()
    table, steps, symbol = frame_table(program.path), trace.steps, program.symbols
    end = min(start for name, start in symbol.items() if start > symbol["mcall"] and name in ("systemstack", "goexit", "gogo"))
    entries = [n for n, step in enumerate(steps) if step.rip == symbol["mcall"]]
    back = resumed(steps, symbol, end)
    if not entries or back is None:
        raise Failure("the switch to another goroutine and back did not go through mcall twice", trace)
    caller = steps[entries[0]].rsp + 8
    for step in steps[entries[0]:]:
        if not symbol["mcall"] <= step.rip < end or abs(step.rsp - caller) > 4096:
            continue
        # where a goroutine goes on, debuggers look up the byte before: the call should be there
        for address in (step.rip, step.rip - 1) if step is back else (step.rip,):
            found = rule(table, address)
            cfa = getattr(step, found[2]) + found[3] if found and found[2] in Step._fields else 0
            if cfa != caller:
                raise Failure("mcall+%d: by its CFI, a debugger looks for the caller's frame at %s = 0x%x, and it is at 0x%x"
                              % (address - symbol["mcall"], "%s%+d" % found[2:4] if found else "no place", cfa, caller),
                              trace, trace.events.index(step))


def resumed(steps, symbol, end):
    """The step at which the first goroutine that called mcall is back in it."""
    mine = next(step.g for step in steps if step.rip == symbol["mcall"])
    away = False
    for step in steps:
        away = away or step.g != mine
        if away and step.g == mine and symbol["mcall"] <= step.rip < end:
            return step
    return None
