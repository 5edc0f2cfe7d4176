# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
"""GDB extension for programs on rt0, second file: moving, and the book.

gdb/rt0.py reads it and has defined what is used here.
"""
# follow a goroutine
class Point(gdb.Breakpoint):
    """Stops when the one that is followed gets there."""

    def __init__(self, journey, spec, test, why):
        super().__init__(spec, internal=True)
        self.silent = True
        self.journey, self.test, self.why = journey, test, why

    def stop(self):
        try:
            if not self.test():
                return False
            self.journey.why = self.why() if callable(self.why) else self.why
        except gdb.error:
            return False
        return True

# know the goroutine and its frame
class Journey:
    """A goroutine on its way to one of some points."""

    def __init__(self, frame, sp):
        self.frame, self.name = frame, gdb.newest_frame().name()
        self.top = sp_of(caller(frame))
        g = owner(sp)
        self.g, self.goid = int(g.address), int(g["goid"])
        self.points, self.why = [], None
        self.who = "goroutine %d" % self.goid if self.goid else \
            "g0 of M%d" % int(g["m"]["id"])

    # test whether it has got there
    def here(self):
        """Whether the thread that stops is on the stack of our g."""
        kind = gdb.lookup_type("struct g").pointer()
        g = gdb.Value(self.g).cast(kind).dereference()
        return int(g["goid"]) == self.goid and \
            on_stack(g, sp_of(gdb.newest_frame()))

    def same(self):
        """Whether it is our g in our frame, and not further down."""
        return self.here() and sp_of(caller(gdb.newest_frame())) == self.top

    def back(self):
        """Whether it is our g, and our frame is gone."""
        return self.here() and sp_of(gdb.newest_frame()) >= self.top

    # set the points of a journey
    def add(self, spec, test, why=""):
        self.points.append(Point(self, spec, test, why))

    def delete(self):
        while self.points:
            self.points.pop().delete()

    def leave(self):
        """Stop where our frame has returned to."""
        back = caller(self.frame)
        if back is not None:
            self.add("*%d" % back.pc(), self.back)

    def ends(self):
        """Stop where our g ends, or the program."""
        if within("sys_exit_group"):
            self.delete()           # GDB 13 trips over breakpoints at the end
        elif placed("sys_exit_group"):
            self.add("sys_exit_group", lambda: True,
                     "the program ends, before %s has got there" % self.who)
        if not self.goid and exists("gogo"):
            self.add("*gogo", self.here, lambda: "%s leaves for %s" % (
                self.who, named(argument("struct gobuf")["g"])))
        if self.goid and exists("goexit1") and not within("goexit1"):
            self.add("goexit1", self.here, self.who + " ends here")
        for name in ("goexit0", "buried"):
            if self.goid and exists(name):
                self.add("*" + name, lambda: int(argument("struct g")) ==
                         self.g, self.who + " has ended")

    # run until one of its points
    def go(self):
        """Let the program run; whether our g has got there."""
        text = ""
        try:
            self.ends()
            text = gdb.execute("continue", to_string=True)
        except gdb.error as e:
            if "No such process" not in str(e):
                raise
        finally:
            self.delete()
        return self.told(re.sub(
            r"(?m)^(Continuing\.|\[(New|Switching|LWP|Thread).*)?\n", "", text))

    def told(self, text):
        """Print what has happened; whether our g has got there."""
        ended = "" if alive() else ": the program has ended"
        print(text, end="")
        if self.why is None:
            print("%s has not got there%s" % (self.who, ended))
            return False
        if self.why:
            print(self.why)
        if not text:
            same = gdb.newest_frame().name() == self.name and \
                gdb.parameter("print frame-info") == "auto"
            gdb.execute(("with print frame-info source-line -- " if same
                         else "") + "frame")
        return True

class Nobody(Exception):
    """There is no g yet."""

def owner(sp):
    """The g of the selected thread on whose stack an address is."""
    try:
        g = getg()
        m = g["m"].dereference()
        for gp in (g.address, m["curg"], field(m, "left"), m["g0"]):
            if gp and on_stack(gp.dereference(), sp):
                return gp.dereference()
    except (gdb.error, gdb.GdbError):
        pass
    raise Nobody

def caller(frame):
    """The frame to which the function of a frame will really return."""
    while frame is not None and frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    frame = frame and frame.older()
    while frame is not None and frame.type() == gdb.TAILCALL_FRAME:
        frame = frame.older()
    return frame

def sp_of(frame):
    """The stack pointer of a frame, or None without one."""
    return int(frame.read_register("rsp")) if frame is not None else None

def placed(name):
    """Whether the program has a function of that name, also inlined."""
    try:
        return bool(gdb.decode_line(name)[1])
    except gdb.error:
        return False

def within(name):
    """Whether a function is on the selected stack."""
    frame = gdb.newest_frame()
    while frame is not None and frame.name() != name:
        frame = frame.older()
    return frame is not None

# let it go
def alive():
    """Whether there is a program."""
    return gdb.selected_thread() is not None and not died()

def statements():
    """{address: (file, line)} of the statements, by GDB's line tables."""
    found, file = {}, None
    for row in gdb.execute("maint info line-table",
                           to_string=True).splitlines():
        entry = re.match(r"\d+ +(\d+) +(0x[0-9a-f]+).* Y", row)
        if entry:
            found[int(entry[2], 16)] = file, int(entry[1])
        elif row.startswith("symtab: "):
            file = row[len("symtab: "):].rpartition(" ((")[0]
    return found

