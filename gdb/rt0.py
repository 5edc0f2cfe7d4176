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
    """Once armed with saved registers, claims the newest frame, once."""

    def __init__(self):
        super().__init__("rt0-goroutine")
        self.saved = None

    def __call__(self, frame):
        if self.saved is None:
            return None
        saved, self.saved = self.saved, None
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
    """The selected thread and frame, to come back to."""

    def __init__(self):
        self.thread = gdb.selected_thread()
        if self.thread is None:
            raise gdb.GdbError("the program is not running; say starti "
                               "or run")
        self.level = gdb.selected_frame().level()

    def restore(self):
        self.thread.switch()
        frame = gdb.newest_frame()
        for _ in range(self.level):
            frame = frame.older() or frame
        frame.select()

class Standing:
    """with Standing(g) as frame: frame is the newest frame of g."""

    on = None  # the g that we stand on

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
        Standing.on = self.g
        return frame

    # go back to what was selected
    def __exit__(self, *exc):
        unwinder.saved = Standing.on = None
        gdb.invalidate_cached_frames()
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

def goroutine_lines():
    """The lines of info goroutines, one after the other."""
    gs, queued = allgs(), in_queues()
    if not gs:
        raise gdb.GdbError("no goroutine yet; continue past newproc")
    for g in gs:
        state = word(g, queued)
        try:
            at = where(g)
        except (gdb.error, gdb.GdbError) as e:
            at = "(%s)" % e
        yield "%s %4d  %-9s %s%s" % (
            "*" if state == "running" else " ", int(g["goid"]),
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
    n = int(unborn(g))
    if n:
        print("#0   %s (not started)" % function(g["startpc"]))
    with Standing(g) as frame:
        while frame is not None and frame.is_valid():
            print("#%-3d %s" % (n, place(frame)))
            frame, n = frame.older(), n + 1

class Goroutine(Command):
    """goroutine N CMD: run CMD where goroutine N stands.
goroutine all CMD: the same for every goroutine."""

    def run(self, arg):
        who, _, cmd = arg.partition(" ")
        if not cmd:
            raise gdb.GdbError("say goroutine N COMMAND or goroutine all "
                               "COMMAND, for example goroutine 1 bt")
        # run the command for those who were named
        if who != "all" and not re.fullmatch("[0-9]+", who):
            raise gdb.GdbError("%s is no goroutine number; see info goroutines"
                               % who)
        if RESUMES.fullmatch(cmd.split()[0]):
            raise gdb.GdbError("goroutine looks and does not run the program; say "
                               "%s alone" % cmd.split()[0])
        for g in allgs() if who == "all" else [find(int(who))]:
            if who == "all":
                print("goroutine %d [%s]%s:" % (int(g["goid"]), word(g), aside(g)))
            try:
                if cmd.split()[0] in ("bt", "backtrace", "where"):
                    backtrace(g)
                else:
                    unseen = -int(unborn(g))
                    with Standing(g) as frame:
                        unseen += frame.level()
                        # run the command, which must not call functions
                        before = gdb.parameter("may-call-functions")
                        gdb.execute("set may-call-functions off")
                        try:
                            # run it with the numbers of the goroutine's frames
                            move = re.fullmatch(r"(up|down|f|frame) *(\d*)", cmd)
                            if move and move[1] in ("up", "down"):
                                gdb.execute("%s-silently %s" % move.groups())
                            elif move and move[2]:
                                gdb.execute("select-frame %d" % (int(move[2]) + unseen))
                            if gdb.selected_frame().level() < frame.level():
                                raise gdb.GdbError("this is the newest frame of goroutine %d"
                                                   % int(g["goid"]))
                            said = gdb.execute("frame" if move else cmd, to_string=True)
                            print(re.sub(r"(?m)^#(\d+)", lambda m: "#%d" % (int(m[1]) - unseen), said),
                                  end="")
                        finally:
                            gdb.execute("set may-call-functions " + ("on" if before else "off"))
            except (gdb.error, gdb.GdbError) as e:
                if who != "all":
                    raise
                print("  (%s)" % e)

InfoGoroutines("info goroutines")
Goroutine("goroutine", gdb.COMMAND_STACK)
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

# the commands about the book
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

class Maps:
    """The line maps of the tangler, read when first needed."""

    def __init__(self):
        self.lines = {}  # (file, line) -> (chapter, line, num, name)
        self.chunks = {}  # name or number -> [(file, line)]

    # load the maps
    def load(self):
        if self.lines:
            return
        folder = os.path.join(TOP, "build", "maps")
        for base, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith(".map"):
                    self.read(os.path.join(base, name), name[:-4])
        if not self.lines:
            raise gdb.GdbError("no line maps in build/maps; say make")

    # read one map
    def read(self, path, root):
        with open(path, errors="replace") as f:
            for row in f:
                n, place, num, name = row.rstrip("\n").split("\t")
                chapter, _, line = place.rpartition(":")
                chapter = os.path.basename(chapter)
                entry = (chapter, int(line), num, name)
                for key in ((root, int(n)), (chapter, int(line))):
                    self.lines.setdefault(key, entry)
                    for chunk in (name, num):
                        self.chunks.setdefault(chunk, []).append(key)

    def at(self, sal):
        """The chunk of a line of source, or None."""
        self.load()
        if sal is None or sal.symtab is None:
            return None
        name = os.path.basename(sal.symtab.filename)
        return self.lines.get((name, sal.line))

    def like(self, name):
        """A hint at the chunk that was meant."""
        import difflib
        near = difflib.get_close_matches(name, self.chunks, 1)
        return "; did you mean <%s>?" % near[0] if near else ""

maps = Maps()

def located(arg):
    """The line of the selected frame, or of a location."""
    if arg:
        # decode_line of an open quote crashes GDB 13; info line complains
        gdb.execute("info line " + arg, to_string=True)
        sals = gdb.decode_line(arg)[1]
        return sals[0] if sals else None
    if gdb.selected_thread() is None:
        raise gdb.GdbError("the program is not running; say starti, or "
                           "give a place: chunk schedinit")
    return gdb.selected_frame().find_sal()

class Chunk(Command):
    """chunk [LOCATION]: the chunk that the code here comes from."""

    def run(self, arg):
        entry = maps.at(located(arg))
        if entry is None:
            raise gdb.GdbError("this code is not in the book")
        print("chunk %s <%s>, book/%s:%d" % (entry[2], entry[3], entry[0],
                                             entry[1]))
        return entry

class Book(Chunk):
    """book [LOCATION]: the chunk, its section and its page."""

    def run(self, arg):
        chapter, line, num, _ = super().run(arg)
        print("section: %s" % section(chapter, line))
        print("page: build/site/%s.html#c%s"
              % (chapter[:-3], num.replace(".", "-")))

def section(chapter, line):
    """The last heading above a line of a chapter."""
    title = "?"
    with open(os.path.join(TOP, "book", chapter), errors="replace") as f:
        for n, text in enumerate(f, 1):
            if n > line:
                break
            if re.match(r"#{1,3} ", text):
                title = re.sub(r"\s*\{#.*\}$", "", text.strip("# \n"))
    return title

class BreakChunk(Command):
    """break-chunk NAME: stop where the code of a chunk begins.
NAME is the name of the chunk or its number, such as 6.14."""

    def run(self, arg):
        maps.load()
        name = re.sub("^(replace|base): ", "", arg.strip("<>= "))
        if name not in maps.chunks:
            # say what is no chunk
            if gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name):
                raise gdb.GdbError("%s is a function: say break %s" % (name, name))
            raise gdb.GdbError("the book has no chunk <%s>%s" % (name, maps.like(name)))
        # break at the first line of it that has code
        for file, line in maps.chunks[name]:
            spec = "%s:%d" % (file, line)
            try:
                sals = gdb.decode_line(spec)[1] or []
            except gdb.error:
                continue
            if any(sal.line == line for sal in sals):
                gdb.execute("break " + spec)
                return
        raise gdb.GdbError("no instruction comes from <%s> alone; name a "
                           "chunk inside it" % name)

    def complete(self, text, word):
        maps.load()
        start = len(text) - len(word)
        return [n[start:] for n in maps.chunks if n.startswith(text)]

