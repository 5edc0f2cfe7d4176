#!/usr/bin/env python3
"""Check or re-record the transcripts in the chapters.

  tests/transcripts.py check           run every block, compare
  tests/transcripts.py golden          run every block, rewrite what differs
  tests/transcripts.py targets         the make targets that the blocks need
  options: --chapter NN   only book/NN-*.nw
           --masked       golden also rewrites what compares equal by a mask
           -C DIR         another project directory

A block is a fence of class console or gdb in the prose of a chapter. Its
lines that start with "$ " or "(gdb) " are commands, "> " continues one, and
the rest is what was printed. CONTRIBUTING.md says what an author writes.
"""
import argparse
import difflib
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

CONSOLE_SECONDS = 60
GO_SECONDS = 180        # a block with needs=go may build Go's library first
GO_RELEASE = "go1.23"   # what the chapters show; another release is as good as none
GO_PLACES = ("/usr/lib/go-1.23/bin", "/usr/local/go/bin")      # after PATH
GDB_SECONDS = 60
OUTPUT_LIMIT = 1 << 20
CONSOLE = threading.Lock()      # console blocks of all chapters share build/
PROMPT = {"console": "$ ", "gdb": "(gdb) "}
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*(\{.*\}|[^`]*)$")
ATTRIBUTE = re.compile(r'([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))|([.\w-]+)')
KNOWN = {"script", "prog", "args", "mask", "needs", "norun", "caption", "id"}


class Failure(Exception):
    """Something to tell the author, in whole sentences."""


# -- chapters ---------------------------------------------------------------

def unescape(line):
    if line.startswith("@@"):
        line = line[1:]
    return line.replace("@<<", "<<").replace("@>>", ">>")


def escape(line):
    line = line.replace("<<", "@<<")
    return "@" + line if line.startswith("@") and not line.startswith("@<<") else line


class Entry:
    """One command of a block with the output that the chapter shows."""

    def __init__(self, line, command):
        self.line, self.command, self.output = line, command, []


class Block:
    def __init__(self, path, name, line, kind, attributes):
        self.path, self.name, self.line, self.kind = path, name, line, kind
        self.attributes = attributes
        self.entries, self.text = [], []
        self.error = None       # why it cannot be run
        self.skip = None        # why it is not run

    @property
    def where(self):
        return "%s:%d" % (self.name, self.line)

    @property
    def needs(self):
        return re.findall(r"[^,\s]+", self.attributes.get("needs", ""))

    @property
    def title(self):
        if self.kind == "gdb":
            return "%s gdb %s" % (self.where, self.attributes.get("script", ""))
        first = self.entries[0].command.split("\n")[0] if self.entries else ""
        return "%s $ %s" % (self.where, first)


def attributes_of(text, where):
    """Read "{.gdb script=x args="a b"}" or "console" into a dict."""
    found, text = {}, text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    elif " " in text:
        raise Failure("%s: write the attributes of a fence in braces: {%s}" % (where, text))
    for match in ATTRIBUTE.finditer(text):
        key, quoted, bare, word = match.groups()
        if word:
            word = word.lstrip(".")
            if word in PROMPT:
                found["class"] = word
            else:
                found[word] = ""
        else:
            found[key] = bare if quoted is None else re.sub(r'\\(["\\])', r"\1", quoted)
    return found


def blocks_of(path, name):
    """All transcript blocks of one chapter, in order."""
    blocks, code, fence, block = [], False, None, None
    with open(path, encoding="utf-8") as chapter:
        lines = chapter.read().split("\n")
    for number, line in enumerate(lines, 1):
        if fence:
            if re.match(r"^\s*%s{%d,}\s*$" % (re.escape(fence[0]), len(fence)), line):
                if block:
                    read_entries(block)
                    blocks.append(block)
                fence = block = None
            elif block:
                block.text.append(line)
            continue
        if re.match(r"^<<.*>>=\s*$", line):
            code = True
        elif line == "@" or line.startswith("@ "):
            code = False
        if code:
            continue
        match = FENCE.match(line)
        if not match:
            continue
        indent, fence, info = match.groups()
        if not re.match(r"^(console|gdb)\b|^\{[^}]*\.(console|gdb)\b", info):
            if len(indent) > 3:
                fence = None
            continue
        if len(indent) > 3:     # an illustration inside an indented block
            fence = None
            continue
        where = "%s:%d" % (name, number)
        block = Block(path, name, number, "console", {})
        try:
            block.attributes = attributes_of(info, where)
            block.kind = block.attributes.pop("class")
            if indent or fence[0] != "`":
                raise Failure("%s: start the fence of a transcript in column 1, with backticks" % where)
            unknown = set(block.attributes) - KNOWN
            if unknown:
                raise Failure("%s: unknown attribute %s; known are %s"
                              % (where, ", ".join(sorted(unknown)), ", ".join(sorted(KNOWN))))
        except Failure as failure:
            block.error = str(failure)
    if fence and block:
        block.error = "%s: this fence is never closed" % block.where
        blocks.append(block)
    return blocks


def read_entries(block):
    """Split a block's text into commands and their shown output."""
    prompt = PROMPT[block.kind]
    continued = False
    for number, raw in enumerate(block.text, block.line + 1):
        line = unescape(raw)
        if line.startswith(prompt):
            block.entries.append(Entry(number, line[len(prompt):].rstrip()))
            continued = True
        elif continued and line.startswith("> "):
            block.entries[-1].command += "\n" + line[2:].rstrip()
        elif block.entries:
            block.entries[-1].output.append(line)
            continued = False
        elif line.strip() and not block.error and "norun" not in block.attributes:
            block.error = ('%s:%d: a %s block starts with a command: "%s..."'
                           % (block.name, number, block.kind, prompt))
    if "norun" in block.attributes:
        block.skip = "norun"
        return
    for need in block.needs:
        if need == "go":
            if not go_directory():
                block.skip = "%s is not installed" % GO_RELEASE
        elif need.startswith("/"):
            if not os.path.exists(need):
                block.skip = "there is no %s here" % need
        elif not shutil.which(need.partition(">=")[0]):
            block.skip = "%s is not installed" % need.partition(">=")[0]
        elif ">=" in need and version(need.partition(">=")[0]) < numbers(need.partition(">=")[2]):
            block.skip = "%s is older than %s" % tuple(need.split(">="))
    if block.error:
        return
    if not block.entries:
        block.error = '%s: no command in this block; write "%s..." lines' % (block.where, prompt)
    elif block.kind == "gdb":
        for key in ("script", "prog"):
            if not block.attributes.get(key):
                block.error = "%s: a gdb block needs %s=" % (block.where, key)
    try:
        re.compile(block.attributes.get("mask", ""))
    except re.error as error:
        block.error = "%s: mask=: %s" % (block.where, error)


# -- comparison -------------------------------------------------------------

ADDRESSES = [(re.compile(pattern, re.M), text) for pattern, text in (
    (r"[ \t]+$", ""),
    (r"\b0x[0-9a-f]{4,}\b", "0xADDR"),
    (r"\b[0-9a-f]{6,16}(?= <)", "ADDR"),            # objdump: 401000 <_start>
    (r"^( *)[0-9a-f]{6,16}(?=:)", r"\1ADDR"),       # objdump: 401000: eb 0e
    (r"\b[0-9a-f]{16}\b", "ADDR"),                  # nm, readelf
    (r"\b140\d{12}\b", "ADDR"),                     # 0x7f... in decimal
    (r"\b(process|Process|LWP|pid|tid|PID|TID)([ =:]+)\d+", r"\1\2N"),
    (r"^(?:bash: )?line \d+:( *)\d+ ", r"line N:\1N "),   # killed by a signal
    # GDB shows the arguments of a frame in the order in which the compiler wrote them down.
    (r"\((\w+=\.\.\.(?:, \w+=\.\.\.)+)\)", lambda found: "(%s)" % ", ".join(sorted(found[1].split(", ")))),
)]
# A chapter's line numbers move with its prose. They are compared apart.
LINES = [(re.compile(pattern, re.M), text) for pattern, text in (
    (r"^\d+\t", "N\t"),
    (r"(\.nw):\d+", r"\1:N"),
    (r"(\.nw\"?, line )\d+", r"\1N"),
    (r"^Lines? \d+(?:-\d+)?( (?:of|is|in) \S+\.nw)", r"Line N\1"),
)]


def normal(lines, mask="", moved=False):
    """The lines without what differs from machine to machine; with
    moved, also without the chapters' line numbers."""
    text = "\n".join(lines).rstrip()
    if mask:
        text = re.sub(mask, "*", text, flags=re.M)
    for pattern, replacement in ADDRESSES + (LINES if moved else []):
        text = pattern.sub(replacement, text)
    return text.split("\n") if text else []


def difference(shown, got, mask):
    """A small diff; - is what the chapter shows, + what was printed."""
    a, b = normal(shown, mask, True), normal(got, mask, True)
    rows = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, False).get_opcodes():
        if tag == "equal":
            keep = shown[i1:i2]
            if len(keep) > 2:
                keep = keep[:1] + ["..."] + keep[-1:]
            rows += ["    " + line for line in keep]
        else:
            rows += ["  - " + line for line in shown[i1:i2]]
            rows += ["  + " + line for line in got[j1:j2]]
    if len(rows) > 60:
        rows = rows[:60] + ["    (%d more lines)" % (len(rows) - 60)]
    return "\n".join(rows)


# -- running ----------------------------------------------------------------

@lru_cache(maxsize=None)
def go_directory():
    """Where the go of the right release is, or None."""
    for place in os.environ.get("PATH", "").split(os.pathsep) + list(GO_PLACES):
        go = os.path.join(place, "go")
        if not (os.path.isabs(go) and os.path.isfile(go) and os.access(go, os.X_OK)):
            continue
        try:
            said = subprocess.run([go, "version"], env={"GOTOOLCHAIN": "local", "HOME": "/nonexistent"}, cwd="/",
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  timeout=CONSOLE_SECONDS).stdout.decode("utf-8", "replace")
        except (OSError, subprocess.SubprocessError):
            continue
        if re.match(r"go version %s(\.| )" % re.escape(GO_RELEASE), said):
            return place
    return None


def numbers(text):
    """2.38.1 as a list, which compares as versions do."""
    return [int(number) for number in re.findall(r"\d+", text)]


@lru_cache(maxsize=None)
def version(program):
    """What the first line of PROGRAM --version ends in; nothing is older than everything."""
    try:
        said = subprocess.run([program, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=CONSOLE_SECONDS).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        said = ""
    found = re.search(r"(\d+(?:\.\d+)+)\S*$", said.partition("\n")[0].rstrip())
    return numbers(found.group(1)) if found else []


def clean_environment(top, go):
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8",
                   "TERM": "dumb", "HOME": "/nonexistent"}
    if go:                      # it does not build without a place for its cache
        environment["PATH"] = go_directory() + os.pathsep + environment["PATH"]
        environment.update(GOCACHE=str(top / "build/go/cache"), GOPATH=str(top / "build/go/path"),
                           GOTOOLCHAIN="local", GOFLAGS="-modcacherw")
    return environment


def run_limited(command, top, seconds, go=False):
    """Run with no input. Returns (output, None or what went wrong)."""
    process = subprocess.Popen(command, cwd=top, env=clean_environment(top, go), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    deadline, data, wrong = time.monotonic() + seconds, b"", None
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                wrong = "did not finish in %d s" % seconds
                if process.poll() is not None:
                    wrong = "left a background process that holds the output after %d s" % seconds
                break
            if not select.select([process.stdout], [], [], left)[0]:
                continue
            part = os.read(process.stdout.fileno(), 65536)
            if not part:
                break
            data += part
            if len(data) > OUTPUT_LIMIT:
                wrong = "printed more than %d bytes" % OUTPUT_LIMIT
                break
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.stdout.close()
        process.wait()
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"(?<![\w./-])%s(/|\b)" % re.escape(str(top)), lambda m: "." * (m[1] == ""), text), wrong


def split_marked(text, mark):
    """Cut the output at the marks; {command index: Lines}."""
    outputs = {}
    pieces = re.split(r"\n%s (\d+)([ \d]*)\n" % re.escape(mark), "\n" + text)
    for index, ended, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3]):
        lines = Lines(line.rstrip() for line in piece.split("\n"))
        while lines and not lines[-1]:
            lines.pop()
        outputs[int(index)] = lines
        if int(index) - 1 in outputs:
            outputs[int(index) - 1].statuses = [int(status) for status in ended.split()]
    return outputs


