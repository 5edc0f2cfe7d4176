"""The tangling half of the loom: chapters to files, lints, maps, prefixes.

Each test has a project of its own in a temporary directory: the real Makefile and
tools with the book of three small chapters in tests/loom.
"""
import hashlib
import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from chapters import number

TOP = Path(__file__).resolve().parent.parent
TOOLS = TOP / "book" / "tools"
NOWEB = Path(os.environ.get("NOWEBLIB", "/usr/lib/noweb"))
ENV = {k: v for k, v in os.environ.items()
       if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "DRAFT", "V", "RT0_ALLOW")}


def overlay_command():
    return "gawk -f %s/overlay.awk" % TOOLS


class Project:
    """A directory with the tools and the book; TANGLED is one to start from."""

    def __init__(self, base, tangled=None):
        self.dir = Path(tempfile.mkdtemp(dir=base))
        if tangled:
            self.dir.rmdir()
            shutil.copytree(tangled.dir, self.dir)
            return
        (self.dir / "book" / "tools").mkdir(parents=True)
        for name in ("Makefile", "tangle.mk", "build.mk", "run"):
            shutil.copy(TOP / name, self.dir)
        for tool in [tool for kind in ("awk", "sh", "mk") for tool in TOOLS.glob("*." + kind)]:
            shutil.copy(tool, self.dir / "book" / "tools")
        for chapter in (TOP / "tests" / "loom").glob("*.nw"):
            shutil.copy(chapter, self.dir / "book")

    def run(self, *command, **env):
        done = subprocess.run(command, cwd=self.dir, env=dict(ENV, **env), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        return done.returncode, done.stdout.decode()

    def make(self, *arguments, **env):
        return self.run("make", *arguments, **env)

    def read(self, name):
        return (self.dir / name).read_text()

    def write(self, name, text):
        (self.dir / name).parent.mkdir(exist_ok=True)
        (self.dir / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def edit(self, name, old, new):
        text = self.read(name)
        assert text.count(old) >= 1, "%s has no %r" % (name, old)
        self.write(name, text.replace(old, new, 1))

    def line(self, name, text):
        """FILE:LINE of the first line that contains text, as messages write it."""
        for number, line in enumerate(self.read(name).split("\n"), 1):
            if text in line:
                return "%s:%d" % (name, number)
        raise AssertionError("%s has no line with %r" % (name, text))

    def snapshot(self):
        """Every file but those that only a build makes, with content and time."""
        return {str(p.relative_to(self.dir)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
                for p in sorted(self.dir.rglob("*")) if p.is_file() and p.relative_to(self.dir).parts[0] != "build"}


class Loom(unittest.TestCase):
    begin_tangled = False

    @classmethod
    def setUpClass(cls):
        cls.base = tempfile.mkdtemp(prefix="loom.")
        cls.addClassCleanup(shutil.rmtree, cls.base)
        cls.start = None
        if cls.begin_tangled:
            cls.start = Project(cls.base)
            status, output = cls.start.make("tangle")
            assert status == 0, output

    def setUp(self):
        self.p = Project(self.base, self.start)
        self.one, self.two, self.three = "book/01-start.nw", "book/02-in-c.nw", "book/03-hello.nw"

    def ok(self, *arguments, **env):
        status, output = self.p.make(*arguments, **env)
        self.assertEqual(status, 0, output)
        return output

    def refused(self, *messages, goal="tangle", **env):
        """make GOAL fails, says each message, and leaves every file as it was."""
        before = self.p.snapshot()
        status, output = self.p.make(goal, **env)
        self.assertNotEqual(status, 0, "make %s accepted it:\n%s" % (goal, output))
        for message in messages:
            self.assertIn(message, output)
        self.assertNotIn("Traceback", output)
        self.assertNotIn("gawk:", output)
        self.assertEqual(before, self.p.snapshot(), "files changed although make failed")
        self.assertEqual([], list((self.p.dir / "build").glob("tangle.*/*")), "temporary files stay behind")
        return output


class Tangling(Loom):
    def test_make_builds_and_boots_hello(self):
        output = self.ok()
        for step in ("TANGLE", "CC", "AS", "AR", "LINK", "RUN     build/examples/hello"):
            self.assertIn(step, output)
        self.assertEqual(self.p.run("build/examples/hello", "a", "b")[0], 6 - 2 + 2)

    def test_tangled_text_is_what_a_person_would_write(self):
        self.ok("tangle")
        self.assertEqual(self.p.read("src/start.c"), """\
/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-in-c.nw; edit that, not this file. */
/* What the entry point calls. */
#include "start.h"

/* Twice n. */
static int
twice(int n)
{
	return n + n;
}

static int
user(int argc)
{
	return main_main(argc);
}

/* Never returns what it got. */
int
start(int argc)
{
	int status = argc;

	if (argc > 0) {
		/* change the status */
		status = twice(status);
		/* add 1 << 2 */
		status += (1 << 2) - (8 >> 1) - 2;
	}
	/* more of start */
	status += user(argc);
	return status;
}
""")
        self.assertEqual(self.p.read("gdb/03-start.gdb"), """\
# SPDX-License-Identifier: MIT
# Tangled from book/03-hello.nw; edit that, not this file.
# stop at the entry
break _start
run
info registers rdi
""")
        self.assertEqual(self.p.read("src/cflags"), "-Wall\n-Wextra\n-Werror\n-ffreestanding\n")

    def test_each_replace_is_a_layer_around_the_one_before(self):
        self.ok("tangle")
        entry = self.p.read("src/entry.S")
        code = entry[entry.index("_start:\n"):entry.index("\n\t.section")]
        self.assertEqual(code.split("\n"), [
            "_start:", "\t/* load argc */", "\tmovq\t(%rsp), %rdi", "\t/* leave */", "\t/* keep the stack aligned */",
            "\tandq\t$-16, %rsp", "\tcall\tstart\t\t# status = start(argc)", "\tmovl\t%eax, %edi",
            "\tmovl\t$231, %eax", "\tsyscall", ".Lnever:", "\thlt", ""])

    def test_appending_after_a_replace_appends_to_the_newest_version(self):
        with open(self.p.dir / self.three, "a") as chapter:
            chapter.write("\nMore.\n\n<<leave>>=\nud2\n@\n")
        self.ok("tangle")
        self.assertRegex(self.p.read("src/entry.S"), r"hlt\n\tud2\n")

    def test_the_text_that_a_replace_leaves_out_is_gone(self):
        self.p.edit(self.two, "<<base: leave>>\n", "hlt\n")
        self.ok("tangle")
        self.assertNotIn("syscall", self.p.read("src/entry.S"))

    def test_unchanged_files_keep_their_times(self):
        self.ok("tangle")
        before = self.p.snapshot()
        self.p.edit(self.two, "return n + n;", "return 2 * n;")
        self.ok("tangle")
        after = self.p.snapshot()
        changed = {name for name in after if before[name] != after[name]}
        self.assertEqual(changed, {self.two, "src/start.c", "book/tangled.sums"})

    def test_a_file_that_the_book_gave_up_is_removed(self):
        self.ok("tangle")
        text = self.p.read(self.three)
        self.p.write(self.three, text[:text.index("A script for")])
        self.ok("tangle")
        self.assertFalse((self.p.dir / "gdb/03-start.gdb").exists())

    def test_a_tangled_file_that_is_missing_comes_back(self):
        self.ok("tangle")
        (self.p.dir / "src/start.h").unlink()
        self.ok("tangle")
        self.assertTrue((self.p.dir / "src/start.h").exists())

    def test_functions_of_chunks_that_meet_are_kept_apart(self):
        self.p.edit(self.three, "(argc);\n}\n\n@", "(argc);\n}\n@")
        self.p.edit(self.two, "<<functions>>\n\n/* Never", "<<functions>>\nstatic int zero(void) { return 0; }\n/* Never")
        self.ok("tangle")
        self.assertIn("}\n\nstatic int zero", self.p.read("src/start.c"))

    def test_check_tangle_finds_a_stale_file(self):
        self.ok("tangle")
        self.ok("check-tangle")
        with open(self.p.dir / "src/start.h", "a") as header:
            header.write("int extra;\n")
        self.refused("src/start.h: differs from the book", goal="check-tangle")

    def test_a_path_with_a_space_is_refused_in_words(self):
        spaced = self.p.dir.parent / "a b"
        shutil.copytree(self.p.dir, spaced)
        done = subprocess.run(["make"], cwd=spaced, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"contains a space", done.stdout)

    def test_a_missing_tool_is_answered_with_setup(self):
        (self.p.dir / "bin").mkdir()
        for tool in ("make", "sh", "gcc", "ar", "gawk", "grep", "ls", "sed", "tr", "wc"):
            os.symlink(shutil.which(tool), self.p.dir / "bin" / tool)
        self.refused("notangle is missing: run ./setup", PATH=str(self.p.dir / "bin"))


class BadChapters(Loom):
    """Every test: no status 0, file and line, a remedy, and no file touched."""

    begin_tangled = True

    def test_a_chunk_used_but_not_defined(self):
        self.p.edit(self.one, "<<load argc>>\n\t", "<<lode argc>>\n\t")
        self.refused(self.p.line(self.one, "<<lode argc>>") + ": <<lode argc>> is used but no chunk",
                     "did you mean <<load argc>>?")

    def test_a_misspelt_continuation(self):
        self.p.edit(self.three, "<<more of start>>=", "<<more of strat>>=")
        self.refused(self.p.line(self.three, "strat") + ": <<more of strat>>= is defined but nothing uses it",
                     "did you mean <<more of start>>?")

    def test_a_file_outside_the_known_directories(self):
        self.p.edit(self.two, "<<src/start.h>>=", "<<scr/start.h>>=")
        self.refused(self.p.line(self.two, "scr/"), "a file lies in src/, gdb/ or examples/")

    def test_a_replace_of_nothing(self):
        self.p.edit(self.three, "<<replace: leave>>=", "<<replace: leaf>>=")
        self.refused(self.p.line(self.three, "leaf") + ": <<replace: leaf>>= replaces nothing", "did you mean <<leave>>?")

    def test_a_replace_in_the_file_that_defines_the_chunk(self):
        self.p.edit(self.three, "<<examples/hello.c>>=", "<<replace: keep the stack aligned>>=\n@\n\nx\n\n<<examples/hello.c>>=")
        self.refused(self.p.line(self.three, "replace: keep") + ": <<replace: keep the stack aligned>>= replaces nothing",
                     "no file before this one")

    def test_a_second_replace_in_one_file(self):
        first = self.p.line(self.three, "<<replace: leave>>=")
        with open(self.p.dir / self.three, "a") as chapter:
            chapter.write("\nAgain.\n\n<<replace: leave>>=\nhlt\n@ Here.\n")
        self.refused("stands in this file already (%s); continue it with <<leave>>=" % first)

    def test_a_base_outside_its_replace(self):
        self.p.edit(self.three, "<<base: leave>>", "<<base: load argc>>")
        self.refused(self.p.line(self.three, "<<base:") + ": <<base: load argc>> means nothing outside <<replace: load argc>>=")

    def test_a_chunk_that_contains_itself(self):
        self.p.edit(self.two, "(1 @<< 2) - (8 @>> 1)", "<<change the status>>")
        name = "<<add [[1 @<< 2]]>>"
        output = self.refused(self.two + ":", "a chunk contains itself: <<")
        self.assertRegex(output, r"<<change the status>> -> " + re.escape(name) + r"|" + re.escape(name) + r" -> <<change")

    def test_a_loose_shift_in_prose(self):
        self.p.edit(self.two, "A header.", "A header, 1 << 3 lines.")
        self.refused(self.p.line(self.two, "A header,") + ": << in prose", "write @<< or quote the code in [[ ]]")

    def test_two_shifts_on_a_line_of_code(self):
        self.p.edit(self.two, "(1 @<< 2) - (8 @>> 1)", "(1 << 2) - (8 >> 1)")
        self.refused(self.p.line(self.two, "(1 << 2)"), "two shifts on this line", "write @<< and @>>")

    def test_a_chunk_of_26_lines(self):
        self.p.edit(self.two, "return n + n;", "return n + n;" + "\n;" * 20)
        self.refused(self.p.line(self.two, "<<functions>>=") + ": chunk <<functions>> has 26 lines and 25 is the limit")

    def test_two_chunks_with_no_prose_between(self):
        self.p.edit(self.one, "\nAnd for the linker.\n", "")
        self.refused(self.p.line(self.one, "<<src/ldflags>>=") + ": chunk <<src/ldflags>> follows another with no prose")

    def test_windows_line_ends(self):
        self.p.write(self.two, self.p.read(self.two).replace("\n", "\r\n"))
        self.refused(self.two + ":1: the line ends in CR LF", "sed -i 's/\\r$//' " + self.two)

    def test_a_byte_order_mark(self):
        self.p.write(self.two, "\ufeff" + self.p.read(self.two))
        self.refused(self.two + ":1: the file starts with a byte order mark", "plain UTF-8")

    def test_spaces_before_a_tab(self):
        self.p.edit(self.two, "\treturn n + n;", "  \treturn n + n;")
        self.refused(self.p.line(self.two, "return n + n;") + ": a space stands before a tab")

    def test_spaces_in_a_chunk_of_tabs(self):
        self.p.edit(self.two, "\treturn status;", "        return status;")
        self.refused(self.p.line(self.two, "        return status;") + ": this line is indented by spaces", "use tabs")

    def test_a_line_of_81_columns_with_its_tabs(self):
        self.p.edit(self.two, "\treturn n + n;", "\t\treturn n + n;\t" + " " * 41 + "/* ä */")
        self.ok("tangle")
        self.p.edit(self.two, "/* ä */", "/* äö */")
        self.refused(self.p.line(self.two, "äö") + ": the line is 81 columns wide and 80 is the limit")

    def test_functions_that_go_on_without_a_blank_line(self):
        self.p.edit(self.two, "\treturn n + n;\n}\n\n@", "\treturn n + n;\n}\n@")
        self.refused(self.p.line(self.two, "return n + n;").rsplit(":", 1)[0] + ":%d: <<functions>> goes on at %s" % (
            int(self.p.line(self.two, "return n + n;").rsplit(":", 1)[1]) + 1, self.p.line(self.three, "<<functions>>=")),
            "end this part with a blank line")

    def test_a_chunk_inside_a_macro(self):
        self.p.edit(self.two, "int start(int argc);\n", "int start(int argc);\n#define M \\\n\t<<more prototypes>>\n")
        self.refused(self.p.line(self.two, "\t<<more prototypes>>") + ": <<more prototypes>> stands in a macro")

    def test_a_name_that_would_end_its_comment(self):
        self.p.write(self.two, self.p.read(self.two).replace("change the status", "change */ the status"))
        self.refused(self.p.line(self.two, "*/ the status>>=") + ": the chunk's name contains */", "rename")

    def test_assembly_that_skips_the_preprocessor(self):
        self.p.edit(self.one, "<<src/entry.S>>=", "<<src/entry.s>>=")
        self.refused(self.one + ":5: ", "call it src/entry.S")

    def test_prose_that_quotes_a_chunk_of_no_name(self):
        self.p.edit(self.three, "[[<<functions>>]]", "[[<<funktions>>]]")
        self.refused(self.p.line(self.three, "[[<<funk") + ": [[<<funktions>>]] refers to a chunk that nobody defines")

    def test_a_quote_that_is_never_closed(self):
        self.p.edit(self.two, "[[twice]]", "[[twice")
        self.refused(self.p.line(self.two, "[[twice"))

    def test_a_loose_shift_in_the_back_matter(self):
        self.p.write("book/glossary.md", "# Words\n\nA << B\n")
        self.refused("book/glossary.md:3: << in prose")

    def test_a_bracketed_shift_and_an_escaped_one_are_fine(self):
        self.p.edit(self.two, "A header.", "A header with [[1 << 3]], @<<, `a @<< b` and [[x[a[0]]]].")
        self.ok("tangle")

    def test_a_draft_passes_with_matters_of_style(self):
        self.p.edit(self.two, "return n + n;", "return n + n;" + "\n;" * 20)
        self.assertIn("(draft) chunk <<functions>> has 26 lines", self.ok("tangle", "DRAFT=1"))


class HandEdits(Loom):
    begin_tangled = True

    def test_an_edit_is_refused_and_the_chunk_named(self):
        self.p.edit("src/start.c", "status = twice(status);", "status = twice(7);")
        here = self.p.line("src/start.c", "twice(7)")
        there = self.p.line(self.two, "status = twice(status);")
        self.refused(here + ": edited by hand", there + ": make the edit here, in chunk 2.7 <<change the status>>",
                     "make tangle-force")

    def test_an_edit_is_refused_when_the_book_changed_too(self):
        self.p.edit("src/start.c", "status = twice(status);", "status = twice(7);")
        self.p.edit(self.one, "First version: exit", "First: exit")
        self.p.edit(self.three, "return argc - 1;", "return 0;")
        self.refused("src/start.c:")
        self.assertIn("argc - 1", self.p.read("examples/hello.c"))

    def test_a_line_added_at_the_end_is_refused(self):
        with open(self.p.dir / "src/start.h", "a") as header:
            header.write("int extra;\n")
        self.refused("src/start.h:", self.two + ":", "make tangle-force")

    def test_force_throws_the_edit_away(self):
        before = self.p.read("src/start.c")
        self.p.edit("src/start.c", "twice(status)", "twice(7)")
        self.ok("tangle-force")
        self.assertEqual(before, self.p.read("src/start.c"))
        self.ok("tangle")

    def test_an_edit_that_moved_to_the_chapter_is_welcome(self):
        self.p.edit("src/start.c", "twice(status)", "twice(7)")
        self.p.edit(self.two, "twice(status)", "twice(7)")
        self.ok("tangle")
        self.assertIn("twice(7)", self.p.read("src/start.c"))

    def test_an_edited_file_that_the_book_gave_up_stays(self):
        self.p.edit("gdb/03-start.gdb", "run", "run 1 2")
        text = self.p.read(self.three)
        self.p.write(self.three, text[:text.index("A script for")])
        self.refused("gdb/03-start.gdb: was edited by hand and the book no longer has it")

    def test_a_file_beside_the_tangled_ones_is_refused(self):
        self.p.write("src/mine.c", "int mine;\n")
        os.utime(self.p.dir / "src/mine.c", (1, 1))    # copied with its time: nothing is newer than the stamp
        self.refused("src/mine.c: no chapter has this file", "<<src/mine.c>>=")


class Maps(Loom):
    def test_where_answers_with_chapter_line_and_chunk(self):
        self.ok("tangle")
        number = self.p.line("src/start.c", "main_main").split(":")[1]
        self.assertEqual(self.ok("where", "FILE=src/start.c", "LINE=" + number),
                         self.p.line(self.three, "return main_main") + "  chunk 3.1 <<functions>>\n")

    def test_where_explains_what_it_cannot_answer(self):
        self.ok("tangle")
        for arguments, message in ((["FILE=src/nix.c", "LINE=1"], "src/nix.c: no chapter tangles this file"),
                                   (["FILE=src/start.h", "LINE=99"], "there is no line 99"), ([], "say which line")):
            status, output = self.p.make("where", *arguments)
            self.assertNotEqual(status, 0)
            self.assertIn(message, output)

    def check_maps(self, top, maps):
        """Every mapped line has the text of the chapter's line; return how many."""
        compared = 0
        for path in maps.rglob("*.map"):
            root = str(path.relative_to(maps))[:-4]
            text = (top / root).read_text().split("\n")[:-1]
            rows = [line.split("\t") for line in path.read_text().split("\n")[:-1]]
            self.assertEqual([row[0] for row in rows], [str(n + 1) for n in range(len(text))], root)
            for line, (number, at, chunk, name) in zip(text, rows):
                file, _, n = at.rpartition(":")
                source = (self.chapters / file).read_text().split("\n")[int(n) - 1]
                source = source.replace("@<<", "<<").replace("@>>", ">>")
                if line.strip() == source.strip():
                    compared += 1
                    continue
                # what the tangler itself writes: the head, names, blank lines
                self.assertRegex(line, r"^$|SPDX|Tangled from|^\s*/\* .* \*/$|^\s*# ", "%s:%s %s" % (root, number, at))
        return compared

    def test_every_line_of_the_fixture_maps_to_the_same_text(self):
        self.ok("tangle")
        self.chapters = self.p.dir
        self.assertGreater(self.check_maps(self.p.dir, self.p.dir / "build/maps"), 40)

    def test_every_line_of_the_book_maps_to_the_same_text(self):
        shutil.rmtree(self.p.dir / "book")
        shutil.copytree(TOP / "book", self.p.dir / "book", ignore=shutil.ignore_patterns("weave.mk", "tangled.sums"))
        self.ok("tangle", "DRAFT=1")
        self.chapters = self.p.dir
        self.assertGreater(self.check_maps(self.p.dir, self.p.dir / "build/maps"), 1000)

    def test_line_directives_lead_to_the_chapter(self):
        files = sorted(str(f.relative_to(self.p.dir)) for f in (self.p.dir / "book").glob("*.nw"))
        compared = 0
        for root in ("src/start.c", "src/entry.S"):
            status, output = self.p.run("notangle", "-t8", "-L#line %L \"%F\"%N", "-filter", overlay_command(),
                                        "-R" + root, *files)
            self.assertEqual(status, 0, output)
            for line in output.split("\n"):
                directive = re.match(r'#line (\d+) "(.*)"', line)
                if directive:
                    number, file = int(directive.group(1)), directive.group(2)
                    continue
                source = (self.p.dir / file).read_text().split("\n")[number - 1]
                number += 1
                if line.strip():
                    self.assertEqual(line.strip(), source.strip().replace("@<<", "<<").replace("@>>", ">>"))
                    compared += 1
        self.assertGreater(compared, 30)

    def test_a_debug_build_knows_the_lines_of_the_chapter(self):
        self.ok("debug")
        status, output = self.p.run("gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
                                    "-ex", "info line start", "-ex", "info line _start",
                                    "build/debug/chapter/examples/hello")
        self.assertRegex(output, r'Line %s of "%s/%s"' % (int(self.p.line(self.two, "int status = argc;").split(":")[1]) - 1, self.p.dir, self.two))
        self.assertRegex(output, r'Line %s of "[^"]*01-start.nw"' % self.p.line(self.one, "movq").split(":")[1])


class Prefixes(Loom):
    def test_each_prefix_builds_and_runs(self):
        output = self.ok("check-chapters")
        for line in ("chapter 01: rt0 ran, exit status 1", "chapter 02: rt0 ran, exit status 0",
                     "chapter 03: hello ran, exit status 0", "3 passed, 0 failed"):
            self.assertIn(line, output)

    def test_a_prefix_knows_nothing_of_later_chapters(self):
        self.p.edit(self.three, "<<replace: leave>>=", "<<replace: nothing>>=")
        self.ok("chapter-02")
        self.assertNotIn("andq", self.p.read("build/chapters/02/src/entry.S"))
        self.assertFalse((self.p.dir / "build/chapters/02/examples").exists())
        self.assertFalse((self.p.dir / "src").exists())

    def test_a_chapter_without_code_is_skipped(self):
        self.p.write("book/00-preface.nw", "# Preface\n\nNo code.\n")
        output = self.ok("check-chapters")
        self.assertNotIn("chapter 00", output)
        self.assertIn("3 passed", output)

    def test_a_prefix_that_does_not_build_fails(self):
        self.p.edit(self.two, "return n + n;", "return n + m;")
        self.refused("not ok  chapter 02: does not build", goal="check-chapters")

    def test_a_prefix_that_dies_fails(self):
        self.p.edit(self.one, "movl	$231, %eax", "ud2")
        self.refused("not ok  chapter 01: rt0 died, status 132", goal="check-chapters")

    def test_a_chapter_that_does_not_exist_is_named(self):
        self.refused("there is no book/77-*.nw", goal="chapter-77")

    def test_a_prefix_is_tangled_again_only_when_its_chapters_or_its_files_are_others(self):
        stamp, source = self.p.dir / "build/chapters/02/tangled.from", self.p.dir / "build/chapters/02/src/start.c"

        def tangles():
            before = os.stat(stamp).st_ino, os.stat(stamp).st_mtime_ns
            self.ok("chapter-02")
            return (os.stat(stamp).st_ino, os.stat(stamp).st_mtime_ns) != before
        self.ok("chapter-02")
        text = source.read_text()
        self.assertFalse(tangles())
        self.p.write(self.three, self.p.read(self.three) + "\nMore.\n")
        self.assertFalse(tangles())
        source.write_text(text + "int more;\n")
        self.assertTrue(tangles())
        self.assertEqual(source.read_text(), text)
        self.p.edit(self.two, "return n + n;", "return 2 * n;")
        self.assertTrue(tangles())
        self.assertIn("return 2 * n;", source.read_text())
        shutil.rmtree(self.p.dir / "build/chapters/02/maps")
        self.assertTrue(tangles())

    def test_a_file_that_a_prefix_lost_is_removed_from_it(self):
        self.ok("chapter-03")
        text = self.p.read(self.three)
        self.p.write(self.three, text[:text.index("A script for")])
        self.ok("chapter-03")
        self.assertFalse((self.p.dir / "build/chapters/03/gdb/03-start.gdb").exists())


class Building(Loom):
    def test_a_second_make_does_nothing_but_boot(self):
        self.ok()
        output = self.ok()
        self.assertEqual(output.strip(), "RUN     build/examples/hello")

    def test_run_compiles_a_program_from_anywhere(self):
        self.p.write("elsewhere/mine.c", "int main_main(int argc);\nint main_main(int argc) { return argc + 39; }\n")
        status, output = self.p.make("run", "PROG=elsewhere/mine.c", "ARGS=a b")
        self.assertIn("Error 46", output)       # 2 * 3 - 2 + 3 + 39
        self.assertIn("run: say which program", self.p.make("run")[1])

    def test_goamd64_reaches_the_compiler(self):
        self.p.edit(self.two, "int start(int argc);\n", "int start(int argc);\n_Static_assert(GOAMD64 == 3, \"\");\n")
        self.assertNotEqual(self.p.make("build")[0], 0)
        self.ok("build", "GOAMD64=v3")
        self.assertIn("none of v1 v2 v3 v4", self.p.make("build", "GOAMD64=v5")[1])

    def test_verbose_shows_commands(self):
        self.assertRegex(self.ok("build", "V=1"), r"(?m)^gcc .*-c -o build/obj/start\.o src/start\.c 2>")

    def test_a_warning_is_an_error(self):
        self.p.edit(self.two, "\treturn n + n;", "\tint unused;\n\treturn n + n;")
        self.assertIn("unused", self.p.make("build")[1])
        self.assertNotEqual(self.p.make("build")[0], 0)

    def test_help_lists_the_targets(self):
        output = self.ok("help")
        for target in ("all", "tangle", "chapter-NN", "check-chapters", "where", "run", "gdb", "clean"):
            self.assertRegex(output, r"(?m)^  make %s " % target)

    def test_clean_keeps_what_is_committed(self):
        self.ok("build")
        self.ok("clean")
        self.assertFalse((self.p.dir / "build").exists())
        self.assertTrue((self.p.dir / "src/start.c").exists())


class Exercises(Loom):
    """An answer is one more file for the filter, limited by RT0_ALLOW."""

    def answer(self, text, allow="change the status\n"):
        self.p.write("answer.nw", text)
        self.p.write("allow", allow)
        return self.p.run("notangle", "-t8", "-filter", overlay_command(), "-Rsrc/start.c", self.one, self.two,
                          self.three, "answer.nw", RT0_ALLOW="allow")

    def test_an_answer_may_replace_what_is_listed_and_add_chunks(self):
        status, output = self.answer("x\n\n<<replace: change the status>>=\n<<mine>>\n<<base: change the status>>\n@\n"
                                     "\nx\n\n<<mine>>=\nstatus = 5;\n@\n")
        self.assertEqual(status, 0, output)
        self.assertIn("\t\tstatus = 5;\n\t\tstatus = twice(status);", output)

    def test_an_answer_may_not_touch_other_chunks(self):
        for text in ("<<replace: functions>>=\n@\n", "<<functions>>=\n@\n", "<<src/evil.c>>=\n@\n", "<<src/start.c>>=\n@\n"):
            status, output = self.answer(text)
            self.assertNotEqual(status, 0, text)
            self.assertIn("answer.nw:1: <<", output)
            self.assertIn("is not part of this exercise", output)

    def test_the_limit_helps_with_a_misspelt_name(self):
        self.assertIn("did you mean <<change the status>>?", self.answer("<<replace: chaneg the status>>=\n@\n")[1])


class TwoTanglers(Loom):
    """nwmap.awk must write what notangle writes, whatever the book looks like."""

    def random_book(self, seed):
        r = random.Random(seed)
        names = ["src/a.c"] + ["chunk %s" % ("x" * i) for i in range(1, 7)]
        pieces = ["\t", " ", "  ", "x", "foo(", ") ;", "\té", "@@", "<<", ">>=", "", "C", "C", "C"]
        files = []
        for number in (1, 2, 3):
            out = ["doc"]
            todo = [(i, n) for i, n in enumerate(names) for _ in range(r.randint(1 if number == 1 else 0, 2))]
            r.shuffle(todo)
            replaced = set()
            for i, name in todo:
                layer = number > 1 and name not in replaced and r.random() < .4
                replaced.add(name)
                out.append("<<%s%s>>=" % ("replace: " if layer else "", name))
                for _ in range(r.randint(0, 5)):
                    line, uses = "", 0
                    for _ in range(r.randint(0, 4)):
                        piece = r.choice(pieces)
                        if piece == "C":
                            piece = "<<%s>>" % r.choice(names[i + 1:]) if i + 1 < len(names) else "q"
                            uses += 1
                        elif piece in ("<<", ">>=") and (uses or "<<" in line or ">>" in line):
                            piece = ""
                        elif piece in ("<<", ">>="):
                            piece, uses = "@" + piece, 1
                        line += piece
                    out.append("x" + line if line.startswith("@") else line)
                if layer:
                    out.append(r.choice(["", "\t", "  a "]) + "<<base: %s>>" % name)
                out += ["@", "prose"]
            used = set(re.findall(r"(?<!@)<<(chunk x*)>>(?!=)", "\n".join(out)))
            files.append((out, used))
        used = set().union(*[u for _, u in files])
        files[0][0].extend(["<<src/b.c>>="] + ["<<%s>>" % n for n in names[1:] if n not in used] + ["@"])
        return ["\n".join(out) + "\n" for out, _ in files]

    def test_both_agree_on_random_books(self):
        lines = 0
        for seed in range(25):
            for number, text in enumerate(self.random_book(seed)):
                self.p.write("f%d.nw" % number, text)
            for comments in (("", ""), ("/* ", " */")):
                names = "gawk -v open_='%s' -v close_='%s' -f %s/names.awk" % (comments + (TOOLS,))
                files = "f0.nw f1.nw f2.nw"
                script = ("mkdir -p two/text/src two/map/src; set -e; export LC_ALL=C; "
                          "notangle -t8 -filter '%s' -filter \"%s\" -Rsrc/a.c %s >one; "
                          "%s/markup -t %s | %s | %s | gawk -v roots=src/a.c -v dir=two -f %s/nwmap.awk; "
                          "cmp one two/text/src/a.c" % (overlay_command(), names, files, NOWEB, files,
                                                        overlay_command(), names, TOOLS))
                status, output = self.p.run("sh", "-c", script)
                self.assertEqual(status, 0, "seed %d: %s" % (seed, output))
                lines += len((self.p.dir / "one").read_bytes().split(b"\n"))
        self.assertGreater(lines, 1000)

    def test_a_disagreement_stops_the_tangle(self):
        self.p.edit("book/tools/nwmap.awk", "column + 2) + 2", "column)")
        self.p.edit(self.two, "status = twice(status);", "status = <<twice>>(status,\n<<twice>>); <<twice>>")
        with open(self.p.dir / self.two, "a") as chapter:
            chapter.write("\nx\n\n<<twice>>=\ntwice\n(a)\n@\n")
        self.p.edit(self.two, "= <<twice>>(status,", "= <<twice>> <<twice>>;")
        self.refused("nt and nwmap.awk tangle differently", "src/start.c")


class Words(unittest.TestCase):
    """What `make words` counts, and what it says of the first part."""

    def count(self, *chapters):
        done = subprocess.run(["gawk", "-f", TOOLS / "words.awk", *chapters], stdout=subprocess.PIPE,
                              env=dict(ENV, LC_ALL="C.UTF-8"), check=True)
        head, *rows = done.stdout.decode().splitlines()
        return [dict(zip(head.split(), row.split())) for row in rows]

    def test_words_lines_and_chunks_are_counted_as_a_reader_would(self):
        text = ("---\ntitle: not counted\n---\n# Two words {#id}\n\nA [link](http://x.org) and [[code]] - and `x = y`.\n\n"
                "```console\n$ not counted\n```\n\n| a | b |\n|:--|:--|\n\n::: {.exercise kind=predict}\nNow?\n\n::: hint\nNo.\n:::\n\n::: answer\nNot.\n:::\n:::\n\n"
                "<<src/x.c>>=\n/*\n * A comment.\n */\nint x;\t\t/* counts */\n\n<<another>>\n#include <x.h>\n/* no */\n\n@\n"
                "Between.\n\n<<another>>=\n# of GDB\n}\n@\nAfter.\n")
        with tempfile.NamedTemporaryFile("w", suffix=".nw") as chapter:
            chapter.write(text)
            chapter.flush()
            row, = self.count(chapter.name)
        self.assertEqual([int(row[name]) for name in ("words", "lines", "shown", "chunks", "longest")],
                         [14, 3, 11, 2, 8])

    def test_a_chapter_that_was_read_aloud_has_15_to_35_words_for_a_line_of_code(self):
        chapters = [path for path in sorted((TOP / "book").glob("[0-8]?-*.nw"))
                    if number("rt0-go") <= path.name[:2] <= number("the-main-goroutine")
                    or path.name[:2] in (number("park-and-ready"), number("the-short-way"))]
        self.assertEqual(len(chapters), 8)
        for row in self.count(*chapters):
            ratio = int(row["words"]) / int(row["lines"])
            self.assertTrue(15 <= ratio <= 35, "%(chapter)s: %(words)s words for %(lines)s lines; see: make words" % row)

    def test_every_chapter_with_code_of_ours_has_its_run_walk_measurement_and_the_rest(self):
        shows = {"Run it": r"console|\{\.console", "Step it": r"\{\.gdb ", "Measure it": r"\{\.data ", "How Go does it": None, "Tricks": None, "Exercises": None, "Notes": None}
        for path in sorted((TOP / "book").glob("[01][0-9]-*.nw"))[1:]:     # chapter 0 takes a program of Go apart
            parts = dict(re.findall(r"(?ms)^## ([^{\n]*?)(?: \{.*?\})?\n(.*?)(?=^## |\Z)", path.read_text(encoding="utf-8")))
            self.assertEqual([title for title in shows if title not in parts], [], path.name)
            for title, block in shows.items():
                self.assertRegex(parts[title], "(?m)^```(?:%s)" % block if block else ".", "%s, %s" % (path.name, title))

    def test_no_chapter_has_7000_words(self):
        for row in self.count(*sorted((TOP / "book").glob("[0-9]?-*.nw"))):
            self.assertLess(int(row["words"]), 7000, "%(chapter)s; see: make words" % row)

    def test_a_table_calls_a_row_or_column_by_the_chapter_that_its_key_names(self):
        """A chapter that is inserted shifts the numbers; in keys a renumbering finds them, in labels it must, too."""
        entry, seen = re.compile(r"(?:\w+-)?ch(\d\d)[^=]*=(.*?\bch(?:apter|\.) (\d+).*)"), 0
        for path in sorted((TOP / "book").glob("[0-9]?-*.nw")):
            for names in re.findall(r'(?m)^```\{\.data .*', path.read_text()):
                for name in re.findall(r'(?:rows|columns)="([^"]*)"', names):
                    for found in filter(None, (entry.fullmatch(each.strip()) for each in name.split(";"))):
                        key, label, said = found.groups()
                        seen += 1
                        self.assertEqual(int(key), int(said), "%s: the key ch%s is called \"%s\"" % (path.name, key, label))
        self.assertGreater(seen, 20)


if __name__ == "__main__":
    unittest.main()
