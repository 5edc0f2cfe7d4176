# SPDX-License-Identifier: MIT
# Tangled from book/90-the-debugger.nw; edit that, not this file.
"""GDB extension for programs on rt0: goroutines, Ps, and the book.

Load it with  gdb -x gdb/rt0.py PROGRAM  or by  make gdb.  The commands that
look change nothing in the program, so they work on core files, too.
"""
import collections
import itertools
import os
import re
import struct

import gdb.printing
import gdb.FrameDecorator
import gdb.types
import gdb.unwinder

# fail in one line
class Command(gdb.Command):
    """A command whose failures are one line."""

    names = []      # of all such commands

    def __init__(self, name, kind=gdb.COMMAND_STATUS):
        super().__init__(name, kind)
        self.names.append(name)

    def invoke(self, arg, tty):
        try:
            self.run(arg.strip())
        except Exception as e:
            raise sentence(e)

def sentence(error):
    """The same error as one line, and one that says what to do."""
    text = " ".join(str(error).split())
    if not isinstance(error, gdb.GdbError) and died():
        text = ENDED
    elif text == "Selected thread is running.":
        text = "the program is running; say interrupt"
    return gdb.GdbError(text)

class Function(gdb.Function):
    """A convenience function whose failures are one line."""

    names = []

    def __init__(self, name):
        super().__init__(name)
        self.names.append(name)

    def invoke(self, *args):
        try:
            if len(args) > 1:
                raise gdb.GdbError("one number, or nothing, and not more")
            return self.look(*args)
        except Exception as e:
            raise sentence(e)

def value(expression):
    """The value of an expression; says what is missing if it has none."""
    try:
        return gdb.parse_and_eval(expression)
    except gdb.error as e:
        if "No symbol" not in str(e):
            raise
        raise gdb.GdbError("%s: this program has no debug information of "
                           "rt0; build it with make" % e)

def completed(last, word, words):
    """The words that the last one on the line may become."""
    if word is None:
        return []
    return [w[len(last) - len(word):] for w in map(str, words)
            if w.startswith(last)]

class OnOff:
    """A command that is switched on and off."""

    def complete(self, text, word):
        return completed(text, word, ["on", "off"])

def locations(self, text, word):
    """The method complete of a command that takes a place."""
    return completed(text, word, [line[len("break "):] for line in gdb.execute(
        "complete break " + text, to_string=True).splitlines()])

def typed(name):
    """The name of a file as GDB's commands want it."""
    return re.sub(r"([\s\"'\\])", r"\\\1", name)

def number(v):
    """An argument of a convenience function as a Python number."""
    try:
        return int(v)
    except (gdb.error, ValueError):
        raise gdb.GdbError("%s is no number" % v)

ENDED = "the program has ended; say run"

def absent():
    """What to say if there is no process."""
    program = gdb.current_progspace().filename
    if program is None:
        return "no program is loaded; say file PROGRAM"
    return ENDED if absent.ended == program else \
        "the program has not started; say starti or run"

def on_exit(event):
    absent.ended = gdb.current_progspace().filename

absent.ended = ""
gdb.events.exited.connect(on_exit)

def ending():
    """Whether the kernel says that the process ends or has ended."""
    inferior = gdb.selected_inferior()
    if getattr(getattr(inferior, "connection", None), "type", "") != "native":
        return False
    try:
        with open("/proc/%d/stat" % inferior.pid) as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return True
    state, flags, pending = fields[0], int(fields[6]), int(fields[28])
    return state in "ZX" or bool(flags & 4 or pending & 1 << 8)

def died():
    """Whether it has ended and GDB had not noticed; now it has."""
    ended = ending()
    if ended:
        try:
            gdb.execute("kill", to_string=True)
        except gdb.error:
            pass
    return ended

def before_prompt():
    if gdb.selected_inferior().pid and died():
        print("[rt0] " + ENDED)

gdb.events.before_prompt.connect(before_prompt)

