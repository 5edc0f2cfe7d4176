"""How a grading is told: a table for people, JSON for two platforms, one HTML page."""
import base64
import contextlib
import html
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import textwrap
import traceback
from pathlib import Path

from answer import Refused, chunks, read
from course import EXERCISES, LIB, TOP, Broken, Grading, cohort, whole

sys.path.append(str(TOP / "book" / "tools"))
import timeline  # noqa: E402


def colour(text, code, on):
    return "\033[%sm%s\033[0m" % (code, text) if on else text


def join_cohort():
    """The hand-out and the autograder of a cohort say which in the file exercises/cohort; the environment may say another."""
    file = EXERCISES / "cohort"
    if file.exists():
        os.environ.setdefault("RT0_COHORT", file.read_text(encoding="utf-8").strip())


def printable(path):
    """A path as text that can be printed and written down, whatever its bytes are."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", os.fsencode(path).decode("utf-8", "replace"))


def fault(problem):
    """A mistake of the grader's own, in one sentence."""
    at = traceback.extract_tb(problem.__traceback__)[-1]
    return "this is a fault of the grader and not of the answer (%s: %s, at %s:%d); please report it with the answer" % (
        type(problem).__name__, str(problem).split("\n")[0][:200], Path(at.filename).name, at.lineno)


def graded(answer, *more, shown=None, **options):
    """A Grading that tells of a forgotten "replace: " or end of a chunk, in its refusal or its remarks."""
    grading = Grading(answer, *more, shown=printable(shown or answer), **options)
    exercise = grading.exercise
    grading.refused = printable(grading.refused)
    if grading.refused and exercise:
        with contextlib.suppress(Refused):
            text = read(grading.path, grading.shown)
            say(grading, unended(text, grading) or another(text, grading))
            placed(text, grading)
    if exercise is None or exercise.language in ("answers", "python"):
        return grading
    with contextlib.suppress(Refused):      # which has been told
        found = chunks(read(grading.path, grading.shown), grading.shown)
        if grading.refused:
            place = re.match(re.escape(grading.shown) + r":(\d+): ", grading.refused)
            more = forgotten(found, exercise.chapters + exercise.given, grading.refused, int(place.group(1)) if place else None)
            say(grading, more)
        starter = (exercise.directory / "starter.nw").read_text(encoding="utf-8")
        for chunk in found if not grading.refused else ():
            if not chunk.replaces and "\n<<replace: %s>>=\n" % chunk.name in starter:
                grading.warnings = "%s:%d: this adds to the book's <<%s>>; <<replace: %s>>= puts yours in its place\n%s" % (
                    grading.shown, chunk.line, chunk.name, chunk.name, grading.warnings)
        if not grading.refused:
            grading.warnings = without_files(found, grading.shown) + grading.warnings
    return grading


def say(grading, more):
    """Add to a refusal what may be behind it."""
    if more:
        grading.refused = re.sub("; mend (that|the) line( and try again)?$", "", grading.refused) + "; " + more
        grading.results[0].cause = grading.refused


def another(text, grading):
    """Which other exercise the answer seems to belong to; or ""."""
    number = re.search(r"^\W*exercise:?\s+(\d\d?)\b", "\n".join(text.split("\n")[:10]), re.M | re.I) or re.match(r"(\d\d)-", grading.path.name)
    named = re.match(r"(\d\d)-", grading.path.name) or number
    for one, says in ((number, "it says at its top"), (named, "its name says")):
        if one and one.group(1).zfill(2) != grading.exercise.number:
            return "it was graded as exercise %s, and %s that it answers exercise %s" % (grading.exercise.number, says, one.group(1).zfill(2))
    return ""


