# SPDX-License-Identifier: MIT
"""Record the walk of a chapter for its stepper: runs inside GDB, after gdb/rt0.py.

RECORD names the walk (06-newproc), OUT the file to write: JSON with the commands of the walk,
what they printed, and the state of the program after each one that moved it. An address is
written as what it points to (G1 top - 40), so that a recording is the same on each machine;
what has no name keeps its number. tests/walks.py runs this and compares.
"""
import ast
import json

ROWS = 8            # words of a stack
MOST = 20           # goroutines that are listed
PASSED = 8          # functions that are noted between two stops
GENERAL = "rip rsp rbp rax rbx rcx rdx rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()


class Named:
    """The place of a function's name, in the form of a line of a frame."""

    def __init__(self, function):
        self.symtab, self.line = function.symtab, function.line


class Passing(gdb.Breakpoint):
    """At a function of the walk's chapter: notes the state, and lets the program go on."""

    def __init__(self, function, recorder):
        super().__init__("*" + function, internal=True)
        self.silent, self.function, self.recorder = True, function, recorder

    def stop(self):
        self.recorder.pass_by(self.function)
        return False


class Entry(gdb.Breakpoint):
    """At the first instruction: gives the program the name that a reader types, since its length shows in registers."""

    def __init__(self):
        super().__init__("*_rt0_amd64_linux", internal=True)
        self.silent = True

    def stop(self):
        self.shorten()
        return False

    @staticmethod
    def shorten():
        at = int(gdb.newest_frame().read_register("rsp")) + 8
        if gdb.Value(read(at, 8)).cast(gdb.lookup_type("char").pointer()).string().startswith(TOP + "/"):
            gdb.selected_inferior().write_memory(at, (read(at, 8) + len(TOP) + 1).to_bytes(8, "little"))


