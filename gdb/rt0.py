# SPDX-License-Identifier: MIT
# Tangled from book/90-the-debugger.nw; edit that, not this file.
"""GDB extension for programs on rt0: goroutines, Ps, and the book.

Load it with  gdb -x gdb/rt0.py PROGRAM  or by  make gdb.  The commands that
look change nothing in the program, so they work on core files, too.
"""
import itertools
import os
import re

import gdb
import gdb.printing
import gdb.FrameDecorator
import gdb.types
import gdb.unwinder

# fail in one line
class Command(gdb.Command):
    """A command whose failures are one line."""

    def __init__(self, name, kind=gdb.COMMAND_STATUS):
        super().__init__(name, kind)

    def invoke(self, arg, tty):
        try:
            self.run(arg.strip())
        except Exception as e:
            raise gdb.GdbError(str(e))

def value(expression):
    """The value of an expression; says what is missing if it has none."""
    try:
        return gdb.parse_and_eval(expression)
    except gdb.error as e:
        if "No symbol" in str(e):
            raise gdb.GdbError("%s: this program has no debug information "
                               "of rt0; build it with make" % e)
        raise gdb.GdbError(str(e))

def number(v):
    """An argument of a convenience function as a Python number."""
    try:
        return int(v)
    except (gdb.error, ValueError):
        raise gdb.GdbError("%s is no number" % v)

# reach the runtime's data
def getg():
    """The g of the selected thread, or the one that we stand on."""
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the program is not running; say starti or run")
    if Standing.on is not None:
        return Standing.on
    same_build()
    base = int(gdb.newest_frame().read_register("fs_base"))
    if base == 0:
        raise gdb.GdbError("no g yet: fs_base is 0; continue past settls")
    gpp = gdb.lookup_type("struct g").pointer().pointer()
    gp = gdb.Value(base - 8).cast(gpp).dereference()
    if int(gp) == 0:
        in_core(base - 8, "pointer to g")
        raise gdb.GdbError("no g yet: %fs:-8 is 0; continue past settls")
    # refuse a thread pointer that is another thread's
    mp = gp["m"]
    procid = field(mp.dereference(), "procid") if int(mp) else None
    owner = [t for t in threads() if procid and t.ptid[1] == int(procid)]
    if owner and owner[0].num != gdb.selected_thread().num:
        raise gdb.GdbError("no g yet: this thread still has the thread pointer "
                           "of M%d; continue past settls" % int(mp["id"]))
    return gp.dereference()

def field(struct, name):
    """A field of a struct, or None if this runtime has none such."""
    return struct[name] if gdb.types.has_field(struct.type, name) else None

def threads():
    """The threads of the program, the oldest first."""
    return sorted(gdb.selected_inferior().threads(), key=lambda t: t.num)

def thread_of(m):
    """The thread of an m, or None if it has none."""
    procid = field(m, "procid")
    for thread in threads():
        if procid is not None and thread.ptid[1] == int(procid):
            return thread
    own = int(m["tls"].address) + 8
    for thread, pointer in thread_pointers():
        if pointer == own:
            return thread
    # take the kernel's first thread for m0
    for thread in threads():
        if thread.ptid[1] == thread.ptid[0] and m.address == \
                gdb.parse_and_eval("&m0"):
            return thread
    return None

def thread_pointers():
    """Pairs of a thread and its fs_base, the oldest first."""
    selection, pairs = Selection(), []
    for thread in threads():
        thread.switch()
        pointer = gdb.newest_frame().read_register("fs_base")
        pairs.append((thread, int(pointer)))
    selection.restore()
    return pairs

def linked(head, link):
    """The structs of a list, from pointer head along the field link."""
    seen = set()
    while int(head) != 0:
        if int(head) in seen:
            raise gdb.GdbError("the list is a loop: %#x comes twice"
                               % int(head))
        seen.add(int(head))
        item = head.dereference()
        try:
            item.fetch_lazy()
        except gdb.MemoryError:
            in_core(int(head), "rest of a list")
            raise gdb.GdbError("the list is broken: no memory at %#x"
                               % int(head))
        # refuse a struct that a core file lacks
        if zeros(int(head), item.type.sizeof):
            in_core(int(head), "struct " + item.type.tag)
        yield item
        head = item[link]

