"""What grade, try, learn and the tests share: exercises, the state that one builds on, trees, runs, rows.

An exercise is a directory exercises/NN-name with a file "about" (key: value). Its oracle.py
holds the rows, functions marked with @row that raise Failure. A row sees only what watch
(lib/watch.c) wrote down from outside of the answer's process.
"""
import collections
import concurrent.futures
import contextlib
import copy
import hashlib
import importlib.util
import json
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from answer import Refused, check, chunks, read

LIB = Path(__file__).resolve().parent
TOP = LIB.parent.parent
EXERCISES = LIB.parent
BUILD = TOP / "build" / "exercises"
MARKUP, NT = "/usr/lib/noweb/markup", "/usr/lib/noweb/nt"


class Broken(Exception):
    """The machine or the course is at fault, not the answer; one sentence."""


def ended(main):
    """Run a program's main. Whatever ends it early, nothing half-written stays: a signal unwinds it like an exception."""
    signals = [one for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) != signal.SIG_IGN]

    def stop(number, _):
        for one in signals:
            signal.signal(one, signal.SIG_IGN)      # the next may not stop the cleaning
        sys.exit(128 + number)
    for one in signals:
        signal.signal(one, stop)
    try:
        main()
    except BrokenPipeError:     # a pipe into head
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextlib.contextmanager
def whole(path):
    """A name to write to, which becomes path at the end; or neither is there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name("%s.%s%s" % (path.stem, secrets.token_hex(4), path.suffix))
    try:
        yield scratch
        os.replace(scratch, path)
    except OSError as error:
        raise Broken("%s cannot be written (%s)" % (path, error.strerror))
    finally:
        if scratch.exists():
            scratch.unlink()


@contextlib.contextmanager
def passing(path):
    """A directory while it is needed. (A signal may come when TemporaryDirectory has made its own and does not know it yet.)"""
    try:
        path.mkdir(parents=True)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def command(words, text=None, **options):
    try:
        return subprocess.run([str(word) for word in words], input=text, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=TOP, errors="replace", **options)
    except FileNotFoundError:
        raise Broken("%s is missing: run ./setup" % words[0])


def limited(words, text=None, **options):
    """command, for what a text could keep busy without end: 10 seconds of processor time, 2 GB, 64 MB written."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out:
        done = subprocess.run(["sh", "-c", 'ulimit -c 0; ulimit -t 10; ulimit -v 2097152; ulimit -f 131072; exec "$@"', "sh"]
                              + [str(word) for word in words], input=text, text=True, stdout=out, stderr=subprocess.PIPE,
                              cwd=TOP, errors="replace", **options)
        if done.returncode == 127:
            raise Broken("%s is missing: run ./setup" % words[0])
        if done.returncode < 0 or re.search(r"limit exceeded|out of memory|Killed signal|terminated signal", done.stderr):
            raise Refused("the answer takes more than 10 seconds, 2 GB or 64 MB to tangle and compile; "
                          "make its arrays smaller, or its chunks that use others fewer")
        out.seek(0)
        done.stdout = out.read()
    return done


# -- exercises and the states that they build on ----------------------------------------

def chapters_to(name):
    """The chapters of the state after one, which is given by its file's name; the number in it does not count."""
    wanted = re.sub(r"^\d\d-", "", name)
    books = sorted((TOP / "book").glob("[0-9][0-9]-*.nw"))
    for number, book in enumerate(books):
        if re.sub(r"^\d\d-", "", book.stem) == wanted:
            return [str(b.relative_to(TOP)) for b in books[:number + 1]]
    raise Broken("no chapter book/NN-%s.nw; say in the exercise's about which chapter it builds on" % wanted)


def cohort():
    """The seed from which a cohort's variants are drawn; 0 is the book's own."""
    try:
        return int(os.environ.get("RT0_COHORT") or "0")
    except ValueError:
        raise Broken("RT0_COHORT is %s, and should be a number" % os.environ["RT0_COHORT"])


def variant(name, usual, low, high):
    """A number of an exercise that is another one for each cohort; given.nw says NAME = USUAL, and is changed to it."""
    value = usual if cohort() == 0 else random.Random("%s %d" % (name, cohort())).randint(low, high)
    VARIED.append((name, usual, value))
    return value


VARIED = []
LOADING = threading.Lock()


