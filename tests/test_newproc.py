"""Goroutines made from nothing, switched to, and ended."""
import re
import tempfile
import unittest
from pathlib import Path

import sources
import states
from prefix import TOP, Prefix, gdb, run, symbols
from states import superseded

MAIN = ("main.c", "void\nruntime_main(void *arg)\n", "__attribute__((weak)) void\nruntime_main(void *arg)\n")


def traces(text):
    """The backtraces in gdb's output, each a list of function names."""
    found = []
    for number, name in re.findall(r"^#(\d+) +(?:0x[0-9a-f]+ in )?(\S+)", text, re.M):
        if number == "0":
            found.append([])
        if found:
            found[-1].append(name)
    return found


@superseded("the-main-goroutine", "a program brings main_main and no runtime_main; unit/registers.c, freelist.c, globrunq.c, "
            "stacks.c and test_gdb.py hold what is left of it")
class Chapter(Prefix):
    """Programs link the runtime of chapter 6, in which runtime_main is weak, with one file of tests/newproc/."""
    since = "newproc"

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        cls.objects = {}

    def runtime(self):
        """The objects of the runtime, compiled once for a class."""
        if not self.objects:
            source = self.source([MAIN], "weak")
            for path in sources.files(source, ".c", ".S"):
                output = Path(self.shared.name) / (path.name + ".o")
                done = run(["gcc", "-O2", "@" + str(source / "cflags"), "-I" + str(source), "-c", path, "-o", output])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.objects[path.name] = output
        return list(self.objects.values())

    def program(self, name):
        objects = self.runtime()
        source = self.tree / "src"
        program = self.place / name
        done = run(["gcc", "-O2", "@" + str(source / "cflags"), "-I" + str(source), "@" + str(source / "ldflags"),
                    "-o", program, TOP / "tests" / "newproc" / (name + ".c")] + objects)
        self.assertEqual(done.returncode, 0, done.stderr)
        return program


class Goroutines(Chapter):
    def test_goroutines_run_in_the_order_in_which_they_were_made(self):
        done = run([self.program("order")])
        self.assertEqual(done.stderr.splitlines(), [
            "goroutine 1, argument 0, own stack, running",
            "goroutine 2, argument 123456789abcdef, own stack, running",
            "goroutine 3, argument 0, own stack, running",
            "goroutine 4, argument ffffffffffffffff, own stack, running"])
        self.assertEnds(done, "exit status 0")

    def test_a_goroutine_begins_on_an_aligned_stack_with_its_argument(self):
        done = run([self.program("align")])
        self.assertEqual(done.stderr, "argument 5eed, rsp % 16 = 8, below hi 40, registers 0\n")
        self.assertEnds(done, "exit status 0")

    def test_the_main_goroutine_reports_itself(self):
        done = run([self.rt0])
        self.assertEqual(done.stderr.splitlines()[-1],
                         "newproc: goroutine 1, stack of 65536 bytes, 48 of them used")
        self.assertEnds(done, "exit status 0")

    def test_a_null_function_is_refused_before_anything_is_made(self):
        done = run([self.program("wrong"), "nil"])
        self.assertEqual(done.stderr, "fatal error: go of nil func value\n")
        self.assertEnds(done, "exit status 2")


    def test_a_goroutine_that_has_ended_is_dead_and_stays_on_the_list_of_all(self):
        done = run([self.program("life")])
        self.assertEqual(done.stderr.splitlines(), [
            "goroutine 3, status 2, an m, began in third",
            "goroutine 2, status 6, no m, began in second",
            "goroutine 1, status 6, no m, began in main",
            "1 left"])
        self.assertEnds(done, "exit status 0")

    def test_a_goroutine_that_ends_in_the_wrong_status_is_refused(self):
        done = run([self.program("wrong"), "status"])
        self.assertEqual(done.stderr, "on g0: 0\nfatal error: casgstatus: bad incoming status\n")
        self.assertEnds(done, "exit status 2")

    def test_at_the_end_of_the_process_nobody_runs(self):
        out = gdb(self.rt0, "catch syscall exit_group\nrun\nprint (long)m0.curg\n")
        self.assertRegex(out, r"\$1 = 0\n")

    def test_newproc_makes_a_stack_while_it_stands_on_g0(self):
        out = gdb(self.program("order"), "break *stackalloc\nrun\ncontinue\nprint allgs->goid\n"
                                         "print *(struct g **)($fs_base - 8) == &g0\n"
                                         "print (long)$rsp > (long)g0.stack.lo && (long)$rsp < (long)g0.stack.hi\n")
        self.assertEqual(re.findall(r"^\$\d+ = (\d+)$", out, re.M), ["1", "1", "1"], out)