def allgs():
    """Every g that is not dead, by goid."""
    same_build()
    gs = [g for g in linked(value("allgs"), "alllink")
          if status(g) != "dead"]
    return sorted(gs, key=lambda g: int(g["goid"]))

def status(g):
    """The status of a g in lower case, without its G: running."""
    return state(g["atomicstatus"], "enum gstatus")

def state(v, enum):
    """The name of an enumeration value without its first letter."""
    states = gdb.types.make_enum_dict(gdb.lookup_type(enum))
    for name, n in states.items():
        if n == int(v):
            return name[1:]
    return "status %d" % int(v)

def find(goid):
    """The g with that goid."""
    for g in allgs():
        if int(g["goid"]) == goid:
            return g
    raise gdb.GdbError("no goroutine %d; see info goroutines" % goid)

def allps():
    """Every P."""
    same_build()
    n = int(value("gomaxprocs"))
    ps = value("allp")
    if n == 0 or int(ps) == 0:
        raise gdb.GdbError("no P yet; continue past schedinit")
    for i in range(n):
        if int(ps[i]) == 0:
            in_core(int(ps) + 8 * i, "P")
    return [ps[i].dereference() for i in range(n)]

def runq(p):
    """Pointers to the gs in the ring of a P, first in line first."""
    size = p["runq"].type.range()[1] + 1
    head, tail = int(p["runqhead"]), int(p["runqtail"])
    n = (tail - head) & 0xffffffff
    if n > size:
        raise gdb.GdbError("the ring is corrupt: head %d, tail %d"
                           % (head, tail))
    return [p["runq"][(head + i) % size] for i in range(n)]

# reach those who run before the ring
def ahead(p):
    """Pointers to the gs ahead of the ring, the next one first, or None."""
    runnext, pile = field(p, "runnext"), field(p, "pile")
    if pile is None:
        return runnext if runnext is None else [runnext] * (int(runnext) != 0)
    n, size = int(pile) >> 8 & 0xffff, p["piled"].type.range()[1] + 1
    if n > size:
        raise gdb.GdbError("the pile is corrupt: %d on it" % n)
    return [p["piled"][(int(pile) + i) % size] for i in reversed(range(n))]

def named(gp):
    """G3 for a pointer to goroutine 3, - for NULL."""
    try:
        return "G%d" % int(gp["goid"]) if int(gp) else "-"
    except gdb.MemoryError:
        return "G?%#x" % int(gp)

def in_core(address, what):
    """Fail if this is a core file, for it lacks what should be there."""
    connection = getattr(gdb.selected_inferior(), "connection", None)
    if connection is not None and connection.type == "core":
        raise gdb.GdbError(
            "this core file lacks the %s at %#x: gcore gives up at guard "
            "pages, and a limit cuts what the kernel writes. Say ulimit -c "
            "unlimited, run, and kill -ABRT PID" % (what, address))

def zeros(address, n):
    """Whether there are n bytes of zeros at an address."""
    try:
        memory = gdb.selected_inferior().read_memory(address, n)
    except gdb.MemoryError:
        return False
    return not any(bytes(memory))

def read(address, size):
    """A little-endian number in memory."""
    memory = gdb.selected_inferior().read_memory(address, size)
    return int.from_bytes(bytes(memory), "little")

def build_id():
    """The build id in memory, in hex, or None."""
    # find the program headers in memory
    auxv = gdb.execute("info auxv", to_string=True)
    found = dict(re.findall(r"^(\d+)\s+AT_\w+.*?(0x[0-9a-f]+|\d+)$", auxv,
                            re.MULTILINE))
    if "3" not in found or "5" not in found:
        return None
    headers, count = int(found["3"], 0), int(found["5"], 0)
    for i in range(count):
        at = headers + 56 * i
        if read(at, 4) == PT_NOTE:
            note = read(at + 16, 8)
            if read(note + 8, 4) == NT_GNU_BUILD_ID:
                start, n = note + 16, read(note + 4, 4)
                return bytes(gdb.selected_inferior().read_memory(
                    start, n)).hex()
    return None

PT_NOTE, NT_GNU_BUILD_ID = 4, 3

def same_build():
    """Fail if memory and symbols are not from the same program."""
    want = gdb.objfiles()[0].build_id if gdb.objfiles() else None
    try:
        have = build_id()
    except gdb.error:
        return
    if have and want and have != want:
        raise gdb.GdbError("this process or core is from another build: its "
                           "build id is %s, this file's is %s"
                           % (have[:12], want[:12]))