def line_in(sal):
    """File and line as in statements()."""
    return sal.symtab and (sal.symtab.fullname(), sal.line)

def nest(pc):
    """The names of the functions at a pc, the innermost first, and the
    block of the outermost."""
    names, last, block = [], None, gdb.block_for_pc(pc)
    while block is not None:
        if block.function is not None:
            names.append(block.function.name)
            last = block
        block = block.superblock
    return names, last

def other_lines(frame, into):
    """Where the other lines of a frame's function begin; into: also those
    of what is inlined there."""
    names, whole = nest_of(frame)
    mine = names[names.index(frame.name()):]
    for pc, place in statements().items():
        if whole.start <= pc < whole.end and place != line_in(
                frame.find_sal()):
            there = nest(pc)[0]
            if into or len(there) <= len(mine) or \
                    there[-len(mine):] != mine:
                yield pc

def nest_of(frame):
    """As nest, for the place of a frame, which has one of the names."""
    found = nest(frame.pc())
    return found if frame.name() in found[0] else nest(frame.pc() - 1)

def assembly(frame):
    """Whether a frame is in assembly, or in code without lines."""
    symtab = frame.find_sal().symtab
    return symtab is None or "GNU AS" in (symtab.producer or "")

def instructions(frame):
    """The instructions of the line of a frame."""
    whole, now = nest(frame.pc())[1], line_in(frame.find_sal())
    pc = whole.start
    while pc < whole.end:
        sal = gdb.find_pc_line(pc)
        end = (sal.last or pc) + 1
        if line_in(sal) == now:
            yield from frame.architecture().disassemble(pc, end - 1)
        pc = end

# the commands that follow a goroutine
class Gfinish(Command):
    """gfinish: as finish, for the goroutine and not for the thread."""

    def run(self, arg):
        frame = movable()
        back = caller(frame)
        if arg:
            raise gdb.GdbError("gfinish takes no argument, and so not " + arg)
        if back is None:
            raise gdb.GdbError("%s does not return" % frame.name())
        returns(frame)
        try:
            journey = Journey(frame, sp_of(back))
        except Nobody:
            gdb.execute("finish")
            return
        journey.leave()
        name, function = frame.name(), frame.function()
        if journey.go() and not journey.why and function is not None:
            # show what a function has returned
            kind = function.type.target().strip_typedefs()
            if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_BOOL,
                             gdb.TYPE_CODE_ENUM):
                v = gdb.parse_and_eval("$rax").cast(kind)
                print("%s has returned %s" % (name, v.format_string()))

ONEWAY = {"gogo", "execute", "schedule", "goexit1", "goexit0", "throw"}

def returns(frame):
    """Fail in a function that is called and never returns."""
    if frame.name() in ONEWAY:
        raise gdb.GdbError("%s does not return" % frame.name())

def selected():
    """The selected frame."""
    present()
    return gdb.selected_frame()

def movable():
    """The selected frame of a program that can go on."""
    connection = getattr(gdb.selected_inferior(), "connection", None)
    if connection is not None and connection.type == "core":
        raise gdb.GdbError("a core file does not run; goroutine N bt and "
                           "info sched look at it")
    return selected()

class Guntil(Command):
    """guntil LOCATION: run until this goroutine gets there."""

    def run(self, arg):
        frame = movable()
        if not arg:
            raise gdb.GdbError("say guntil LOCATION, a place as for break")
        located(arg)
        try:
            journey = Journey(frame, sp_of(frame))
        except Nobody:
            gdb.execute("advance " + arg)
            return
        journey.add(arg, journey.here)
        journey.go()

    complete = locations

class Gnext(Command):
    """gnext [N]: as next, for the goroutine and not for the thread."""

    into = False

    # take the next step
    def run(self, arg):
        movable()
        times = number(gdb.parse_and_eval(arg or "1"))
        if times < 1:
            raise gdb.GdbError("%d times is not often enough" % times)
        for _ in range(times):
            if not self.once(movable()):
                break

    def once(self, frame):
        try:
            journey = Journey(frame, sp_of(frame))
        except Nobody:
            gdb.execute("step" if self.into else "next")
            return True
        if assembly(frame):
            return self.instruction(journey)
        for pc in other_lines(frame, self.into):
            journey.add("*%d" % pc, journey.same)
        journey.leave()
        return self.arrive(journey)

    def arrive(self, journey):
        return journey.go()

    # go one instruction further
    def instruction(self, journey):
        """In assembly a line is an instruction."""
        frame = journey.frame
        code = frame.architecture().disassemble(frame.pc())[0]
        if Standing.base > 0:
            journey.add("*%d" % frame.pc(), journey.here)
            return journey.go()
        if self.into or not code["asm"].startswith("call"):
            gdb.execute("stepi")
            return True
        top = sp_of(frame)
        journey.add("*%d" % (code["addr"] + code["length"]), lambda:
                    journey.here() and sp_of(gdb.newest_frame()) >= top)
        return journey.go()

