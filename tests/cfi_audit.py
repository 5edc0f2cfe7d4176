"""Inside GDB: step through a program instruction by instruction.

At every instruction the backtrace must end in a known root, in an orderly
way, and in a routine in assembly the caller's callee-saved registers must be
what they were when it was called.  Routines of the assembly files that the run did not reach are entered
by hand from main_main.  Prints what was audited and, for each place where
the chain breaks, one line; with ENOUGH = 1 it ends at the first of them.
test_gdb.py runs it:

    gdb -nx -q -batch -ex 'python SOURCES, ENOUGH = "src", 0' -x tests/cfi_audit.py PROGRAM

make step-check does so with the program of each walk, which may be of an early chapter.
"""
import glob
import re

import gdb

ROOTS = {"_rt0_amd64_linux", "_rt0_amd64", "rt0_go", "mcall", "mstart",
         "goexit", "gogo", "clone"}
VDSO = {"clock_gettime", "__vdso_clock_gettime"}
LIMIT = globals().get("LIMIT", 50000)     # of instructions; a caller may set it
EXIT_GROUP = 231

# systemstack's caller is on a goroutine's stack, which may lie below g0's.
# GDB refuses to go there, whatever the call-frame information says.
SYSTEMSTACK = ("systemstack", gdb.FRAME_UNWIND_INNER_ID)

# gswitch is inlined in these; at its last instruction, a jump from another
# stack, nobody is the caller.
SWITCHERS = {"runtime_Gosched", "gopark", "goparkunlock", "semacquire",
             "goexit1"}
SWITCH = re.compile(r"jmp +\*%rax")

SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")
LEAVES = {"gogo"}       # gives its caller's registers up, with its stack, and must say so

seen, bad, entries = set(), {}, {}


def registers(frame):
    """The callee-saved registers of a frame; None for one that is said to be lost."""
    values = {name: frame.read_register(name) for name in SAVED}
    return {name: None if v.is_optimized_out else int(v) for name, v in values.items()}


def lost(frame):
    """The registers of the caller that the unwinder no longer knows."""
    name = frame.name()
    if name not in ROUTINES:
        return []
    sp = int(frame.read_register("rsp"))
    if frame.pc() == ROUTINES[name]:
        entries[name, sp + 8] = registers(frame)
    caller = frame.older()
    if caller is None:
        return []
    now = registers(caller)
    then = entries.get((name, int(caller.read_register("rsp"))), now)
    return [register for register in SAVED if now[register] != then[register] and
            (now[register] is not None or name not in LEAVES)]


def outermost(frame):
    """The last frame of the chain, or the first in no function at all."""
    for _ in range(50):
        older = frame.older()
        if older is None or frame.name() is None:
            break
        frame = older
    return frame


def look():
    """Check the chain at this instruction; the name of the function."""
    newest = gdb.newest_frame()
    name = newest.name() or "?"
    seen.add(name)
    wrong = lost(newest)
    if wrong:
        note(newest, "the caller's %s is lost" % " ".join(wrong))
    last = outermost(newest)
    reason = last.unwind_stop_reason()
    if (last.name(), reason) == SYSTEMSTACK:
        return name
    if (last.name() in SWITCHERS and reason == gdb.FRAME_UNWIND_OUTERMOST
            and SWITCH.search(gdb.execute("x/i $pc", to_string=True))):
        return name
    if last.name() not in ROOTS or reason != gdb.FRAME_UNWIND_OUTERMOST:
        note(newest, "ends in %s, %s" % (
            last.name(), gdb.frame_stop_reason_string(reason)))
    return name


def note(frame, what):
    """Remember the first fault at a place."""
    place = gdb.execute("info symbol %#x" % frame.pc(),
                        to_string=True).split(" in section")[0]
    bad.setdefault(place, what)


def enough():
    return ENOUGH and len(bad) >= ENOUGH


def run_through():
    """From the first instruction to the exit."""
    steps = 0
    # All on one thread: another may take the P of one that is stepped so
    # slowly, and end the process under the audit's eyes.
    gdb.execute("set environment GOMAXPROCS 1")
    gdb.execute("starti > /dev/null", to_string=True)
    gdb.execute("set scheduler-locking on", to_string=True)
    while steps < LIMIT and not enough():
        steps += 1
        # The clock in the vDSO starts over whenever the kernel has touched
        # its data, which it has after every step: pass it in one go.
        where = look()
        if exits():
            break
        gdb.execute("finish" if where in VDSO else "stepi", to_string=True)
    gdb.execute("set scheduler-locking off")
    gdb.execute("kill", to_string=True)
    return steps


def exits():
    """Whether the next instruction asks the kernel to end the process."""
    return (int(gdb.parse_and_eval("$eax")) == EXIT_GROUP
            and "syscall" in gdb.execute("x/i $pc", to_string=True))


def enter(name):
    """Some instructions of a routine, as if main_main had jumped there.

    Four; of mcall, which changes stacks and which a program that always
    takes the short way does not reach, all up to its call."""
    point = gdb.Breakpoint("*main_main", internal=True, temporary=True)
    point.silent = True
    gdb.execute("run > /dev/null", to_string=True)
    gdb.execute("set var $pc = &%s" % name, to_string=True)
    for _ in range(30 if name == "mcall" else 4):
        # A system call with whatever the registers hold is nothing to try.
        if look() != name or re.search(
                r"\s(syscall|call) ?", gdb.execute("x/i $pc", to_string=True)):
            break
        gdb.execute("stepi", to_string=True)
    gdb.execute("kill", to_string=True)


def routines():
    """The functions of the assembly files, by their labels."""
    for path in sorted(glob.glob(SOURCES + "/**/*.S", recursive=True)):
        with open(path) as f:
            text = f.read()
        yield from re.findall(r"\.type\s+(\w+), @function", text)
        yield from re.findall(r"(?m)^function (\w+)$", text)


ROUTINES = {name: int(gdb.parse_and_eval("(long)&" + name))
            for name in routines()}
steps = 0
try:
    steps = run_through()
    for routine in routines() if gdb.lookup_global_symbol("main_main") else ():
        if routine not in seen and not enough():
            enter(routine)
except gdb.error as e:
    print("cfi_audit: %s" % e)
for place in sorted(bad):
    print("broken at %s: %s" % (place, bad[place]))
print("audited %d instructions in: %s" % (steps, " ".join(sorted(seen))))