class Exercise:
    def __init__(self, directory):
        self.directory, self.name = Path(directory), Path(directory).name
        self.about = dict(re.findall(r"^(\w+):[ \t]*(.*)$", (self.directory / "about").read_text(encoding="utf-8"), re.M))
        self.number, self.title = self.name[:2], self.about["title"]
        self.language = self.about.get("language", "c")
        self.module, self.varied = None, []
        self.rows = [Row(self.about.get("first", "builds"), int(self.about["build"]),
                         self.about.get("builds", "the answer is laid over the book and compiles"), None)]
        with LOADING:       # ROWS is one for all
            for file in ("oracle.py", "hidden.py"):
                if (self.directory / file).exists():
                    self.rows += self.load(self.directory / file)
        self.hidden = int(self.about.get("hidden", "0")) if not (self.directory / "hidden.py").exists() else 0
        # points for which a person reads the answer: "hand: NAME POINTS, NAME POINTS"
        self.hand = {name: int(points) for name, points in re.findall(r"(\w+) (\d+)", self.about.get("hand", ""))}

    def load(self, path):
        """The rows of one file; a row sees lib/ and the rest of its own directory."""
        spec = importlib.util.spec_from_file_location("%s_%s" % (path.stem, self.number), path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module     # so that hidden.py may import oracle
        ROWS.clear()
        VARIED.clear()
        spec.loader.exec_module(module)
        if path.stem == "oracle":
            self.module, self.varied = module, [one for one in VARIED if one[1] != one[2]]
        rows = list(ROWS)
        for one in rows:
            one.hidden = path.stem == "hidden"
        return rows

    def answers(self, text, shown, directory):
        """For an exercise of questions: each chunk is one line, the prediction; and what is found for each."""
        mine, allowed = {}, self.allowed()[0]
        for chunk in chunks(text, shown):
            if chunk.name not in allowed:
                raise Refused("%s:%d: there is no question <<%s>>; the questions are %s" % (shown, chunk.line, chunk.name, ", ".join(allowed)))
            if chunk.name in mine:
                raise Refused("%s:%d: <<%s>> is answered twice; leave one" % (shown, chunk.line, chunk.name))
            lines = [line.strip() for _, line in chunk.lines if line.strip()]
            if len(lines) != 1:
                raise Refused("%s:%d: the answer to <<%s>> has %d lines; write it on one" % (shown, chunk.line, chunk.name, len(lines)))
            mine[chunk.name] = lines[0]
        for name in allowed:
            if name not in mine:
                raise Refused("%s: there is no answer to <<%s>>; keep its chunk, even if it says todo" % (shown, name))
        return mine, self.module.program(self, directory, mine)

    @property
    def chapters(self):
        return chapters_to(self.about["state"])

    @property
    def given(self):
        given = self.directory / "given.nw"
        if self.varied and given.exists():
            text = given.read_text(encoding="utf-8")
            for name, usual, value in self.varied:
                if text.count("%s = %d" % (name, usual)) != 1:
                    raise Broken("%s should say %s = %d once" % (given, name, usual))
                text = text.replace("%s = %d" % (name, usual), "%s = %d" % (name, value))
            given = BUILD / "given" / ("%s-cohort-%d.nw" % (self.name, cohort()))
            with whole(given) as scratch:
                scratch.write_text(text, encoding="utf-8")
        return [str(given.relative_to(TOP))] if given.exists() else []

    @property
    def mine(self):
        """Where a student works."""
        return TOP / "answers" / (self.name + ".nw")

    def allowed(self):
        """The chunks that an answer may touch, and the names that it may make global."""
        file = self.directory / "allow"
        if not file.exists():
            raise Broken("%s is missing, so nothing would be allowed; restore it with git checkout" % file)
        lines = [line for line in file.read_text(encoding="utf-8").split("\n") if line and not line.startswith("# ")]
        return ([line for line in lines if not line.startswith("global: ")],
                {line[len("global: "):] for line in lines if line.startswith("global: ")})


def wrong_solutions(exercise):
    """(name, the row that must fail, the text) of each wrong solution: what the file "wrong" changes in solution.nw.

    An entry is "== NAME", "row: ROW", "why: ...", and pairs of lines to take out (-) and to put there (+).
    """
    right = (exercise.directory / "solution.nw").read_text(encoding="utf-8")
    entries = re.split(r"^== ", (exercise.directory / "wrong").read_text(encoding="utf-8"), flags=re.M)[1:]
    for entry in entries:
        name, text = entry.split("\n")[0], right
        row = re.search(r"^row: (\w+)$", entry, re.M).group(1)
        for change in re.finditer(r"((?:^-.*\n)+)((?:^\+.*\n)*)", entry, re.M):
            old, new = (re.sub(r"^[-+]", "", part, flags=re.M) for part in change.groups())
            if text.count(old) != 1:
                raise Broken("%s, wrong solution %s: solution.nw should have this text once, and has it %d times:\n%s"
                             % (exercise.name, name, text.count(old), old))
            text = text.replace(old, new)
        yield name, row, text


def exercises():
    return [Exercise(path.parent) for path in sorted(EXERCISES.glob("[0-9][0-9]-*/about"))]


def find_exercise(word):
    """By number or name; a .nw file's first lines may say "exercise: NN", and its name may begin so."""
    directories = [path.parent for path in sorted(EXERCISES.glob("[0-9][0-9]-*/about"))]
    number = "0" + word if re.fullmatch(r"\d", word) else word
    for directory in directories:
        if number in (directory.name, directory.name[:2], directory.name[3:]):
            return Exercise(directory)
    raise Refused("there is no exercise %s; there are %s" % (word or "without a number", ", ".join(d.name for d in directories)))


def exercise_of(path, text=""):
    """The exercise that an answer belongs to."""
    path = Path(path).resolve()
    if path.parent.parent == EXERCISES:
        return find_exercise(path.parent.name)
    match = re.search(r"^\W*exercise:?\s+(\d\d?)\b", "\n".join(text.split("\n")[:10]), re.M | re.I) or re.match(r"(\d\d)-", path.name)
    if not match:
        raise Refused('%s: which exercise is it? Keep the line "Exercise NN" at the top of the starter, or say --exercise NN' % path.name)
    return find_exercise(match.group(1))


def in_words(text):
    """A page of Markdown for those who have no woven book: links into it become titles, names of code get backquotes."""
    def link(match):
        words, name = match.groups()
        pages = list((TOP / "book").glob("[0-9][0-9]-%s.nw" % name)) + list((TOP / "book").glob(name + ".*")) + list(EXERCISES.glob("*/%s.md" % name))
        if not pages:
            raise Broken("there is no page %s in book/ or exercises/, to which a link leads" % name)
        title = re.search(r'^(?:title: "?|# )(.*?)"?(?: \{#.*)?$', pages[0].read_text(encoding="utf-8"), re.M).group(1)
        number = int(pages[0].name[:2]) if pages[0].name[0].isdigit() else 0
        place = "appendix %s" % "ABC"[number - 90] if number >= 90 else "chapter %d" % number if pages[0].name[0].isdigit() else ""
        return "%s (%s)" % (words or "*%s*" % title, place or "*%s*" % title) if words or place else "*%s*" % title
    text = re.sub(r"\[\[(.*?)\]\](?!\])", r"`\1`", re.sub(r"^(# .*) \{#.*\}$", r"\1", text, flags=re.M))
    return re.sub(r"\[([^][]*)\]\(#([\w-]+)\)", link, text)


# -- trees ---------------------------------------------------------------------------

# What to do about those faults of which the book's own tools say no more.
REMEDIES = (("is defined but nothing uses it", "; use it in a chunk that the exercise allows, or take it out"),
            ("but no chunk of this name is defined", "; define it, or take the use out"),
            ("a chunk contains itself", "; take one of these uses out"))


def tangle(files, allow=None, names=()):
    """The files of src/ as text, each with #line directives. names: (how a path is shown, path)."""
    markup = limited([MARKUP, "-t"] + files)
    environment = dict(os.environ)
    environment.pop("RT0_ALLOW", None)
    if allow is not None:
        environment["RT0_ALLOW"] = str(allow)
    book = limited(["gawk", "-f", "book/tools/overlay.awk"], markup.stdout, env=environment)
    if markup.returncode or book.returncode or "\n@fatal" in book.stdout:
        message = (markup.stderr + book.stderr).strip().split("\n")
        first = message[0] or "the answer is not noweb; starter.nw shows the form"
        raise Refused(renamed(first + next((remedy for sign, remedy in REMEDIES if sign in first), ""), names))
    roots = sorted(set(re.findall(r"^@defn (src/\S+)$", book.stdout, re.M)))

    # nt expands many roots, one after another; a chunk whose name is drawn says where one ends.
    end = "end of root " + secrets.token_hex(8)
    source = book.stdout + "@file end\n@begin code 1\n@defn %s\n@nl\n@text %s\n@nl\n@end code 1\n" % (end, end)

    def expand(lines):
        mine = [root for root in roots if root.endswith((".c", ".h", ".S")) == bool(lines)]
        done = limited([NT] + [word for root in mine for word in ("-R" + root, "-R" + end)] + ["-t8"] + lines, source)
        return zip(mine, re.split('(?:#line .*\n)?%s\n' % end, done.stdout))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(one for some in pool.map(expand, (["-L#line %L \"%F\"%N"], [])) for one in some)


def tangled(files):
    """tangle, but the same files are tangled once."""
    digest = hashlib.sha256(Path(LIB / "course.py").read_bytes() + (TOP / "book/tools/overlay.awk").read_bytes())
    for file in files:
        digest.update(file.encode() + (TOP / file).read_bytes())
    kept = BUILD / "states" / (digest.hexdigest()[:24] + ".json")
    if not kept.exists():
        with whole(kept) as scratch:
            scratch.write_text(json.dumps(tangle(files)), encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def renamed(text, names):
    for shown, path in names:
        text = text.replace(str(path), shown)
    return text


class Tree:
    """A state of the book, written to a directory and compiled; objects are kept by their contents."""

    def __init__(self, directory, texts, names=()):
        self.directory, self.texts, self.names = Path(directory), texts, names
        for root, text in texts.items():
            path = self.directory / root
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
        self.flags, self.ldflags = ("@%s/%s" % (self.directory, next(root for root in texts if root.endswith(name))) for name in ("/cflags", "/ldflags"))
        self.includes = ["-I%s/src" % self.directory]
        self.salt = "".join(root + texts[root] for root in sorted(texts) if root.endswith("flags"))
        self.salt += (LIB / "todo.h").read_text(encoding="utf-8") + (LIB / "note.h").read_text(encoding="utf-8")
        self.warnings = ""

    def included(self, text, more=()):
        """The names and texts of all files that a text includes, and of those that these include.

        Without the #line directives: a line of prose above an answer's new field compiles nothing anew. (So debug
        information may say on which line of the answer the field stood before; a todo in a header says its own.)
        """
        wanted, found = [text] + [Path(word).read_text(encoding="utf-8") for word in more if word.endswith(".h")], {}
        while wanted:
            for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"(.+)"', wanted.pop(), re.M):
                for root in self.texts:
                    if root.endswith("/" + name) and root not in found:
                        found[root] = self.texts[root] if "todo(" in self.texts[root] else re.sub("^#line .*\n", "", self.texts[root], flags=re.M)
                        wanted.append(found[root])
        return "".join(root + found[root] for root in sorted(found))

    def compile(self, path, text, more=()):
        """The object of one file."""
        flags = ["-Wno-error=unused-" + kind for kind in ("variable", "parameter", "function", "but-set-variable")]
        flags += ["-fno-optimize-sibling-calls"]     # watch looks at the return address of a note
        flags += ["-DGOAMD64=1", "-include", str(LIB / "todo.h")] + list(more)
        key = hashlib.sha256("\0".join([self.salt, self.included(text, more), text, path.name, " ".join(flags).replace(str(TOP), "")]).encode()).hexdigest()[:24]
        output = BUILD / "objects" / (key + ".o")
        if not output.exists():
            with whole(output) as scratch:
                done = limited(["gcc", "-pipe", self.flags] + flags + self.includes + ["-c", "-o", scratch, path])
                if done.returncode != 0:
                    raise Refused(first_error(renamed(done.stderr, self.names)))
            self.warnings += renamed(done.stderr, self.names)
        return output

    def objects(self, hooked=""):
        """All of src/. hooked: a file that is compiled with the exercise's hooks.h, by which a driver gets in between."""
        name, hooks = (hooked.split(" ", 1) + [""])[:2]
        more = {name: ["-include", hooks, "-DHOOKS=" + hashlib.sha256(Path(hooks).read_bytes()).hexdigest()[:12]]} if hooks else {}
        files = [root for root in sorted(self.texts) if root.endswith((".c", ".S"))]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            return list(pool.map(lambda root: self.compile(self.directory / root, self.texts[root], more.get(root.split("/")[-1], ())), files))

    def link(self, program, objects):
        todo = self.compile(LIB / "todo.c", (LIB / "todo.c").read_text())
        done = limited(["gcc", self.ldflags, "-o", program] + list(objects) + [todo])
        if done.returncode != 0:
            raise Refused(first_error(renamed(done.stderr, self.names)))


def first_error(text):
    """The first error of a compiler, on one line."""
    lines = [line for line in text.split("\n") if re.search(r"error|undefined reference|multiple definition", line, re.I)]
    places = [line for line in lines if re.match(r"\S+:\d+:", line)] or lines or text.strip().split("\n")
    return "%s; mend that line and try again" % re.sub(r"^(\S+?:\d+):\d+:", r"\1:", places[0]).strip()


def symbols(paths):
    """{(letter, name)} of what objects define, local names without their places."""
    found = set()
    for line in command(["nm", "--defined-only"] + list(paths)).stdout.split("\n"):
        match = re.match(r"[0-9a-f]+ (\w) (\S+)$", line)
        if match:
            found.add((match.group(1), match.group(2)))
    return found


def sections(paths):
    return set(re.findall(r"^\s*\d+ (\S+) ", command(["objdump", "-h"] + list(paths)).stdout, re.M))


# -- runs ----------------------------------------------------------------------------

Note = collections.namedtuple("Note", "name a b c rsp g")
Step = collections.namedtuple("Step", "rip rsp rbx rbp r12 r13 r14 r15 g")


class Trace:
    """What watch wrote about one run: events, how it ended, and what the program printed."""

    def __init__(self, lines, output, words):
        self.events, self.end, self.output, self.words = [], "lost", output, [str(word) for word in words]
        for line in lines:
            words = line.split(" ")
            if words[0] == "end":
                self.end = " ".join(words[1:])
            elif words[0] == "note":
                self.events.append(Note(words[1], *(signed(word) for word in words[2:])))
            elif words[0] == "step":
                self.events.append(Step(*(int(word, 16) for word in words[1:])))
        self.notes = [event for event in self.events if isinstance(event, Note)]
        self.steps = [event for event in self.events if isinstance(event, Step)]

    def ended(self):
        """How the run ended, in words."""
        words = self.end.split()
        last = self.output.strip().split("\n")[-1][:200]
        todo = re.match(r"(.*:\d+): todo: (.*)", last)
        if todo:
            return "it came to what is still to do at %s: %s" % todo.groups()
        said = ', and said "%s"' % last if last else ""
        kind = words[0]
        if kind == "exit":
            return "the program ended with status %s%s" % (words[1], said)
        if kind == "signal":
            name = signal.Signals(int(words[1])).name
            return "the program was killed by %s%s%s" % (name, " at 0x" + words[2] if words[2] != "0" else "", said)
        if kind == "syscall":
            return "the program made system call %s, which an answer has no use for and the grader does not allow" % words[1]
        return {"cpu": "the program used more processor time than its limit; it loops",
                "wall": "the program did not end in time; it waits for something that does not come",
                "output": "the program printed more than 64 KB",
                "events": "the program did not come to an end; it goes round and round",
                "foreign": "a note came from code that is not the driver's, which is against the rules",
                "called": "a function of the driver began with the argument 0x%s, and nobody had asked for that" % words[-1],
                "returned": "a call of the driver's came to its end with rsp 0x%s, and on that stack there is none" % words[-1],
                "changed": "while the driver waited for a call to return, its %s changed, which nobody else may write to" % words[-1],
                "trap": "the program ran into an int3 that is not the grader's"}.get(kind, "the run was lost") + said

    def finished(self, last="done"):
        """Fail unless the run came to its end; its notes without the last."""
        if not self.notes or self.notes[-1].name != last or self.end != "exit 0":
            raise Failure("the run is not complete: %s" % self.ended(), self, len(self.events))
        return self.notes[:-1]


def signed(word):
    value = int(word, 16)
    return value - (1 << 64) if value >> 63 else value


class Failure(Exception):
    """A row fails: the cause in one sentence, the run, and which of its events is to blame, or a table in place of events."""

    def __init__(self, cause, trace=None, at=None, table=(), words=()):
        super().__init__(cause)
        self.cause, self.trace, self.at, self.table = cause, trace, at, table
        self.words = trace.words if trace else words


def watcher():
    source = LIB / "watch.c"
    program = BUILD / ("watch-" + hashlib.sha256(source.read_bytes()).hexdigest()[:16])
    if not program.exists():
        with whole(program) as scratch:
            done = command(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", scratch, source])
            if done.returncode != 0:
                raise Broken("exercises/lib/watch.c does not compile: %s" % first_error(done.stderr))
    return program


# How a driver is compiled: each function begins with a nop; and no value that an answer could change is a place in the code.
DRIVER = ["-fpatchable-function-entry=1", "-fomit-frame-pointer", "-fno-jump-tables"]


def settings(words):
    """The words of a run: those of its environment, and the others."""
    words = [str(word) for word in words]
    return [word for word in words if re.match(r"[A-Z0-9_]+=", word)], [word for word in words if not re.match(r"[A-Z0-9_]+=", word)]


class Program:
    """An answer's tree with the exercise's driver, ready to run under watch."""

    def __init__(self, exercise, tree, objects, directory, warm=False):
        self.exercise, self.directory, self.names = exercise, Path(directory), tree.names
        nonce = secrets.token_hex(6)
        if warm:
            files = [path for kind in ("c", "S", "h") for path in sorted(exercise.directory.glob("*." + kind))]
            nonce = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
        self.path = self.directory / "driver"
        more = ["-DNONCE=" + nonce, "-I" + str(LIB)]
        drivers = [tree.compile(path, path.read_text(encoding="utf-8") + nonce, more + DRIVER) for path in sorted(exercise.directory.glob("driver*.[cS]"))]
        # What a driver calls so often that watching each call would take too long.
        objects = objects + [tree.compile(path, path.read_text(encoding="utf-8"), more[1:]) for path in sorted(exercise.directory.glob("loops.c"))]
        merged = self.merge(tree, drivers, symbols(objects), nonce)
        for driver in drivers if not warm else ():
            driver.unlink()     # their nonce is never used again
        tree.link(self.path, [merged] + objects)
        self.symbols, self.traps = {}, []
        for line in command(["nm", self.path]).stdout.split("\n"):
            match = re.match(r"([0-9a-f]+) \w (\S+)$", line)
            if match:
                self.symbols[match.group(2)] = int(match.group(1), 16)
                if match.group(2) == "note_trap_" + nonce:      # one in each file of the driver
                    self.traps.append(int(match.group(1), 16))
        ends = {name: tuple(self.symbols.get("%s_%s_%s" % (name, end, nonce), 0) for end in ("lo", "hi")) for name in ("driver", "gates", "own")}
        self.doors = ["-%s%x:%x" % ((letter,) + ends[name]) for letter, name in (("d", "driver"), ("g", "gates"), ("k", "own"))]
        self.doors += ["-p%x" % self.symbols.get("gate_go", 0)]
        self.doors += [option for option, key in (("-r", "registers: free"), ("-t", "threads: none"), ("-1", "threads: none"))
                       if exercise.about.get(key.split(": ")[0]) == key.split(": ")[1]]
        self.doors += ["-%s%x" % ("h" if re.match("main_main$|hook", name) else "f", at) for name, at in sorted(self.symbols.items())
                       if at in self.functions(ends["driver"])]

    def merge(self, tree, drivers, others, nonce):
        """One object of the driver, of which an answer sees no name but those that the runtime calls.

        What it calls it calls by a gate, a nop and a jump, which watch makes an int3 and a jump. In it are
        marked its code, its gates, and its variables that nobody else may change.
        """
        merged, gates = self.directory / "driver.o", self.directory / "gates.S"
        functions = {name for letter, name in others if letter in "TtWi"} - {"memset", "memcpy", "memmove", "memcmp"}
        functions -= set(self.exercise.about.get("straight", "").split())   # of the book, and they call nothing of the answer's
        called = sorted(functions.intersection(command(["nm", "-u"] + drivers).stdout.split()))
        gates.write_text('\t.section gate, "ax"\n' + "".join("\t.balign 16\n\t.globl gate_%s\ngate_%s: nop\n\tjmp %s\n" % (name, name, name) for name in called)
                         + '\t.balign 16\n\tnop\n\thlt\n\t.balign 16\n\t.section .note.GNU-stack, "", @progbits\n', encoding="utf-8")
        renames = ["--redefine-sym=%s=gate_%s" % (name, name) for name in called]
        steps = [["ld", "-r", "-o", merged] + drivers, ["objcopy"] + renames + [merged],
                 ["ld", "-r", "-o", merged.with_suffix(".all"), merged, tree.compile(gates, gates.read_text(encoding="utf-8"))]]
        for words in steps:
            done = command(words)
            if done.returncode != 0:
                break
        else:
            merged = merged.with_suffix(".all")
            marks = []
            for section, size in re.findall(r"^(\.text|gate|own) +(\d+)", command(["size", "-A", merged]).stdout, re.M):
                name = {".text": "driver", "gate": "gates"}.get(section, section)
                marks += ["--add-symbol=%s_lo_%s=%s:0,local" % (name, nonce, section),
                          "--add-symbol=%s_hi_%s=%s:%d,local" % (name, nonce, section, int(size) - (16 if section == "gate" else 0))]
            done = command(["objcopy", "--wildcard", "--keep-global-symbol=main_main", "--keep-global-symbol=hook*"] + marks + [merged])
        if done.returncode != 0:
            raise Broken("%s: the driver is not one object: %s" % (self.exercise.name, done.stderr.strip()))
        return merged

    def functions(self, text):
        """Where the driver's functions begin: at those nops that -fpatchable-function-entry makes, or that its assembly has."""
        return {at for at in self.symbols.values() if text[0] <= at < text[1]}

    patience = 12       # seconds for a run, however slow the machine; less after one that waited for nothing

    def run(self, *words, steps=None, cpu=2, events=200000):
        """One run with these arguments, those of the form NAME=VALUE in the environment; steps: two symbols between which to single-step."""
        output = self.directory / ("output." + secrets.token_hex(4))     # several runs may be under way
        arguments = [watcher(), "-c", cpu, "-w", self.patience, "-e", events, "-o", output] + self.doors
        for trap in self.traps:
            arguments += ["-n", "%x" % trap]
        if steps:
            arguments += ["-s", "%x:%x" % (self.symbols[steps[0]], self.symbols[steps[1]])]
        environment, rest = settings(words)
        if any(one.startswith("RT0_SEED=") for one in environment):     # its threads take turns
            arguments.append("-1")
        for one in environment:
            arguments += ["-v", one]
        done = command(arguments + [self.path] + rest)
        if done.returncode != 0:
            raise Broken(done.stderr.strip() or "exercises/lib/watch.c ended with status %d" % done.returncode)
        if done.stdout.endswith("\nend wall\n"):
            self.patience = max(2, self.patience // 4)
        said = output.read_text(encoding="utf-8", errors="replace")
        output.unlink()
        return Trace(done.stdout.split("\n"), renamed(said, self.names), words)


# -- rows ----------------------------------------------------------------------------

ROWS = []


class Row:
    def __init__(self, name, points, sentence, function, runs=1, after=None):
        self.name, self.points, self.sentence, self.function, self.runs = name, points, sentence, function, runs
        self.after, self.hidden = after, False


def row(points, sentence, runs=1, after=None):
    """Mark a function of (program, random) as a row. It is tried with so many seeds; it counts only
    if the row that is named by after passes, where otherwise the book's own code would earn its points."""
    def mark(function):
        ROWS.append(Row(function.__name__, points, sentence, function, runs, after))
        return function
    return mark


class Result:
    """What became of one row."""

    def __init__(self, row, passed, cause="", events=(), seed=None, tried="", words=(), failure=None):
        self.row, self.passed, self.cause, self.events = row, passed, cause, events
        self.seed, self.tried, self.words, self.failure = seed, tried, words, failure

    @property
    def score(self):
        return self.row.points if self.passed else 0


def around(failure, tell):
    """The events around the one to blame, as lines; an arrow shows it."""
    if failure.table or failure.trace is None or not failure.trace.events:
        return list(failure.table)
    events = failure.trace.events
    at = len(events) - 1 if failure.at is None else min(failure.at, len(events))
    lines = []
    for number in range(max(0, at - 3), min(len(events), at + 2)):
        lines.append("%s %5d  %s" % ("->" if number == at else "  ", number + 1, tell(events[number])))
    if at == len(events):
        lines.append("-> %5d  (the run ends here)" % (at + 1))
    return lines


def tell(event):
    """An event as text."""
    if isinstance(event, Note):
        return "%-8s %d %d %d" % event[:4]
    return "at %x: " % event.rip + " ".join("%s %x" % pair for pair in zip(Step._fields[1:], event[1:]))


def judge(row, program, seeds):
    """Try a row with each seed; the failure that is shown is the one with the shortest run."""
    failures, tried = [], 0
    for seed in seeds:
        tried += 1
        try:
            row.function(program, random.Random(seed))
        except Failure as failure:
            failures.append((len(failure.trace.events) if failure.trace else 0, seed, failure))
            if failure.trace and failure.trace.end.split()[0] in ("cpu", "wall", "events", "output"):
                break       # one run up to a limit is enough
    if not failures:
        return Result(row, True, tried="passed in %d run%s" % (len(seeds), "s" if len(seeds) != 1 else ""))
    _, seed, failure = min(failures, key=lambda one: one[:2])
    return Result(row, False, failure.cause, around(failure, row.function.__globals__.get("tell", tell)),
                  seed, "%d of %d runs failed; the shortest has seed %s" % (len(failures), tried, seed),
                  failure.words, failure)


class Grading:
    """An answer, graded: results has one Result for each row, refused is why it could not be.

    only: the names of the rows to try; seed: the one seed to try them with; fresh: draw new seeds,
    or take 1, 2, ... so that a student sees the same twice; keep: a directory for the program;
    stop: after the first row that fails; each: called with the grading after each row;
    runs: no more than so many for a row; warm: the driver is compiled once, since a student has no one to deceive.
    """

    def __init__(self, path, exercise=None, only=None, seed=None, shown=None, fresh=True, keep=None, stop=False, each=None, runs=100, warm=False):
        self.path, self.shown = Path(path), shown or str(path)
        self.exercise, self.results, self.refused, self.warnings = exercise, [], "", ""
        self.only, self.seed, self.fresh, self.stop, self.each, self.runs, self.warm = only, seed, fresh, stop, each, runs, warm
        try:
            text = read(self.path, self.shown)
            self.exercise = self.exercise or exercise_of(self.path, text)
            if keep:
                Path(keep).mkdir(parents=True, exist_ok=True)
                self.grade(Path(keep), text)
            else:
                with passing(BUILD / ("%s.%s" % (self.exercise.name, secrets.token_hex(4)))) as directory:
                    self.grade(directory, text)
        except Refused as refused:
            self.refused = str(refused)
            rows = self.exercise.rows if self.exercise else []
            self.results = [Result(row, False, self.refused if n == 0 else "not run, because the answer was refused") for n, row in enumerate(rows)]

    def grade(self, directory, text):
        exercise = self.exercise
        if exercise.language == "answers":
            self.program = exercise.answers(text, self.shown, directory)
        elif exercise.language == "python":
            self.program = exercise.module.program(exercise, directory, text, self.shown,
                                                   self.seed if self.seed is not None else secrets.randbelow(1000000) if self.fresh else 1)
        else:
            self.program = self.build(directory, text)
        self.judge_rows()

    def again(self):
        """The same program judged once more, with seeds drawn anew; the directory that it was built in is still there."""
        other = copy.copy(self)
        other.results = []
        other.judge_rows()
        return other

    def judge_rows(self):
        exercise, program = self.exercise, self.program
        for row in exercise.rows:
            if row.function is None:
                self.results.append(Result(row, True))
            elif self.only is None or row.name in self.only:
                self.results.append(self.judged(row, program))
            else:
                continue
            if self.each:
                self.each(self)
            if self.stop and not self.results[-1].passed:
                return

    def judged(self, row, program):
        needed = [result for result in self.results if result.row.name == row.after]
        if needed and not needed[0].passed:
            return Result(row, False, "not run: it counts when %s passes" % row.after)
        if self.exercise.language == "answers":
            return judge(row, program, [None])
        if self.exercise.language == "python":
            return judge(row, program, [program.seed])
        if self.seed is not None:
            return judge(row, program, [self.seed])
        if self.fresh or row.hidden:
            return judge(row, program, [secrets.randbelow(1000000) for _ in range(min(row.runs, self.runs))])
        return judge(row, program, list(range(1, min(row.runs, self.runs) + 1)))

    def build(self, directory, text):
        """Tangle, check what the answer defines against the state without it, compile and link."""
        exercise = self.exercise
        found = check(text, self.shown, exercise.language)
        path = self.path.resolve()
        if re.search(r"[^\w./+-]", str(path)):
            path = directory / "answer.nw"
            path.write_text(text, encoding="utf-8")
        chunks, new = exercise.allowed()
        allow = directory / "allow"
        allow.write_text("\n".join(chunks) + "\n", encoding="utf-8")
        names = [(self.shown, path), (str((exercise.directory / "allow").relative_to(TOP)), allow),
                 ("src/", str(directory) + "/tree/src/")]
        style = command(["gawk", "-v", "draft=1", "-f", "book/tools/lint.awk", str(path)], env=dict(os.environ, LC_ALL="C.UTF-8"))
        if style.returncode != 0:
            message = [line for line in style.stderr.split("\n") if line and "(draft)" not in line]
            raise Refused(renamed(message[0], names))
        self.warnings = renamed(style.stderr, names)
        state = exercise.chapters + exercise.given
        texts = tangle(state + [str(path)], allow, names)
        tree = Tree(directory / "tree", texts, names)
        hooked = "%s %s" % (exercise.about["hooked"], exercise.directory / "hooks.h") if "hooked" in exercise.about else ""
        objects = tree.objects(hooked)
        self.warnings += tree.warnings
        pristine = tangled(state)
        plain = Tree(directory / "plain", pristine)
        before = plain.objects(hooked)
        changed = [one for one in objects if one not in before]
        was = [one for one in before if one not in objects]
        for letter, name in sorted(symbols(changed) - symbols(was)):
            if letter.isupper() and name not in new:
                raise Refused("%s: the answer makes %s known to the whole program, which this exercise does not ask for; "
                              "write static in front of it" % (self.shown, name))
        strange = {s for s in sections(changed) - sections(was) if not re.match(r"\.(rela?|debug|text|data|bss|rodata|comment|note|eh_frame|sbss|lbss)", s)}
        if strange:
            raise Refused("%s: the answer puts something into section %s; take that out" % (self.shown, sorted(strange)[0]))
        try:
            return Program(exercise, tree, objects, directory, self.warm)
        except Refused as refused:
            raise self.missing(found, pristine, str(refused)) or refused

    def missing(self, found, pristine, message):
        """The refusal of an answer that has replaced a function and not written it again; None if the fault is another one."""
        name = re.match(r"(?!%s:).*undefined reference to `(\w+)'" % re.escape(self.shown), message)
        if not name or not any(re.search(r"^%s\(" % name.group(1), part, re.M) for part in pristine.values()):
            return None
        books = "".join((TOP / book).read_text(encoding="utf-8") for book in self.exercise.chapters + self.exercise.given)
        for chunk in found:
            if chunk.replaces and re.search(r"^<<%s>>=\n(?:(?!@$).*\n)*?%s\(" % (re.escape(chunk.name), name.group(1)), books, re.M):
                return Refused("%s:%d: the book's <<%s>> defines %s, and this one does not; write it, since others call it" % (
                    self.shown, chunk.line, chunk.name, name.group(1)))
        return None

    @property
    def score(self):
        return sum(result.score for result in self.results)