class Lines(list):
    """What a command printed, and with what statuses it and the others of its pipe ended."""
    statuses = ()


def bad_end(shown, got):
    """How a command hung or died that was not shown to, or None."""
    for status in got.statuses:
        if status in (124, 137):
            return "hung (status %d)" % status
        if 128 < status < 160:
            return "died of %s" % signal.Signals(status - 128).name
    for line in set(got) - set(shown):
        if BAD_LINE.search(line) and not any(BAD_LINE.search(old) for old in shown):
            return 'printed "%s"' % line.strip()
    return None


# A signal, a throw, and the statuses that echo $? shows behind a hang or a signal.
BAD_LINE = re.compile(r"^fatal error: |Program (?:received|terminated with) signal|Segmentation fault|Aborted|core dumped|"
                      r"^(?:exit )?(?:status )?(?:124|13[4-9])$")


def new_mark():
    return "@@rt0-%s@@" % os.urandom(6).hex()


def run_console(block, top):
    """One shell for the block; an output per entry."""
    mark = new_mark()
    # A mark tells how the command before it ended, every part of a pipe.
    script = ["__ended() { local s=$? p=\"${PIPESTATUS[*]}\"; __p=$p; return $s; }",
              "__mark() { local s=$?; printf '\\n%s %s %s\\n' \"$1\" \"$2\" \"$__p\"; __p=; return $s; }"]
    for index, entry in enumerate(block.entries):
        script.append("__mark %s %d\neval %s" % (mark, index, shlex.quote(entry.command + "\n__ended")))
    script.append("__mark %s %d" % (mark, len(block.entries)))
    go = "go" in block.needs
    text, wrong = run_limited(["bash", "--noprofile", "--norc", "-c", "\n".join(script), "bash"],
                              top, GO_SECONDS if go else CONSOLE_SECONDS, go)
    outputs = split_marked(text, mark)
    for index, entry in enumerate(block.entries):
        if index + 1 in outputs:
            continue
        tail = "\n".join("  + " + line for line in outputs.get(index, [])[-10:])
        reason = wrong
        if not wrong and index == len(block.entries) - 1:
            break               # the last command may end the shell
        raise Failure("%s:%d: $ %s\n%s%s" % (block.name, entry.line, entry.command,
                      reason or "ended the shell before the block's next command",
                      "\n" + tail if tail else ""))
    if wrong:
        raise Failure("%s: the block %s" % (block.where, wrong))
    for lines in outputs.values():
        lines[:] = [re.sub(r"^bash: line \d+: (?! *\d+ )", "bash: ", line) for line in lines]
    return [outputs[index] for index in range(len(block.entries))]