# reach the runtime's data
def getg():
    """The g of the selected thread, or the one that we stand on."""
    if Standing.on is not None:
        return Standing.on
    present()
    base = int(gdb.newest_frame().read_register("fs_base"))
    if base == 0:
        raise gdb.GdbError("no g yet: fs_base is 0; " + past("settls"))
    gpp = gdb.lookup_type("struct g").pointer().pointer()
    gp = gdb.Value(base - 8).cast(gpp).dereference()
    if int(gp) == 0:
        in_core(base - 8, "pointer to g")
        raise gdb.GdbError("no g yet: %fs:-8 is 0; " + past("settls"))
    # refuse a thread pointer that is another thread's
    mp = gp["m"]
    procid = field(mp.dereference(), "procid") if int(mp) else None
    owner = [t for t in threads() if procid and t.ptid[1] == int(procid)]
    if owner and owner[0].num != gdb.selected_thread().num:
        raise gdb.GdbError("no g yet: this thread still has the thread pointer "
                           "of M%d; continue past settls" % int(mp["id"]))
    return gp.dereference()

def past(function):
    """What to do about something that is not there yet."""
    return "the core file is from before " + function if is_core() else \
        "continue past " + function

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

def structs(head, link):
    """Address and bytes of each struct of a list, from pointer head along
    the field link."""
    memory, seen, at = Memory(), set(), int(head)
    kind = head.type.target()
    offset, _ = field_at(kind, link)
    while at != 0:
        if at in seen:
            raise gdb.GdbError("the list is a loop: %#x comes twice" % at)
        seen.add(at)
        try:
            raw = memory.read(at, kind.sizeof)
        except gdb.MemoryError:
            in_core(at, "rest of a list")
            raise gdb.GdbError("the list is broken: no memory at %#x" % at)
        # refuse a struct that a core file lacks
        if not any(raw):
            in_core(at, "struct " + kind.tag)
        yield at, raw
        at = int.from_bytes(raw[offset:offset + 8], "little")

class Memory:
    """The memory of the program, as long as it stands still."""

    BLOCK = 1 << 16

    def __init__(self):
        self.inferior, self.blocks = gdb.selected_inferior(), {}

    def read(self, address, n):
        at = address % self.BLOCK
        if address - at not in self.blocks:
            try:
                block = bytes(self.inferior.read_memory(address - at,
                                                        self.BLOCK))
            except gdb.MemoryError:
                block = b""
            self.blocks[address - at] = block
        found = self.blocks[address - at][at:at + n]
        return found if len(found) == n else \
            bytes(self.inferior.read_memory(address, n))

def field_at(kind, path):
    """Offset and size of a field such as sched.pc, or None."""
    at = 0
    for name in path.split("."):
        kind = kind.strip_typedefs()
        if not gdb.types.has_field(kind, name):
            return None
        at, kind = at + kind[name].bitpos // 8, kind[name].type
    return at, kind.sizeof

def linked(head, link):
    """The structs of a list, as values."""
    for at, _ in structs(head, link):
        yield gdb.Value(at).cast(head.type).dereference()

def rows(head, link, paths):
    """Fields of each struct of a list, as tuples of numbers; a field that
    this runtime does not have is 0."""
    kind, form, end = head.type.target(), "<", 0
    there = sorted((field_at(kind, path), path) for path in paths
                   if field_at(kind, path))
    for (at, size), _ in there:
        form += "%dx%s" % (at - end, {4: "I", 8: "Q"}[size])
        end = at + size
    names = [path for _, path in there]
    names += [path for path in paths if path not in names]
    row = collections.namedtuple(
        "Row", ["at"] + [name.rpartition(".")[2] for name in names],
        defaults=[0] * (len(names) - len(there)))
    unpack = struct.Struct(form).unpack_from
    for at, raw in structs(head, link):
        yield row(at, *unpack(raw))