class Gstep(Gnext):
    """gstep [N]: as step, for the goroutine and not for the thread."""

    into = True

    def arrive(self, journey):
        """Stop in the functions that the line calls."""
        for code in instructions(journey.frame):
            if not self.unknown(code):
                self.call(journey, code)
            elif code["addr"] != journey.frame.pc():
                journey.add("*%d" % code["addr"], journey.same, self.blind)
            else:
                journey.delete()
                gdb.execute("stepi")
                return True
        there = journey.go()
        if there and journey.why is self.blind:
            gdb.execute("stepi")
        return there

    # stop where a call leads
    blind = "a call through a register:"

    def unknown(self, code):
        return re.match(r"call +\*", code["asm"])

    def call(self, journey, code):
        found = re.match(r"(call|jmp) +(0x[0-9a-f]+) <([\w.]+)>", code["asm"])
        if found:
            known = gdb.lookup_global_symbol(found[3]) or \
                gdb.lookup_static_symbol(found[3])
            journey.add(found[3] if known else "*" + found[2], journey.here)

class On(Function):
    """$on(N): whether this thread is on the stack of goroutine N."""

    def look(self, goid=None):
        if goid is None:
            raise gdb.GdbError("say of which goroutine: $on(3)")
        n = number(goid)
        try:
            return int(owner(sp_of(gdb.newest_frame()))["goid"]) == n
        except (Nobody, gdb.error):
            return False

On("on")

class Gbreak(Command):
    """gbreak LOCATION [if CONDITION]: as break, for this goroutine."""

    def run(self, arg):
        try:
            g = owner(sp_of(selected()))
        except Nobody:
            raise gdb.GdbError("no goroutine yet; say break")
        self.bind("break", arg, int(g["goid"]))

    @staticmethod
    def bind(command, arg, goid):
        if not arg:
            raise gdb.GdbError("say where: goroutine %d break LOCATION" % goid)
        place, _, condition = (" " + arg).partition(" if ")
        located(place.strip())
        gdb.execute("%s %s if $on(%d)%s" % (
            command, place, goid, " && (%s)" % condition if condition
            else ""))

    complete = locations

Gbreak("gbreak", gdb.COMMAND_BREAKPOINTS)

for name, command in (("gnext", Gnext), ("gstep", Gstep),
                      ("gfinish", Gfinish), ("guntil", Guntil)):
    command(name, gdb.COMMAND_RUNNING)

# tell at each stop where the thread is
# make the lines of a context
def whereabouts():
    """M0 P0 G1 -> G4, on the stack of G1."""
    gdb.lookup_type("struct g")         # not in another program
    g, on = getg(), None
    if not int(g["m"]):
        return "%s is selected, and no thread is on its stack" % called(g)
    m = g["m"].dereference()
    gp, line = m["curg"], MPrinter(m).to_string()
    try:
        on = owner(sp_of(gdb.newest_frame()))
    except Nobody:
        return line + ", on a stack of its own"
    if int(gp) and word(gp.dereference()) in ("in flight", "runnable"):
        line = line.rpartition(" ")[0] + " " + way(m, on)
    return "%s, on the stack of %s" % (line, called(on))

def called(g):
    """G3, or g0."""
    return "G%d" % int(g["goid"]) if int(g["goid"]) else "g0"

def way(m, on):
    """G1 -> G4: from whom to whom a thread is on its way."""
    g, left = m["curg"].dereference(), field(m, "left")
    if flight(g).startswith("from"):
        return called(g) + " -> g0"
    before = left.dereference() if left else m["g0"].dereference()
    return "%s -> %s" % (called(before if on.address == g.address else on),
                         called(g))

def context_lines():
    """The lines of a context; none of them is an error."""
    frame, lines = gdb.newest_frame(), []
    for part in (whereabouts, next_instructions, changes,
                 *[queues] * (not on_screen())):
        try:
            lines += [line[:80] for line in part().splitlines() if line]
        except (gdb.error, gdb.GdbError) as e:
            if part is whereabouts and "No struct type" not in str(e):
                lines.append(str(e))
    return lines

def next_instructions():
    frame = gdb.newest_frame()
    if not assembly(frame) and frame.find_sal().pc == frame.pc():
        return ""
    return gdb.execute("x/3i $pc", to_string=True).replace("\t", " ")

REGISTERS = ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 "
             "fs_base").split()

def changes():
    """The registers of the thread that have changed since the last look."""
    frame, thread = gdb.newest_frame(), gdb.selected_thread().global_num
    now = {r: int(frame.read_register(r)) for r in REGISTERS}
    old = Context.seen.get(thread, now)
    Context.seen[thread] = now
    line = "  ".join("%s %#x" % (r, now[r] & 2**64 - 1) for r in REGISTERS
                     if now[r] != old[r])
    return line if len(line) <= 80 else \
        line[:77].rpartition("  ")[0] + "  ..."

def queues():
    """The queues of this thread's P, and the queue for all."""
    p, rest = getg()["m"]["p"], "sched.runq.head"
    behind = " ".join(named(g.address) for g in linked(value(rest),
                                                       "schedlink"))
    line = p_line(p.dereference()) if int(p) else "no P"
    return re.sub(" {2,}", "  ", line + (behind and "  sched runq: ") +
                  behind)