Chunk("chunk", gdb.COMMAND_FILES), Book("book", gdb.COMMAND_FILES)
BreakChunk("break-chunk", gdb.COMMAND_BREAKPOINTS)

# name frames by their chunks
class ChunkDecorator(gdb.FrameDecorator.FrameDecorator):
    """A frame whose file is a chunk."""

    def entry(self):
        return maps.at(self.inferior_frame().find_sal())

    def filename(self):
        entry = self.entry()
        return "<%s>" % entry[3] if entry else super().filename()

    def line(self):
        entry = self.entry()
        return entry[1] if entry else super().line()

class ChunkFilter:
    """The filter of that name."""

    name, priority, enabled = "rt0-chunks", 50, False

    def filter(self, frames):
        return map(ChunkDecorator, frames)

gdb.frame_filters[ChunkFilter.name] = ChunkFilter()

# walk through a stage script
class Stage(Command):
    """stage NN: walk through gdb/NN-*.gdb.
At a pause Enter goes on and q ends the walk. Any other line is a command of
GDB's; the walk waits until it is done."""

    def run(self, arg):
        # find the scripts of a chapter
        scripts = sorted((n[:-4] for n in os.listdir(TOP + "/gdb")
                          if n.endswith(".gdb")), key=in_book)
        found = [n for n in scripts
                 if arg == n or n.startswith(arg.zfill(2) + "-")]
        if not arg or not found:
            raise gdb.GdbError("no stage %s; there are %s"
                               % (arg, " ".join(scripts)))
        for name in found:
            lines = open(TOP + "/gdb/%s.gdb" % name).read().splitlines()
            start_afresh(lines)
            if not self.walk(steps(lines)):
                break
        # say how to go on after a walk
        self.dont_repeat()
        print("The walk %s is over; the program %s. The prompt is yours." % (
            name, "stands at " + place(gdb.selected_frame())
            if gdb.selected_thread() else "has ended"))
        print("Try info sched, book or %s%s." % (
            "stepi" if gdb.selected_thread() else "run", "".join(
                ", or stage " + n if n[:2] == name[:2] else
                ", or leave GDB for make gdb STAGE=" + n[:2]
                for n in scripts[scripts.index(name) + 1:][:1])))

    # walk through the steps
    def walk(self, script):
        """Show and run the steps; whether all of them were run."""
        waits = os.isatty(0) and os.isatty(1)
        made, old = [], {name: gdb.parameter(name)
                         for name in ("scheduler-locking", "pagination")}
        if waits:
            print("[Enter] goes on, q ends the walk, and any command of GDB's "
                  "works meanwhile.")
        gdb.execute("set pagination off")
        try:
            for step in script:
                if step.startswith("#"):
                    print(step)
                elif not HIDES.match(step):
                    # run a step
                    step = re.sub(r"^(delete|condition) (\d+)", lambda m: "%s %d" % (
                        m[1], made[int(m[2]) - 1]), step)
                    print("(gdb) " + step)
                    for name, v in setting(step):
                        old.setdefault(name, v)
                    if waits and not ALONG.match(step) and not paused():
                        return False
                    before = last_point()
                    gdb.execute(step)
                    made += range(before + 1, last_point() + 1)
        except gdb.error as e:
            print("%s\nThe walk ends here." % e)
            return False
        finally:
            # put the settings back
            for name, v in old.items():
                v = {True: "on", False: "off", None: "unlimited"}.get(v, v)
                try:
                    gdb.execute("set %s %s" % (name, v))
                except gdb.error:
                    pass        # scheduler-locking without a program
        return True

    # complete the name of a script
    def complete(self, text, word):
        start = len(text) - len(word)
        return [n[start:-4] for n in sorted(os.listdir(TOP + "/gdb"))
                if n.startswith(text) and n.endswith(".gdb")]