def g_rows():
    """A row for each g that is not dead, by goid."""
    present()
    dead = gdb.types.make_enum_dict(gdb.lookup_type("enum gstatus"))["Gdead"]
    gs = [row for row in rows(value("allgs"), "alllink", (
        "stack.lo", "stack.hi", "m", "sched.sp", "sched.pc", "atomicstatus",
        "goid", "startpc", "waitreason", "waitson"))
          if row.atomicstatus != dead]
    if not gs:
        raise gdb.GdbError("no goroutine yet; " + past("newproc"))
    return sorted(gs, key=lambda row: row.goid)

def allgs():
    """Every g that is not dead, by goid."""
    gs = g_rows()
    kind = gdb.lookup_type("struct g").pointer()
    return [gdb.Value(row.at).cast(kind).dereference() for row in gs]

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
    present()
    n = int(value("gomaxprocs"))
    ps = value("allp")
    if n == 0 or int(ps) == 0:
        raise gdb.GdbError("no P yet; " + past("schedinit"))
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
    runnext, first = field(p, "runnext"), field(p, "pilebottom")
    if field(p, "piled") is None:
        return runnext if runnext is None else [runnext] * (int(runnext) != 0)
    if first is not None:
        n = (int(p["piletop"]) - int(first)) & 0xffffffff
    else:
        first, n = p["pile"], int(p["pile"]) >> 8 & 0xffff
    size = p["piled"].type.range()[1] + 1
    if n > size:
        raise gdb.GdbError("the pile is corrupt: %d on it" % n)
    return [p["piled"][(int(first) + i) % size] for i in reversed(range(n))]

def named(gp):
    """G3 for a pointer to goroutine 3, - for NULL."""
    try:
        return "G%d" % int(gp["goid"]) if int(gp) else "-"
    except gdb.MemoryError:
        return "G?%#x" % int(gp)

def present():
    """Fail, and say what helps, unless a program of ours can be looked at."""
    program = gdb.current_progspace().filename
    if program and not known("struct g"):
        raise gdb.GdbError(
            "GDB can see no goroutines in %s: it is no program of rt0, one "
            "of the first chapters, or without debug information"
            % os.path.basename(program))
    if gdb.selected_thread() is None or died():
        raise gdb.GdbError(absent())
    gdb.newest_frame()                  # fails while the program runs
    same_build()

def known(name):
    """Whether the debug information has a type of that name."""
    try:
        return bool(gdb.lookup_type(name))
    except gdb.error:
        return False

def in_core(address, what):
    """Fail if this is a core file, for it lacks what should be there."""
    if is_core():
        raise gdb.GdbError(
            "this core file lacks the %s at %#x: GDB's own gcore gives up at "
            "guard pages, and a limit cuts what the kernel writes. Say gcore "
            "with this extension loaded, or ulimit -c unlimited, run, and "
            "kill -ABRT PID" % (what, address))

def is_core():
    """Whether we look at a core file."""
    connection = getattr(gdb.selected_inferior(), "connection", None)
    return connection is not None and connection.type == "core"

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
    program = gdb.current_progspace().filename
    want = next((file.build_id for file in gdb.objfiles()
                 if file.filename == program), None)
    try:
        have = build_id()
    except gdb.error:
        return
    if have and want and have != want:
        raise gdb.GdbError("this process or core is from another build: its "
                           "build id is %s, this file's is %s"
                           % (have[:12], want[:12]))

# the convenience functions
class G(Function):
    """$g(): the g of this thread.  $g(N): goroutine N."""

    def look(self, goid=None):
        return getg() if goid is None else find(number(goid))

class M(Function):
    """$m(): this thread's m.  $m(N): M number N."""

    def look(self, i=None):
        if i is None:
            return m_of(getg())
        present()
        for m in linked(value("allm"), "alllink"):
            if int(m["id"]) == number(i):
                return m
        raise gdb.GdbError("no M%d; see info sched" % number(i))

def m_of(g):
    """The m of a g."""
    if int(g["m"]) == 0:
        raise gdb.GdbError("goroutine %d has no m" % int(g["goid"])
                           if int(g["goid"]) else "g has no m yet; " +
                           past("rt0_go"))
    return g["m"].dereference()