# the convenience functions
class G(gdb.Function):
    """$g(): the g of this thread.  $g(N): goroutine N."""

    def invoke(self, goid=None):
        gp = getg() if goid is None else find(number(goid))
        return gp

class M(gdb.Function):
    """$m(): this thread's m.  $m(N): M number N."""

    def invoke(self, i=None):
        if i is not None:
            for m in linked(value("allm"), "alllink"):
                if int(m["id"]) == number(i):
                    return m
            raise gdb.GdbError("no M%d; see info sched" % number(i))
        g = getg()
        if int(g["m"]) == 0:
            raise gdb.GdbError("goroutine %d has no m" % int(g["goid"])
                               if int(g["goid"]) else "g has no m yet; "
                               "continue past rt0_go")
        return g["m"].dereference()

class P(gdb.Function):
    """$p(): the P that this thread holds.  $p(N): P number N."""

    def invoke(self, i=None):
        if i is not None:
            i, ps = number(i), allps()
            if not 0 <= i < len(ps):
                raise gdb.GdbError("no P%d; there are %d" % (i, len(ps)))
            return ps[i]
        pp = M.invoke(None)["p"]
        if int(pp) == 0:
            raise gdb.GdbError("this thread holds no P")
        return pp.dereference()

G("g"), M("m"), P("p")

# show goroutines
# print what the runtime holds
def function(pc):
    """The name of the function at a pc, or its address."""
    block = gdb.block_for_pc(int(pc))
    while block is not None and block.function is None:
        block = block.superblock
    if block is not None:
        return block.function.name
    text = gdb.execute("info symbol %#x" % int(pc), to_string=True)
    return text.split()[0] if " in section" in text else "%#x" % int(pc)

class GPrinter:
    """A g in one line: G3 runnable count."""

    def __init__(self, g):
        self.g = g

    def to_string(self):
        if int(self.g["goid"]) == 0:
            return "g0"
        return "G%d %s %s" % (int(self.g["goid"]), status(self.g),
                              function(self.g["startpc"]))

# print a P and an M
class PPrinter:
    """A P with its run queue."""

    def __init__(self, p):
        self.p = p

    def to_string(self):
        return "P%d %s" % (int(self.p["id"]),
                           state(self.p["status"], "enum pstatus"))

    def children(self):
        try:
            for i, gp in enumerate(ahead(self.p) or []):
                yield "next[%d]" % i, gp.dereference()
            for i, gp in enumerate(runq(self.p)):
                yield "runq[%d]" % i, gp.dereference()
        except gdb.GdbError as e:
            yield "runq", str(e)

class MPrinter:
    """An M and what it runs."""

    def __init__(self, m):
        self.m = m

    def to_string(self):
        gp, pp = self.m["curg"], self.m["p"]
        return "M%d %s %s" % (
            int(self.m["id"]), "P%d" % int(pp["id"]) if int(pp) else "no P",
            "G%d" % int(gp["goid"]) if int(gp) else "g0")

printers = gdb.printing.RegexpCollectionPrettyPrinter("rt0")
printers.add_printer("g", "^g$", GPrinter)
printers.add_printer("p", "^p$", PPrinter)
printers.add_printer("m", "^m$", MPrinter)
gdb.printing.register_pretty_printer(None, printers, replace=True)

# look below what was inlined
def below_inlined():
    """The newest frame that has a stack of its own."""
    frame = gdb.newest_frame()
    while frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame

# show the frames of a parked goroutine
class FrameId:
    """What GDB needs to tell one frame from another."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc

class GUnwinder(gdb.unwinder.Unwinder):
    """Once armed with saved registers, claims the newest frame."""

    def __init__(self):
        super().__init__("rt0-goroutine")
        self.saved = self.claimed = None

    def __call__(self, frame):
        # claim a frame or leave it
        if self.saved is None and self.claimed is None:
            return None
        here = [int(frame.read_register(r)) for r in ("rsp", "rip")]
        if self.saved is not None:
            self.claimed, self.saved = (here, self.saved), None
        if self.claimed[0] != here:
            return None
        saved = self.claimed[1]
        # make the saved registers the caller's
        word = gdb.lookup_type("unsigned long")
        info = frame.create_unwind_info(FrameId(
            gdb.Value(saved["rsp"] - 16).cast(word), frame.read_register("rip")))
        for name, v in saved.items():
            info.add_saved_register(name, gdb.Value(v).cast(word))
        return info

unwinder = GUnwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)

def saved_registers(g):
    """What g has saved in its gobuf: names of registers and numbers."""
    fields = {"rsp": "sp", "rip": "pc", "rbp": "bp"}
    if innermost(int(g["sched"]["pc"]) - 1) != "gswitch":
        fields.update(rbx="bx", r12="r12", r13="r13", r14="r14", r15="r15")
    return {reg: int(g["sched"][name]) for reg, name in fields.items()}

def innermost(pc):
    """The function at a pc, also if it was inlined there, or None."""
    block = gdb.block_for_pc(pc)
    while block is not None and block.function is None:
        block = block.superblock
    return block.function.name if block is not None else None

# remember what is selected
class Selection:
    """What is selected, to come back to; meanwhile GDB sees threads."""

    def __init__(self):
        self.thread = gdb.selected_thread()
        if self.thread is None:
            raise gdb.GdbError("the program is not running; say starti "
                               "or run")
        self.level = gdb.selected_frame().level()
        self.stand = Standing.on, Standing.base, unwinder.claimed
        stand_on(None, 0, None)

    def restore(self):
        self.thread.switch()
        stand_on(*self.stand)
        frame = gdb.newest_frame()
        for _ in range(self.level):
            frame = frame.older() or frame
        frame.select()

def stand_on(g, base, claimed):
    """Stand on g, whose newest frame has number base, or on no goroutine."""
    changed = unwinder.saved or unwinder.claimed != claimed
    unwinder.saved, unwinder.claimed = None, claimed
    Standing.on, Standing.base = g, base
    newer.enabled = base > 0
    if changed:
        gdb.invalidate_cached_frames()

class Standing:
    """with Standing(g) as frame: frame is the newest frame of g."""

    on = None  # the g that we stand on
    base = 0  # the number of its newest frame

    def __init__(self, g):
        self.g = g

    def __enter__(self):
        self.selection = Selection()
        try:
            frame = self.find()
            frame.select()
        except Exception:
            self.__exit__()
            raise
        stand_on(self.g, frame.level(), unwinder.claimed)
        return frame

    # go back to what was selected
    def __exit__(self, *exc):
        self.selection.restore()

    # find the newest frame of a goroutine
    def find(self):
        state = status(self.g)
        # refuse a goroutine without a stack
        if state in ("idle", "dead") or state.startswith("status"):
            raise gdb.GdbError("goroutine %d is %s: it has no stack"
                               % (int(self.g["goid"]), state))
        if without_stack(self.g):
            raise gdb.GdbError("goroutine %d has not started: it gets its stack "
                               "when it first runs %s" % (
                                   int(self.g["goid"]), function(self.g["startpc"])))
        hi = int(self.g["stack"]["hi"])
        if hi and zeros(hi - 64, 64):
            in_core(hi - 64, "stack")
        return live(self.g) or self.parked(lent(self.g) or
                                           saved_registers(self.g))

    def parked(self, saved):
        if saved["rip"] == int(self.g["startpc"]):
            # go one frame up
            saved["rip"] = read(saved["rsp"], 8)
            saved["rsp"] += 8
        unwinder.saved = saved
        gdb.invalidate_cached_frames()
        frame = below_inlined().older()
        if frame is None:
            raise gdb.GdbError("goroutine %d: the saved registers lead nowhere"
                               % int(self.g["goid"]))
        return frame

def live(g):
    """The newest frame of g if a thread is on its stack, which is then the
    selected one; otherwise None."""
    thread = thread_of(g["m"].dereference()) if int(g["m"]) else None
    if thread is None:
        return None
    thread.switch()
    frame = gdb.newest_frame()
    if not on_stack(g, frame.read_register("rsp")) or \
            below_inlined().older() is None and frame.name() != "goexit":
        return None
    return frame

def on_stack(g, sp):
    """Whether a stack pointer is in the stack of g."""
    return int(g["stack"]["lo"]) < int(sp) <= int(g["stack"]["hi"])

def lent(g):
    """The registers of g while its thread is in systemstack, or None."""
    frame = gdb.newest_frame() if int(g["m"]) else None
    while frame is not None and frame.name() != "systemstack":
        frame = frame.older()
    bp = int(frame.read_register("rbp")) if frame is not None else 0
    if not on_stack(g, bp):
        return None
    return {"rsp": bp + 16, "rip": read(bp + 8, 8), "rbp": read(bp, 8)}

def unborn(g):
    """Whether g has not run."""
    return begins(g) and word(g) in ("runnable", "in flight")

def begins(g):
    """Whether the gobuf of g leads into its function or goexit."""
    first = (int(g["startpc"]), int(value("(long)&goexit")) + 1)
    return without_stack(g) or int(g["sched"]["pc"]) in first

def without_stack(g):
    """Whether g waits for its first run without a stack."""
    return status(g) == "runnable" and int(g["stack"]["hi"]) == 0

# the commands about goroutines
PLUMBING = {"mcall", "gogo", "runtime_Gosched", "goschedImpl", "schedule",
            "findrunnable", "execute", "systemstack", "Syscall6",
            "gswitch", "leave", "finish", "finishswitch",
            "semacquire", "semrelease", "runtime_Semacquire",
            "runtime_Semrelease", "newproc", "go", "seedyield",
            "sys_write", "gopark", "park_m", "goparkunlock", "futex",
            "futexsleep", "notesleep", "entersyscall", "exitsyscall"}

def place(frame):
    """function (file:line) of a frame."""
    sal = frame.find_sal()
    if sal.symtab is None:
        return frame.name() or "?"
    file, line = os.path.basename(sal.symtab.filename), sal.line
    # name the chunk in place of the file
    if gdb.frame_filters[ChunkFilter.name].enabled and maps.at(sal):
        _, line, _, chunk = maps.at(sal)
        file = "<%s>" % chunk
    return "%s (%s:%d)" % (frame.name() or function(frame.pc()), file, line)

def where(g):
    """Where a goroutine stands, for a reader."""
    if unborn(g):
        return "%s (not started)" % function(g["startpc"])
    with Standing(g) as frame:
        while frame.name() in PLUMBING and frame.older() is not None:
            frame = frame.older()
        return place(frame)

def word(g, queued=None):
    """The state of g for a reader: its status, or in flight."""
    said = status(g)
    if said == "running" and not rides(g) or \
            said == "runnable" and queued is not None and \
            int(g.address) not in queued:
        return "in flight"
    return said

def rides(g):
    """Whether a thread is on the stack of g, or has it on loan."""
    selection = Selection()
    try:
        return bool(live(g) or lent(g))
    finally:
        selection.restore()

def in_queues():
    """The addresses of all gs in queues, or None if a queue is broken."""
    try:
        gps = [gp for p in allps() for gp in (ahead(p) or []) + runq(p)]
        rest = linked(value("sched.runq.head"), "schedlink")
        return {int(gp) for gp in gps} | {int(g.address) for g in rest}
    except gdb.GdbError:
        return None

def flight(g):
    """to M0 or from M0, for a g in flight of which an M knows."""
    mp = g["m"].dereference()
    selection = Selection()
    thread = thread_of(mp)
    if thread is not None:
        thread.switch()
    frame, names = gdb.newest_frame(), set()
    while frame is not None:
        names.add(frame.name())
        frame = frame.older()
    selection.restore()
    gone = int(field(mp, "left") or 0) == int(g.address) or \
        not names & {"execute", "gogo", "leave", "gswitch"}
    return "%s M%d" % ("from" if gone else "to", int(mp["id"]))

def aside(g):
    """[to M0] for a g in flight, with a space in front, or its note."""
    if int(g["m"]) and word(g) == "in flight":
        return " [%s]" % flight(g)
    return note(g)

def note(g):
    """[chan receive] or [M1] with a space in front, or nothing."""
    why = field(g, "waitreason")
    if status(g) == "waiting" and why:
        try:
            return " [%s]" % why.string(errors="replace")
        except gdb.MemoryError:
            return " [no memory at %#x]" % int(why)
    if status(g) in ("running", "syscall") and int(g["m"]) and \
            len(threads()) > 1:
        return " [M%d]" % int(g["m"]["id"])
    return ""

def chosen():
    """The address of the goroutine that is selected, or None."""
    if Standing.on is not None:
        return int(Standing.on.address)
    try:
        g = getg()
        if int(g["goid"]) == 0:         # g0 works for somebody
            g = g["m"]["curg"].dereference()
        if word(g) in ("running", "syscall"):
            return int(g.address)
    except (gdb.error, gdb.GdbError):
        pass
    return None

def goroutine_lines():
    """The lines of info goroutines, one after the other."""
    gs, queued, here = allgs(), in_queues(), chosen()
    if not gs:
        raise gdb.GdbError("no goroutine yet; continue past newproc")
    for g in gs:
        state = word(g, queued)
        try:
            at = where(g)
        except (gdb.error, gdb.GdbError) as e:
            at = "(%s)" % e
        yield "%s %4d  %-9s %s%s" % (
            "*" if int(g.address) == here else " ", int(g["goid"]),
            state, at, aside(g))

class InfoGoroutines(Command):
    """info goroutines: every goroutine, its state and where it stands."""

    def run(self, arg):
        for line in goroutine_lines():
            print(line)

def backtrace(g):
    """Print the frames of a goroutine."""
    if without_stack(g):
        print("#0   %s (not started, without a stack until it runs)"
              % function(g["startpc"]))
        return
    if unborn(g):
        print("#0   %s (not started)" % function(g["startpc"]))
    with Standing(g) as frame:
        while frame is not None and frame.is_valid():
            print("#%-3d %s" % (frame.level(),
                                "  ".join([place(frame)] + given(frame))))
            frame = frame.older()

def given(frame):
    """The arguments of a frame as GDB would print them, in a list."""
    if frame.function() is None or \
            gdb.parameter("print frame-arguments") == "none":
        return []
    texts = []
    for a in gdb.FrameDecorator.FrameDecorator(frame).frame_args() or []:
        try:
            v = frame.read_var(a.symbol())
            texts.append("%s=%s" % (a.symbol(), v.format_string(
                max_elements=20)))
        except (gdb.error, ValueError):
            texts.append("%s=?" % a.symbol())
    return texts

class Goroutine(Command):
    """goroutine N: select goroutine N, until the program runs.