# remember what was stepped
class Before(Command):
    """rt0-before COMMAND: what has to be known before COMMAND runs."""

    stepped = None      # the command, the goroutine
    stopped = ended = False
    told = set()

    def run(self, arg):
        if Standing.base > 0 and arg != "continue":
            # refuse to step a goroutine that no thread is on
            raise gdb.GdbError(
                "goroutine %d is selected, and no thread is on it; say %s, "
                "or goroutine alone to go back to the thread" % (
                    int(Standing.on["goid"]), FOLLOWS.get(arg, "gnext")))
        forget()
        goid = current()
        known = goid is not None and arg != "continue"
        Before.stepped = (arg, goid) if known else None
        if known and arg == "finish":
            returns(gdb.selected_frame())
        # warn once that a command belongs to the thread
        if Context.on and goid and arg in FOLLOWS and arg not in Before.told and \
                next(linked(value("allgs")["alllink"], "alllink"), None):
            Before.told.add(arg)
            print("%s waits for this thread; %s waits for goroutine %d, on "
                  "whatever thread" % (arg, FOLLOWS[arg], goid))

FOLLOWS = {"next": "gnext", "step": "gstep", "finish": "gfinish",
           "until": "guntil", "advance": "guntil"}
Before("rt0-before")
for name in [*FOLLOWS, "stepi", "nexti", "continue"]:
    gdb.execute("define hook-%s\nrt0-before %s\nend" % (name, name))

def current():
    """The goid of the goroutine on whose stack the thread is, 0 for g0,
    or None."""
    try:
        return int(owner(sp_of(gdb.newest_frame()))["goid"])
    except (Nobody, gdb.error, gdb.GdbError):
        return None

def spelt(goid):
    """What current has found, in words."""
    return "another stack" if goid is None else \
        "goroutine %d" % goid if goid else "g0"

def has_stopped(event):
    Before.stopped = True

def has_ended(event):
    Before.ended = True
    Context.seen.clear()

gdb.events.stop.connect(has_stopped)
gdb.events.exited.connect(has_ended)

def at_prompt():
    """Say what the last stop was, if there was one since the last prompt."""
    stopped, ended, stepped = Before.stopped, Before.ended, Before.stepped
    Before.stopped = Before.ended = False
    Before.stepped = None
    if not (stopped or ended):
        return
    if stepped and (ended or current() != stepped[1]):
        print("%s began in %s, %s%s" % (
            stepped[0], spelt(stepped[1]), "and the program has ended" if ended
            else "and this is " + spelt(current()),
            "; %s stays with a goroutine" % FOLLOWS[stepped[0]]
            if stepped[0] in FOLLOWS and stepped[1] else ""))
    if Context.on and alive():
        print("\n".join(context_lines()))
    if on_screen():
        gdb.execute("refresh")

gdb.events.before_prompt.connect(at_prompt)

class BeforeStop(Command):
    """rt0-before-stop: let no arguments be shown in the middle of a switch."""

    setting, wanted = "print frame-arguments", None     # what a person had

    def run(self, arg):
        now, inside = gdb.parameter(self.setting), in_switch()
        if inside and now not in ("none", "presence"):
            BeforeStop.wanted = now
            gdb.execute("set %s presence" % self.setting)
        elif not inside and self.wanted:
            if now == "presence":
                gdb.execute("set %s %s" % (self.setting, self.wanted))
            BeforeStop.wanted = None

BeforeStop("rt0-before-stop")
gdb.execute("define hook-stop\nrt0-before-stop\nend")

def in_switch():
    """Whether a thread is in the middle of a switch."""
    found = False
    try:
        selection = Selection()
        for thread in threads():
            thread.switch()
            found = found or switching(gdb.newest_frame())
        selection.restore()
    except (gdb.error, gdb.GdbError):
        pass                            # no program any more
    return found

class Context(OnOff, Command):
    """context: show whose thread and stack this is, the next instructions,
the registers that have changed, and the queues of the P.
context on|off: the same at each stop."""

    on, seen = False, {}

    def run(self, arg):
        if arg not in ("", "on", "off"):
            raise gdb.GdbError("say context, context on or context off")
        if arg:
            Context.on = arg == "on"
            return
        selected()
        for line in context_lines():
            print(line)

Context("context", gdb.COMMAND_STATUS)

# record one thread only
class MayRecord(Command):
    """rt0-record: fail if GDB could not record the program."""

    def run(self, arg):
        if gdb.selected_thread() is None:
            raise gdb.GdbError(absent())
        if len(threads()) > 1:
            raise gdb.GdbError(
                "GDB records one thread, and with %d it would hang: record "
                "before the second is made, or use meet" % len(threads()))
        if exists("clone") and not Birth.point:
            Birth.point = Birth("*clone", internal=True)

class Birth(gdb.Breakpoint):
    """Stops a recording before a second thread is made."""

    point = None

    def stop(self):
        if gdb.current_recording() is None:
            return False
        print("[rt0] here a second thread is made, and GDB would hang: go "
              "back, or say record stop")
        return True

MayRecord("rt0-record")
for hook in "hook-record", "record hook-full":
    gdb.execute("define %s\nrt0-record\nend" % hook)

UNRECORDED = {b"\x0f\x01\xf9": "rdtscp", b"\x0f\x01\xd0": "xgetbv"}