def placed(text, grading):
    """Give a refusal that names no line of the answer one, or at least the file."""
    used = next((number for number, line in enumerate(text.split("\n"), 1) if re.search(r"\S[ \t]*\btodo\(", line)), None)
    if "/todo.h:" in grading.refused and used:
        grading.refused = "%s:%d: todo(...) is a statement and has no value; write it on a line of its own" % (grading.shown, used)
    elif "/todo.h:" in grading.refused:
        grading.refused = "%s: todo(...) is a statement; it stands in a function, between two whole ones" % named(text, grading, "todo")
    elif "/hooks.h:" in grading.refused:     # a place that is not the student's, and on the grader's machine
        said = re.sub(r"^\S+/hooks\.h:\d+: |; mend that line.*$", "", grading.refused)
        watched = re.findall(r"^#define ([a-z_]\w*)\(", (grading.exercise.directory / "hooks.h").read_text(encoding="utf-8"), re.M)
        grading.refused = "%s: %s; this is about a call that the driver watches (of %s), or about what stands before it; mend that line" % (
            named(text, grading, "|".join(watched)), said, ", ".join(watched))
    elif "known to the whole program" in grading.refused:
        name = re.search(r"the answer makes (\w+) known", grading.refused).group(1)
        grading.refused = grading.refused.replace(grading.shown + ": ", named(text, grading, name) + ": ", 1)
    elif re.match(r"(book|exercises)/\S+\.nw:\d+: error: ", grading.refused) and not grading.refused.startswith(grading.shown + ":"):
        grading.refused = needed(text, grading)
    elif grading.refused.startswith("the answer takes "):
        grading.refused = "%s: %s" % (grading.shown, grading.refused)
    grading.results[0].cause = grading.refused


def needed(text, grading):
    """The refusal of an answer with which a line of the book's no longer compiles."""
    place, said = re.match(r"(\S+:\d+): error: (.*?)(?:; mend that line.*)?$", grading.refused).groups()
    name = re.search(r"[\u2018'`](\w+)[\u2019']", said)
    books = "".join((TOP / book).read_text(encoding="utf-8") for book in grading.exercise.chapters + grading.exercise.given) if name else ""
    for chunk in chunks(text, grading.shown):
        if name and chunk.replaces and re.search(r"^<<(replace: )?%s>>=\n(?:(?!@$).*\n)*?(?!@$).*\b%s\b" % (re.escape(chunk.name), name.group(1)), books, re.M):
            return "%s:%d: the book's <<%s>> has %s, which %s needs, and this one has not; write it, or replace the chunk of that line, too" % (
                grading.shown, chunk.line, chunk.name, name.group(1), place)
    return "%s: with this answer %s, a line that is not the answer's, does not compile (%s); give it back what it needs" % (grading.shown, place, said)


def named(text, grading, words):
    """The place of the first line of code that has one of these words."""
    lines = (number for chunk in chunks(text, grading.shown) for number, line in chunk.lines if re.search(r"\b(%s)\b" % words, line))
    number = next(lines, None)
    return "%s:%d" % (grading.shown, number) if number else grading.shown


def unended(text, grading):
    """What to do about the chunk with the line that is refused, if the next one begins, or the file ends, before a line @; or ""."""
    place = re.match(re.escape(grading.shown) + r":(\d+): ", grading.refused)
    lines = text.split("\n")[:int(place.group(1)) if place else 0]
    heads = [number for number, line in enumerate(lines, 1) if re.match("<<.*>>=\\s*$", line)]
    rest = text.split("\n")[heads[-1]:] if heads else []
    end = next((line for line in rest if re.match(r"@($|\s)|<<.*>>=\s*$", line)), "")
    if not heads or heads[-1] == len(lines) or end.startswith("@") or any(re.match(r"@($|\s)", line) for line in lines[heads[-1]:]):
        return ""
    return "the chunk that begins in line %d has no end; write a line @ behind its code" % heads[-1]


def forgotten(found, files, error, line=None):
    """What to do about a chunk that adds to the book's and was to replace it, if a compiler complains of that, at this line; or ""."""
    if not re.search(r"redefinition of|redeclar|conflicting types|multiple definition|already defined", error):
        return ""
    for chunk in reversed(found):
        for file in reversed([] if chunk.replaces or line and chunk.line > line else files):
            if re.search(r"^<<(replace: )?%s>>=$" % re.escape(chunk.name), (TOP / file).read_text(encoding="utf-8"), re.M):
                number = Path(file).name[:2]
                where = "chapter %d" % int(number) if number.isdigit() and int(number) < 90 else file
                return "the chunk <<%s>> is in %s, and this one adds to it: <<replace: %s>>= in line %d puts yours in its place" % (
                    chunk.name, where, chunk.name, chunk.line)
    return ""