class Recorder:
    def __init__(self, walk):
        self.walk, self.codes, self.code_at, self.states, self.steps = walk, [], {}, [], []
        self.places, self.entry, self.auxv, self.strings, self.last = [], None, None, None, None

    # -- names for numbers --------------------------------------------------
    def known(self):
        """Where the structs and stacks of the runtime are now: (lo, hi, name, from the top)."""
        self.places = []
        gs = self.ask(lambda: list(linked(value("allgs"), "alllink"))) or []
        ms = self.ask(lambda: list(linked(value("allm"), "alllink"))) or []
        for g in gs:
            self.add(g, named(g.address))
            self.stack(g, named(g.address))
        for m in ms:
            name = "M%d" % int(field(m, "id") or 0)
            self.add(m, name)
            if field(m, "g0") is not None and int(m["g0"]):
                self.stack(m["g0"].dereference(), "g0" if len(ms) == 1 else "g0 of " + name)
        for p in self.ask(allps) or []:
            self.ask(lambda: self.add(p, "P%d" % int(p["id"])))
        g0 = gdb.lookup_global_symbol("g0") or gdb.lookup_static_symbol("g0")
        if g0 is not None and not ms:
            self.ask(lambda: self.stack(g0.value(), "g0"))

    def ask(self, question):
        try:
            return question()
        except (gdb.error, gdb.GdbError):
            return None

    def add(self, struct, name):
        lo = int(struct.address)
        self.places.append((lo, lo + struct.type.sizeof, name, False))

    def stack(self, g, name):
        lo, hi = int(g["stack"]["lo"]), int(g["stack"]["hi"])
        if hi:
            self.places.append((lo, hi + 1, name, True))

    def owner(self, sp):
        """Whose stack an address is in, and its text."""
        for lo, hi, name, top in self.places:
            if top and lo <= sp < hi:
                return name, "%s top%s" % (name, self.minus(hi - 1 - sp))
        if self.entry and abs(sp - self.entry) < 1 << 20:
            return "kernel", "entry" + self.minus(self.entry - sp)
        return None, None

    def minus(self, n):
        return "" if n == 0 else " - %d" % n if n > 0 else " + %d" % -n

    def name(self, v):
        """A number as a reader wants to see it."""
        v &= (1 << 64) - 1
        if v < 1 << 16:
            return str(v)
        if v >= (1 << 64) - 4096:
            return str(v - (1 << 64))
        for lo, hi, name, top in self.places:
            if not top and lo <= v < hi:
                return name if v == lo else "%s + %d" % (name, v - lo)
        said = "auxv" if v == self.auxv else self.text(v) or self.owner(v)[1]
        if said is None:
            said = self.symbol(v) or "%#x" % v
        return said

    def text(self, v):
        """A string that the kernel has put above the auxiliary vector, in quotes, or None."""
        if not self.entry or not 0 <= v - self.strings < 1 << 20:
            return None
        size = min(80, 4096 - v % 4096)         # the last page of the stack ends soon
        found = self.ask(lambda: re.match(rb"([ -~]+)\0", bytes(gdb.selected_inferior().read_memory(v, size))))
        return found and '"%s"' % found[1].decode().replace(TOP + "/", "")

    def symbol(self, v):
        """function + n, also where a call that never returns is the last instruction of a function."""
        for back in (0, 1):
            text = gdb.execute("info symbol %#x" % (v - back), to_string=True)
            if " in section" in text:
                name, _, offset = text.split(" in section")[0].partition(" + ")
                return name if not int(offset or 0) + back else "%s + %d" % (name, int(offset or 0) + back)
        return None

    # -- where the program is ----------------------------------------------
    def sal(self, frame):
        """The line of a frame; at the first instruction of a function the line that names it."""
        f = frame.function()
        block = gdb.block_for_pc(frame.pc())
        while block is not None and (block.function is None or block.function.line == 0):
            block = block.superblock
        while block is not None and block.superblock is not None and block.superblock.function is not None:
            block = block.superblock
        if f is not None and block is not None and block.start == frame.pc():
            return Named(block.function)
        return frame.find_sal()

    def code(self, frame):
        """The chunk that a frame is in, as (number of the code, line in it), or None."""
        entry = maps.at(self.sal(frame))
        if entry is None:
            return None
        chapter, line, num, name = entry
        if (chapter, num) not in self.code_at:
            with open(os.path.join(TOP, "book", chapter), encoding="utf-8") as f:
                text = f.read().split("\n")
            first = last = line - 1
            while not re.match(r"<<.*>>=\s*$", text[first - 1]):
                first -= 1
            while last < len(text) and not re.match(r"@($| )|<<.*>>=\s*$", text[last]):
                last += 1
            self.code_at[chapter, num] = (len(self.codes), first)
            self.codes.append({"chunk": name, "at": "%s.html#c%s" % (chapter[:-3], num.replace(".", "-")),
                               "lines": [re.sub(r"@(<<|>>)", r"\1", row) for row in text[first:last]]})
        at, first = self.code_at[chapter, num]
        return [at, line - 1 - first]

    def insns(self):
        """The instruction at the pc and the next two, without addresses."""
        said = gdb.execute("x/3i $pc", to_string=True)
        return [re.sub(r"^(=>)?\s*0x[0-9a-f]+\s*(<[^>]*>)?:\s*", "", row).replace("\t", " ") for row in said.splitlines()]

    def thread(self, thread):
        thread.switch()
        frame = gdb.newest_frame()
        frame.select()
        sp = int(frame.read_register("rsp")) & (1 << 64) - 1
        one = {"n": thread.num, "in": frame.name() or function(frame.pc()), "on": self.owner(sp)[0] or "?",
               "code": self.code(frame), "insns": self.insns(),
               "regs": {r: self.name(int(frame.read_register(r))) for r in GENERAL},
               "stack": self.words(sp)}
        m, g = self.ask(lambda: m_of(getg())), self.ask(getg)
        if m is not None:
            one["m"] = "M%d" % int(field(m, "id") or 0)
        if g is not None:
            one["g"] = named(g.address) if field(g, "goid") else "g0"
        return one

    def words(self, sp):
        rows = []
        for i in range(ROWS):
            try:
                rows.append(self.name(read(sp + 8 * i, 8)))
            except gdb.MemoryError:
                break
            if self.owner(sp)[0] != self.owner(sp + 8 * i + 7)[0]:      # hi itself has a name, and no word of the stack
                rows.pop()
                break
        return rows

    def state(self):
        """The number of the state that the program is in now."""
        selection = Selection()
        try:
            self.known()
            now = {"at": selection.thread.num, "threads": [self.thread(t) for t in threads()]}
        finally:
            selection.restore()
        for key, lines in (("sched", sched_lines), ("gs", goroutine_lines)):
            said = self.ask(lambda: list(lines()))
            if said:
                now[key] = said[:MOST] + ["and %d more" % (len(said) - MOST)] * (len(said) > MOST)
        if not self.states or self.states[-1] != now:
            self.states.append(now)
        return len(self.states) - 1

    # -- the walk -----------------------------------------------------------
    def startstack(self):
        """%rsp at the first instruction, as the kernel has noted it."""
        with open("/proc/%d/stat" % gdb.selected_inferior().pid) as f:
            return int(f.read().rpartition(")")[2].split()[25])

    def enter(self):
        """Note where the kernel has put things."""
        self.entry = at = self.startstack()
        at += 8 * (read(at, 8) + 2)         # argc, argv and its NULL
        while read(at, 8):
            at += 8
        self.auxv = at = at + 8
        while read(at, 8):
            at += 16
        self.strings = at + 16
        if gdb.newest_frame().name() == "_rt0_amd64_linux":
            Entry.shorten()

    def script(self):
        """The lines of the walk; those of the tour are made of its stages."""
        if self.walk != "tour":
            with open(TOP + "/gdb/%s.gdb" % self.walk) as f:
                return f.read().splitlines()
        lines = ["#   gdb -x gdb/tour.py build/examples/hello", "set environment GOMAXPROCS 2"]
        with open(TOP + "/gdb/tour.py") as f:
            tree = ast.parse(f.read())
        for function, chapter, sentence in next(ast.literal_eval(a.value) for a in tree.body
                                                if isinstance(a, ast.Assign) and a.targets[0].id == "STAGES"):
            lines += ["tbreak *" + function, "# Chapter %d. %s" % (chapter, sentence), "continue" if "run" in lines else "run"]
            # where an instruction is a step of its own
            lines += {"_rt0_amd64_linux": ["stepi 2"], "settls": ["stepi 7"], "gogo": ["stepi 12"]}.get(function, [])
        return lines

    def run(self):
        lines = self.script()
        start_afresh(lines)
        say, made = [], []
        passing = [Passing(name, self) for name in self.functions()] if self.walk != "tour" else []
        Entry()
        for step in steps(lines):
            if is_comment(step):
                say += [line.lstrip("# ") for line in Pause(step).text.split("\n") if not line.startswith("#   gdb -x")]
                continue
            if HIDES.match(step) or step == "source gdb/rt0.py":
                continue
            step = re.sub(r"^(delete|condition) (\d+)", lambda m: "%s %d" % (m[1], made[int(m[2]) - 1]), step)
            if re.match("set [a-z]|define |document ", step) or self.walk == "tour" and step.startswith("tbreak"):
                gdb.execute(step, to_string=True)       # nothing to see
                continue
            before, many = last_point(), re.fullmatch(r"stepi (\d+)", step)
            for i in range(int(many[1]) if many else 1):
                one = {"cmd": "stepi" if many else step}
                if many:
                    one["of"] = "%d of %s" % (i + 1, many[1])
                first = len(self.steps)
                self.step(one)
                if self.steps[first:] and self.steps[-1]["state"] == one.get("state"):
                    self.steps.pop()
                self.steps.append(one)
                if say:
                    self.steps[first]["say"], say = " ".join(say), []
            made += range(before + 1, last_point() + 1)
        if say:
            self.steps[-1]["after"] = " ".join(say)
        return {"walk": self.walk, "steps": self.steps, "states": self.states, "codes": self.codes}

    def functions(self):
        """The functions that the walk's chapter writes."""
        said = gdb.execute("info functions -q .", to_string=True)
        for name in sorted(set(re.findall(r"(?m)^(?:\d+:.*?|0x[0-9a-f]+ +)(\w+)(?:\(.*)?;?$", said))):
            sal = self.ask(lambda: gdb.decode_line(name)[1][0])
            entry = maps.at(sal)
            if entry and entry[0][:2] == self.walk[:2]:
                yield name

    def pass_by(self, function):
        """Note that the program is at a function, if it is alone, has not been noted too often, and comes from elsewhere."""
        one = {"cmd": self.cmd, "pass": function}
        if self.left > 0 and function != self.last and len(threads()) == 1 and gdb.newest_frame().pc() != self.since:
            self.left, self.last = self.left - 1, function
            one["state"] = self.state()
            self.steps.append(one)

    def step(self, one):
        """Run one command, and note what it printed and where the program is then."""
        self.cmd, self.left, self.last = one["cmd"], PASSED, None
        self.since = gdb.newest_frame().pc() if gdb.selected_thread() else None
        try:
            said = gdb.execute(one["cmd"], to_string=True)
        except gdb.error as e:
            said = "%s\n" % e
        if said.strip():
            one["out"] = said.replace(TOP + "/", "").rstrip().split("\n")
        if gdb.selected_thread() is not None:
            if not self.entry:
                self.enter()
            one["state"] = self.state()


def record():
    for setting in ("pagination off", "confirm off", "width 0", "height 0", "style enabled off", "print thread-events off",
                    "may-call-functions off"):
        gdb.execute("set " + setting)
    try:
        found = Recorder(os.environ["RECORD"]).run()
        with open(os.environ["OUT"], "w", encoding="utf-8") as f:
            json.dump(found, f, ensure_ascii=False, indent=None, separators=(",", ":"))
    except (gdb.error, gdb.GdbError, OSError) as e:
        print("record.py: %s: %s" % (os.environ["RECORD"], e))


record()