def on_stop(event):
    if gdb.current_recording() is None:
        return
    code = bytes(gdb.selected_inferior().read_memory(
        gdb.newest_frame().pc(), 3))
    if code in UNRECORDED:
        print("[rt0] GDB cannot record %s: say record stop, finish, and "
              "record again" % UNRECORDED[code])

gdb.events.stop.connect(on_stop)

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
            raise gdb.GdbError(absent())
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

# the commands about the book
class Maps:
    """The line maps of the tangler, read when a program first needs them."""

    def __init__(self):
        self.folder = None  # that they come from
        self.lines = {}  # (file, line) -> (chapter, line, num, name)
        self.chunks = {}  # name or number -> [(file, line)]

    # load the maps
    def load(self):
        program = gdb.current_progspace().filename
        folder = os.path.join(TOP, "build", maps_of(program))
        if folder == self.folder:
            return
        self.folder, self.lines, self.chunks = folder, {}, {}
        for base, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith(".map"):
                    self.read(os.path.join(base, name), name[:-4])
        if not self.lines:
            self.folder = None
            raise gdb.GdbError("no line maps in build/%s; say make"
                               % maps_of(program))

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

    def named(self, arg):
        """The lines of a chunk, by its name or number."""
        self.load()
        return self.chunks.get(plain_name(arg))

    def like(self, name):
        """A hint at the chunk that was meant."""
        import difflib
        near = [name + ".1"] if name + ".1" in self.chunks else \
            difflib.get_close_matches(name, self.chunks, 1)
        return "; did you mean <%s>?" % near[0] if near else ""

    def complete(self, text, word):
        self.load()
        return completed(text, word, self.chunks)

# which maps belong to a program
def maps_of(program):
    """The folder of maps, below build/, for a program."""
    state = re.search(r"build/(?:debug/\w+-)?chapters/(\d\d)/", program or "")
    return "chapters/%s/maps" % state[1] if state else "maps"

def plain_name(arg):
    """The name of a chunk, without what may stand around it."""
    return re.sub("^(replace|base): ", "", arg.strip("<>= "))

maps = Maps()

def located(arg):
    """The line of the selected frame, or of a location."""
    if arg:
        # decode_line of an open quote crashes GDB 13; info line complains
        gdb.execute("info line " + arg, to_string=True)
        sals = gdb.decode_line(arg)[1]
        return sals[0] if sals else None
    if gdb.selected_thread() is None:
        raise gdb.GdbError(absent() + ", or give a place: chunk schedinit")
    return gdb.selected_frame().find_sal()

class Chunk(Command):
    """chunk [LOCATION]: the chunk that the code here comes from.
LOCATION is a place as for break, or the name or number of a chunk."""

    def run(self, arg):
        lines = maps.named(arg)
        entry = maps.lines[lines[0]] if lines else maps.at(located(arg))
        if entry is None:
            raise gdb.GdbError("this code is not in the book")
        print("chunk %s <%s>, book/%s:%d" % (entry[2], entry[3], entry[0],
                                             entry[1]))
        return entry

    def complete(self, text, word):
        return maps.complete(text, word) + locations(self, text, word)

class Book(Chunk):
    """book [LOCATION]: the chunk, its section and its page.
LOCATION is a place as for break, or the name or number of a chunk."""

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
NAME is the name of the chunk or its number, such as 6.14, or a function."""

    def run(self, arg):
        if not arg:
            raise gdb.GdbError("say break-chunk and a name or a number such "
                               "as 6.14")
        lines, name = maps.named(arg), plain_name(arg)
        if not lines:
            # take a function, or say what is no chunk
            if gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name):
                gdb.execute("break " + name)
                return
            raise gdb.GdbError("the book has no chunk <%s>%s" % (name, maps.like(name)))
        # break at the first line of it that has code
        for file, line in lines:
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
        return maps.complete(text, word)

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
GDB's; the walk waits until it is done. See also: help predict."""

    def run(self, arg):
        # find the scripts of a chapter
        scripts = sorted((n[:-4] for n in os.listdir(TOP + "/gdb")
                          if n.endswith(".gdb")), key=in_book)
        found = [n for n in scripts
                 if arg == n or n.startswith(arg.zfill(2) + "-")]
        if not arg or not found:
            raise gdb.GdbError("no stage %s; there are %s"
                               % (arg, " ".join(scripts)))
        # refuse the text interface
        if hasattr(gdb, "register_window_type") and "not active" not in gdb.execute(
                "info win", to_string=True):
            raise gdb.GdbError("a walk waits for lines, and the text interface "
                               "reads keys; say tui disable first")
        for name in found:
            lines = open(TOP + "/gdb/%s.gdb" % name).read().splitlines()
            start_afresh(lines)
            if not self.walk(steps(lines)):
                break
        # say how to go on after a walk
        self.dont_repeat()
        print("\nThe walk %s is over; the program %s. The prompt is yours." % (
            name, "stands at " + place(gdb.selected_frame())
            if gdb.selected_thread() else "has ended"))
        for after in scripts[scripts.index(name) + 1:][:1]:
            print("Next is " + ("stage " + after if after[:2] == name[:2] else
                  "make gdb STAGE=%s, outside of GDB" % after[:2]) + ".")

    # walk through the steps
    def walk(self, script):
        """Show and run the steps; whether all of them were run."""
        waits = os.isatty(0) and os.isatty(1)
        made, old = [], {name: gdb.parameter(name)
                         for name in ("scheduler-locking", "pagination")}
        pause = Pause("#")
        if waits:
            print("[Enter] goes on, q ends the walk, and any command of GDB's "
                  "works meanwhile.%s" % (Predict.asks and "\nAt [answer] type "
                  "what you expect, or press Enter to pass." or ""))
        gdb.execute("set pagination off")
        try:
            for step in script:
                if is_comment(step):
                    pause.judge()
                    pause = Pause(step)
                    print("\n" + pause.text)
                elif not HIDES.match(step):
                    # run a step
                    if waits and not pause.over():
                        return False
                    step = re.sub(r"^(delete|condition) (\d+)", lambda m: "%s %d" % (
                        m[1], made[int(m[2]) - 1]), step)
                    print("(gdb) " + step)
                    for name, v in setting(step):
                        old.setdefault(name, v)
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
        return completed(text, word, [name[:-4] for name in sorted(
            os.listdir(TOP + "/gdb")) if name.endswith(".gdb")])