# what a walk is made of

# prepare the program of a script
def in_book(script):
    """The chapter of a script, and where in it the script begins."""
    text = ""
    for name in os.listdir(TOP + "/book"):
        if name.startswith(script[:2]) and name.endswith(".nw"):
            with open(os.path.join(TOP, "book", name)) as f:
                text = f.read()
    return script[:2], text.find("\n<<gdb/%s.gdb>>=" % script)

def start_afresh(lines):
    """Load the program that a script is for, with its arguments."""
    for line in lines:
        usage = re.match(r"#\s+gdb -x \S+\s+(?:--args )?(\S+)\s*(.*)$",
                         line)
        if usage:
            break
    else:
        return
    program, words = usage.groups()
    if "RT0_STAGES" in os.environ:
        program = program.replace("build/chapters",
                                  os.environ["RT0_STAGES"])
    program = os.path.join(TOP, program)
    if not os.path.exists(program):
        # refuse a walk whose program is not built
        chapter = re.search(r"chapters/(\d\d)/", program)
        raise gdb.GdbError("%s is missing; leave GDB and say %s" % (
            os.path.relpath(program, TOP), "make gdb STAGE=" + chapter[1]
            if chapter else "make; what is in build/go, chapter 0 builds"))
    gdb.execute("delete", to_string=True)
    if gdb.selected_inferior().pid:
        gdb.execute("kill", to_string=True)
    gdb.execute("file " + program, to_string=True)
    gdb.execute("set args " + words)