goroutine: go back to the thread.
goroutine N CMD: run CMD where goroutine N stands.
goroutine all CMD: the same for every goroutine."""

    home = None  # what was selected before

    def run(self, arg):
        who, _, cmd = arg.partition(" ")
        # refuse what is no goroutine
        if who != "all" and not re.fullmatch("[0-9]*", who) or who == "all" \
                and not cmd:
            raise gdb.GdbError("say goroutine N, goroutine N COMMAND or goroutine "
                               "all COMMAND; info goroutines shows the numbers")
        if cmd and RESUMES.fullmatch(cmd.split()[0]):
            raise gdb.GdbError("goroutine looks and does not run the program; say "
                               "%s alone" % cmd.split()[0])
        # bind a breakpoint to the goroutine
        point = re.fullmatch(r"(b|br|break|tb|tbreak)( .*)?", cmd)
        if point and who != "all":
            Gbreak.bind(point[1], (point[2] or "").strip(), int(who))
            return
        if not cmd:
            self.select(who)
            return
        # run the command for those who were named
        for g in allgs() if who == "all" else [find(int(who))]:
            if who == "all":
                print("goroutine %d [%s]%s:" % (int(g["goid"]), word(g), aside(g)))
            try:
                if cmd in ("bt", "backtrace", "where"):
                    backtrace(g)
                else:
                    with Standing(g):
                        # run the command, which must not call functions
                        before = gdb.parameter("may-call-functions")
                        gdb.execute("set may-call-functions off")
                        try:
                            gdb.execute(cmd)
                        finally:
                            gdb.execute("set may-call-functions " + ("on" if before else "off"))
            except (gdb.error, gdb.GdbError) as e:
                if who != "all":
                    raise
                print("  (%s)" % e)

    # select a goroutine
    def select(self, who):
        g = find(int(who)) if who else None
        if Goroutine.home is not None:
            Goroutine.home.restore()
            Goroutine.home = None
        if g is not None:
            standing = Standing(g)
            standing.__enter__()
            Goroutine.home = standing.selection
            print("goroutine %s [%s]%s" % (who, word(g), aside(g)))
        gdb.execute("frame")

InfoGoroutines("info goroutines")
Goroutine("goroutine", gdb.COMMAND_STACK)

class GoroutineFilter:
    """Begins a backtrace with the newest frame of the goroutine."""

    name, priority, enabled = "rt0-goroutine", 100, False

    def filter(self, frames):
        return itertools.dropwhile(
            lambda f: f.inferior_frame().level() < Standing.base, frames)

newer = GoroutineFilter()
gdb.frame_filters[newer.name] = newer

def forget(event=None):
    """Stand on no goroutine: the program moves, or a thread is wanted."""
    if Goroutine.home is not None:
        Goroutine.home = None
        stand_on(None, 0, None)

gdb.events.cont.connect(forget)
gdb.events.exited.connect(forget)
gdb.execute("define hook-thread\npython forget()\nend")

class Stay(Command):
    """rt0-stay [before]: refuse a frame that is not the goroutine's."""

    def run(self, arg):
        level = gdb.selected_frame().level() - bool(arg)
        if Standing.on is not None and level < Standing.base:
            gdb.execute("select-frame %d" % Standing.base)
            raise gdb.GdbError("#%d is the newest frame of goroutine %d" % (
                Standing.base, int(Standing.on["goid"])))