# what a walk is made of

# prepare the program of a script
def in_book(script):
    """The chapter of a script, and where in it the script begins."""
    text = ""
    for name in os.listdir(TOP + "/book"):
        if name.startswith(script[:2]) and name.endswith(".nw"):
            with open(os.path.join(TOP, "book", name), errors="replace") as f:
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
        name = os.path.relpath(program, TOP)
        raise gdb.GdbError("%s is missing; leave GDB and say %s" % (
            name, "make gdb STAGE=" + chapter[1] if chapter else
            "go build -o %s bench/go/%s.go" % (name, os.path.basename(name))
            if name.startswith("build/go/") else "make"))
    gdb.execute("delete", to_string=True)
    if gdb.selected_inferior().pid:
        gdb.execute("kill", to_string=True)
    gdb.execute("file " + typed(program), to_string=True)
    gdb.execute("set args " + words)

# cut a script into steps
def steps(lines):
    """The comments and commands of a script, in order."""
    for words, some in itertools.groupby(pieces(lines), is_comment):
        yield from ["\n".join(some)] if words else some

def is_comment(step):
    """Whether a step is for the reader."""
    return step.startswith("#")

HEAD = ("# SPDX-", "# Tangled from ")  # not for the one who steps

def pieces(lines):
    """The commands of a script and each line of its comments."""
    block, depth = [], 0
    for line in lines:
        word = line.split()[:1]
        if not word and not depth or line.startswith(HEAD):
            continue
        block.append(line)
        if word and word[0] in ("define", "document", "if", "while",
                                "commands") or line.split() == ["python"]:
            depth += 1
        elif word == ["end"]:
            depth -= 1
        if depth == 0:
            yield "\n".join(block)
            block = []

# ask what will happen
class Pause:
    """A comment of a script: what to expect of the commands after it."""

    def __init__(self, comment):
        asks = re.match(r"(.*\?)(?:\n#)? \[(.+)\]$", comment, re.S)
        self.text, self.truth = asks.groups() if asks else (comment, None)
        self.waits, self.answer = self.text[-1] in ".?:", None

    def over(self):
        """Wait, the first time; false to end the walk."""
        if not self.waits:
            return True
        self.waits = False
        self.answer = paused(Predict.asks and self.truth)
        return self.answer is not None

    # judge an answer
    def judge(self):
        """Compare the answer with what has come about."""
        if self.truth is None:
            return
        try:
            truth = gdb.parse_and_eval(self.truth)
        except gdb.error as e:
            return print("(%s has no value: %s)" % (self.truth, e))
        if self.answer:
            right, shown = agree(self.answer, truth)
            print("You expected %s. %s" % (
                self.answer, "Right." if right else "It is %s." % shown))

def plain(text):
    """Small letters; without commas, and without the letter of G2."""
    return re.sub(r"[,.]|\b[gmp](?=\d)", "", text.lower())

def agree(answer, truth):
    """Whether an answer is the truth, and the truth as text."""
    answer, code = plain(answer), truth.type.strip_typedefs().code
    if code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_ENUM):
        text = str(truth) if code == gdb.TYPE_CODE_ENUM else truth.string()
        word = plain(re.sub("^[GP](?=[a-z])", "", text))
        return answer == word[0] and word in ("yes", "no") or bool(
            re.search(r"\b%s\b" % re.escape(word), answer)), text
    begins = re.match(r"(-?)(0x)?([0-9a-f]+)", answer)
    base = 16 if begins and begins[2] else 10
    try:
        number = int(begins[1] + begins[3], base)
    except (TypeError, ValueError):
        return False, str(int(truth))
    return number == int(truth), hex(truth) if base == 16 else str(int(truth))

class Predict(OnOff, Command):
    """predict on|off: let the walks ask what you expect, before they show it.
Enter passes. A command of GDB's is obeyed; quote an answer that is one."""

    asks = False

    def run(self, arg):
        if arg not in ("on", "off"):
            raise gdb.GdbError("say predict on or predict off")
        Predict.asks = arg == "on"

Predict("predict", gdb.COMMAND_RUNNING)