def gdb_commands(path):
    """[(line number, text)] of a GDB script; define ... end is one command."""
    commands, depth, current = [], 0, None
    for number, raw in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        line = raw.strip()
        if not depth and current is None and (not line or line.startswith("#")):
            continue
        if current is None:
            current = (number, [])
        current[1].append(raw.rstrip())
        words = line.split()
        first = words[0] if words else ""
        if first in ("define", "document", "if", "while", "commands", "while-stepping") \
                or line in ("python", "py", "python-interactive", "pi"):
            depth += 1
        elif line == "end" and depth:
            depth -= 1
        if not depth and not line.endswith("\\"):
            commands.append((current[0], "\n".join(current[1])))
            current = None
    if current:
        commands.append((current[0], "\n".join(current[1])))
    return commands


def run_gdb(top, script, prog, arguments):
    """Run a script; [(line in script, command, output lines)]."""
    path = top / script
    if not path.is_file():
        raise Failure("there is no %s; a chapter defines it as a chunk of that name, then: make" % script)
    if not (top / prog).is_file():
        raise Failure("there is no %s; build it first: make %s" % (prog, target_of(prog)))
    commands, mark = gdb_commands(path), new_mark()
    settings = ["auto-load off", "pagination off", "confirm off", "width 0", "height 0", "style enabled off",
                "disable-randomization on", "startup-with-shell off", "print thread-events off",
                "history save off", "history size 0"]
    with tempfile.NamedTemporaryFile("w", suffix=".gdb", encoding="utf-8") as file:
        for index, (_, text) in enumerate(commands):
            file.write("echo \\n%s %d\\n\n%s\n" % (mark, index, text))
        file.write("echo \\n%s %d\\n\n" % (mark, len(commands)))
        file.flush()
        command = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off"]
        for setting in settings:
            command += ["-iex", "set " + setting]
        for setting in ["unset environment"] + ["set environment %s=%s" % pair
                                                for pair in fixed_environment()]:
            command += ["-iex", setting]
        command += ["-x", file.name, "--args", prog] + shlex.split(arguments)
        text, wrong = run_limited(command, top, GDB_SECONDS)
        text = re.sub(r"(?m)^%s:\d+: Error in sourced command file:\n" % re.escape(file.name),
                      "Error: ", text)
    # A chapter whose prose changed is newer than the program it did not change.
    # Containers that forbid personality() keep random addresses, which are masked.
    text = re.sub(r"(?m)^warning: (?:Source file is more recent than executable\.|"
                  r"Error disabling address space randomization: .*)\n", "", text)
    if re.search(r"(?i)ptrace: operation not permitted|cannot trace|could not trace", text):
        raise Failure("%s: this machine does not allow ptrace, so GDB cannot run a program; "
                      "in a container add --cap-add=SYS_PTRACE" % script)
    outputs = split_marked(text, mark)
    for index, (line, shown) in enumerate(commands):
        if index + 1 not in outputs:
            tail = "\n".join("  + " + row for row in outputs.get(index, text.split("\n"))[-10:])
            raise Failure("%s:%d: (gdb) %s\n%s\n%s" % (script, line, shown,
                          wrong or "failed, so the script ended here", tail))
    for lines in outputs.values():
        while lines and not lines[0]:
            del lines[0]
    return [(line, shown, outputs[index]) for index, (line, shown) in enumerate(commands)]


