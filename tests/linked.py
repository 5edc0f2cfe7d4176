"""Helpers of the tests of the scheduler: programs linked with the runtime.

The runtime is the whole one, or that of a chapter: a state, such as
state("stealing"), is a directory in build/chapters. A mutant is a state of which functions
of one file are changed.
"""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import sources

TOP = Path(__file__).resolve().parent.parent
LIB = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a")).resolve()
PROGRAMS = TOP / "tests" / "programs"
DIRECTORY = tempfile.TemporaryDirectory()   # removed when Python ends
WORK = Path(DIRECTORY.name)


def run(*command, procs=None, timeout=60, **options):
    """Run a command to its end; text in, text out."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "GOMAXPROCS"))}
    env["TSAN_OPTIONS"] = "halt_on_error=1"
    if procs:
        env["GOMAXPROCS"] = str(procs)
    return subprocess.run([str(c) for c in command], text=True, timeout=timeout, cwd=TOP, env=env, **options)


def compiled(*command):
    done = run("gcc", *command)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(done.stderr)


def objects(state):
    """The objects of a state; TOP is the last one."""
    if state == TOP:
        return sorted(TOP.glob("build/obj/*.o"))
    if not list(state.glob("obj/*.o")):
        run("make", "-s", "chapter-" + state.name, timeout=600)
    return sorted(state.glob("obj/*.o"))


def example(state, name):
    """A program that was built with the state."""
    if state == TOP:
        return TOP / "build" / "examples" / name
    objects(state)
    return state / name


def link(source, state=None, instead=(), name="", whole=False):
    """Link a C file with the runtime; objects can stand instead of some of its own. whole: with all its names."""
    if state == TOP and not instead and not whole:
        state = None
    program = WORK / (source.stem + ("-" + state.name if state else "") + name)
    if not program.exists():
        src = (state or TOP) / "src"
        runtime = objects(state) if state else [LIB]
        names = {path.name for path in instead}
        compiled("-O2", "-g", "@%s/cflags" % src, "-I%s" % src, "-o", program, source, "@%s/ldflags" % src,
                 *instead, *[path for path in runtime if path.name not in names])
    return program


def written(name, text, state=None):
    """Link a program whose text stands in a test."""
    source = WORK / (name + ".c")
    source.write_text('#include "rt0.h"\n' + text)
    return link(source, state)


def changed(text, *changes):
    """A source text with (function, old, new) changed."""
    for function, old, new in changes:
        body = re.search(r"(?ms)^%s\(.*?^}" % function, text)[0]
        if body.count(old) != 1:
            raise AssertionError("%s has no single %r" % (function, old))
        text = text.replace(body, body.replace(old, new))
    return text


def mutant(name, source, state, file, *changes):
    """Link a C file with a state in which a file is changed, and with it the files that include it."""
    place, src = WORK / (state.name + "-" + name), state / "src"
    path = sources.find(src, file).relative_to(src)
    copy = place / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    objects(state)
    copy.write_text(changed((src / path).read_text(), *changes))
    instead = []
    for file in [copy] if path.suffix == ".c" else sources.files(src, ".c"):
        if file == copy or '#include "%s"' % path in file.read_text():
            instead.append(place / (file.stem + ".o"))
            compiled("@%s/cflags" % src, "-I%s" % place, "-I%s" % src, "-c", file, "-o", instead[-1])
    return link(source, state, instead, "-" + name)


def gdb(program, *commands, procs=2, first=()):
    argv = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
            "-iex", "set debuginfod enabled off", "-iex", "set startup-with-shell off"]
    for command in first + ("set width 0", "set print thread-events off",
                            "set print frame-info short-location") + commands:
        argv += ["-ex", command]
    done = run(*argv, program, procs=procs, timeout=120)
    return done.stdout + done.stderr


def printed(out):
    """What the prints of a gdb script have printed."""
    return re.findall(r"^\$\d+ = (.*)$", out, re.M)


class Linked(unittest.TestCase):
    state = None

    def program(self, name, whole=False):
        return link(PROGRAMS / (name + ".c"), self.state, whole=whole)

    def example(self, name):
        return link(TOP / "examples" / (name + ".c"), self.state)

    def assertRuns(self, program, *arguments, out, status=0, err="", procs=None):
        words = "GOMAXPROCS=%s %s" % (procs, " ".join(map(str, (program,) + arguments)))
        try:
            done = run(program, *arguments, procs=procs)
        except subprocess.TimeoutExpired:
            self.fail(words + " hangs")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, out, err), words)

    def assertEndsWell(self, source, works, procs):
        """The workloads of the benchmark check themselves."""
        program = link(source, self.state)
        for n in procs:
            for work, size in works:
                with self.subTest(work, procs=n):
                    done = run(program, work, size, procs=n)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), "%s %d" % (work, size))