def is_command(line, truth=""):
    """Whether a line is for GDB and does not answer a question."""
    word = re.match(r"[a-z][\w-]*|!", line, re.I)
    if not word or truth in ('"yes"', '"no"') and line in ("y", "n"):
        return False
    try:
        gdb.execute("help " + word[0], to_string=True)
    except gdb.error:
        return False
    return line != word[0] or len(line) == 1 or line in gdb.execute(
        "complete " + line, to_string=True).split("\n")

# settings that hide the source, for transcripts; and this file
HIDES = re.compile("set print frame-(info|arguments) |source gdb/rt0.py")

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

def paused(asks=False):
    """Wait for Enter or an answer, obey commands until then; None after q."""
    selection = Selection() if gdb.selected_thread() else None
    at, line = newest(), None
    while line != "":
        try:
            line = input("[answer] " if asks else "[Enter] ").strip()
            if line in ("q", "quit"):
                return None
            if asks and line and not is_command(line, asks):
                break
            if line:
                gdb.execute(line, True)
        except (EOFError, KeyboardInterrupt):
            return None
        except gdb.error as e:
            print(e)
    if selection and selection.thread.is_valid():
        selection.restore()
    if newest() != at:
        print("You have moved the program; the steps that follow were made "
              "for where it was.")
    return line

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

# log what the scheduler does
class Tracepoint(gdb.Breakpoint):
    """Prints a line and does not stop."""

    def __init__(self, function, text):
        super().__init__(spot(function), internal=True)
        self.silent = True
        self.text = text

    def stop(self):
        if ending():
            return False
        try:
            on = "M%d: " % int(getg()["m"]["id"]) if len(threads()) > 1 \
                else ""
            for line in self.text().splitlines():
                print("[rt0] %s%s" % (on, line))
        except Exception as e:
            if str(e) != ENDED and not ending():
                print("[rt0] (%s)" % e)
        return False

# read what a function is given
def spot(name):
    """Where to stop for a function of EVENTS."""
    if name == "stealwork":
        return after_call(name, "runqsteal")
    return name if name == "gswitch" else "*" + name

def after_call(name, callee):
    """The place behind the call of another function, or None."""
    found = re.search(r"<%s>\n\W*(0x[0-9a-f]+)" % callee, gdb.execute(
        "disassemble " + name, to_string=True))
    return found and "*" + found[1]

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
        speaker(), function(gdb.parse_and_eval("$rdi"))) + next_goid(),
    "gogo": lambda: runs(argument("struct gobuf")["g"].dereference()),
    "gswitch": switches,
    "goschedImpl": does("yields"),
    "goexit0": does("ends"),
    "park_m": lambda: does("waits")() +
    note(argument("struct g").dereference()),
    "goready": lambda: "%s wakes G%d" % (speaker(), int(
        argument("struct g")["goid"])),
    "clone": lambda: speaker() + " makes " + new_m(),
    "stopm": lambda: "has nothing to do",
    "notewakeup": lambda: awakes(int(gdb.parse_and_eval("$rdi"))),
    "runqsteal": lambda: aims(),
    "stealwork": lambda: robs(),
}

def speaker():
    """The goroutine that this thread runs, or who acts without one."""
    gp = getg()["m"]["curg"]
    if int(gp):
        return "G%d" % int(gp["goid"])
    return "the scheduler" if int(value("allgs")) else "the boot"

# name what is made or taken
def next_goid():
    """: G7, where the runtime has numbers that can be foretold."""
    p, last = getg()["m"]["p"], field(value("sched"), "goidgen")
    if int(p) and field(p.dereference(), "goidcache") is not None and \
            int(p["goidcache"]) != int(p["goidcacheend"]):
        last = p["goidcache"]
    return "" if last is None else ": G%d" % (int(last) + 1)

def new_m():
    """The M that clone makes a thread for, and its purpose."""
    for m in linked(value("allm"), "alllink"):
        procid = field(m, "procid")
        if procid is not None and \
                int(procid.address) == int(gdb.parse_and_eval("$rdx")):
            return "M%d%s" % (int(m["id"]), purpose(m))
    return "a thread"

def purpose(m):
    """ for P1, or for a function, or nothing."""
    fn, pp = field(m, "mstartfn"), field(m, "nextp")
    return " for " + function(fn) if fn else \
        " for P%d" % int(pp["id"]) if pp else ""

def awakes(note):
    """Who wakes which M, from the address of a note."""
    for m in linked(value("allm"), "alllink"):
        park = field(m, "park")
        if park is not None and int(park.address) == note:
            return "%s wakes M%d%s" % (speaker(), int(m["id"]), purpose(m))
    sysmon = field(value("sched"), "sysmonnote")
    return speaker() + " wakes sysmon" if sysmon is not None and \
        int(sysmon.address) == note else ""

victims = {}    # thread -> the P that it is about to rob

def aims():
    victim = gdb.parse_and_eval("(struct p *)$rsi")
    victims[gdb.selected_thread().num] = int(victim["id"])
    return ""

def robs():
    gp, thief = gdb.parse_and_eval("(struct g *)$rax"), getg()["m"]["p"]
    if int(gp) == 0:
        return ""
    rest = len(ahead(thief.dereference()) or []) + \
        len(runq(thief.dereference()))
    return "P%d robs P%s of G%d%s" % (
        int(thief["id"]), victims.get(gdb.selected_thread().num, "?"),
        int(gp["goid"]), " and %d more" % rest if rest else "")