class P(Function):
    """$p(): the P that this thread holds.  $p(N): P number N."""

    def look(self, i=None):
        if i is not None:
            i, ps = number(i), allps()
            if not 0 <= i < len(ps):
                raise gdb.GdbError("no P%d; there are %d" % (i, len(ps)))
            return ps[i]
        pp = m_of(getg())["p"]
        if int(pp) == 0:
            raise gdb.GdbError("this thread holds no P")
        return pp.dereference()

G("g"), M("m"), P("p")

# show goroutines
# print what the runtime holds
def function(pc):
    """The name of the function at a pc, or its address."""
    name, block = None, gdb.block_for_pc(int(pc))
    while block is not None:            # outwards, out of what is inlined
        name = block.function.name if block.function else name
        block = block.superblock
    if name:
        return name
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
        gp, pp, fn = self.m["curg"], self.m["p"], field(self.m, "mstartfn")
        if fn:
            return "M%d %s" % (int(self.m["id"]), function(fn))
        return "M%d %s %s" % (
            int(self.m["id"]), "P%d" % int(pp["id"]) if int(pp) else "no P",
            "G%d" % int(gp["goid"]) if int(gp) else "g0")

class AddressPrinter:
    """A struct of addresses."""

    def __init__(self, struct):
        self.struct = struct

    def children(self):
        for part in self.struct.type.fields():
            v = self.struct[part.name]
            yield part.name, v.cast(gdb.lookup_type("void").pointer())

printers = gdb.printing.RegexpCollectionPrettyPrinter("rt0")
printers.add_printer("g", "^g$", GPrinter)
printers.add_printer("p", "^p$", PPrinter)
printers.add_printer("m", "^m$", MPrinter)
printers.add_printer("addresses", "^(gobuf|stack)$", AddressPrinter)
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
            raise gdb.GdbError(absent())
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

    # stand on the goroutine
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
        if gone(self.g):
            raise gdb.GdbError("goroutine %d has run, and nothing of it was saved"
                               % int(self.g["goid"]))
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
    return begins(g) and word(g) in ("runnable", "in flight") and not gone(g)

def gone(g):
    """Whether g has run, is on its way to its end, and saved nothing."""
    return begins(g) and int(g["m"]) != 0 and word(g) == "in flight" and \
        flight(g).startswith("from")

def begins(g):
    """Whether the gobuf of g leads into its function or goexit."""
    first = (int(g["startpc"]), int(value("(long)&goexit")) + 1)
    return without_stack(g) or int(g["sched"]["pc"]) in first

def without_stack(g):
    """Whether g waits for its first run without a stack."""
    return status(g) == "runnable" and int(g["stack"]["hi"]) == 0

# the commands about goroutines
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

FLOORS = re.compile(r"/src/(boot|lib|os|sched|sync)/[^/]+$")

def runtimes(sal):
    """Whether a line of source is the runtime's and not the program's."""
    if sal.symtab is None:
        return True
    name = sal.symtab.fullname()
    if name.endswith(".nw"):
        return (name, sal.line) in chapter_lines()
    return FLOORS.search(name) is not None

def chapter_lines(known={}):
    """The (chapter, line) of all that is below src/ in this build."""
    program = gdb.current_progspace().filename
    if program not in known:
        found = known[program] = set()
        folder = os.path.dirname(program)
        for top in folder, os.path.dirname(folder):
            for base, _, names in os.walk(top + "/src"):
                for name in names:
                    # follow the line directives of a file
                    chapter, line = None, 0
                    with open(os.path.join(base, name), errors="replace") as file:
                        for text in file:
                            directive = re.match(r'#line (\d+) "(.*)"', text)
                            if directive:
                                line, chapter = int(directive[1]), directive[2]
                            else:
                                found.add((chapter, line))
                                line += 1
    return known[program]