def fixed_environment():
    return [("LC_ALL", "C.UTF-8"), ("TERM", "dumb")]


def target_of(program):
    match = re.match(r"build/chapters/(\d\d)/", program)
    return "chapter-" + match.group(1) if match else program


def squeeze(command):
    return "\n".join(" ".join(line.split()) for line in command.split("\n"))


def attribute_gdb(block, ran, start):
    """Find the block's commands in the script, in order, from start on.
    Returns (outputs, position after the last)."""
    for begin in (start, 0):
        position, outputs = begin, []
        for entry in block.entries:
            wanted = squeeze(entry.command)
            for index in range(position, len(ran)):
                full = squeeze(ran[index][1])
                if wanted in (full, full.split("\n")[0]):
                    outputs.append(ran[index][2])
                    position = index + 1
                    break
            else:
                break
        else:
            return outputs, position
    known = [squeeze(command).split("\n")[0] for _, command, _ in ran]
    wanted = wanted.split("\n")[0]
    if wanted in known:
        hint = 'it is there before "%s": show commands in the script\'s order' % \
               block.entries[max(len(outputs) - 1, 0)].command
    else:
        near = difflib.get_close_matches(wanted, known, 1)
        hint = 'did you mean "%s"?' % near[0] if near else "its commands are: " + "; ".join(known[:20])
    raise Failure('%s:%d: "(gdb) %s" is not in %s; %s'
                  % (block.name, entry.line, entry.command, block.attributes["script"], hint))


