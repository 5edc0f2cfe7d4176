"""Inside GDB: step through switches, and compare the view of the goroutines with memory.

At every instruction the program's memory is read through /proc/PID/mem, and what follows from it and from the
registers must be what the extension shows (whose names are in the same module, so these are other ones): the state of
each goroutine, where its newest frame is, that each frame's return address is in memory where the frame says, and
that no register is handed over that was not saved. The program may be of an earlier chapter, from the seventh on.

    gdb -nx -q -batch -x gdb/rt0.py -ex 'python ROUNDS, STEPS = 4, 60' -x tests/step_view.py PROGRAM

A round begins at one of PLACES; the end of the program is the end. With ROUNDS = 0 the whole run is stepped, from the
first instruction to the last, one thread at a time in turns that STEPS as a seed decides. Only what is the kernel's runs
unseen: its function that tells the time, and a new thread until its parent's step is over.
"""
import random

import gdb

PLACES = [name for name in ("setrunning", "mcall", "goexit1", "execute", "newg") if placed(name)]
TYPE, M = gdb.lookup_type("struct g"), gdb.lookup_type("struct m")
BUF, STACK = gdb.lookup_type("struct gobuf"), gdb.lookup_type("struct stack")
STATES = {f.enumval: f.name[1:] for f in gdb.lookup_type("enum gstatus").fields()}
faults, seen = [], {}


same_build = lambda: None       # of the extension: it is the same at every instruction


def remembered(function):
    """The same function, asked once for each struct and field, which do not change either."""
    answers = {}

    def ask(kind, name):
        if (kind.tag, name) not in answers:
            answers[kind.tag, name] = function(kind, name)
        return answers[kind.tag, name]
    return ask


field_at, gdb.types.has_field = remembered(field_at), remembered(gdb.types.has_field)