class Stacks(Chapter):
    def test_a_stack_that_overflows_dies_in_its_guard_page(self):
        program = self.program("overflow")
        self.assertEnds(run([program]), "killed by SIGSEGV")
        out = gdb(program, "run\nset $at = (long)$_siginfo._sifields._sigfault.si_addr\n"
                           "set $gp = (struct g *)*(long *)($fs_base - 8)\n"
                           "printf \"%d below lo, goroutine %d, depth %d\\n\", (long)$gp->stack.lo - $at, $gp->goid, depth\n")
        found = re.search(r"^(-?\d+) below lo, goroutine 2, depth (\d+)$", out, re.M)
        self.assertTrue(found, out)
        self.assertTrue(0 < int(found.group(1)) <= 4096, "the fault is not in the page below the stack:\n" + out)
        self.assertTrue(60 <= int(found.group(2)) <= 65, out)

    def test_memory_that_is_refused_for_a_stack_is_named(self):
        for inject, message in (
                ("mmap:error=ENOMEM:when=2", "runtime: out of memory: cannot allocate 69632-byte block (ENOMEM); "
                                             "see ulimit -a\nfatal error: out of memory\n"),
                ("mprotect:error=ENOMEM", "fatal error: stackalloc: mprotect: ENOMEM (errno 12)\n"),
                ("mprotect:error=EACCES", "fatal error: stackalloc: mprotect: EACCES (errno 13)\n"
                                          "runtime: a seccomp filter, a sandbox or an emulator refuses this call; allow it\n")):
            done = run(["strace", "-o", "/dev/null", "-e", "inject=" + inject, self.rt0])
            self.assertEqual(done.stderr, message)
            self.assertEnds(done, "exit status 2")

    def test_the_kernels_limit_on_mappings_ends_the_program_in_words(self):
        limit = int(Path("/proc/sys/vm/max_map_count").read_text())
        done = run([self.program("many")])
        if limit > 80000:
            self.assertEqual(done.stderr, "40000 goroutines\n")
        else:
            self.assertRegex(done.stderr, r"\Afatal error: stackalloc: mprotect: ENOMEM \(errno 12\)\n\Z|out of memory")
            self.assertEnds(done, "exit status 2")


class Switch(Chapter):
    def test_mcall_on_g0_is_refused(self):
        done = run([self.program("wrong"), "mcall-on-g0"])
        self.assertEqual(done.stderr, "fatal error: mcall: called on a g0\n")
        self.assertEnds(done, "exit status 2")

    def test_a_function_called_by_mcall_must_not_return(self):
        done = run([self.program("wrong"), "mcall-returns"])
        self.assertEqual(done.stderr, "fatal error: mcall: function returned\n")
        self.assertEnds(done, "exit status 2")

    def test_mstart1_off_g0_is_refused(self):
        done = run([self.program("wrong"), "mstart"])
        self.assertEqual(done.stderr, "fatal error: mstart1: not on g0\n")
        self.assertEnds(done, "exit status 2")

    def test_systemstack_goes_to_g0_and_comes_back_also_when_nested(self):
        done = run([self.program("wrong"), "systemstack"])
        self.assertEqual(done.stderr, "on g0: 1, argument 77\non g0: 1, argument 77\non g0: 0\n")
        self.assertEnds(done, "exit status 0")

    def test_mcall_and_systemstack_run_a_function_on_the_stack_of_g0(self):
        done = run([self.program("where")])
        lines = done.stderr.splitlines()
        on_g0 = "%s: g0 1, its stack 1, 8 below its sp, rsp %% 16 = 8"
        self.assertEqual(lines[:4], [on_g0 % "mcall"] * 2 + [on_g0 % "systemstack"] * 2)
        self.assertEqual(lines[4:], ["guards 928 and 928 above lo"])
        self.assertEnds(done, "exit status 0")

    def test_the_rounding_mode_belongs_to_the_thread_not_to_a_goroutine(self):
        done = run([self.program("control")])
        self.assertEqual(done.stderr, "before: rounding mode 0\nafter: rounding mode 2\n")
        self.assertEnds(done, "exit status 0")


class Backtraces(Chapter):
    def test_the_backtrace_of_a_goroutine_ends_in_goexit(self):
        out = gdb(self.rt0, "break *runtime_main\nrun\nbt\nbreak *bootreport\ncontinue\nbt\nbreak *goexit1\ncontinue\nbt\n")
        self.assertEqual(traces(out)[-3:], [["runtime_main", "goexit"], ["bootreport", "runtime_main", "goexit"],
                                            ["goexit1", "goexit"]], out)

    def steps(self, program, start, length, first="_rt0_amd64_linux", arguments=()):
        """The backtraces at each instruction of a routine, the first time that it is called after FIRST."""
        # As an address: gdb 12 takes the weak runtime_main, which was not linked, for the one that was.
        first = symbols(program)[first][0]
        script = "tbreak *%#x\nrun\ntbreak *%s\ncontinue\n%s" % (first, start, "bt\nstepi\n" * length)
        return [trace for trace in traces(gdb(program, script, *arguments)) if trace[0] == start]

    def test_every_instruction_of_a_switch_has_an_honest_backtrace(self):
        gogo = self.steps(self.rt0, "gogo", 12)
        self.assertEqual(gogo, [["gogo", "execute", "schedule", "mstart1", "mstart"]] * 10 + [["gogo"]] * 2)
        mcall = self.steps(self.rt0, "mcall", 23)
        there = [trace for trace in mcall if len(trace) > 1]
        self.assertEqual(there, [["mcall", "goexit1", "goexit"]] * 19)
        self.assertEqual(mcall[19:], [["mcall"]] * 2)

    def test_every_instruction_of_systemstack_knows_its_caller(self):
        found = self.steps(self.program("wrong"), "systemstack", 14, "runtime_main", ["systemstack"])
        self.assertEqual(found, [["systemstack", "runtime_main", "goexit"]] * 14)

    def test_a_scheduler_on_g0_ends_in_mstart_or_mcall(self):
        out = gdb(self.rt0, "break *goexit0\nrun\nbt\n")
        self.assertEqual(traces(out)[-1], ["goexit0", "mcall"], out)


class Bytes(Chapter):
    def test_goexit_begins_with_a_nop_of_one_byte(self):
        out = gdb(self.rt0, "x/2i goexit\n")
        self.assertRegex(out, r"<goexit>:\s+nop\n.*<goexit\+1>:\s+call ")

    def test_the_switch_ends_in_an_indirect_jump(self):
        out = gdb(self.rt0, "disassemble gogo\n")
        self.assertRegex(out, r"jmp +\*%rcx\nEnd of")
        self.assertNotIn("ret", out)


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