def remarks(grading):
    """What a compiler and the book's lint say of style, for a terminal."""
    lines = [] if grading.refused else grading.warnings.replace(": (draft) ", ": ").strip().split("\n")[:8]
    return "  remarks, which cost nothing:\n" + "".join("    %s\n" % line for line in lines) if any(lines) else ""


# Why the cage refuses a system call.
REFUSES = {"a run is one process, with the threads that the book's runtime starts": {56: "clone", 57: "fork", 58: "vfork", 59: "execve", 322: "execveat", 435: "clone3"},
           "a run has no files, and writes to standard output and standard error": {1: "write", 76: "truncate", 77: "ftruncate", 82: "rename", 83: "mkdir", 85: "creat",
                                                                                    86: "link", 87: "unlink", 88: "symlink", 90: "chmod", 437: "openat2"},
           "a run has no network": {41: "socket"}, "a run reaches no process but its own": {62: "kill", 101: "ptrace", 110: "getppid", 200: "tkill", 310: "process_vm_readv"},
           "memory that has been loaded stays what it is, and none becomes code": {9: "mmap", 10: "mprotect", 11: "munmap", 28: "madvise"}}


def cause(result):
    """Why a row fails; where that is a limit, which one it is."""
    more = ""
    if "out of memory" in result.cause:
        more = "; a run may take %s MB" % re.search(r"\bmegabytes = (\d+)", (LIB / "watch.c").read_text(encoding="utf-8")).group(1)
    call = re.search(r"the program made system call (\d+), which", result.cause)
    for why, calls in REFUSES.items() if call else ():
        if int(call.group(1)) in calls:
            more = "; that is %s, and %s" % (calls[int(call.group(1))], why)
    return result.cause + more


# An answer that asks for a file is told that there is none, and goes on.
OPENS = re.compile(r"\b(sys_open|open|openat)\s*\(|\bSYS_open|\bSyscall6\(\s*(2|257)\s*,|\$(2|257|0x101)\s*,\s*%[er]ax")


def without_files(found, shown):
    """A remark for each line of an answer that opens a file."""
    return "".join("%s:%d: this opens a file, and a run has none: open ends with ENOENT, whatever the name is; take it out\n" % (shown, number)
                   for chunk in found for number, line in chunk.lines if OPENS.search(re.sub(r"/\*.*?\*/|//.*", "", line)))


def again(grading, result):
    """The command that shows a failing row once more."""
    mine = "RT0_COHORT=%d " % cohort() if cohort() else ""
    seed = " --seed %d" % result.seed if result.seed is not None else ""
    return "%sexercises/grade --row %s%s %s" % (mine, result.row.name, seed, shlex.quote(grading.shown))


def columns(most):
    """How long a line may be, which is less than most on a narrow terminal."""
    return min(most, shutil.get_terminal_size((most, 24)).columns) if sys.stdout.isatty() else most


def rows(grading, result, on=False):
    """One row for a terminal; if it fails, why, unless a row above has said it, and what to type."""
    row = result.row
    head = " %3d/%-3d %-12s " % (result.score, row.points, row.name)
    room = max(20, columns(1000) - 7 - len(head))
    lines = ["  %s%s%s" % (colour("ok   ", "32", on) if result.passed else colour("FAILS", "31", on), head,
                           ("\n" + " " * (7 + len(head))).join(textwrap.wrap(row.sentence, room, break_on_hyphens=False)))]
    if not result.passed:
        above = next(one for one in grading.results if one is result or one.tried and one.cause == result.cause)
        why = cause(result) if above is result else "as above, in the row " + above.row.name
        lines += textwrap.wrap(why, columns(96), initial_indent="        ", subsequent_indent="        ",
                               break_long_words=False, break_on_hyphens=False)
        asks = result.failure and result.failure.table       # what to type is another thing in each row
        lines += ["          " + event for event in result.events if above is result or asks]
        if result.seed is not None:
            lines += ["        " + result.tried, "        see it again:  " + again(grading, result)]
        if result.words:
            lines.append("        step it:       %s" % again(grading, result).replace("grade ", "grade --gdb ", 1))
    return "\n".join(lines) + "\n"


