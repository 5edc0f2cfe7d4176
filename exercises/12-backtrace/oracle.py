"""The frames that an answer shows of a core, against those that GDB finds in the process itself."""
import ast
import json
import os
import random
import re
import subprocess

from answer import Refused, chunks
from course import MARKUP, NT, TOP, Broken, Failure, Tree, chapters_to, limited, renamed, row, tangled, variant

NOSTACK = variant("NOSTACK", 100, 101, 999)

# What an answer's Python may say.  It runs in the grader's GDB, so it reaches nothing but what it is given.
NODES = {"Module", "FunctionDef", "arguments", "arg", "Return", "Assign", "AugAssign", "For", "While", "If", "Raise", "Expr", "Pass", "Break", "Continue",
         "BoolOp", "BinOp", "UnaryOp", "IfExp", "Dict", "Tuple", "List", "ListComp", "DictComp", "GeneratorExp", "comprehension", "Compare",
         "Call", "keyword", "Constant", "Attribute", "Subscript", "Index", "Slice", "Name", "Load", "Store", "And", "Or", "Add", "Sub", "Mult",
         "FloorDiv", "Mod", "BitAnd", "BitOr", "LShift", "RShift", "Not", "USub", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"}
NAMES = {"int", "len", "range", "zip", "dict", "list", "tuple", "enumerate", "reversed", "str", "registers", "stand", "status", "field", "threads",
         "thread_of", "function", "read", "zeros", "claim", "below_inlined", "todo", "gdb", "NOSTACK", "True", "False", "None"}
ATTRIBUTES = {"GdbError", "newest_frame", "selected_thread", "invalidate_cached_frames", "older", "newer", "switch", "dereference", "address",
              "items", "keys", "values", "append", "type", "num", "ptid", "name", "pc", "level", "is_valid", "INLINE_FRAME", "NORMAL_FRAME"}


def harmless(part, shown):
    """Refuse a chunk that is no Python, or says what an answer has no use for."""
    text = "\n".join(line for _, line in part.lines)

    def refuse(line, what):
        raise Refused("%s:%d: %s" % (shown, part.line + line, what))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        refuse(getattr(error, "lineno", None) or 1, "this is no Python: %s; mend the line" % getattr(error, "msg", None) or "it goes too deep")
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    wanted = {"the registers of a goroutine": "registers", "stand on a goroutine": "stand"}.get(part.name)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or wanted and node.name != wanted:
            refuse(node.lineno, "the chunk <<%s>> is the function %s and nothing else" % (part.name, wanted))
    for node in ast.walk(tree):
        line, kind = getattr(node, "lineno", 1), type(node).__name__
        if kind not in NODES or getattr(node, "decorator_list", None):
            refuse(line, "an answer has no use for %s of Python; write it with assignments, if, for, while and calls" % kind)
        if kind == "Name" and node.id not in NAMES | own or kind in ("Name", "arg") and isinstance(getattr(node, "ctx", ast.Store()), ast.Store) and (
                getattr(node, "id", getattr(node, "arg", "")) in NAMES or getattr(node, "id", getattr(node, "arg", ""))[:1] == "_"):
            refuse(line, "%s is not a name that an answer may use so; the page lists what there is" % getattr(node, "id", getattr(node, "arg", "")))
        if kind == "Attribute" and (node.attr not in ATTRIBUTES or isinstance(node.ctx, ast.Store)):
            refuse(line, ".%s is not part of an answer; the page lists what there is" % node.attr)
    if "\\\n" in text:
        refuse(1 + text.count("\n", 0, text.index("\\\n")), "the line ends in a backslash; put brackets around what goes on")


def extension(exercise, directory, text, shown):
    """gdb/rt0.py with the answer in it; behind each line of the answer stands where it comes from."""
    code = {}
    for part in chunks(text, shown):
        if not part.replaces or part.name not in exercise.allowed()[0]:
            raise Refused("%s:%d: <<%s>>= is not part of this exercise; write <<replace: X>>= with X one of: %s" % (
                shown, part.line, ("replace: " if part.replaces else "") + part.name, ", ".join(exercise.allowed()[0])))
        if "<<" in "\n".join(line for _, line in part.lines):
            raise Refused("%s:%d: the chunk uses another one, or shifts; write what is meant, without <<" % (shown, part.line))
        harmless(part, shown)
        code.update((number, line) for number, line in part.lines if line.strip())
    marked = "\n".join(line + "  # nw:%d" % number if number in code else line for number, line in enumerate(text.split("\n"), 1))
    path = directory / "answer.nw"
    path.write_text(marked, encoding="utf-8")
    files = exercise.chapters + exercise.given + [str(path)]
    markup = limited([MARKUP, "-t"] + files)
    book = limited(["gawk", "-f", "book/tools/overlay.awk"], markup.stdout)
    if markup.returncode or book.returncode or "\n@fatal" in book.stdout:
        raise Refused(renamed((markup.stderr + book.stderr).strip().split("\n")[0], [(shown, path)]))
    result = directory / "gdb" / "rt0.py"
    result.parent.mkdir(exist_ok=True)
    result.write_text(limited([NT, "-Rgdb/rt0.py"], book.stdout).stdout, encoding="utf-8")
    return result


def jobs(draw):
    """What the program does, in words, and on how many Ps."""
    def some(letters, low, high):
        return [draw.choice(letters) + str(draw.randint(1, 5)) for _ in range(draw.randint(low, high))]
    busy = some("b", 1, 2)
    middle = some("w", 2, 4) + some("d", 1, 1) + some("d", 0, 1)
    draw.shuffle(middle)
    return busy + ["w0"] + middle + some("d", 1, 1) + some("y", 1, 2) + some("h", 1, 1) + ["n0", "n0"], len(busy) + 2


def gdb(commands, limits, **options):
    try:
        return subprocess.run(["sh", "-c", limits + 'exec gdb -nx -batch "$@"', "sh"] + [str(word) for word in commands], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", timeout=60, **options)
    except subprocess.TimeoutExpired:
        raise Refused("GDB did not come to an end with this answer; it goes round and round")


class Looked:
    """What one core holds, and what an answer shows of it."""

    def __init__(self, exercise, directory, text, shown, seed):
        self.seed, self.shown = seed, shown
        rt0 = extension(exercise, directory, text, shown)
        words, procs = jobs(random.Random(seed))
        tree = Tree(directory / "tree", tangled(chapters_to("10-park-and-ready")))
        source, core = exercise.directory / "driver.c", directory / "core"
        tree.link(directory / "driver", [tree.compile(source, source.read_text(encoding="utf-8"))] + tree.objects())
        done = gdb(["-iex", 'set $core = "%s"' % core, "-x", exercise.directory / "truth.gdb", "--args", directory / "driver"] + words, "",
                   env={"PATH": "/usr/bin:/bin", "GOMAXPROCS": str(procs)})
        lines = done.stdout.split("\n")
        self.truth = [json.loads(line[len("goroutine "):]) for line in lines if line.startswith("goroutine ")]
        if "end" not in lines or not core.exists():
            raise Broken("exercises/12-backtrace/truth.gdb did not come to its end: %s" % (done.stderr.strip().split("\n")[-1] or "is gdb there? run ./setup"))
        out = directory / "looked"
        done = gdb(["-iex", 'set $out = "%s"' % out, "-x", rt0, "-x", exercise.directory / "look.gdb", directory / "driver", core],
                   "ulimit -t 5; ulimit -v 4194304; ulimit -f 65536; ", env={"PATH": "/usr/bin:/bin"})
        if not out.exists():
            raise Refused("%s: with this answer GDB %s" % (shown, "takes more than 5 seconds; look for a loop without an end" if done.returncode < 0 or done.returncode > 128
                                                           else "says: " + done.stderr.strip().split("\n")[-1]))
        self.seen = {(thread, g): what for thread, g, what in json.loads(out.read_text())}
        self.threads = sorted({thread for thread, _ in self.seen})
        keep = TOP / "build" / "exercises" / "backtrace"
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "gdb").mkdir(exist_ok=True)
        for file in ("driver", "core", "gdb/rt0.py"):       # for the student to look at
            os.replace(directory / file, keep / file)

    def goroutines(self, *states):
        return [one for one in self.truth if one[2] in states]

    def shown_frames(self, one, thread):
        """The frames of a goroutine that the answer shows, seen from a thread."""
        at, goid, state, born, _ = one
        what = self.seen[thread, at]
        name = "goroutine %d, which %s" % (goid, {"waiting": "waits", "running": "runs", "dead": "is dead", "runnable": "waits for its turn"}[state]
                                           if born or state != "runnable" else "has not run")
        if "todo" in what:
            raise Failure("it came to what is still to do at %s:%s: %s" % (self.shown, what["line"], what["todo"]))
        if "raised" in what:
            raise self.failure(one, thread, "for %s, the answer raises %s, at %s:%s" % (name, what["raised"], self.shown, what["line"]))
        if "none" in what:
            raise self.failure(one, thread, "for %s, stand returns no frame but a %s" % (name, what["none"]))
        return name, what.get("frames"), what.get("says")

    def failure(self, one, thread, cause, mine=(), his=(), look="bt"):
        table = ["gdb -x build/exercises/backtrace/gdb/rt0.py build/exercises/backtrace/driver build/exercises/backtrace/core",
                 "(gdb) thread %d" % thread,
                 "(gdb) goroutine %d %s" % (one[1], look) if one[2] != "dead" else        # who is not in the list of the living
                 '(gdb) python backtrace(next(g for g in linked(value("allgs"), "alllink") if g["goid"] == %d))' % one[1]]
        if mine or his:
            table += ["%-26s %s" % ("yours", "the program's")]
            for n in range(min(6, max(len(mine), len(his)))):
                table.append("%-26s %s" % (told(mine, n), told(his, n)))
        return Failure("%s; look:" % cause if not cause.endswith(":") else cause, table=table)

    def compare(self, one, thread, registers=False):
        """Fail unless the frames, functions and pcs, are the program's; with registers: those, too."""
        name, mine, says = self.shown_frames(one, thread)
        his = one[4] if one[3] or one[2] == "running" else one[4][1:]   # of one that has not run, from goexit
        if mine is None:
            raise self.failure(one, thread, 'for %s, there is an error in place of frames: "%s"' % (name, says))
        if [frame[:2] for frame in mine] != [frame[:2] for frame in his]:
            raise self.failure(one, thread, "the frames of %s, are others" % name, mine, his)
        if registers:
            for n, (frame, right) in enumerate(zip(mine, his)):
                for register, a, b in zip("rsp rip rbx rbp r12 r13 r14 r15".split(), frame[2], right[2]):
                    if a != b:
                        raise self.failure(one, thread, "in frame %d of %s, that of %s, %s is %#x and should be %#x" % (n, name, frame[0], register, a, b),
                                           look="frame apply all -q info registers " + register)


def told(frames, n):
    return "%s %#x" % (frames[n][0], frames[n][1]) if n < len(frames) else "-"


def program(exercise, directory, text, shown, seed):
    """What a row gets in place of a program."""
    return Looked(exercise, directory, text, shown, seed)


@row(20, "the frames of those who wait")
def waiting(looked, _):
    for one in looked.goroutines("waiting"):
        looked.compare(one, 1)


@row(15, "in each of these frames, the registers that its function keeps for its caller", after="waiting")
def registers(looked, _):
    for one in looked.goroutines("waiting"):
        looked.compare(one, 1, registers=True)


@row(15, "the frames of those who run are those of their threads")
def running(looked, _):
    for one in looked.goroutines("running"):
        looked.compare(one, 1, registers=True)


@row(10, "the frames of those who have run and wait for their turn")
def yielded(looked, _):
    for one in looked.goroutines("runnable"):
        if one[3]:
            looked.compare(one, 1, registers=True)


@row(10, "of those who have not run, the frame of goexit")
def unborn(looked, _):
    for one in looked.goroutines("runnable"):
        if not one[3]:
            looked.compare(one, 1, registers=True)


@row(10, "the dead are refused in a sentence that ends in (%d)" % NOSTACK)
def dead(looked, _):
    for one in looked.goroutines("dead"):
        name, mine, says = looked.shown_frames(one, 1)
        if mine is not None:
            raise looked.failure(one, 1, "%s, is shown with frames, which are of the past" % name, mine)
        if not re.fullmatch(r".*\b%d\b.*\bdead\b.*\(%d\)" % (one[1], NOSTACK), says):
            raise looked.failure(one, 1, 'the sentence for %s should name its number, say that it is dead and end in (%d), and is "%s"' % (name, NOSTACK, says))


@row(10, "all of this whichever thread is selected", after="waiting")
def anywhere(looked, _):
    for thread in looked.threads[1:]:
        for one in looked.goroutines("waiting", "running", "runnable"):
            looked.compare(one, thread, registers=True)
