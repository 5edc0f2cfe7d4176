"""What a reader brings along: an environment, a clone, names, programs.

Projects are those of test_loom: the real makefiles and tools with a book of three chapters.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_loom                                # noqa: E402
from test_loom import ENV, TOP, Loom            # noqa: E402


class Clone(unittest.TestCase):
    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_a_clone_with_windows_settings_has_unix_line_ends_and_its_pictures(self):
        with tempfile.TemporaryDirectory() as tmp:
            def git(*words):
                subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "safe.directory=*", *words],
                               cwd=tmp, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env=dict(ENV, HOME=tmp, GIT_CONFIG_NOSYSTEM="1"))
            skip = shutil.ignore_patterns(".git", "build", "__pycache__", "*.pyc")
            shutil.copytree(TOP, tmp + "/from", ignore=skip)
            git("init", "from")
            git("-C", "from", "add", "-A")
            git("-C", "from", "commit", "-m", "all")
            git("-c", "core.autocrlf=true", "clone", "-c", "core.autocrlf=true", "from", "clone")
            files = [path for path in Path(tmp, "clone").rglob("*") if path.is_file() and ".git" not in path.parts]
            self.assertGreater(len(files), 100)
            for path in files:
                name = path.relative_to(tmp + "/clone")
                self.assertEqual(path.read_bytes(), (TOP / name).read_bytes(), "%s is not what was committed" % name)


def ours():
    """The variables that book/tools/ours.mk keeps from the environment."""
    text = (TOP / "book" / "tools" / "ours.mk").read_text().replace("\\\n", " ")
    return re.search(r"(?m)^ours := (.*)$", text).group(1).split()


class Environment(Loom):
    """What the reader exports changes nothing of what comes out."""

    GOALS = ("build", "chapter-02", "debug", "check-tangle")
    # What make 4.4 says of a bad TMPDIR before it has read a makefile.
    OF_MAKE = re.compile(r"(?m)^make: (?:TMPDIR value .*|using default temporary directory .*)\n")

    def everything(self, project, **env):
        """make all goals; what they printed, and the tangled files with the sums."""
        said = []
        for goal in self.GOALS:
            status, output = project.make(goal, **env)
            self.assertEqual(status, 0, "make %s with %s:\n%s" % (goal, env, output))
            said.append(sorted(self.OF_MAKE.sub("", output).splitlines()))    # two jobs at a time: in any order
        status, output = project.make("where", "FILE=src/start.c", "LINE=10", **env)
        said.append(self.OF_MAKE.sub("", output))
        files = {str(p.relative_to(project.dir)): hashlib.sha256(p.read_bytes()).hexdigest()
                 for p in project.dir.rglob("*") if p.is_file() and
                 (p.suffix in (".c", ".h", ".S", ".gdb", ".sums", ".map") or p.name == "hello")}
        return said, {name: sum_ for name, sum_ in files.items() if "debug" not in name and not name.endswith("hello")}, \
            sorted(files)

    def assertSame(self, **env):
        if not hasattr(type(self), "clean"):
            type(self).clean = self.everything(test_loom.Project(self.base))
        said, sums, names = self.everything(self.p, **env)
        self.assertEqual((sums, names), self.clean[1:], env)
        self.assertEqual(said, self.clean[0], env)

    def test_cdpath_is_not_obeyed(self):
        self.assertSame(CDPATH="%s:%s:/" % (self.p.dir, self.p.dir / "book"))

    def test_posixly_correct_does_not_stop_gawk(self):
        self.assertSame(POSIXLY_CORRECT="1")

    def test_what_shells_gawk_ls_make_and_python_read_is_not_obeyed(self):
        (self.p.dir.parent / "noise").write_text("echo noise from a start-up file\n")
        self.assertSame(BASH_ENV=str(self.p.dir.parent / "noise"), ENV=str(self.p.dir.parent / "noise"),
                        QUOTING_STYLE="shell-always", GREP_OPTIONS="--color=always", GREP_COLOR="1;31",
                        AWKPATH="/nowhere", GAWK_READ_TIMEOUT="1", GLOBIGNORE="*", LC_ALL="", LANG="xx_YY.UTF-8",
                        TERM="no-such-terminal", PYTHONPATH="/nowhere", PYTHONHOME="/nowhere", COLUMNS="7",
                        TMPDIR="/nowhere/at/all", CC="false", CFLAGS="-nonsense", CPPFLAGS="-nonsense", LDFLAGS="-nonsense",
                        AS="false", LD="false", AR="false", RM="false", SHELL="/bin/false", MAKE="false", MAKEFILES="/dev/null")

    def test_gawk_persists_nothing(self):
        memory = self.p.dir.parent / "memory"
        with open(memory, "wb") as file:
            file.truncate(1 << 22)
        os.chmod(memory, 0o600)
        self.assertSame(GAWK_PERSIST_FILE=str(memory))

    def test_makeflags_of_the_reader_are_harmless(self):
        self.assertSame(MAKEFLAGS="-j3 -r")

    def test_names_of_make_variables_that_the_reader_exports_are_the_readers(self):
        self.assertIn("LIB", ours())
        self.assertSame(**{name: "/opt/x" for name in ours()})

    def test_every_variable_that_the_makefiles_let_others_set_is_kept_from_the_environment(self):
        """Whatever stands left of ?=, or is used and set nowhere; or make is asked whether it comes from the command line."""
        text = "".join(path.read_text() for path in [TOP / "Makefile", *sorted(TOP.glob("*.mk")), *sorted(TOP.glob("*/*.mk")),
                                                     TOP / "book/tools/ours.mk"])
        text = re.sub(r"(?m)^#.*", "", text)
        for name in re.findall(r"(?m)^(\w+) *\?=", text):
            self.assertIn(name, ours())
        used = set(re.findall(r"(?<!\$)\$\((\w+)\)|\$\((?:value|if) (\w+)\)", text))
        used = {a or b for a, b in used} | set(re.findall(r"(?<!\$)\$\(call given,(\w+)\)", text))
        assigned = set(re.findall(r"(?m)^(?:override )?(\w+) *[:+]?=", text))
        theirs = {"CURDIR", "MAKEFLAGS", "MAKECMDGOALS", "MAKEFILE_LIST", "MAKELEVEL", "MAKE_COMMAND", "MAKE_TERMERR", "MAKE", "1", "2", "3"}
        locals_ = {"v", "c", "n", "chapter", "PWD", "TRANSCRIPTS"}
        asked = set(re.findall(r"\$\(filter command,\$\(origin (\w+)\)\)", text))
        self.assertEqual(sorted(used - assigned - {"newline"} - theirs - locals_ - asked - set(ours())), [])

    def test_on_the_command_line_they_are_ours(self):
        self.ok("build")
        self.ok("-f", "build.mk", "B=build/other", "LIB=")
        self.assertTrue((self.p.dir / "build/other/hello").exists())
        self.assertIn("gcc ", self.ok("build", "V=1", "GOAMD64=v2"))


class Names(Loom):
    ODD = ("a b", "a'b", 'a"b', "a$b", "a$(b)", "a\\b", "a%b", "a:b", "a;b", "a&b", "a|b", "a*b", "a?b", "a[b", "a#b",
           "a`b", "a\nb", "a<b", "-b", "@b", "a\tb", "ä", " a", "a ", "a,b", "a=b", "~", "a!b")

    def test_a_directory_with_any_character_works_or_is_refused_before_anything_is_written(self):
        for number, name in enumerate(self.ODD + ("ä,a=b@c~+",)):
            place = self.p.dir.parent / ("in%d" % number) / name
            place.parent.mkdir()
            shutil.copytree(self.p.dir, place)
            before = sorted(place.rglob("*"))
            for goal in ("build", "debug", "chapter-02", "check-tangle"):
                done = subprocess.run(["make", goal], cwd=place, env=ENV, text=True, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
                if set(name) & set(" '\"$\\%:;&|*?[#`\n<\t!"):
                    self.assertIn("would misread; move the directory", done.stdout, name)
                    self.assertEqual(sorted(place.rglob("*")), before, name)
                    break
                self.assertEqual(done.returncode, 0, "%s: %s" % (name, done.stdout))
                if len(name) < 9:
                    break

    def test_a_chapter_with_any_character_in_its_name_works_or_is_refused(self):
        for name in self.ODD:
            self.p.write("book/04-%s.nw" % name, "# X\n\nNo code.\n")
            status, output = self.p.make("build")
            if status:
                self.assertIn("would misread; rename it", output, name)
            else:
                self.assertNotIn("misread", output)
            (self.p.dir / ("book/04-%s.nw" % name)).unlink()

    def test_what_the_reader_gives_to_a_target_works_or_is_refused_in_a_sentence(self):
        self.ok("build")
        for name in ("a b", "a'b", 'a"b', "a\nb", "-b", "$(b)", "a`b$c\\d%e:f;g&h|i*j?k[l#m<n>o(p!q"):
            for words in (["where", "FILE=" + name, "LINE=1"], ["where", "FILE=src/start.c", "LINE=" + name],
                          ["run", "PROG=" + name + ".c"], ["run", "STAGE=" + name, "PROG=examples/hello.c"],
                          ["gdb", "PROG=" + name], ["stress", "REPEAT=" + name], ["chapter-" + name],
                          ["build", "GOAMD64=" + name], ["debug", "VIEW=" + name]):
                status, output = self.p.make(*words)
                if status:
                    for trouble in ("yntax error", "command not found", "not found\n", "gawk:", "Unterminated", "invalid"):
                        self.assertNotIn(trouble, output, words)
                    self.assertRegex(output, r"(?s)\w+: .*\w+ \w+", words)

    CHUNKS = ODD + ("a\\", "a[[b]]", "a@b", "a//b", "a{b}", "a^b", "a~b", "a(b)", "a??/b", "$1", "&amp", "a>b")
    REFUSED = ("a\nb", "a\tb", " a", "a ", "a*/b", "a/*b", "x (version 1)", "a\rb", "a\x01b", "a;b", "&amp;")

    def test_chunk_names_with_any_character_work_in_every_target(self):
        names = [name for name in self.CHUNKS if name not in self.REFUSED]
        uses = "".join("\t<<%s>>\n" % name for name in names)
        self.p.edit(self.two, "\treturn status;\n", uses + "\treturn status;\n")
        chunks = "".join("\nText.\n\n<<%s>>=\nstatus += %d;\n@\n" % (name, i) for i, name in enumerate(names))
        self.p.write(self.two, self.p.read(self.two) + chunks)
        for goal in ("build", "chapter-02", "debug", "check-tangle"):
            self.ok(goal, "DRAFT=1")         # a chunk of more than 25 lines
        lines = self.p.read("src/start.c").split("\n")
        for i, name in list(enumerate(names))[::7]:
            self.assertIn("<<%s>>" % name, self.ok("where", "FILE=src/start.c",
                                                  "LINE=%d" % (1 + lines.index("\tstatus += %d;" % i))))

    def test_chunk_names_that_would_break_a_file_or_a_map_are_refused_in_a_sentence(self):
        text = self.p.read(self.two)
        for name in self.REFUSED:
            self.p.write(self.two, text.replace("change the status", name))
            said = self.refused()
            self.assertRegex(said, r"book/02-in-c\.nw:\d+: .*\w+ \w+", name)
            self.assertNotIn("yntax error", said)


class Exercises(Loom):
    """What a reader who changes the book is told."""

    begin_tangled = True

    def told(self, goal, tree, line, chunk):
        status, output = self.p.make(goal)
        self.assertNotEqual(status, 0)
        found = re.search(r"(?m)^  (\S+):(\d+) is from (\S+)  chunk \S+ <<(.*)>>$", output)
        self.assertIsNotNone(found, output)
        self.assertTrue(found.group(1).startswith(tree), output)
        self.assertEqual((found.group(3), found.group(4)), (line, chunk), output)
        where = self.p.make("where", "FILE=" + found.group(1), "LINE=" + found.group(2))[1]
        self.assertIn(line, where)

    def test_a_failed_compile_names_the_line_of_the_chapter_in_every_tree(self):
        self.p.edit(self.two, "return n + n;", "return n + nope;")
        line = self.p.line(self.two, "nope")
        self.told("build", "src/start.c", line, "functions")
        self.told("chapter-02", "build/chapters/02/src/start.c", line, "functions")

    def test_a_failed_assembly_and_a_failed_link_do_so_too(self):
        self.p.edit(self.one, "(%rsp), %rdi", "(%rsp), %rdie")
        for goal, tree in (("build", "src/entry.S"), ("chapter-01", "build/chapters/01/src/entry.S")):
            self.told(goal, tree, self.p.line(self.one, "rdie"), "load argc")
        self.p.edit(self.one, "(%rsp), %rdie", "(%rsp), %rdi")
        self.p.edit(self.three, "return main_main(argc);", "return nobody_has_this(argc);")
        self.p.edit(self.two, "int main_main(int argc);", "int main_main(int argc);\nint nobody_has_this(int argc);")
        self.p.edit(self.two, "-Wall", "-g\n-Wall") if "-Wall" in self.p.read(self.two) else self.p.edit(self.one, "-Wall", "-g\n-Wall")
        self.told("build", "src/start.c", self.p.line(self.three, "nobody_has_this"), "functions")

    REPLACES = "\nText.\n\n<<replace: change the status>>=\nstatus = twice(9);\n<<mine>>\n@\n\nText.\n\n<<mine>>=\nstatus++;\n@\n"

    def test_a_change_that_a_later_chapter_replaces_is_told_with_its_place_and_the_target_to_make(self):
        self.p.write(self.three, self.p.read(self.three) + self.REPLACES)
        self.assertNotIn("is replaced", self.ok("build"))
        by = self.p.line(self.three, "<<replace: change the status>>=")
        for old, new, chunk in (("status = twice(status);", "status = twice(status + 1);", "change the status"),
                                ("status += (1 @<< 2)", "status += (2 @<< 2)", "add [[1 @<< 2]]")):
            self.p.edit(self.two, old, new)
            output = self.ok("build")
            self.assertIn("%s: <<%s>> is replaced in %s, so what make builds stays as it was; make chapter-02 builds"
                          % (self.p.line(self.two, "<<%s>>=" % chunk), chunk, by), output)
            self.assertEqual(output.count("is replaced"), 1)
            self.assertNotIn("CC", output)
        self.ok("chapter-02")
        self.assertIn("twice(status + 1)", self.p.read("build/chapters/02/src/start.c"))
        self.assertNotIn("is replaced", self.ok("build"))
        for file, old, new in ((self.two, "return n + n;", "return 2 * n;"), (self.three, "twice(9);", "twice(8);"),
                               (self.one, "movl\t$231", "movl\t$0xe7"), (self.two, "Now it calls", "Now this calls")):
            self.p.edit(file, old, new)             # parts of the program, and prose
            self.assertNotIn("is replaced", self.ok("build"))

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_in_a_fresh_clone_it_is_told_at_the_first_make(self):
        self.p.write(self.three, self.p.read(self.three) + self.REPLACES)
        self.ok("tangle-force")
        for words in (["init"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "all"]):
            self.assertEqual(self.p.run("git", *words)[0], 0)
        shutil.rmtree(self.p.dir / "build")
        self.assertNotIn("is replaced", self.ok("build"))
        shutil.rmtree(self.p.dir / "build")
        self.p.edit(self.two, "status = twice(status);", "status = twice(status + 1);")
        self.assertIn("<<change the status>> is replaced in book/03-hello.nw:", self.ok("build"))

    def test_where_knows_the_lines_of_a_state_and_of_its_build_for_stepping(self):
        self.ok("chapter-02")
        lines = self.p.read("build/chapters/02/src/start.c").split("\n")
        line = "LINE=%d" % (1 + next(i for i, text in enumerate(lines) if "status = twice(status);" in text))
        for tree in ("build/chapters/02/", "build/debug/src-chapters/02/"):
            self.assertIn(self.p.line(self.two, "status = twice(status);") + "  chunk 2.",
                          self.ok("where", "FILE=%ssrc/start.c" % tree, line))
        for tree in ("build/chapters/77/", "build/chapters/", "build/chapters/02"):
            self.assertIn("no chapter tangles this file", self.p.make("where", "FILE=%ssrc/start.c" % tree, line)[1])


def state(name):
    """build/chapters/NN of the chapter with that name, built."""
    number = next((TOP / "book").glob("[0-9][0-9]-%s.nw" % name)).name[:2]
    place = TOP / "build" / "chapters" / number
    if not list(place.glob("obj/*.o")):
        subprocess.run(["make", "-s", "chapter-" + number], cwd=TOP, env=ENV, check=True, stdout=subprocess.DEVNULL)
    return place


PROGRAM = """#include "rt0.h"
void other(void *arg);
static void work(void *arg) { int unused; other(&(int){3}); }
void main_main(void)
{
	go(work, 0);
	runtime_Gosched();
	for (long i = 1; i < os_Argc; i++)
		fmt_Printf("<%s>\\n", os_Args[i]);
	os_Exit(41 + (int)os_Argc);
}
"""


class Programs(unittest.TestCase):
    """./run and make run, with the runtime as it is built here and a directory of their own."""

    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.top, self.mine = Path(tmp.name).resolve() / "top", Path(tmp.name).resolve() / "mine"
        (self.top / "build").mkdir(parents=True)
        self.mine.mkdir()
        shutil.copy(TOP / "run", self.top)
        for part in ("src", "book"):
            (self.top / part).symlink_to(TOP / part)
        (self.top / "build/librt0.a").symlink_to(TOP / "build/librt0.a")
        self.write("a.c", PROGRAM)
        self.write("b.c", '#include "rt0.h"\nvoid other(void *arg) { fmt_Printf("%d\\n", *(int *)arg); }\n')

    def write(self, name, text):
        (self.mine / name).write_text(text)

    def run_it(self, *words, cwd=None, **env):
        done = subprocess.run([str(self.top / "run"), "-b", *words], cwd=cwd or self.mine, env=dict(ENV, GOMAXPROCS="1", **env), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.assertNotIn("Syntax", done.stderr)
        return done

    def assertSays(self, message, *words, who="run"):
        done = self.run_it(*words)
        self.assertEqual((done.returncode, done.stdout), (125, ""), done.stderr)
        self.assertEqual(done.stderr.splitlines()[-1], who + ": " + message)

    def test_several_files_run_and_the_status_is_the_programs_own(self):
        for words in (["a.c", "b.c", "x y", "*"], ["a.c", "b.c", "--", "x y", "*"], ["-p", " a.c  b.c ", "x y", "*"], ["-p", str(self.mine / "a.c") + " b.c", "x y", "*"]):
            done = self.run_it(*words)
            self.assertEqual((done.returncode, done.stdout), (44, "3\n<x y>\n<*>\n"), done.stderr)
        self.write("die.c", "void main_main(void) { *(volatile int *)0 = 1; }\n")
        self.assertEqual(self.run_it("die.c").returncode, -11)

    def test_what_the_compiler_warns_of_stops_nothing_and_an_argument_may_stay_unused(self):
        done = self.run_it("a.c", "b.c")
        self.assertIn("warning: unused variable", done.stderr)
        self.assertNotIn("unused parameter", done.stderr)
        self.assertNotIn("error", done.stderr)

    def test_names_of_programs_with_any_character_work(self):
        self.write("b.c", self.mine.joinpath("b.c").read_text() + "\n")
        for name in Names.ODD:
            self.write(name + ".c", PROGRAM)
            done = self.run_it(name + ".c", "b.c") if name != "-b" else self.run_it("--", name + ".c", "b.c")
            self.assertEqual((done.returncode, done.stdout), (42, "3\n"), name + done.stderr)

    def test_each_failure_has_its_own_sentence(self):
        self.write("half.c", '#include "rt0.h"\nvoid main_main(void) { x }\n')
        self.assertSays(str(self.mine / "half.c") + " does not compile", "half.c")
        self.write("libc.c", '#include <stdio.h>\n#include <stdlib.h>\nvoid main_main(void) { printf("%p", malloc(1)); }\n')
        self.assertSays("nothing here defines malloc, printf: there is no libc, and src/rt0.h says what a program may call",
                        "libc.c")
        self.assertSays("no file defines main_main, with which a program begins", "b.c")
        self.assertSays("there is no file %s/none.c" % self.mine, "none.c")
        self.assertSays("there is no file %s/none.c (PROG holds files, divided by blanks)" % self.mine, "-p", "none.c a.c")
        self.assertSays("words is neither C (.c) nor assembly (.S)", "words")
        self.assertSays("say which program, for example: make run PROG=examples/hello.c, or ./run examples/hello.c")
        self.assertSays("usage: ./run [-s NN] FILE.c... [ARGUMENT...]", "-x")

    def test_a_format_with_a_verb_that_is_not_there_is_refused_with_its_line(self):
        self.write("v.c", """#include "rt0.h"