Stay("rt0-stay")
gdb.execute("define hook-down\nrt0-stay before\nend")
gdb.execute("define hookpost-down\nrt0-stay\nend")
gdb.execute("define hookpost-frame\nrt0-stay\nend")

RESUMES = re.compile("[scnujrk]|si|ni|rc|rs[i]?|rn[i]?|(step|next)i?|c(ont"
                     "inue)?|fin(ish)?|until|advance|jump|call|signal|run|"
                     "starti?|kill|detach|reverse-.*")

def sched_lines():
    """The lines of info sched, one after the other."""
    for p in allps():
        yield p_line(p)
    behind = linked(value("sched.runq.head"), "schedlink")
    yield "sched runq:" + "".join(" " + named(g.address) for g in behind)
    first = field(value("sched"), "midle")
    idle = [] if first is None else list(linked(first, "schedlink"))
    for m in linked(value("allm"), "alllink"):
        yield m_line(m, int(m.address) in [int(i.address) for i in idle])

class InfoSched(Command):
    """info sched: every P with its run queue, every M with its work."""

    def run(self, arg):
        for line in sched_lines():
            print(line)
        # print who is in flight
        queued = in_queues()
        found = [g for g in allgs() if word(g, queued) == "in flight"]
        if found:
            print("in flight: " + ", ".join(
                named(g.address) + (" " + flight(g) if int(g["m"]) else "")
                for g in found))

