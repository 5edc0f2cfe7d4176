#!/usr/bin/env python3
"""floors.py -- who calls whom in src/: no call may go up a floor.

    floors.py check [TREE]       say what goes up, or round in a circle; status 1 if something does
    floors.py svg [TREE]         the house as a drawing, for book/figures/floors.svg

TREE holds src/ and, in obj/ or build/obj/, its objects; default: this repository. The folders of
src/ are the floors. What calls what is read from the objects' symbols and from the includes.
"""
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = ("boot", "lib", "sync", "sched", "os")     # from the roof down
CIRCLES = ("sched",)                                # where files may use each other in circles
TOP = Path(__file__).resolve().parent.parent.parent
# What the program and the linker bring along.
OUTSIDE = re.compile(r"main_main|__(start|stop)_\w+|__init_array_(start|end)")


class House:
    def __init__(self, tree):
        self.src = tree / "src"
        paths = sorted(path for path in self.src.rglob("*") if path.suffix in (".c", ".h", ".S"))
        self.sources = {path.stem: path for path in paths if path.suffix != ".h"}
        self.strays = [path for path in paths if self.floor(path) not in FLOORS]
        self.includes = [(path, self.src / name) for path in paths
                         for name in re.findall(r'(?m)^\s*#\s*include\s+"(.*)"', path.read_text(encoding="utf-8"))]
        self.calls, self.unknown = self.symbols(tree / ("obj" if (tree / "obj").is_dir() else "build/obj"))

    def floor(self, path):
        """A folder's name; rt0.h, which programs include, is the front of lib."""
        return "lib" if path.name == "rt0.h" else path.parent.name if path.parent != self.src else None

    def symbols(self, objects):
        """(file, file, name) for every use of a name of another file, and names that nobody has."""
        home, uses = {}, []
        done = subprocess.run(["nm", "-A"] + [str(objects / (stem + ".o")) for stem in self.sources],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode:
            sys.exit("floors: %s; build it first, with make" % done.stderr.strip().split("\n")[0])
        for line in done.stdout.splitlines():
            file, _, symbol = line.rpartition(":")
            path, (letter, name) = self.sources[Path(file).stem], symbol.split()[-2:]
            if letter in "Uw":
                uses.append((path, name))
            elif letter.isupper():
                home[name] = path
        return ([(path, home[name], name) for path, name in uses if name in home],
                [(path, name) for path, name in uses if name not in home and not OUTSIDE.fullmatch(name)])

    def up(self, path, other):
        floor, above = self.floor(path), self.floor(other)
        return floor in FLOORS and above in FLOORS and FLOORS.index(above) < FLOORS.index(floor)

    def name(self, path):
        return "src/%s" % path.relative_to(self.src)

    def faults(self):
        """Sentences about all that is wrong."""
        for path in self.strays:
            yield "%s: is in none of the folders %s" % (self.name(path), ", ".join(FLOORS))
        for path, other, name in self.calls:
            if self.up(path, other):
                yield ("%s: uses %s of %s, a floor above; move one of them, or let %s declare a hook that %s sets"
                       % (self.name(path), name, self.name(other), self.floor(path), self.floor(other)))
        for path, other in self.includes:
            if not other.is_file():
                yield '%s: includes "%s", which is not in src/' % (self.name(path), other.relative_to(self.src))
            elif self.up(path, other):
                yield "%s: includes %s, a floor above" % (self.name(path), self.name(other))
        for path, name in self.unknown:
            yield "%s: uses %s, which no file has" % (self.name(path), name)
        for circle in self.circles():
            yield "%s: these files use each other in a circle" % " ".join(map(self.name, circle))

    def circles(self):
        """Circles of files within a floor that must have none."""
        needs = defaultdict(set)
        for path, other, _ in self.calls:
            if path != other and self.floor(path) == self.floor(other) not in CIRCLES:
                needs[path].add(other)
        left = set(needs)
        while True:         # take away whoever needs nothing that is left
            free = {path for path in left if not needs[path] & left}
            if not free:
                return [sorted(left)] if left else []
            left -= free

    def pairs(self):
        """(floor, floor below) for every floor that uses one below."""
        used = {(self.floor(path), self.floor(other)) for path, other, _ in self.calls}
        used |= {(self.floor(path), self.floor(other)) for path, other in self.includes}
        return sorted((a, b) for a, b in used if a in FLOORS and b in FLOORS and FLOORS.index(a) < FLOORS.index(b))

    def head(self, floor):
        """The comment at the top of a floor's header: {"is": ..., "offers": ..., "may use": ...}, lines."""
        text = (self.src / floor / (floor + ".h")).read_text(encoding="utf-8")
        comment = [c for c in re.findall(r"/\*(.*?)\*/", text, re.S) if "Floor %s:" % floor in c]
        lines = [line.strip(" *") for line in comment[0].strip().splitlines()] if comment else []
        words = " ".join(lines)
        found = re.search(r"Floor \w+: (.*?)\.? Offers: (.*?\.) May use: (.*?)\.", words)
        return dict(zip(("is", "offers", "may use"), found.groups())) if found else {}, lines


# -- the drawing ---------------------------------------------------------------

WIDTH, LEFT, RIGHT, LINE, GAP = 430, 2, 352, 17, 14
MONO = 'class="mono" font-family="ui-monospace, monospace" font-size="12.2"'

def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def wrapped(words, width, gap):
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(gap) + len(word) > width:
            lines.append("")
        lines[-1] += (gap if lines[-1] else "") + word
    return lines


def early():
    """The files of src/ that are there at the end of the chapter that shows the drawing."""
    found = set()
    for path in sorted((TOP / "book").glob("[0-9]?-*.nw")):
        found.update(re.findall(r"^<<src/\w+/([\w.]+)>>=", path.read_text(encoding="utf-8"), re.M))
        if path.stem.endswith("-check-and-args"):
            return found


def drawing(house):
    """The floors as boxes; on the right a line for each floor that is used, from its users (dots) down to it."""
    out, top, bands, built = [], 8, {}, early()

    def box(name, title, words, dashed=False):
        nonlocal top
        about, files = wrapped([name] + title.split(), 53, " "), wrapped(words, 45, "  ") if words else []
        height = 9 + LINE * (len(about) + len(files))
        bands[name] = (top, height)
        out.append('<rect x="%d" y="%d" width="%d" height="%d" rx="3" fill="currentColor" fill-opacity="%s" '
                   'stroke="currentColor"%s/>' % (LEFT, top, RIGHT - LEFT, height, "0" if dashed else "0.07",
                                                  ' stroke-dasharray="4 3"' if dashed else ""))
        for n, line in enumerate(about):
            line = escape(line)
            if n == 0:
                line = line.replace(name, '<tspan font-weight="bold">%s</tspan>' % name, 1)
            out.append('<text x="%d" y="%d">%s</text>' % (LEFT + 10, top + LINE * (n + 1), line))
        for n, line in enumerate(files):
            out.append('<text x="%d" y="%d" xml:space="preserve" %s>%s</text>'
                       % (LEFT + 10, top + LINE * (len(about) + n + 1), MONO, re.sub(
                           r"\S+", lambda m: '<tspan font-weight="bold">%s</tspan>' % m[0] if m[0] in built else m[0], escape(line))))
        top += height + GAP

    box("a program", "main_main, which the boot calls, and rt0.h", [], dashed=True)
    for floor in FLOORS:
        about, _ = house.head(floor)
        names = sorted(path.name for path in house.sources.values() if house.floor(path) == floor)
        box(floor + "/", about.get("is", ""), names)
    box("Linux", "and the processor", [], dashed=True)

    roof, hall = bands["a program"], bands["boot/"]
    out.append('<path d="M%d %dV%d" fill="none" stroke="currentColor" marker-end="url(#floors-a)"/>' % (LEFT + 30, hall[0], sum(roof) + 2))
    pairs = [("a program", "lib/")] + [(a + "/", b + "/") for a, b in house.pairs()] + [("os/", "Linux")]
    order = list(bands)
    leaving = defaultdict(int)
    for lane, used in enumerate(name for name in order if any(b == name for _, b in pairs)):
        x, y = RIGHT + 13 + 14 * lane, bands[used][0] + 7
        starts = []
        for user in sorted((a for a, b in pairs if b == used), key=order.index):
            starts.append(bands[user][0] + bands[user][1] - 5 - 7 * leaving[user])
            leaving[user] += 1
            out.append('<path d="M%d %dH%d" fill="none" stroke="currentColor"/>' % (RIGHT, starts[-1], x))
            out.append('<circle cx="%d" cy="%d" r="2.6"/>' % (x, starts[-1]))
        out.append('<path d="M%d %dV%dH%d" fill="none" stroke="currentColor" marker-end="url(#floors-a)"/>'
                   % (x, starts[0], y, RIGHT + 2))
    desc = "boot calls main_main; " + "; ".join("%s uses %s" % (a.rstrip("/"), b.rstrip("/")) for a, b in pairs)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img" fill="currentColor" '
            'stroke="none" font-family="inherit" font-size="13">\n<title>The floors of src/</title>\n'
            '<desc>From the top down: %s. %s.</desc>\n<defs><marker id="floors-a" viewBox="0 0 10 10" refX="9" refY="5" '
            'markerWidth="6" markerHeight="6" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="currentColor"/>'
            '</marker></defs>\n%s\n</svg>\n' % (WIDTH, top - GAP + 4, WIDTH, ", ".join(FLOORS), desc, "\n".join(out)))


def main(words):
    if not words or words[0] not in ("check", "svg") or len(words) > 2:
        sys.exit(__doc__.strip())
    house = House(Path(words[1]) if len(words) == 2 else TOP)
    if words[0] == "svg":
        sys.stdout.write(drawing(house))
        return
    faults = list(house.faults())
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