# -- check and golden -------------------------------------------------------

class Result:
    """status is ok, fail or skip; outputs is None unless the block ran."""

    def __init__(self, block, status, message="", outputs=None):
        self.block, self.status, self.message, self.outputs = block, status, message, outputs


def find_blocks(top, chapter=None):
    blocks = []
    for path in sorted((top / "book").glob("*.nw")):
        if not chapter or path.name.startswith(chapter + "-"):
            blocks += blocks_of(path, "book/" + path.name)
    return blocks


def compare(block, outputs):
    mask, rows, moved = block.attributes.get("mask", ""), [], []
    for entry, got in zip(block.entries, outputs):
        shown = list(entry.output)
        while shown and not shown[-1].strip():
            shown.pop()
        if normal(shown, mask, True) != normal(got, mask, True):
            rows.append("%s:%d: %s%s\n%s" % (block.name, entry.line, PROMPT[block.kind], entry.command,
                                             difference(shown, got, mask)))
        elif normal(shown, mask) != normal(got, mask):
            moved.append("%s:%d" % (block.name, entry.line))
    return rows, moved


def run_blocks(top, blocks):
    """Run all; the results in the order of the blocks. Those of a chapter run
    one after another, as they may build on one another; chapters side by side."""
    names = list(dict.fromkeys(block.name for block in blocks))
    with ThreadPoolExecutor(2) as pool:
        series = pool.map(lambda name: run_chapter(top, [b for b in blocks if b.name == name]), names)
        return [result for results in series for result in results]