@remembered
def offset(type, name):
    return next(f.bitpos // 8 for f in type.fields() if f.name == name)


def peek(address, size=8):
    memory.seek(address)
    return int.from_bytes(memory.read(size), "little")


def symbol(name):
    return int(gdb.parse_and_eval("(long)&" + name))


def goroutines():
    """(goid, address) of all that are not dead."""
    g, found = peek(symbol("allgs")), []
    while g:
        if STATES[peek(g + offset(TYPE, "atomicstatus"), 4)] != "dead":
            found.append((peek(g + offset(TYPE, "goid")), g))
        g = peek(g + offset(TYPE, "alllink"))
    return sorted(found)


def queued():
    found, kind = set(), gdb.lookup_type("struct p")
    for i in range(peek(symbol("gomaxprocs"), 4)):
        p = peek(peek(symbol("allp")) + 8 * i)
        head, tail = (peek(p + offset(kind, name), 4) for name in ("runqhead", "runqtail"))
        ring, n = p + offset(kind, "runq"), kind["runq"].type.sizeof // 8
        found.update(peek(ring + 8 * (j % n)) for j in range(head, tail))
        if "pilebottom" in (f.name for f in kind.fields()):
            bottom, top = (peek(p + offset(kind, name), 4) for name in ("pilebottom", "piletop"))
            pile, n = p + offset(kind, "piled"), kind["piled"].type.sizeof // 8
            found.update(peek(pile + 8 * (j % n)) for j in range(bottom, top))
    g = peek(symbol("sched.runq.head"))
    while g:
        found.add(g)
        g = peek(g + offset(TYPE, "schedlink"))
    return found


def bounds(g):
    """The two ends of the stack of a g."""
    return [peek(g + offset(TYPE, "stack") + offset(STACK, name)) for name in ("lo", "hi")]


def entered():
    """At the first instruction of systemstack: where the goroutine will have its rbp, which is the way back."""
    rsp = int(gdb.newest_frame().read_register("rsp"))
    for _, g in goroutines():
        lo, hi = bounds(g)
        if lo < rsp <= hi:
            ways[g] = rsp - 8


class Entry(gdb.Breakpoint):
    def stop(self):
        entered()
        return True


def borrowed(g, threads):
    """Whether a thread that runs g is on its g0's stack, and systemstack has called what is outermost there."""
    m = peek(symbol("allm"))
    while m and peek(m + offset(M, "curg")) != g:
        m = peek(m + offset(M, "alllink"))
    if not m:
        return False
    g0 = peek(m + offset(M, "g0"))
    sp = peek(g0 + offset(TYPE, "sched") + offset(BUF, "sp"))
    return any(bounds(g0)[0] < rsp <= sp and systemstack <= (peek(sp - 8) if rsp < sp else rip) < systemstack + 90
               for rsp, rip in threads)


def registers():
    """rsp and rip of each thread."""
    selected, found = gdb.selected_thread(), []
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        frame = gdb.newest_frame()
        found.append((int(frame.read_register("rsp")), frame.pc()))
    selected.switch()
    return found


def truth(g, waiting, threads):
    """The state to be shown, the rip of the newest frame, and whether a thread is on the stack."""
    said = STATES[peek(g + offset(TYPE, "atomicstatus"), 4)]
    lo, hi = bounds(g)
    for rsp, rip in threads:
        # the last instructions of a switch are on the new stack, in the code of the old one: jmp *%rax, jmp *%rcx
        code = peek(rip, 8).to_bytes(8, "little")
        jumping = code[:2] == b"\xff\xe0" or b"\xff\xe1" in code and gogo <= rip < gogo + 90
        if lo < rsp <= hi and not jumping:
            return said, rip, True
    if borrowed(g, threads):
        seen["lent"] = seen.get("lent", 0) + 1
        return said, peek(ways[g] + 8), False
    gone = said == "running" or said == "runnable" and g not in waiting
    return "in flight" if gone else said, peek(g + offset(TYPE, "sched") + offset(BUF, "pc")), False


def look():
    """Compare all goroutines at this instruction."""
    if not goroutines():        # newg puts its g on the list an instruction before it links the others behind it
        seen["linking"] = seen.get("linking", 0) + 1
        return
    where = gdb.execute("info symbol $pc", to_string=True).split(" in ")[0]
    waiting, threads = queued(), registers()
    mine = peek(int(gdb.newest_frame().read_register("fs_base")) - 8)
    m = peek(mine + offset(TYPE, "m"))
    mine = peek(m + offset(M, "curg")) if mine == peek(m + offset(M, "g0")) else mine
    shown = {}
    for line in gdb.execute("info goroutines", to_string=True).splitlines():
        shown[int(line[2:6])] = (line[0], line[8:17].strip(), line[18:])
    for goid, g in goroutines():
        state, pc, on = truth(g, waiting, threads)
        seen[state] = seen.get(state, 0) + 1
        star, said, rest = shown.get(goid, ("", "nothing", ""))
        if said != state or (star == "*") != (state in ("running", "syscall") and g == mine):
            faults.append("%s: G%d is %s, shown as %r" % (where, goid, state, star + said + " " + rest))
        if pc in (goexit + 1, peek(g + offset(TYPE, "startpc"))) and not on:
            if not re.match("not started, will run |about to begin |has run ", rest):
                faults.append("%s: G%d has not started, shown as %r" % (where, goid, rest))
        elif bounds(g)[1]:
            frames(where, goid, g, pc, on)


def frames(where, goid, g, pc, on):
    """The chain of a goroutine: its beginning, its return addresses, its end, its registers."""
    lo, hi = bounds(g)
    with Standing(gdb.Value(g).cast(TYPE.pointer()).dereference()) as frame:
        if frame.pc() != pc:
            faults.append("%s: G%d is at %#x, shown at %#x" % (where, goid, pc, frame.pc()))
        if not on and peek(pc - 3, 3) == 0x90e0ff:         # jmp *%rax; nop: left by gswitch, which saves three
            seen["switched"] = seen.get("switched", 0) + 1
            for name in ("rbx", "r12", "r13", "r14", "r15"):
                if not frame.read_register(name).is_optimized_out:
                    faults.append("%s: %s of G%d was not saved and is shown" % (where, name, goid))
        while frame.older() is not None:
            older = frame.older()
            sp = int(older.read_register("rsp"))
            if frame.type() != gdb.INLINE_FRAME and older.type() != gdb.TAILCALL_FRAME and (not lo < sp <= hi or peek(sp - 8) != older.pc()):
                faults.append("%s: G%d has no return address to %s" % (where, goid, older.name()))
            frame = older
        if frame.name() != "goexit":
            faults.append("%s: the stack of G%d ends in %s" % (where, goid, frame.name()))


def step():
    """One instruction of this thread; in a system call the others may move."""
    held = peek(int(gdb.newest_frame().pc()), 2) != 0x050f
    gdb.execute("set scheduler-locking " + ("on" if held else "off"), to_string=True)
    gdb.execute("stepi", to_string=True)


def rounds():
    """Step some instructions from each of some places on."""
    for point in [gdb.Breakpoint(name, internal=True) for name in PLACES] + [Entry("*%d" % systemstack, internal=True)]:
        point.silent = True
    for _ in range(ROUNDS):
        gdb.execute("set scheduler-locking off")
        gdb.execute("continue", to_string=True)
        for _ in range(STEPS):
            if gdb.selected_inferior().pid:
                look()
                step()
                yield
        if not gdb.selected_inferior().pid:
            return


FUTEX, SLEEPS, EXIT = 202, (35, 230), 231       # futex, nanosleep, clock_nanosleep, exit_group


def able(frame):
    """Whether a thread may do its next instruction: in a system call that lasts, 0, or a little, if it ends by itself.

    One that is about to wait for a word in memory is left standing until the word is another: then it need not wait.
    The same holds for one that GDB has stopped while it waits, which will call again.
    """
    rax, again, rdi, rsi, rdx, r10 = (int(frame.read_register(name)) for name in ("rax", "orig_rax", "rdi", "rsi", "rdx", "r10"))
    if peek(frame.pc() - 2, 2) == 0x050f and -517 < rax < -511:
        rax = again
    elif peek(frame.pc(), 2) != 0x050f:
        return 1
    if rax == FUTEX and rsi & 127 == 0 and peek(rdi, 4) == rdx & 0xffffffff:
        return 0.02 if r10 else 0
    return 0.02 if rax in SLEEPS else 1


def vdso():
    """Where the kernel's function is that tells the time: it begins again when the clock has ticked, so it cannot be stepped."""
    at = int(re.search(r"(?m)^33 .*(0x[0-9a-f]+)$", gdb.execute("info auxv", to_string=True))[1], 16)
    return range(at, at + 8192)


def whole():
    """Step every instruction of every thread, in turns."""
    turns, left, kernels = random.Random(STEPS), 0, vdso()
    gdb.execute("set scheduler-locking on")
    while gdb.selected_inferior().pid:
        frame = gdb.newest_frame()
        left -= 1
        if left < 0 or able(frame) < 1:
            threads, chances = gdb.selected_inferior().threads(), []
            for one in threads:
                one.switch()
                chances.append(able(gdb.newest_frame()))
            if not any(chances):
                faults.append("all threads wait")
                return
            turns.choices(threads, chances)[0].switch()
            left = turns.randrange(60)
            frame = gdb.newest_frame()
        if frame.pc() == systemstack:
            entered()
        look()
        if peek(frame.pc(), 2) == 0x050f and int(frame.read_register("rax")) == EXIT:
            yield
            return
        if frame.pc() in kernels:       # called just now
            gdb.Breakpoint("*%d" % peek(int(frame.read_register("rsp"))), internal=True, temporary=True).silent = True
            gdb.execute("continue", to_string=True)
        else:
            gdb.execute("stepi", to_string=True)
        yield


gdb.execute("tbreak main_main" if ROUNDS else "set width 0", to_string=True)
gdb.execute("run >/dev/null" if ROUNDS else "starti", to_string=True)
goexit, gogo, systemstack = symbol("goexit"), symbol("gogo"), symbol("systemstack")
memory = open("/proc/%d/mem" % gdb.selected_inferior().pid, "rb", 0)
ways, steps, run = {}, 0, rounds() if ROUNDS else whole()


def advance():
    """Some steps, in a command of their own: GDB remembers each value until a command ends, and searches them all."""
    global steps, run
    try:
        for _ in range(50):
            next(run)
            steps += 1
            if steps % 1000 == 0:
                print("reached %d instructions, %d faults" % (steps, len(faults)))
    except StopIteration:
        run = None
    except gdb.error as e:
        run = print("step_view ends: %s" % e)


while run:
    gdb.execute("python advance()")
for fault in faults[:20]:
    print("wrong " + fault)
print("compared %d instructions, %d faults; %s" % (steps, len(faults), seen))
if gdb.selected_inferior().pid:
    gdb.execute("kill", to_string=True)