def users(frame):
    """The first frame of the program's from a frame upwards; if there is
    none, the oldest of the runtime's."""
    last = frame
    while frame is not None:
        if not runtimes(frame.find_sal()):
            return frame
        if frame.name() != "goexit":
            last = frame
        frame = frame.older()
    return last

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
    """[semacquire &mutex] or [M1] with a space in front, or nothing."""
    if status(g) == "waiting":
        text = waits(int(field(g, "waitreason") or 0),
                     int(field(g, "waitson") or 0))
        return text and " [%s]" % text
    if status(g) in ("running", "syscall") and int(g["m"]) and \
            len(threads()) > 1:
        return " [M%d]" % int(g["m"]["id"])
    return ""

def waits(reason, on):
    """semacquire &mutex, from the addresses of both."""
    if reason == 0:
        return ""
    text = gdb.Value(reason).cast(gdb.lookup_type("char").pointer())
    try:
        text = text.string(errors="replace")
    except gdb.MemoryError:
        return "no memory at %#x" % reason
    if on == 0:
        return text
    name, found, _ = gdb.execute("info symbol %#x" % on, to_string=True
                                 ).partition(" in section ")
    return text + (" &" + name.replace(" ", "") if found else " %#x" % on)

class Places:
    """Where parked goroutines stand; each kind of stack is unwound once."""

    def __init__(self):
        self.up = {}    # pc -> bytes from here to the caller's sp
        self.root = {}  # pc of a root -> bytes from here to the stack's end
        self.known = {} # return addresses -> place

    # learn the frames of a stack
    def learn(self, frame, row):
        """Remember how far the frames of a goroutine are apart."""
        pc = None
        while frame is not None:
            if frame.type() == gdb.NORMAL_FRAME:
                above = int(frame.read_register("rsp"))
                if pc and above > sp:
                    self.up[pc] = above - sp
                pc, sp = frame.pc(), above
            frame = frame.older()
        if pc:
            self.root[pc] = row.hi - sp

    # follow the return addresses
    def chain(self, row):
        """The return addresses of a parked goroutine, or None."""
        if not row.lo < row.sp <= row.hi:
            return None
        stack = bytes(gdb.selected_inferior().read_memory(
            row.sp, row.hi - row.sp))
        pc, at, found = row.pc, 0, []
        while pc in self.up and at < len(stack):
            at += self.up[pc]
            found.append(pc)
            pc = int.from_bytes(stack[at - 8:at], "little")
        return (*found, pc) if self.root.get(pc) == len(stack) - at else None

    # say where a goroutine stands
    def at(self, row, value):
        """The place of the program's newest frame; value(row) is the g."""
        chain = None if row.m else self.chain(row)
        if chain in self.known:
            return self.known[chain]
        with Standing(value(row)) as frame:
            said = place(users(frame))
            if not row.m:
                self.learn(frame, row)
        if not row.m and self.chain(row):
            self.known[self.chain(row)] = said
        return said

Line = collections.namedtuple(
    "Line", "mark goid state where start wait since")

class Lines:
    """Makes a line of what rows has read of a g."""

    def __init__(self):
        self.queued, self.places, self.texts = in_queues(), Places(), {}
        self.kind = gdb.lookup_type("struct g").pointer()
        self.since, self.chosen = since(), chosen()
        self.goexit = int(value("(long)&goexit"))

    # make a line
    def line(self, row):
        state = self.state(row)
        start = self.once(function, row.startpc)
        wait = aside(self.g(row)).strip(" []") if row.m else ""
        if state in ("runnable", "in flight") and (
                row.hi == 0 or row.pc in (row.startpc, self.goexit + 1)):
            where = ("not started, will run " if state == "runnable" else
                     "has run " if wait.startswith("from") else
                     "about to begin ") + start
        else:
            try:
                where = self.places.at(row, self.g)
            except (gdb.error, gdb.GdbError) as e:
                where = "(%s)" % e
        if state == "waiting":
            wait = self.once(waits, row.waitreason, row.waitson)
        return Line("*" if row.at == self.chosen else " ",
                    row.goid, state, where, start, wait, wait and
                    self.since.get(row.goid, ""))

    # make its parts
    def g(self, row):
        return gdb.Value(row.at).cast(self.kind).dereference()

    def state(self, row):
        said = self.once(state, row.atomicstatus, "enum gstatus")
        return word(self.g(row), self.queued) if row.m else "in flight" if \
            said == "running" or said == "runnable" and self.queued is not \
            None and row.at not in self.queued else said

    def once(self, make, *args):
        if args not in self.texts:
            self.texts[args] = make(*args)
        return self.texts[args]

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