def run_chapter(top, blocks):
    runs, positions = {}, {}

    def gdb_run(block):
        return tuple(block.attributes.get(key, "") for key in ("script", "prog", "args"))

    def outputs_of(block):
        if block.kind == "console":
            with CONSOLE:
                return run_console(block, top)
        key = gdb_run(block)
        if key not in runs:
            try:
                runs[key] = run_gdb(top, *key)
            except Failure as failure:
                runs[key] = failure
        if isinstance(runs[key], Failure):
            raise Failure("%s: %s" % (block.where, runs[key]))
        outputs, positions[key] = attribute_gdb(block, runs[key], positions.get(key, 0))
        return outputs

    def one(block):
        if block.skip:
            return Result(block, "skip", block.skip)
        if block.error:
            return Result(block, "fail", block.error)
        try:
            outputs = outputs_of(block)
        except Failure as failure:
            return Result(block, "fail", str(failure))
        rows, moved = compare(block, outputs)
        if rows:
            ends = [bad_end(entry.output, got) for entry, got in zip(block.entries, outputs)]
            ends = ["%s: %s" % (entry.command.split("\n")[0], end) for entry, end in zip(block.entries, ends) if end]
            return Result(block, "fail", "\n".join(rows) + "\n(- shown, + printed now) " + (
                "That is no output to record: %s." % "; ".join(ends) if ends else
                "If the new output is right, make golden re-records it."), outputs)
        result = Result(block, "ok", "", outputs)
        result.moved = moved
        return result

    return [one(block) for block in blocks]


def moved_lines(results):
    """Where a chapter's line numbers are shown that are no longer right."""
    return [place for result in results for place in getattr(result, "moved", [])]


def rewrite(top, results, masked=False):
    """Put the new output into the chapters. Returns (changed blocks, whether
    a chapter's lines moved)."""
    changed, moved = [], False
    for path in sorted({result.block.path for result in results}):
        with open(path, encoding="utf-8", newline="") as file:
            before = file.read()
        lines = before.split("\n")
        for result in reversed([r for r in results if r.block.path == path and r.outputs is not None]):
            block = result.block
            first, last = block.line, block.line + len(block.text)
            if lines[first:last] != block.text:
                raise Failure("%s changed while its blocks ran; nothing was written to it, run make golden again"
                              % block.where)
            new, mask = [], block.attributes.get("mask", "")
            for entry, got in zip(block.entries, result.outputs):
                prompt = PROMPT[block.kind]
                new += [escape(text) for text in
                        (prompt + entry.command).replace("\n", "\n> ").split("\n")]
                if not masked and normal(entry.output, mask) == normal(got, mask):
                    got = [line.rstrip() for line in entry.output]
                    while got and not got[-1]:
                        got.pop()
                if any(line.startswith("```") for line in got):
                    raise Failure("%s:%d: the output holds a ``` line, which a fence cannot show"
                                  % (block.name, entry.line))
                new += [escape(line) for line in got]
            if new != block.text:
                changed.append((block, new))
                moved = moved or len(new) != len(block.text)
                lines[first:last] = new
        after = "\n".join(lines)
        if after != before:
            temporary = path.with_name(".%s.%d" % (path.name, os.getpid()))
            with open(temporary, "w", encoding="utf-8", newline="") as file:
                file.write(after)
            shutil.copymode(path, temporary)
            os.replace(temporary, path)
    return changed[::-1], moved


