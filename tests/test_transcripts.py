"""The transcript tool finds what it must find, and records what ran."""
import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "transcripts.py"
sys.path.insert(0, str(TOOL.parent))
import transcripts  # noqa: E402

PROGRAM = """\
.globl _start, stop
_start:	mov $2, %eax
	mov $60, %eax
stop:	mov $3, %edi
	syscall
"""
SCRIPT = """\
# comment
starti

define two
  info registers rip
  stepi
end
two
stepi
info registers rax
x/s *(char **)($rsp + 16)
continue
"""


class Project(unittest.TestCase):
    """A directory with one chapter and, on demand, a program."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name).resolve()
        (self.top / "book").mkdir()
        (self.top / "gdb").mkdir()
        self.chapter = self.top / "book" / "01-a.nw"

    def write(self, text):
        self.chapter.write_text(text, encoding="utf-8")

    def program(self):
        (self.top / "a.S").write_text(PROGRAM)
        (self.top / "gdb" / "01-a.gdb").write_text(SCRIPT)
        subprocess.run(["gcc", "-g", "-nostdlib", "-static", "-o", "prog", "a.S"], cwd=self.top, check=True)

    def tool(self, *arguments):
        done = subprocess.run([sys.executable, "-B", str(TOOL), "-C", str(self.top)] + list(arguments),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        self.assertNotIn("Traceback", done.stdout)
        return done.returncode, done.stdout

    def recorded(self, text):
        """Write the chapter, record it, require that it then agrees."""
        self.write(text)
        status, output = self.tool("golden")
        self.assertIn(status, (0, 3), output)
        self.assertAgrees()
        return self.chapter.read_text(encoding="utf-8")

    def assertAgrees(self):
        status, output = self.tool("check")
        self.assertEqual(status, 0, output)

    def assertFails(self, *pieces):
        status, output = self.tool("check")
        self.assertEqual(status, 1, output)
        for piece in pieces:
            self.assertIn(piece, output)


class Console(Project):
    def test_golden_writes_what_the_commands_print(self):
        text = self.recorded("Prose.\n\n```console\n$ echo one; echo two >&2\n$ false\n$ echo $?\n```\nEnd.\n")
        self.assertEqual(text, "Prose.\n\n```console\n$ echo one; echo two >&2\none\ntwo\n$ false\n"
                               "$ echo $?\n1\n```\nEnd.\n")

    def test_the_folder_of_the_book_is_left_out_of_paths_but_not_of_words_that_end_like_it(self):
        text = self.recorded("```console\n$ echo $PWD $PWD/a\n$ echo b$PWD\n```\n")
        self.assertIn("\n. a\n", text)
        self.assertIn("\nb%s\n" % self.top, text)

    def test_a_figure_with_code_in_its_caption_does_not_hide_the_block_behind_it(self):
        self.write('```{.draw caption="the `sudog`"}\n```\n\n```console\n$ echo one\ntwo\n```\n')
        self.assertFails("- two", "+ one")

    def test_a_changed_word_is_found_with_its_line(self):
        text = self.recorded("```console\n$ echo one\n$ echo two three\n```\n")
        self.write(text.replace("two three\n```", "two four\n```"))
        self.assertFails("book/01-a.nw:4: $ echo two three", "- two four", "+ two three", "make golden")

    def test_golden_is_not_offered_where_a_program_hung_or_died(self):
        for command, says in (("timeout 0.1 sleep 9", "hung (status 124)"),
                              ("timeout 0.1 sleep 9 | cat", "hung (status 124)"),
                              ("timeout 0.1 sleep 9; echo $?", 'printed "124"'),
                              ("sh -c 'kill -SEGV $$'", "died of SIGSEGV"),
                              ("sh -c 'kill -ABRT $$' | cat", "died of SIGABRT"),
                              ("echo fatal error: runqput: full; exit 2", 'printed "fatal error: runqput: full"')):
            self.write("```console\n$ %s\nall is well\n```\n" % command)
            status, output = self.tool("check")
            self.assertEqual(status, 1)
            self.assertIn("That is no output to record: ", output)
            self.assertIn(says, output)
            self.assertNotIn("golden", output)
        self.write("```console\n$ echo fatal error: y\nfatal error: x\n```\n")
        self.assertFails("If the new output is right, make golden re-records it.")
        self.write("```console\n$ false\n$ echo $?; (exit 7)\n$ echo $?\n```\n")
        self.assertFails("+ 1", "+ 7", "make golden")

    def test_a_missing_and_an_extra_line_are_found(self):
        text = self.recorded("```console\n$ seq 3\n```\n")
        self.write(text.replace("2\n", ""))
        self.assertFails("  + 2")
        self.write(text.replace("2\n", "2\n2\n"))
        self.assertFails("  - 2")

    def test_golden_is_idempotent(self):
        text = self.recorded("```console\n$ printf 'a <<b>> \\n@ c\\n\\n'; echo d\n```\n")
        before = self.chapter.stat().st_mtime_ns
        status, output = self.tool("golden")
        self.assertEqual((status, self.chapter.read_text(encoding="utf-8")), (0, text))
        self.assertEqual(self.chapter.stat().st_mtime_ns, before)
        self.assertIn("0 of 1 blocks", output)

    def test_golden_keeps_noweb_from_reading_the_output(self):
        text = self.recorded("```console\n$ printf '%s%sx%s%s=\\n@ y\\n' '@<<' '' '@>>' ''\n```\n")
        self.assertIn("\n@<<x>>=\n@@ y\n", text)

    def test_golden_changes_nothing_outside_the_blocks(self):
        code = "<<a>>=\n```console\n$ echo no\n```\n@\n    ```console\n    $ echo no\n    ```\n"
        other = "````\n```console\n$ echo no\n```\n````\n"
        text = self.recorded(code + other + "```console\n$ echo yes\n```\n")
        self.assertEqual(text, code + other + "```console\n$ echo yes\nyes\n```\n")

    def test_golden_keeps_the_mode_of_the_file(self):
        self.write("```console\n$ echo a\n```\n")
        self.chapter.chmod(0o600)
        self.tool("golden")
        self.assertEqual(stat.S_IMODE(self.chapter.stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.chapter.parent.iterdir()], ["01-a.nw"])

    def test_addresses_and_pids_are_equal_and_their_neighbours_are_not(self):
        text = "```console\n$ %s\nat 0x7ffe1234 in process 12: 5\n```\n"
        command = "echo at 0x40aabbcc in process 99: 5"
        self.write(text % command)
        self.assertAgrees()
        self.write(text % command.replace("5", "6"))
        self.assertFails("+ at 0x40aabbcc in process 99: 6")

    def test_the_order_of_the_arguments_of_a_frame_is_the_compilers(self):
        text = "```console\n$ echo '#0  f (%s)'\n#0  f (gp=..., lock=...)\n```\n"
        self.write(text % "lock=..., gp=...")
        self.assertAgrees()
        self.write(text % "lock=..., mp=...")
        self.assertFails("+ #0  f (lock=..., mp=...)")

    def test_short_hexadecimal_numbers_are_content(self):
        self.write("```console\n$ echo 0x124\n0x123\n```\n")
        self.assertFails("- 0x123")

    def test_mask_hides_its_match_only(self):
        block = '```{.console mask="[0-9]+ ns"}\n$ echo took %s\ntook 10 ns %s\n```\n'
        self.write(block % ("99 ns well", "well"))
        self.assertAgrees()
        self.write(block % ("99 ns badly", "well"))
        self.assertFails("+ took 99 ns badly")

    def test_golden_keeps_masked_text_that_agrees(self):
        text = self.recorded('```{.console mask="[0-9]+"}\n$ echo $RANDOM$RANDOM\n```\n')
        self.tool("golden")
        self.assertEqual(self.chapter.read_text(), text)
        self.tool("golden", "--masked")
        self.assertNotEqual(self.chapter.read_text(), text)
        self.assertAgrees()

    def test_a_bad_mask_is_an_error(self):
        self.write('```{.console mask="("}\n$ echo\n```\n')
        self.assertFails("book/01-a.nw:1: mask=")

    def test_the_environment_is_clean(self):
        os.environ["RT0DEBUG"] = "sched"
        self.addCleanup(os.environ.pop, "RT0DEBUG")
        text = self.recorded("```console\n$ env | grep -c -e RT0 -e MAKE; echo $HOME $TERM\n$ cat\n$ pwd\n```\n")
        self.assertIn("\n0\n/nonexistent dumb\n$ cat\n$ pwd\n.\n", text)

    def test_a_command_goes_on_after_a_newline(self):
        text = self.recorded("```console\n$ for i in 1 2\n> do echo $i; done\n```\n")
        self.assertIn("> do echo $i; done\n1\n2\n", text)

    def test_a_syntax_error_is_the_output_of_its_command_only(self):
        text = self.recorded("```console\n$ echo 'a\n$ echo b\n```\n")
        self.assertIn("$ echo b\nb\n", text)
        self.assertIn("unexpected EOF", text)

    def test_a_hanging_command_is_named_and_not_recorded(self):
        self.write("```console\n$ echo a\n$ sleep 60\n$ echo b\n```\n")
        before = self.chapter.read_text()
        old, transcripts.CONSOLE_SECONDS = transcripts.CONSOLE_SECONDS, 1
        self.addCleanup(setattr, transcripts, "CONSOLE_SECONDS", old)
        result, = transcripts.run_blocks(self.top, transcripts.find_blocks(self.top))
        self.assertEqual(result.status, "fail")
        self.assertIn("book/01-a.nw:3: $ sleep 60\ndid not finish in 1 s", result.message)
        transcripts.rewrite(self.top, [result])
        self.assertEqual(self.chapter.read_text(), before)

    def test_endless_output_is_cut(self):
        self.write("```console\n$ yes\n```\n")
        self.assertFails("book/01-a.nw:2: $ yes", "printed more than")

    def test_a_shell_that_ends_too_early_is_named(self):
        self.write("```console\n$ exit 3\n$ echo a\n```\n")
        self.assertFails("book/01-a.nw:2: $ exit 3", "ended the shell")

    def test_a_crash_is_shown_without_its_pid(self):
        text = self.recorded("```console\n$ sh -c 'kill -SEGV $$'; echo $?\n```\n")
        self.assertIn("Segmentation fault", text)
        self.assertIn("\n139\n", text)

    def test_blocks_that_need_a_program_are_skipped_and_named(self):
        self.write("```{.console needs=no-such-program}\n$ echo a\nb\n```\n")
        status, output = self.tool("check")
        self.assertEqual(status, 0)
        self.assertIn("book/01-a.nw:1: skipped, no-such-program is not installed", output)

    def test_a_go_of_another_release_is_as_good_as_none(self):
        fake = self.top / "bin" / "go"
        fake.parent.mkdir()
        fake.write_text("#!/bin/sh\necho go version go1.230 linux/amd64\n")
        fake.chmod(0o755)
        places, path = transcripts.GO_PLACES, os.environ["PATH"]
        try:
            transcripts.GO_PLACES, os.environ["PATH"] = (), str(fake.parent)
            transcripts.go_directory.cache_clear()
            self.assertIsNone(transcripts.go_directory())
            fake.write_text("#!/bin/sh\necho go version go1.23.9 linux/amd64\n")
            transcripts.go_directory.cache_clear()
            self.assertEqual(transcripts.go_directory(), str(fake.parent))
        finally:
            transcripts.GO_PLACES, os.environ["PATH"] = places, path
            transcripts.go_directory.cache_clear()

    def test_blocks_that_need_a_file_are_skipped_without_it(self):
        self.write("```{.console needs=/proc/no/such}\n$ echo a\nb\n```\n")
        self.assertIn("skipped, there is no /proc/no/such here", self.tool("check")[1])
        self.write("```{.console needs=/proc}\n$ echo a\nb\n```\n")
        self.assertFails("+ a")

    def test_blocks_that_need_a_newer_program_are_skipped_with_an_older_one(self):
        fake = self.top / "bin" / "fake"
        fake.parent.mkdir()
        fake.write_text("#!/bin/sh\necho 'GNU fake (Binutils for Ubuntu) 2.38'\n")
        fake.chmod(0o755)
        os.environ["PATH"] = "%s:%s" % (fake.parent, os.environ["PATH"])
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"].split(":", 1)[1])
        for least in ("2.39", "2.100", "3"):
            self.write("```{.console needs=\"fake>=%s\"}\n$ echo a\nb\n```\n" % least)
            self.assertIn("skipped, fake is older than %s" % least, self.tool("check")[1])
        for least in ("2.38", "2.5"):
            self.write("```{.console needs=\"fake>=%s\"}\n$ echo a\nb\n```\n" % least)
            self.assertFails("+ a")

    def test_norun_blocks_are_not_run(self):
        self.write("```{.console .norun}\nanything\n$ touch ran\n```\n")
        self.assertAgrees()
        self.assertFalse((self.top / "ran").exists())

    def test_bad_blocks_are_errors_with_their_line(self):
        for block, message in (
                ("\n```console\nout\n$ echo\n```\n", "01-a.nw:3: a console block starts with a command"),
                ("\n```console\n```\n", "01-a.nw:2: no command"),
                ("\n```{.console maks=x}\n$ echo\n```\n", "01-a.nw:2: unknown attribute maks"),
                ("\n  ```console\n  $ echo\n  ```\n", "01-a.nw:2: start the fence"),
                ("\n```console\n$ echo\n", "01-a.nw:2: this fence is never closed"),
                ("\n```{.gdb prog=x}\n(gdb) p 1\n```\n", "01-a.nw:2: a gdb block needs script=")):
            with self.subTest(message=message):
                self.write(block)
                self.assertFails(message)

    def test_a_missing_chapter_is_an_error(self):
        self.write("")
        self.assertEqual(self.tool("check", "--chapter", "44"),
                         (1, "transcripts: there is no chapter book/44-*.nw\n"))

    def test_targets_are_computed_from_loops_and_variables_too(self):
        self.write("```console\n$ for k in 08 09; do\n>     ls build/chapters/$k/src\n> done\n$ n=03; ls build/chapters/${n}\n"
                   "$ ls build/chapters/02\n```\n")
        self.assertEqual(self.tool("targets"), (0, "chapter-02 chapter-03 chapter-08 chapter-09\n"))
        self.write("```console\n$ ls build/chapters/$k/src\n```\n")
        status, output = self.tool("targets")
        self.assertEqual(status, 1)
        self.assertIn("book/01-a.nw:1: build/chapters/$k: write its numbers into the block", output)
        self.write("```console\n$ ls build/chapters/08bb/src\n```\n")
        self.assertEqual(self.tool("targets"), (1, "transcripts: book/01-a.nw:1: build/chapters/08bb is no state; write the two digits of a chapter\n"))

    def test_targets_names_the_prefixes_that_blocks_use(self):
        self.write("```console\n$ build/chapters/02/rt0\n```\n"
                   "```{.gdb script=s prog=build/chapters/01/rt0}\n(gdb) p\n```\n")
        self.assertEqual(self.tool("targets"), (0, "chapter-01 chapter-02\n"))


class Gdb(Project):
    BLOCK = '```{.gdb script=gdb/01-a.gdb prog=prog args="x y"}\n%s```\n'

    def setUp(self):
        super().setUp()
        self.program()

    def test_each_command_gets_its_own_output(self):
        text = self.recorded(self.BLOCK % "(gdb) two\n(gdb) info registers rax\n(gdb) x/s *(char **)($rsp + 16)\n")
        self.assertRegex(text, r"\(gdb\) two\nrip +0x\w+ +0x\w+ <_start>\n3\t\tmov \$60, %eax\n"
                               r"\(gdb\) info registers rax\nrax +0x3c +60\n\(gdb\) x")

    def test_the_same_command_again_is_the_next_one_in_the_script(self):
        (self.top / "gdb" / "01-a.gdb").write_text("starti\nstepi\np 1\nstepi\np 2\n")
        text = self.recorded(self.BLOCK % "(gdb) stepi\n" + self.BLOCK % "(gdb) stepi\n")
        self.assertIn("(gdb) stepi\n3\t", text)
        self.assertIn("(gdb) stepi\nstop () at a.S:4\n4\t", text)

    def test_a_changed_register_is_found(self):
        text = self.recorded(self.BLOCK % "(gdb) info registers rax\n")
        self.write(text.replace("0x3c ", "0x3d "))
        self.assertFails("book/01-a.nw:2: (gdb) info registers rax", "+ rax            0x3c")

    def test_a_command_that_the_script_lacks_is_named(self):
        self.write(self.BLOCK % "(gdb) starti\n(gdb) info register rax\n")
        self.assertFails('book/01-a.nw:3: "(gdb) info register rax" is not in gdb/01-a.gdb',
                         'did you mean "info registers rax"?')

    def test_commands_out_of_order_are_named(self):
        self.write(self.BLOCK % "(gdb) continue\n(gdb) starti\n")
        self.assertFails('book/01-a.nw:3: "(gdb) starti" is not in', "order")

    def test_an_error_in_the_script_is_named_with_its_line(self):
        (self.top / "gdb" / "01-a.gdb").write_text("starti\n\nnosuchcommand\nstepi\n")
        self.write(self.BLOCK % "(gdb) starti\n")
        self.assertFails("book/01-a.nw:1: gdb/01-a.gdb:3: (gdb) nosuchcommand", 'Undefined command: "nosuchcommand"')

    def test_a_program_that_hangs_is_reported(self):
        (self.top / "a.S").write_text(".globl _start\n_start: jmp _start\n")
        subprocess.run(["gcc", "-g", "-nostdlib", "-static", "-o", "prog", "a.S"], cwd=self.top, check=True)
        (self.top / "gdb" / "01-a.gdb").write_text("starti\ncontinue\n")
        self.write(self.BLOCK % "(gdb) continue\n")
        old, transcripts.GDB_SECONDS = transcripts.GDB_SECONDS, 3
        self.addCleanup(setattr, transcripts, "GDB_SECONDS", old)
        result, = transcripts.run_blocks(self.top, transcripts.find_blocks(self.top))
        self.assertIn("gdb/01-a.gdb:2: (gdb) continue\ndid not finish in 3 s", result.message)

    def test_a_missing_program_names_its_target(self):
        self.write("```{.gdb script=gdb/01-a.gdb prog=build/chapters/07/rt0}\n(gdb) starti\n```\n")
        self.assertFails("there is no build/chapters/07/rt0", "make chapter-07")

    def test_chapter_line_numbers_are_compared_apart(self):
        # A debug build maps addresses to chapter lines; adding prose moves them.
        chapter = "```{.gdb script=gdb/01-a.gdb prog=prog}\n(gdb) starti\n```\n\n<<a.S>>=\n" + PROGRAM + "@\n"

        def build():
            text = self.chapter.read_text(encoding="utf-8")
            first = text[:text.index(".globl")].count("\n") + 1
            (self.top / "a.S").write_text('# %d "book/01-a.nw"\n%s' % (first, PROGRAM))
            subprocess.run(["gcc", "-g", "-nostdlib", "-static", "-o", "prog", "a.S"], cwd=self.top, check=True)

        self.write(chapter)
        build()
        self.assertEqual(self.tool("golden")[0], 3)     # grew: build again
        build()
        self.assertEqual(self.tool("golden")[0], 0)
        self.assertAgrees()
        text = self.chapter.read_text(encoding="utf-8")
        self.assertIn("at book/01-a.nw:10\n", text)
        self.write("New prose.\n" + text)
        build()
        self.assertFails("line numbers moved", "book/01-a.nw:3", "1 blocks agree, 0 differ")
        self.assertEqual(self.tool("golden")[0], 0)
        self.assertAgrees()
        self.assertIn("at book/01-a.nw:11\n", self.chapter.read_text(encoding="utf-8"))


class Book(unittest.TestCase):
    """Every console block of the book can be typed in the order of the pages, from the top of the repository."""
    PAGES = sorted((TOOL.parent.parent / "book").glob("*.nw"))

    def blocks(self):
        for page in self.PAGES:
            yield from (block for block in transcripts.blocks_of(page, page.name) if block.kind == "console")

    def test_no_block_leaves_the_reader_in_another_directory(self):
        for block in self.blocks():
            place = "."
            for entry in block.entries:
                command, before = entry.command, None
                while command != before:        # what is in parentheses moves nobody else
                    command, before = re.sub(r"\$?\([^()]*\)", "()", command), command
                for where in re.findall(r"(?:^|[;&|\n{])\s*cd\s+([^\s;&|]+)", command):
                    place = os.path.normpath(os.path.join(place, where))
            self.assertEqual(place, ".", "%s: end where you began, or write (cd %s && ...)" % (block.where, place))

    def test_flags_headers_and_objects_of_a_command_are_of_one_chapter(self):
        for block in self.blocks():
            inside = any(re.search(r"\bcd build/chapters/", entry.command) for entry in block.entries)
            for entry in block.entries:
                if "gcc" not in entry.command:
                    continue
                places = set(re.findall(r"(?:@|-I)(\S*?)/?src(?=/[cl]flags\b|\s)", entry.command))
                places |= {"" if place == "build" else place for place in re.findall(r"(\S+)/obj/\*", entry.command)}
                said = "%s:%d: " % (block.name, entry.line)
                self.assertLessEqual(len(places), 1, said + "of several: " + ", ".join(sorted(places)))
                if block.name < "90" and not inside:
                    self.assertNotIn("", places, said + "the chapter's are in build/chapters/NN/src")

    def test_each_answer_to_predict_or_break_has_a_run_or_names_a_test_that_exists(self):
        tests = TOOL.parent
        names = set(re.findall(r"def test_(\w+)", "".join(path.read_text(encoding="utf-8") for path in tests.glob("*.py"))))
        names |= {name.lower() for path in tests.glob("unit/*.c") for name in re.findall(r'^TEST\("([^"]+)"\)', path.read_text(encoding="utf-8"), re.M)}
        names |= {name + ": left out" for path in tests.glob("steal/*.py") for name in re.findall(r'"([\w ]+)": 1', path.read_text(encoding="utf-8"))}
        said, loose = 0, []
        for page in self.PAGES:
            for kind, number, text in re.findall(r"^::: \{\.exercise kind=(predict|break) level=\d id=([\w.]+)\}\n(.*?)(?=^::: \{\.exercise|^## |\Z)",
                                                 page.read_text(encoding="utf-8"), re.M | re.S):
                answer, said = text.partition("::: answer")[2], said + 1
                named = re.findall(r"`(?:test_)?(\w+)`", answer) + [words.lower() for words in re.findall(r"\*([^*\n]+)\*", answer)]
                if not re.search(r"^```(?:console|gdb|\{\.(?:console|gdb))", answer, re.M) and not names.intersection(named):
                    loose.append("%s: exercise %s" % (page.name, number))
        self.assertGreater(said, 80)
        self.assertEqual([], loose, "let the answer show a run, or name the test that sees it")


if __name__ == "__main__":
    unittest.main()