# cut a script into steps
def steps(lines):
    """The comments and commands of a script, in order."""
    block, depth = [], 0
    for line in lines:
        word = line.split()[:1]
        if not word and not depth or line.startswith(HEAD):
            continue
        block.append(line)
        if word and word[0] in ("define", "document", "if", "while",
                                "commands", "python"):
            depth += 1
        elif word == ["end"]:
            depth -= 1
        if depth == 0:
            yield "\n".join(block)
            block = []

HEAD = ("# SPDX-", "# Tangled from ")  # not for the one who steps

# wait at a pause
ALONG = re.compile(r"(set|source|define|document|python|t?break|delete|"
                   r"condition|print|printf|x|info (symbol|line)|caller-of)\b")

# settings that hide the source; for transcripts, not for a person
HIDES = re.compile("set print frame-(info|arguments) ")

def setting(step):
    """The setting that a step changes and its value now, if it is one."""
    words = step.split()
    for name in (" ".join(words[1:2]), " ".join(words[1:3])):
        try:
            if words[0] == "set" and len(words) > 2:
                return [(name, gdb.parameter(name))]
        except RuntimeError:
            pass
    return []

def paused():
    """Wait for Enter, obey commands until then; false after q."""
    selection = Selection() if gdb.selected_thread() else None
    at, line = newest(), None
    while line != "":
        try:
            line = input("[Enter] ").strip()
            if line in ("q", "quit"):
                return False
            if line:
                gdb.execute(line, True)
        except (EOFError, KeyboardInterrupt):
            return False
        except gdb.error as e:
            print(e)
    if selection and selection.thread.is_valid():
        selection.restore()
    if newest() != at:
        print("You have moved the program; the steps that follow were made "
              "for where it was.")
    return True

def last_point():
    """The number of the last breakpoint."""
    return int(gdb.convenience_variable("bpnum") or 0)

def newest():
    """Where the selected thread is, or None without a program."""
    if gdb.selected_thread() is None:
        return None
    frame = gdb.newest_frame()
    return frame.pc(), int(frame.read_register("rsp"))

Stage("stage", gdb.COMMAND_RUNNING)

# bring two threads together
def behind_syscall(name):
    """The address behind the first syscall instruction of a function."""
    try:
        text = gdb.execute("disassemble " + name, to_string=True)
    except gdb.error:
        raise gdb.GdbError("no function %s: this program makes no threads; "
                           "say meet FUNCTION if it has another name" % name)
    found = re.search(r"\tsyscall.*\n\W*(0x[0-9a-f]+)", text)
    if not found:
        raise gdb.GdbError("no system call in %s" % name)
    return int(found[1], 16)

# the command meet
class Meet(Command):
    """meet [FUNCTION]: run until FUNCTION (clone) has made a thread.
Parent and child then stand behind its system call, the parent is selected,
and only the selected thread moves; set scheduler-locking off lets all go."""

    def run(self, arg):
        if gdb.selected_thread() is None:
            raise gdb.GdbError("the program is not running; say starti")
        name = arg or "clone"
        meeting = behind_syscall(name)
        old = [t.num for t in threads()]
        self.run_to(meeting)
        gdb.execute("set scheduler-locking on")
        # tell parent and child apart
        parent, children = None, []
        for thread in threads():
            thread.switch()
            if gdb.newest_frame().pc() == meeting:
                if thread.num not in old:
                    children.append(thread)
                elif int(gdb.parse_and_eval("(long)$rax")) != 0:
                    parent = thread
        if parent:
            parent.switch()
        if not parent or len(children) != 1:
            raise gdb.GdbError("%s made no thread: rax is %d" % (
                name, int(gdb.parse_and_eval("(long)$rax"))))
        print("thread %d and its new thread %d stand behind the system "
              "call in %s" % (parent.num, children[0].num, name))

    # run to the place where they meet
    def run_to(self, meeting):
        """Run until the selected thread stands at an address."""
        mover, ended = gdb.selected_thread(), False
        point = gdb.Breakpoint("*%#x" % meeting, internal=True)
        point.silent = True
        try:
            gdb.execute("continue", to_string=True)
        except gdb.error as e:
            ended = "No such process" in str(e) or not mover.is_valid()
            if not ended:
                raise
        # select a thread that is left
        if not mover.is_valid() and threads():
            threads()[0].switch()
        point.delete()
        if ended or not mover.is_valid():
            raise gdb.GdbError("the program ended before it made a thread")
        if gdb.newest_frame().pc() != meeting:
            raise gdb.GdbError("stopped at %s before a thread was made"
                               % place(gdb.newest_frame()))