def command_check(top, blocks):
    results = run_blocks(top, blocks)
    for result in results:
        if result.status == "fail":
            print(result.message + "\n")
        elif result.status == "skip" and result.message != "norun":
            print("%s: skipped, %s" % (result.block.where, result.message))
    moved = moved_lines(results)
    if moved:
        print("the chapters' line numbers moved; make golden renews what is shown at %s\n" % ", ".join(moved))
    count = {status: sum(r.status == status for r in results) for status in ("ok", "fail", "skip")}
    print("transcripts: %d blocks agree, %d differ or fail, %d not run"
          % (count["ok"], count["fail"], count["skip"]))
    return 1 if count["fail"] or moved else 0


def command_golden(top, blocks, masked=False):
    results = run_blocks(top, blocks)
    changed, moved = rewrite(top, results, masked)
    for block, new in changed:
        print(block.where)
        for line in difflib.unified_diff(block.text, new, lineterm="", n=1):
            if not line.startswith(("---", "+++", "@@")):
                print("  " + line)
    broken = [result for result in results if result.status == "fail" and result.outputs is None]
    for result in broken:
        print(result.message + "\nnot recorded.\n", file=sys.stderr)
    for result in results:
        if result.status == "skip" and result.message != "norun":
            print("%s: left as it is, %s" % (result.block.where, result.message))
    print("golden: %d of %d blocks re-recorded" % (len(changed), len(blocks)))
    if broken:
        return 1
    return 3 if moved else 0    # 3: tangle and build again, line numbers moved


def targets_of(blocks):
    """The make targets that blocks need: of each state that a command names, or a loop goes through."""
    found = set()
    for block in blocks:
        if block.skip:
            continue
        text = "\n".join([block.attributes.get("prog", "")] + [e.command for e in block.entries])
        for state in re.findall(r"\bbuild/chapters/(\w+)", text):
            if not re.fullmatch(r"\d\d", state):
                raise Failure("%s: build/chapters/%s is no state; write the two digits of a chapter" % (block.where, state))
            found.add(state)
        for name in re.findall(r"\bbuild/chapters/\$\{?(\w+)", text):
            values = re.findall(r"\bfor %s in ([\d\s]+)[;\n]" % name, text) + re.findall(r"\b%s=(\d\d)\b" % name, text)
            if not values:
                raise Failure("%s: build/chapters/$%s: write its numbers into the block, for example: for %s in 08 09; do"
                              % (block.where, name, name))
            found.update(number for value in values for number in value.split())
    return ["chapter-" + number for number in sorted(found)]


def command_targets(top, blocks):
    print(" ".join(targets_of(blocks)))
    return 0


def main(argv):
    parser = argparse.ArgumentParser(description="check or re-record the transcripts in the chapters")
    parser.add_argument("command", choices=("check", "golden", "targets"))
    parser.add_argument("--chapter", default="", help="two digits: only this chapter")
    parser.add_argument("-C", dest="top", default=str(Path(__file__).resolve().parent.parent),
                        help="the project's directory")
    parser.add_argument("--masked", action="store_true", help="golden also rewrites what compares equal by a mask")
    options = parser.parse_args(argv)
    top = Path(options.top).resolve()
    try:
        blocks = find_blocks(top, options.chapter)
        if options.chapter and not list((top / "book").glob(options.chapter + "-*.nw")):
            raise Failure("there is no chapter book/%s-*.nw" % options.chapter)
        if options.command == "golden":
            return command_golden(top, blocks, options.masked)
        return {"check": command_check, "targets": command_targets}[options.command](top, blocks)
    except (Failure, OSError, UnicodeDecodeError) as failure:
        print("transcripts: %s" % failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