# switch the log on and off
def exists(name):
    """Whether the program has a function of that name."""
    if name == "gswitch":
        name = "finishswitch"   # has an address, and is never without it
    try:
        gdb.parse_and_eval("&" + name)
        return bool(spot(name))
    except gdb.error:
        return False

class Trace(OnOff, Command):
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

# windows of the text interface
class Window:
    """Lines of text, fresh at every prompt; arrow keys move them."""

    open = []

    def __init__(self, window):
        self.window, self.first = window, 0
        window.title = self.title
        self.open.append(self)

    def close(self):
        self.open.remove(self)

    def vscroll(self, lines):
        self.first = max(0, self.first + lines)
        self.render()

    # write the lines into the window
    def render(self):
        if not self.window.is_valid():
            return
        lines = []
        try:
            for line in self.lines():
                lines.append(line)
        except Exception as e:
            lines.append(str(e))
        self.window.erase()
        for line in lines[self.first:self.first + self.window.height]:
            self.window.write(line[:self.window.width - 1] + "\n")

# what each window shows
class SchedWindow(Window):
    """Run queues, goroutines and Ms."""

    title = "scheduler"

    def lines(self):
        ms = []
        for line in itertools.chain(sched_lines(), goroutine_lines()):
            if line.startswith("M"):
                ms.append(line)
            elif line != "sched runq:":
                yield re.sub(r"\b(\d\d)-[\w-]+\.nw:", r"\1:", line)
        yield from ms

class OutputWindow(Window):
    """What the program has printed."""

    title, file, seen = "output of the program", None, 0

    def __init__(self, window):
        super().__init__(window)
        if self.file is None:
            OutputWindow.file = os.memfd_create("output")

    def lines(self):
        """All lines; the last ones are in the window if there are more."""
        lines, before = printed(0).splitlines(), self.seen
        OutputWindow.seen = os.fstat(self.file).st_size
        if self.seen != before:
            self.first = max(0, len(lines) - self.window.height)
        return lines

def printed(start):
    """What has been printed, from a byte on; 64 KB of it at most."""
    size = os.fstat(OutputWindow.file).st_size
    start = max(start, size - (1 << 16))
    text = os.pread(OutputWindow.file, size - start, start)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]", "",
                  text.decode(errors="replace")).expandtabs()

# keep the windows fresh
def redirect():
    """Let the program that is about to start print into the window."""
    if OutputWindow.file is None:
        return
    ours = "sh -c 'exec \"$@\" >>/proc/%d/fd/%d 2>&1' sh" % (
        os.getpid(), OutputWindow.file)
    if not gdb.parameter("startup-with-shell"):
        gdb.execute("unset exec-wrapper")
    elif not gdb.parameter("exec-wrapper"):
        gdb.execute("set exec-wrapper " + ours)

for name in "run", "start", "starti":
    gdb.execute("define hook-%s\npython redirect()\nend" % name)

def on_screen(kind=Window):
    """The windows of a kind that can be seen."""
    return [w for w in Window.open
            if isinstance(w, kind) and w.window.is_valid()]

def renew():
    """Write the windows anew, and the output if it has none."""
    for window in on_screen():
        window.render()
    if OutputWindow.file is not None and not on_screen(OutputWindow):
        print(printed(OutputWindow.seen), end="")
        OutputWindow.seen = os.fstat(OutputWindow.file).st_size

gdb.events.before_prompt.connect(renew)

# lay the windows out
if hasattr(gdb, "register_window_type"):
    gdb.register_window_type("rt0", SchedWindow)
    gdb.register_window_type("rt0-output", OutputWindow)
    gdb.execute("tui new-layout rt0 " + (
        "{-horizontal src 3 {rt0 2 rt0-output 1} 2} 3 regs 1 status 0 cmd 1"
        if (gdb.parameter("width") or 80) >= 110 else
        "src 7 rt0 8 rt0-output 4 status 0 cmd 5"), to_string=True)
class BreakInsn(Command):
    """break-insn FUNCTION PATTERN: stop once before an instruction.
PATTERN is a regular expression for what disassemble shows of it. Of FUNCTION
as f|g the first counts that has such an instruction."""

    def run(self, arg):
        names, _, pattern = arg.partition(" ")
        if not pattern:
            raise gdb.GdbError("say break-insn FUNCTION PATTERN")
        for name in names.split("|"):
            try:
                code = gdb.execute("disassemble " + name, to_string=True)
            except gdb.error:
                continue
            found = re.search(r"(0x\w+) <.*\t.*" + pattern, code)
            if found:
                return gdb.execute("tbreak *" + found[1])
        raise gdb.GdbError("no instruction of %s fits %s" % (names, pattern))

BreakInsn("break-insn", gdb.COMMAND_BREAKPOINTS)

# keep an editor out of our own breakpoints
adapter = getattr(getattr(gdb, "dap", None), "breakpoint", None)
for kind in ("created", "modified", "deleted"):
    tell = getattr(adapter, "_bp_" + kind, None)
    if tell is not None:
        heard = getattr(gdb.events, "breakpoint_" + kind)
        heard.disconnect(tell)
        heard.connect(lambda point, tell=tell: point.number > 0 and tell(point))