def table(grading, on=False):
    """All rows for a terminal, and the score."""
    if grading.refused:
        return colour(grading.refused, "31", on) + "\n  score 0 of 100: nothing was run\n"
    total = sum(result.row.points for result in grading.results)
    hidden = grading.exercise.hidden
    title = grading.exercise.title + "".join("; in cohort %d, %s is %s" % (cohort(), name, value) for name, _, value in grading.exercise.varied)
    return "%s: %s\n%s  score %d of %d%s%s\n" % (
        grading.exercise.name, title, "".join(rows(grading, result, on) for result in grading.results),
        grading.score, total, "; %d more points are judged when it is handed in" % hidden if hidden else "", by_hand(grading.exercise))


def by_hand(exercise):
    """What is left to a person who reads the answer."""
    hand = exercise.hand if exercise else {}
    return "; a reader gives up to %d more: %s" % (sum(hand.values()), ", ".join("%s %d" % one for one in hand.items())) if hand else ""


def text_of(grading, result):
    lines = [cause(result)] + list(result.events) if result.cause else [result.tried]
    if result.seed is not None:
        lines += [result.tried, "see it again: " + again(grading, result)]
    return "\n".join(line for line in lines if line)


def gradescope(grading, seconds):
    """results.json, as Gradescope's autograder specification has it."""
    tests = [{"name": "%s: %s" % (result.row.name, result.row.sentence), "number": str(number), "score": result.score,
              "max_score": result.row.points, "status": "passed" if result.passed else "failed",
              "output": text_of(grading, result), "output_format": "text",
              "visibility": "after_published" if result.row.hidden else "visible"}
             for number, result in enumerate(grading.results, 1)]
    return {"score": grading.score, "execution_time": round(seconds, 1), "output": grading.refused or "\n".join(text for text in (by_hand(grading.exercise)[2:], grading.warnings) if text),
            "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}


def classroom(grading):
    """What GitHub Classroom's reporter reads: base64 of a JSON object."""
    tests = [{"name": result.row.name, "status": "pass" if result.passed else "fail", "score": result.score,
              "message": text_of(grading, result), "line_no": 0, "test_code": "", "execution_time": "0ms"}
             for result in grading.results]
    status = "error" if grading.refused else "pass" if all(result.passed for result in grading.results) else "fail"
    return encoded(status, sum(result.row.points for result in grading.results) or 100, tests)


def not_graded(problem):
    """The same where there is no grading."""
    return encoded("error", 100, [{"name": "graded", "status": "error", "score": 0, "message": str(problem), "line_no": 0, "test_code": "", "execution_time": "0ms"}])


def encoded(status, points, tests):
    data = {"version": 1, "status": status, "max_score": points, "tests": tests}
    return base64.b64encode(json.dumps(data).encode()).decode()


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;table-layout:fixed;width:100%}th:nth-child(-n+2){width:4rem}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-top:1px solid #8888}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}iframe{width:100%;height:34rem;border:1px solid #8888}.ok{color:#187a3c}.bad{color:#b3261e}
@media(prefers-color-scheme:dark){body{background:#161618;color:#ddd}.ok{color:#6fcf97}.bad{color:#f2867f}}"""


def schedule(result):
    """A failing run up to the event to blame, as a file of RT0TRACE's would have it; time is a count of events.

    Who runs is the goroutine that noted something. Where the notes are about others, the oracle's lane(event)
    says which: (P, goroutine, and the P that it was stolen from or None), or None for an event that does not count.
    """
    failure, lanes, running, numbers, turns = result.failure, {}, {}, {}, 0
    if failure is None:     # the answer was refused, or the row has not been run
        return b""
    own = result.row.function.__globals__.get("lane")
    events = failure.trace.events if failure.trace else []
    when = len(events) if failure.at is None else failure.at + 1
    for when, event in enumerate(events[:when]):
        lane = own(event) if own else (0, numbers.setdefault(event.g, len(numbers) + 1), None)
        proc, goid, victim = lane or (-1, 0, None)
        if not (0 <= proc < 256 and 0 <= goid < 1 << 32):       # no P or no goroutine, whatever the note says
            continue
        records = lanes.setdefault(proc, [])
        if victim is not None:
            records.append((when, goid, 9, victim, 1))
            turns += 1
        elif running.get(proc) != goid:
            if proc in running:
                records.append((when, running[proc], 3, 0, 0))
            records.append((when, goid, 2, len(timeline.ORIGINS), 0))
            running[proc], turns = goid, turns + 1
        if hasattr(event, "name") and victim is None:
            word = int.from_bytes(event.name.encode()[:8], "little")
            records.append((when, goid, 13, word, event.a & (1 << 64) - 1))
    for proc, goid in running.items():      # whoever runs last is seen, too
        lanes[proc].append((when + 1, goid, 3, 0, 0))
    if turns < 2:       # one goroutine from beginning to end, and no theft, is no schedule
        return b""
    ring = max(map(len, lanes.values())) + 1
    data = timeline.HEADER.pack(timeline.FORMAT + timeline.VERSION + b"\0", max(lanes) + 1, ring, result.seed or 0, 0, 0, 0)
    for proc in range(max(lanes) + 1):
        records = lanes.get(proc, [])
        counts = [len([one for one in records if one[2] == kind]) for kind in range(1, 16)]
        data += timeline.COUNT.pack(len(records)) + timeline.COUNTS.pack(*counts)
        data += b"".join(timeline.EVENT.pack(*one) for one in records).ljust(ring * timeline.EVENT.size, b"\0")
    return data


def picture(result):
    """The schedule of a failing run, in the viewer that make trace writes."""
    data = schedule(result)
    if not data:
        return ""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        inner = timeline.page(file.name, None, "Row %s, seed %s: who ran when, up to the event to blame" % (result.row.name, result.seed))
    inner = inner.replace("no end: it runs, or was killed", "what came after is left out")
    return '<iframe loading="lazy" title="The schedule of row %s" srcdoc="%s"></iframe>' % (html.escape(result.row.name), html.escape(inner))


def page(grading):
    """One HTML page that needs nothing else."""
    title = html.escape(grading.exercise.title if grading.exercise else grading.shown)
    rows = []
    for result in grading.results:
        more = "" if result.passed else '<pre>%s</pre>%s' % (html.escape(text_of(grading, result)), picture(result))
        rows.append('<tr><td class="%s">%s</td><td>%d/%d</td><td><b>%s</b> %s%s</td></tr>'
                    % ("ok" if result.passed else "bad", "passes" if result.passed else "fails", result.score, result.row.points,
                       html.escape(result.row.name), html.escape(result.row.sentence), more))
    refused = '<p class="bad">%s</p>' % html.escape(grading.refused) if grading.refused else ""
    return ('<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>%s</title><style>%s</style><h1>%s</h1><p>%s</p>%s<p>Score: <b>%d of %d</b>%s</p>"
            "<table><tr><th>Row<th>Points<th>What it says</tr>%s</table></html>\n"
            % (title, STYLE, title, html.escape(grading.shown), refused, grading.score, sum(result.row.points for result in grading.results) or 100,
               html.escape(by_hand(grading.exercise)), "".join(rows)))


def write(path, text):
    """The whole file or none of it. What is no file, a pipe or a terminal, is written to and stays, and so does a link to a file."""
    try:
        if os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(1)):   # /dev/stdout, wherever that leads
            sys.stdout.write(text + "\n")
            return
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
            return
    except OSError as error:
        raise Broken("%s cannot be written (%s)" % (path, error.strerror))
    with whole(os.path.realpath(path)) as scratch:
        scratch.write_text(text, encoding="utf-8")
