"""The debugger's windows in a terminal, and the debugger behind an editor."""
import json
import os
import re
import shutil
import subprocess
import time
import unittest

import dap
import transcripts
from test_gdb import TOP, debug_build


@unittest.skipUnless(shutil.which("tmux"), "tmux is missing; run ./setup")
class TextInterface(unittest.TestCase):
    """make gdb TUI=1 in a terminal of its own, whose screen tmux reads."""

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.server, "-f", "/dev/null", *words], cwd=TOP, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, env=dict(os.environ, LC_ALL="C.UTF-8", GOMAXPROCS="1", TERM="screen")).stdout

    def begin(self, width, height, *words):
        """Start the debugger; its screen when it has come to its prompt."""
        debug_build("chapter")
        self.server = "rt0-%d-%d" % (os.getpid(), id(self))     # one that is ending takes no new session
        self.addCleanup(self.tmux, "kill-server")
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "make -s gdb TUI=1 %s" % " ".join(words))
        self.tmux("resize-window", "-x", str(width), "-y", str(height))     # tmux 3.2 has made it of 80 columns
        return self.until(r"\(gdb\)", 120)     # make may have something to build

    def until(self, pattern, seconds=20):
        """The lines of the screen as soon as it shows something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.tmux("capture-pane", "-p")
            if re.search(pattern, screen):
                return screen.splitlines()
            time.sleep(0.05)
        self.fail("no %r on the screen:\n%s" % (pattern, screen))

    def type(self, line, pattern):
        self.tmux("send-keys", line, "Enter")
        return self.until(pattern)

    def where(self, screen, title):
        """Line and column of the upper left corner of a window."""
        line = next(n for n, line in enumerate(screen) if title in line)
        return line, screen[line].rindex("┌", 0, screen[line].index(title))

    def stop_three_times(self, output, begin="run"):
        self.type("break count", r"Breakpoint 1 at")
        self.type(begin, r"(?s)\bG4, on the stack of G4.*\(gdb\)")
        self.type("continue", r"(?s)\bG3, on the stack of G3.*\(gdb\)")
        return self.type("continue", output)

    def test_in_80_columns_the_windows_lie_one_below_the_other_from_the_entry_on(self):
        screen = self.begin(80, 24, "PROG=yield")
        self.assertRegex("\n".join(screen), "_rt0_amd64_linux:|jmp +_rt0_amd64")
        screen = self.type("starti", r"(?s)>.*jmp +_rt0_amd64.*int3.*\(gdb\)")
        self.assertIn("no P yet; continue past schedinit", "\n".join(screen))
        screen = self.stop_three_times(r"(?s)green 1.*\bG2, on the stack of G2", "continue")
        corners = [self.where(screen, title) for title in ("09-many-threads.nw", "scheduler", "output of the program")]
        self.assertEqual([column for _, column in corners], [0, 0, 0], screen)
        self.assertEqual(corners, sorted(corners))

    def test_what_the_program_prints_is_in_its_window_and_nowhere_else(self):
        self.begin(160, 50, "PROG=yield")
        screen = self.stop_three_times(r"(?s)green 1.*\bG2, on the stack of G2")
        line, column = self.where(screen, "output of the program")
        self.assertEqual(self.where(screen, "scheduler")[1], column)
        self.assertEqual([row[column:].strip("│ ") for row in screen[line + 1:line + 4]], ["blue 1", "green 1", ""])
        self.assertEqual(re.findall("blue 1|green 1", "\n".join(screen)), ["blue 1", "green 1"])
        self.assertRegex("\n".join(screen), r"│\* +2  running   count \(09:\d+\)")
        self.assertRegex("\n".join(screen), r"Register group: general")
        # Somebody else writes over the windows; a stop repairs them.
        with open(self.tmux("display-message", "-p", "#{pane_tty}").strip(), "w") as terminal:
            terminal.write("\033[5;5Hrubbish")
        self.until("rubbish")
        self.type("stepi", r"(?s)^((?!rubbish).)*PC: 0x401001.*\(gdb\)\s*$")
        # Where there is no window any more the output is not lost.
        self.type("tui disable", r"\(gdb\)\s*$")
        self.type("continue", r"(?m)^red 1\n(.*\n)*1 goroutine left$")

    def test_a_walk_is_not_begun_where_it_could_not_be_answered(self):
        self.begin(80, 24, "PROG=yield")
        self.type("stage 01", r"a walk waits for lines, and the text interface reads keys")
        self.type("tui disable", r"\(gdb\)\s*$")
        self.type("stage 01", r"\[Enter\]\s*$")
        said = subprocess.run(["make", "-s", "gdb", "STAGE=01", "TUI=1"], cwd=TOP, stderr=subprocess.PIPE, text=True).stderr
        self.assertIn("leave TUI away, or STAGE", said)


VERSION = (transcripts.version("gdb") or [0])[0]


@unittest.skipIf(VERSION < 14, "GDB %d has no debug adapter; GDB 14 has" % VERSION)
class Editor(unittest.TestCase):
    """What an editor asks of GDB, with the files in .vscode/."""

    def setUp(self):
        debug_build("src")
        with open(os.path.join(TOP, ".vscode/launch.json")) as f:
            text = f.read()
        for name, value in (("workspaceFolder", TOP), ("fileBasenameNoExtension", "yield")):
            text = text.replace("${%s}" % name, value)
        self.how, = json.loads(text)["configurations"]
        self.dap = dap.Client([os.path.join(TOP, ".vscode/gdb"), "-i", "dap"], cwd="/",
                              env=dict(os.environ, GOMAXPROCS="1"))
        self.addCleanup(self.dap.end)

    def type(self, command):
        return self.dap.ask("evaluate", expression=command, context="repl")["result"]

    def names(self):
        return [frame["name"] for frame in self.dap.ask("stackTrace", threadId=1)["stackFrames"]]

    def test_an_editor_starts_a_program_stops_it_and_asks_for_goroutines(self):
        self.dap.ask("initialize", adapterID=self.how["type"])
        self.dap.event("initialized")
        self.dap.ask("setBreakpoints", source={"path": os.path.join(TOP, "examples/yield.c")}, breakpoints=[{"line": 11}])
        self.dap.say(**self.how, command="launch")
        self.dap.say("configurationDone")
        if VERSION >= 16:
            self.dap.event("stopped")
            self.assertEqual(self.names(), ["_rt0_amd64_linux"])
            self.dap.ask("continue", threadId=1)
        self.assertEqual(self.dap.event("stopped")["reason"], "breakpoint")
        self.assertIn(1, [thread["id"] for thread in self.dap.ask("threads")["threads"]])
        self.assertEqual(self.names(), ["count", "goexit"])
        self.assertRegex(self.type("info goroutines"), r"(?m)^     1  runnable  main_main \(yield\.c:26\)\n(.*\n)*"
                         r"\*    4  running   count \(yield\.c:11\)")
        self.assertEqual(self.dap.ask("evaluate", expression="$g().goid", context="watch")["result"], "4")
        self.assertRegex(self.type("goroutine 1 bt"), r"(?m)^#\d+ +main_main \(yield\.c:26\)$")
        self.dap.events.clear()
        self.type("gnext")
        self.assertEqual([event for event in self.dap.events if event["event"] == "breakpoint"], [])
        self.assertEqual(self.dap.event("stopped")["threadId"], 1)
        self.assertEqual(self.names(), ["count", "goexit"])
        self.assertRegex(self.type("context"), "on the stack of G4")


if __name__ == "__main__":
    unittest.main()