#define LONG "%l"
void main_main(void) {
	fmt_Printf("%5d %%f %.3s|%*zu\\n", 1, "abcd", 3, sizeof(int)); fmt_Printf(LONG "d\\n", 2L);
}
""")
        done = self.run_it("v.c")
        self.assertEqual((done.returncode, done.stdout), (0, "    1 %f abc|  4\n2\n"), done.stderr)
        self.write("v.c", """#include "rt0.h"
#define LONG "%l"
int f(int a, int b);
void main_main(void) {
	fmt_Printf("%d %% "
	    "%-8.3f\\n", 1, 2.5);
	fmt_Fprintf(f(1, 2), LONG "s %" "m\\n", L"x");
	fmt_Printf("%2$d %1$d" "%n", 1, 2);
}
""")
        place = str(self.mine / "v.c")
        self.assertSays(place + " prints with verbs that are not there", "v.c")
        refused = re.findall(r"(?m)^(.*): (fmt_F?[Pp]rintf) has no (.*); rt0.h says what it has$", self.run_it("v.c").stderr)
        self.assertEqual(refused, [(place + ":5", "fmt_Printf", "%-8.3f"), (place + ":7", "fmt_Fprintf", "%ls"), (place + ":7", "fmt_Fprintf", "%m"),
                                   (place + ":8", "fmt_Printf", "%2$d"), (place + ":8", "fmt_Printf", "%1$d"), (place + ":8", "fmt_Printf", "%n")])

    def test_make_gdb_takes_files_of_ones_own_and_examples_and_programs_that_are_built(self):
        if not (TOP / "build/debug/src/examples/yield").exists():
            subprocess.run(["make", "-s", "debug", "VIEW=src"], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
        (self.top / "build/debug/src").mkdir(parents=True)
        for part in ("librt0.a", "examples"):
            (self.top / "build/debug/src" / part).symlink_to(TOP / "build/debug/src" / part)
        self.write("yield.c", (self.mine / "a.c").read_text())

        def for_gdb(words, cwd=self.top):
            done = self.run_it("-g", "src", "-p", words, cwd=cwd)
            self.assertEqual((done.returncode, done.stdout[-1:]), (0, "\n"), done.stderr)
            return done.stdout[:-1]
        program = for_gdb("%s/a.c %s/b.c" % (self.mine, self.mine))
        self.assertEqual(program, "build/debug/src/run/a")
        done = subprocess.run(["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off", "-ex", "break other", "-ex", "run",
                               "-ex", "backtrace", "-ex", "kill", program], cwd=self.top, env=dict(ENV, GOMAXPROCS="1"), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertRegex(done.stdout, r"#0 .*other \(arg=.*b\.c:2\n#1 .*work .*\n#2 .*goexit \(\) at src/sched/switch_amd64\.S:")
        for word in ("yield", "yield.c", "examples/yield.c", "build/debug/src/examples/yield"):
            self.assertEqual(for_gdb(word), "build/debug/src/examples/yield")
        self.assertEqual(for_gdb(str(self.mine / "yield.c") + " %s/b.c" % self.mine), "build/debug/src/run/yield")
        self.assertEqual(for_gdb(str(self.top / program)), str(self.top / program))
        for word, said in (("none", "none is no C file, no example and no program that is built"),
                           ("build", "build is no C file, no example and no program that is built"),
                           ("/bin/true", "/bin/true is no program with this runtime, or one without symbols"),
                           ("yield none.c", "yield is neither C (.c) nor assembly (.S)"),
                           ("none.c", "there is no file %s/none.c (PROG holds files, divided by blanks)" % self.mine)):
            self.assertSays(said, "-g", "src", "-p", word, who="gdb")

    def test_the_state_of_a_chapter_is_what_a_program_runs_with(self):
        for name in ("schedinit", "p-and-its-queue"):
            place = state(name)
            mine = self.top / "build" / "chapters" / place.name
            mine.mkdir(parents=True)
            for part in ("src", "obj"):
                (mine / part).symlink_to(place / part)
        done = self.run_it("-s", str(int(place.name)), "a.c", "b.c")
        self.assertEqual((done.returncode, done.stdout), (42, "3\n"), done.stderr)
        self.assertTrue((mine / "run" / "a").exists())
        self.write("read.c", '#include "rt0.h"\nvoid main_main(void) { os_Read(0, 0, 0); }\n')
        self.assertEqual(self.run_it("read.c").returncode, 0)
        self.assertSays("nothing here defines os_Read: there is no libc, and src/rt0.h says what a program may call",
                        "-s", place.name, "read.c")
        self.write("wide.c", '#include "rt0.h"\nvoid main_main(void) { fmt_Printf("%ld%% %5d\\n", 1L, 2); }\n')
        self.assertEqual(self.run_it("wide.c").stdout, "1%     2\n")
        self.assertSays("%s/wide.c prints with verbs that are not there" % self.mine, "-s", place.name, "wide.c")
        early = state("schedinit").name
        self.assertSays("the runtime after chapter %s has no rt0.h yet and starts no program of yours; a later one does" % early,
                        "-s", early, "a.c")

    def test_the_headers_and_functions_that_rt0_h_names_are_there_and_errno_is_not(self):
        comment = (TOP / next((TOP / "src").rglob("rt0.h"))).read_text()
        headers = re.findall(r"<[\w/]+\.h>", comment)
        functions = re.search(r"four are here, ([^;]+);", comment).group(1)
        functions = re.findall(r"\bmem\w+", functions)
        self.assertEqual(sorted(functions), ["memcmp", "memcpy", "memmove", "memset"])
        self.assertGreater(len(headers), 3)
        includes = "".join("#include %s\n" % header for header in headers) + '#include <string.h>\n#include "rt0.h"\n'
        self.write("h.c", includes + """struct sockaddr_in at;
            char a[64], b[64];
            void main_main(void) { volatile size_t n = 9; memset(a, 7, n); memcpy(b, a, n); memmove(b + 1, b, n);
                os_Exit(memcmp(a, b + 1, n) + (syscall_Syscall6(SYS_close, -1, 0, 0, 0, 0, 0) == -EBADF) + O_RDONLY); }\n""")
        done = self.run_it("h.c")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.write("e.c", includes + "void main_main(void) { os_Exit(errno); }\n")
        self.assertEqual(self.run_it("e.c").returncode, 125)


if __name__ == "__main__":
    unittest.main()