def since():
    """Texts about the time of each goroutine's last wait, by goid."""
    try:
        file = gdb.parse_and_eval("trace")
        if int(file) == 0:
            return {}
        at = int(file) + file.type.target().sizeof
        kinds = gdb.types.make_enum_dict(gdb.lookup_type("enum eventkind"))
        # read the rings of events
        head, ring = gdb.lookup_type("struct tracebuf").sizeof, int(file["ring"])
        times, found = [], {}
        for _ in range(int(file["nprocs"])):
            memory = gdb.selected_inferior().read_memory(at + head, 32 * min(
                ring, read(at, 8)))
            for when, goid, kind, _, _ in struct.iter_unpack("<qIIQQ", memory):
                times.append(when)
                if kind == kinds["GoBlock"]:
                    found[goid] = max(when, found.get(goid, when))
            at += head + 32 * ring
    except gdb.error:
        return {}
    unit = ", since event %d" if int(file["seed"]) >= 0 else ", since %d us"
    start = min(times, default=0)
    return {goid: unit % (when - start if int(file["seed"]) >= 0
                          else (when - start) // 1000)
            for goid, when in found.items()}

PARTS = ("where", "start", "state", "wait")

class Wanted:
    """Which goroutines the arguments of info goroutines ask for, and how."""

    def __init__(self, words):
        self.goids, self.states, self.tests = set(), set(), []
        self.group, self.all, words = None, False, iter(words)
        for word in words:
            if re.fullmatch("[0-9]+", word):
                self.goids.add(int(word))
            elif word in states():
                self.states.add(word)
            elif word == "all":
                self.all = True
            else:
                # take an option
                part, text = next(words, ""), None
                part = "where" if part == "user" else part
                if word != "-group":
                    text = next(words, None)
                if word not in ("-with", "-without", "-group") or part not in PARTS or \
                        word != "-group" and text is None:
                    raise gdb.GdbError(
                        "info goroutines takes numbers, states (%s), all, -with PART TEXT, "
                        "-without PART TEXT and -group PART, where PART is %s; not %s" % (
                            " ".join(states()), " ".join(PARTS), " ".join(
                                w for w in (word, part, text) if w)))
                if word == "-group":
                    self.group = part
                else:
                    self.tests.append((part, text, word == "-with"))

    # say whether a line is wanted
    def fits(self, line):
        return (not self.states or line.state.split()[-1] in self.states) and \
            all((text in getattr(line, part)) == wanted
                for part, text, wanted in self.tests)

def states():
    """What info goroutines takes for a state."""
    if not known("enum gstatus"):
        return []
    names = gdb.types.make_enum_dict(gdb.lookup_type("enum gstatus"))
    return [name[1:] for name in names] + ["flight"]

def goroutine_lines(wanted=None):
    """The lines of info goroutines, one after the other."""
    wanted = wanted or Wanted([])
    gs = [row for row in g_rows()
          if not wanted.goids or row.goid in wanted.goids]
    lines = Lines()
    found = (line for line in map(lines.line, gs) if wanted.fits(line))
    if wanted.group or len(gs) > 50 and not wanted.all:
        found = list(found)
        if wanted.group or len(found) > 50:
            yield from groups(found, wanted.group)
            return
    for line in found:
        yield "%s %4d  %-9s %s" % (line.mark, line.goid, line.state,
                                   shown(line.where, line.start,
                                         line.wait + line.since))

def shown(where, start, wait):
    """The right side of a line."""
    if start != "runtime_main" and start not in where.split():
        where += ", began in " + start
    return where + (wait and " [%s]" % wait)

def groups(lines, part):
    """A line for each group, the largest first."""
    found = {}
    for line in lines:
        key = getattr(line, part) or "-" if part else "%-9s %s" % (
            line.state, shown(line.where, line.start, line.wait))
        found.setdefault(key, []).append(line.goid)
    for key, goids in sorted(found.items(), key=lambda kv: -len(kv[1])):
        yield "%6d  %s  %s%s" % (len(goids), key, " ".join(
            "G%d" % goid for goid in goids[:3]), " ..." * (len(goids) > 3))
    yield "%d goroutines in %d groups; info goroutines all lists each" % (
        len(lines), len(found))

class InfoGoroutines(Command):
    """info goroutines [N...] [STATE...] [all] [-with PART TEXT]
[-without PART TEXT] [-group PART]: goroutines, and where they stand.
PART is where, start, state or wait.  More than fifty are shown in groups,
unless you say all."""

    def run(self, arg):
        present()
        lines = list(goroutine_lines(Wanted(gdb.string_to_argv(arg))))
        if not lines:
            raise gdb.GdbError("no goroutine is like that; see info "
                               "goroutines")
        print("\n".join(lines))

    def complete(self, text, word):
        options = ["-with", "-without", "-group"]
        *before, last = text.split(" ")
        return completed(last, word, PARTS if before[-1:] and before[-1] in
                         options else [*states(), "all", *options])

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
    wanted = gdb.parameter("print frame-arguments")
    if frame.function() is None or wanted == "none":
        return []
    texts = []
    for a in gdb.FrameDecorator.FrameDecorator(frame).frame_args() or []:
        if wanted == "presence" or switching(frame):
            return ["..."]
        try:
            v = frame.read_var(a.symbol())
            texts.append("%s=%s" % (a.symbol(), v.format_string(
                max_elements=20)))
        except (gdb.error, ValueError):
            texts.append("%s=?" % a.symbol())
    return texts

def switching(frame):
    """Whether a thread is in gswitch there, which has loaded registers."""
    return unwinder.claimed is None and innermost(frame.pc()) == "gswitch" \
        and frame.pc() == gdb.newest_frame().pc()

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
        present()
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

    # complete its number
    def complete(self, text, word):
        who, blank, command = text.partition(" ")
        if not blank:
            return completed(text, word, ["all"] + [
                row.goid for row in g_rows()])
        return completed(command, word, gdb.execute(
            "complete " + command, to_string=True).splitlines())

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
    for m in sorted(linked(value("allm"), "alllink"),
                    key=lambda m: int(m["id"])):
        yield m_line(m, int(m.address) in [int(i.address) for i in idle])

class InfoSched(Command):
    """info sched: every P with its run queue, every M with its work."""

    def run(self, arg):
        if arg:
            raise gdb.GdbError("info sched shows all and takes no argument")
        for line in sched_lines():
            print(line)
        # print who is in flight
        lines = Lines()
        found = [line for line in map(lines.line, g_rows())
                 if line.state == "in flight"]
        if found:
            print("in flight: " + ", ".join(("G%d %s" % (
                line.goid, line.wait)).strip() for line in found))

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
    return field(p, "runnext") is not None or field(p, "piled") is not None

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

# write a whole core file
class Gcore(Command):
    """gcore [FILE]: write a core file with all goroutines in it."""

    def run(self, arg):
        present()
        path = arg or "core.%d" % gdb.selected_inferior().pid
        gdb.execute("generate-core-file " + path, to_string=True)
        with open(os.path.expanduser(path), "r+b") as file:
            for part in parts_of(file):
                fill(file, *part)
        print("Saved corefile " + path)

Gcore("gcore")

# read the headers of a core file
def parts_of(file):
    """Offset, address and size of the memory in a core file."""
    head = file.read(64)
    table, = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    file.seek(table)
    for raw in [file.read(size) for _ in range(count)]:
        kind, _, offset, address, _, n = struct.unpack_from("<IIQQQQ", raw)
        if kind == PT_LOAD:
            yield offset, address, n

PT_LOAD = 1

def fill(file, offset, address, n):
    """Write the memory that GDB has left out of a piece of its core file."""
    step, at = 1 << 20, 0
    while at < n:
        try:
            part = gdb.selected_inferior().read_memory(
                address + at, min(step, n - at))
        except gdb.MemoryError:
            part = bytes(4096 if step == 4096 else 0)
            step = 4096
        if step == 4096 and any(bytes(part)):
            file.seek(offset + at)
            file.write(part)
        at += len(part)

# open a process or a core file
def load(program, what):
    """Load the program of a process or core file unless one is loaded."""
    if gdb.current_progspace().filename is None:
        if not os.path.isfile(program):
            raise gdb.GdbError(
                "%s is of a program that is not here, %s; say make gdb with "
                "PROG=, which names it" % (what, program))
        gdb.execute("file " + typed(program), to_string=True)
    if not known("struct g"):
        present()

class Attach(Command):
    """rt0-attach PID: look at a process that runs already."""

    def run(self, arg):
        # refuse what is no process of ours
        if not re.fullmatch("[0-9]+", arg):
            raise gdb.GdbError("%s is no number of a process" % (arg or "nothing"))
        try:
            program = os.readlink("/proc/%s/exe" % arg)
        except FileNotFoundError:
            raise gdb.GdbError("there is no process %s" % arg)
        except PermissionError as e:
            raise gdb.GdbError(forbidden(arg, e))
        if program.endswith(" (deleted)"):
            program = "/proc/%s/exe" % arg      # built anew since it was started
        load(program, "process " + arg)
        try:
            gdb.execute("attach " + arg, to_string=True)
        except gdb.error as e:
            raise gdb.GdbError(forbidden(arg, e))
        or_let_go("detach", present)
        print("process %s stands still; detach lets it go on" % arg)

def forbidden(pid, error):
    """Why the kernel lets nobody attach to a process, as a sentence."""
    with open("/proc/%s/status" % pid) as file:
        state = dict(re.findall(r"(\w+):\t(\S+)", file.read()))
    if state["TracerPid"] != "0":
        return "process %s has a debugger already, process %s" % (
            pid, state["TracerPid"])
    if int(state["Uid"]) != os.getuid():
        return "process %s belongs to another user, number %s" % (
            pid, state["Uid"])
    try:
        with open("/proc/sys/kernel/yama/ptrace_scope") as file:
            scope = file.read().strip()
    except OSError:
        scope = "0"
    if scope != "0":
        return ("this kernel lets a debugger attach to its own children only: "
                "say sudo sysctl kernel.yama.ptrace_scope=0, or start the "
                "program with make gdb")
    return "process %s: %s" % (pid, error)

class Core(Command):
    """rt0-core FILE: look at a core file."""

    def run(self, arg):
        if not os.path.isfile(os.path.expanduser(arg)):
            raise gdb.GdbError("there is no file %s" % (arg or "to open"))
        since16 = int(gdb.VERSION.split(".")[0]) >= 16
        gdb.execute("core-file " + (typed(arg) if since16 else arg),
                    to_string=True)
        or_let_go("core-file", self.look)

    def look(self):
        name = re.search(r'(?m)^31 .*"(.*)"$', gdb.execute(
            "info auxv", to_string=True))
        load(name[1] if name else "unknown", "this core file")
        print("%d goroutines; info goroutines lists them" % len(g_rows()))

def or_let_go(command, look):
    """Look at what has been opened, and close it if that fails."""
    try:
        look()
    except Exception:
        gdb.execute(command, to_string=True)
        raise

Attach("rt0-attach", gdb.COMMAND_FILES)
Core("rt0-core", gdb.COMMAND_FILES)

# load the files of later appendices
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(TOP, "gdb", "stepping.py")) as file:
    exec(compile(file.read(), file.name, "exec"))
