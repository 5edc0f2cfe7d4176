"""Helpers of the tests of the first chapters: prefix builds, mutants, gdb.

A prefix is build/chapters/NN, the state after chapter NN. A mutant is a copy
of its src/ in a temporary directory, changed and built there.
"""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import sources
from chapters import TOP, state


def prefix(name):
    """The directory of the prefix build of a chapter, made if it is not there."""
    return built(state(name))


def built(directory):
    if directory != TOP and not list(directory.glob("obj/*.o")):
        done = run(["make", "--no-print-directory", "chapter-" + directory.name], cwd=TOP)
        if done.returncode != 0:
            raise AssertionError("make chapter-%s failed:\n%s" % (directory.name, done.stdout + done.stderr))
    return directory


def run(command, **options):
    """Run a command to its end; text in, text out."""
    options.setdefault("timeout", 60)
    options.setdefault("env", {key: value for key, value in os.environ.items()
                               if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")})
    return subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def ending(done):
    """How a process ended, in words."""
    if done.returncode < 0:
        return "killed by %s" % signal.Signals(-done.returncode).name
    return "exit status %d" % done.returncode


def objdump(program, *arguments):
    return run(["objdump"] + list(arguments) + [program]).stdout


def symbols(program):
    """name -> (address, size or 0, letter of nm)"""
    table = {}
    for line in run(["nm", "-S", program]).stdout.splitlines():
        match = re.match(r"^([0-9a-f]+)(?: ([0-9a-f]+))? (\w) (\S+)$", line)
        if match:
            address, size, letter, name = match.groups()
            table[name] = (int(address, 16), int(size or "0", 16), letter)
    return table


def gdb(program, script, *arguments):
    """Run a script under gdb; everything printed, by gdb and the program."""
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as commands:
        commands.write("set pagination off\nset print frame-info short-location\n" + script)
        commands.flush()
        done = run(["gdb", "-nx", "-batch", "-iex", "set may-call-functions off",
                    "-x", commands.name, "--args", program] + list(arguments))
    return done.stdout + done.stderr


class Prefix(unittest.TestCase):
    """A test case with one state and a directory for mutants. A state with examples has hello where others have rt0."""
    state = None

    def setUp(self):
        self.tree = built(self.state)
        self.hello = [self.tree / "examples" / "hello.c"] if (self.tree / "examples").exists() else []
        self.obj = self.tree / ("build/obj" if self.tree == TOP else "obj")
        self.rt0 = self.tree / "rt0"
        if self.hello:
            self.rt0 = self.tree / ("build/examples/hello" if self.tree == TOP else "hello")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)

    def argc(self, n):
        """How a program ends that has got n words: the first chapters exit with argc, hello with 0."""
        return "exit status %d" % (0 if self.hello else n)

    def exited(self, n):
        """The same in GDB's words."""
        return "exited normally" if self.hello else "exited with code %02d" % n

    def source(self, changes=(), name="mutant"):
        """A copy of src/ with (file, old text, new text) changed."""
        copy = self.place / name
        shutil.copytree(self.tree / "src", copy)
        for file, old, new in changes:
            path = sources.find(copy, file)
            text = path.read_text()
            self.assertEqual(text.count(old), 1, "%s should have this text once: %r" % (file, old))
            path.write_text(text.replace(old, new))
        return copy

    def compile(self, source, file, *options):
        """Compile one file; (object, CompletedProcess)."""
        output = source / (Path(file).name + ".o")
        return output, run(["gcc"] + list(options) + ["@" + str(source / "cflags"), "-I" + str(source), "-c",
                                                      sources.find(source, file), "-o", output])

    def build(self, changes=(), options=(), more=(), link=(), name="mutant", reverse=False, example="hello"):
        """Build a mutant, with MORE source files beside src/ and, where there are examples, one of them; the program."""
        source = self.source(changes, name)
        for path in list(more) + [hello.with_name(example + ".c") for hello in self.hello]:
            shutil.copy(TOP / path, source)
        files = [path.name for path in sources.files(source, ".c", ".S")]
        objects = []
        # What does not see a change, or a macro that the options define, is in the state's objects already.
        macros = [option[2:].split("=")[0] for option in options]
        everything = any(Path(file).suffix not in (".c", ".S") for file, _, _ in changes)
        for file in files:
            ready, text = self.obj / (Path(file).stem + ".o"), sources.find(source, file).read_text()
            if everything or not ready.exists() or file in [Path(name).name for name, _, _ in changes] or any(
                    macro in text for macro in macros):
                output, done = self.compile(source, file, *options)
                self.assertEqual(done.returncode, 0, done.stderr)
                ready = output
            objects.append(ready)
        program = source / "rt0"
        done = run(["gcc", "@" + str(source / "ldflags"), "-o", program] + objects[::-1 if reverse else 1] + list(link))
        self.assertEqual(done.returncode, 0, done.stderr)
        return program

    def assertEnds(self, done, how):
        self.assertEqual(ending(done), how, "%s\nprinted: %s%s" % (done.args, done.stdout, done.stderr))