Meet("meet", gdb.COMMAND_RUNNING)

# log what the scheduler does
class Tracepoint(gdb.Breakpoint):
    """Prints a line and does not stop."""

    def __init__(self, function, text):
        super().__init__(spot(function), internal=True)
        self.silent = True
        self.text = text

    def stop(self):
        try:
            on = "M%d: " % int(getg()["m"]["id"]) if len(threads()) > 1 \
                else ""
            for line in self.text().splitlines():
                print("[rt0] %s%s" % (on, line))
        except Exception as e:
            print("[rt0] (%s)" % e)
        return False

# read what a function is given
def spot(name):
    """Where to stop for a function of EVENTS."""
    return name if name == "gswitch" else "*" + name

def argument(name):
    """The first argument, in the first instruction of a function."""
    pointer = gdb.lookup_type(name).pointer()
    return gdb.parse_and_eval("$rdi").cast(pointer)

def runs(g):
    """What a goroutine that others leave for is about to do."""
    return "G%d %s" % (int(g["goid"]), "begins " + function(g["startpc"])
                       if begins(g) else "runs")

def does(what):
    """A line about the g that a function is given."""
    return lambda: "G%d %s" % (int(argument("struct g")["goid"]), what)

def switches():
    """One goroutine leaves, and what it leaves to be done says why."""
    m = getg()["m"]
    g = m["left"].dereference()
    to_do = function(m["waitunlockf"]) if int(m["waitunlockf"]) else ""
    why = {"": "yields", "buried": "ends"}.get(to_do, "waits" + note(g))
    return "G%d %s\n%s" % (int(g["goid"]), why, runs(m["curg"]))

EVENTS = {
    "newproc": lambda: "%s says go %s" % (
        speaker(), function(gdb.parse_and_eval("$rdi"))),
    "gogo": lambda: runs(argument("struct gobuf")["g"].dereference()),
    "gswitch": switches,
    "goschedImpl": does("yields"),
    "goexit0": does("ends"),
    "park_m": lambda: does("waits")() +
    note(argument("struct g").dereference()),
    "goready": does("is ready"),
    "clone": lambda: "makes a thread",
    "stopm": lambda: "has nothing to do",
}

def speaker():
    """The goroutine that this thread runs, or the boot."""
    gp = getg()["m"]["curg"]
    return "G%d" % int(gp["goid"]) if int(gp) else "the boot"

# switch the log on and off
def exists(name):
    """Whether the program has a function of that name."""
    if name == "gswitch":
        name = "finishswitch"   # has an address, and is never without it
    try:
        gdb.parse_and_eval("&" + name)
        return True
    except gdb.error:
        return False

class Trace(Command):
    """rt0-trace on|off: print what the scheduler does."""

    points = []

    def run(self, arg):
        if arg not in ("on", "off"):
            raise gdb.GdbError("say rt0-trace on or rt0-trace off")
        for point in self.points:
            point.delete()
        self.points = []
        if arg == "on":
            value("sched")
            there = [f for f in EVENTS if exists(f)]
            self.points = [Tracepoint(f, EVENTS[f]) for f in there]
            print("[rt0] watching " + " ".join(there))

Trace("rt0-trace", gdb.COMMAND_TRACEPOINTS)

# a window for the scheduler
class SchedWindow:
    """Goroutines and run queues, fresh at every prompt."""

    def __init__(self, window):
        self.window = window
        window.title = "scheduler"
        gdb.events.before_prompt.connect(self.render)

    def close(self):
        gdb.events.before_prompt.disconnect(self.render)

    def render(self):
        if not self.window.is_valid():
            return
        lines = []
        try:
            for line in itertools.chain(sched_lines(), goroutine_lines()):
                # keep what fits into the window
                lines.append(re.sub(r"\b(\d\d)-[\w-]+\.nw:", r"\1:", line))
                if len(lines) == self.window.height:
                    break
        except Exception as e:
            lines.append(str(e))
        self.window.erase()
        for line in lines:
            self.window.write(line[:self.window.width - 1] + "\n")

if hasattr(gdb, "register_window_type"):
    gdb.register_window_type("rt0", SchedWindow)
    gdb.execute("tui new-layout rt0 {-horizontal src 2 rt0 1} 2 regs 1 "
                "status 0 cmd 1", to_string=True)