InfoSched("info sched")

def line_of(queue, p, nobody):
    """The names of those in a queue of a P, or what is wrong with it."""
    try:
        return " ".join(named(gp) for gp in queue(p)) or nobody
    except gdb.GdbError as e:
        return "(%s)" % e

def p_line(p):
    """A P in one line."""
    waiting = line_of(runq, p, "")
    return "P%-3d %-8s %s  %srunq:%s" % (
        int(p["id"]), state(p["status"], "enum pstatus"),
        "M%d" % int(p["m"]["id"]) if int(p["m"]) else "- ",
        "next: %s  " % line_of(ahead, p, "-") if has_next(p) else "",
        waiting and " " + waiting)

def has_next(p):
    """Whether somebody can stand ahead of the ring."""
    return field(p, "runnext") is not None or field(p, "pile") is not None

def m_line(m, idle):
    """An M in one line."""
    words = [MPrinter(m).to_string()]
    if field(m, "nextp"):
        words.append("next: P%d" % int(m["nextp"]["id"]))
    if field(m, "spinning"):
        words.append("spinning")
    if idle:
        words.append("idle")
    thread = thread_of(m)
    # say whose stack the thread is on
    gp, left, selection = m["curg"], field(m, "left"), Selection()
    if int(gp) and thread is not None:
        thread.switch()
        sp = gdb.newest_frame().read_register("rsp")
        if not on_stack(gp, sp):
            words.append("on the stack of %s" % (
                named(left) if left and on_stack(left, sp) else "g0"))
    selection.restore()
    if field(m, "procid") is not None or len(threads()) > 1:
        words.append("thread %d" % thread.num if thread else "no thread")
    return "  ".join(words)

# load the files of later appendices
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(TOP, "gdb", "stepping.py")) as file:
    exec(compile(file.read(), file.name, "exec"))
