"""G0, m0, the thread pointer, and the refusal of old processors."""
import re
import resource
import unittest

import states
from prefix import Prefix, gdb, run, symbols
from states import superseded

CPUID, XGETBV, AND = 0xa20f, 0xd0010f, 0xc02144     # 0f a2, 0f 01 d0, and %r8d,%eax

# A main as crt1.o would call it: argc and argv in registers, and a return
# address on the stack.
C_LIBRARY_START = """
	.globl	_start
_start:	movq	(%rsp), %rdi
	leaq	8(%rsp), %rsi
	call	main
	hlt
main:	jmp	rt0_go
	.section .note.GNU-stack, "", @progbits
"""

# Step through checklevel; at each stop print one line for the transcript.
WALK = """
tbreak checklevel
run
while $pc >= %(start)d && $pc < %(end)d
%(each)s
  stepi
end
%(after)s
"""


class Chapter(Prefix):
    since = "rt0-go"

    def walk(self, program, each, after="continue", *arguments):
        start, size, _ = symbols(program)["checklevel"]
        return gdb(program, WALK % {"start": start, "end": start + size, "each": each, "after": after}, *arguments)

    # -- the boot --

    @superseded("check-and-args", "the boot goes on, and argc is in a variable")
    def test_argc_comes_back_out_of_the_frame(self):
        for words in (0, 1, 3, 254):
            self.assertEnds(run([self.rt0] + ["x"] * words), "exit status %d" % (words + 1))

    def test_a_stack_limit_below_the_64_kb_does_not_stop_the_boot(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_STACK, (16384, 16384))
        for _ in range(40):     # how much of the 16 the kernel leaves is chance
            self.assertEnds(run([self.rt0, "a"], env={"LONG": "x" * 1000}, preexec_fn=limit), self.argc(2))

    @superseded("check-and-args", "the boot goes on")
    def test_the_only_system_calls_are_arch_prctl_and_exit_group(self):
        log = self.place / "log"
        self.assertEnds(run(["strace", "-f", "-o", log, self.rt0]), self.argc(1))
        calls = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.M)
        self.assertEqual(calls, ["execve", "arch_prctl", "exit_group"])

    def test_g0_has_the_64_kb_below_the_frame(self):
        output = gdb(self.rt0, "tbreak settls\nrun\n"
                     "printf \"%d %d %d %d\\n\", g0.stack.hi - (long)$rsp, g0.stack.hi - g0.stack.lo, "
                     "g0.stackguard0 == g0.stack.lo, g0.stack.hi % 16\nkill\n")
        self.assertIn("\n8 65536 1 0\n", output)

    def test_argc_and_argv_lie_at_24_and_32(self):
        output = gdb(self.rt0, "tbreak settls\nrun\n"
                     "printf \"%d %s\\n\", *(long *)($rsp + 32), (*(char ***)($rsp + 40))[2]\nkill\n", "one", "two")
        self.assertIn("\n3 two\n", output)

    def test_g0_and_m0_point_at_each_other(self):
        output = gdb(self.rt0, "tbreak checklevel\nrun\nprintf \"%d%d%d\\n\", m0.tls[0] == (long)&g0, "
                     "m0.g0 == &g0, g0.m == &m0\nkill\n")
        self.assertIn("\n111\n", output)

    def test_the_thread_pointer_holds_its_own_address(self):
        output = gdb(self.rt0, "tbreak checklevel\nrun\nprintf \"%d%d\\n\", $fs_base == (long)&m0.tls[1], "
                     "*(long *)$fs_base == $fs_base\nkill\n")
        self.assertIn("\n11\n", output)

    def test_the_direction_flag_is_clear_for_c(self):
        output = gdb(self.rt0, "starti\nset $eflags = $eflags | 0x400\ntbreak checklevel\ncontinue\n"
                     "printf \"%d\\n\", ($eflags & 0x400) != 0\nkill\n")
        self.assertIn("\n0\n", output)

    def test_the_frame_pointer_is_zero_whatever_it_was(self):
        output = gdb(self.rt0, "starti\nset $rbp = 0x1234\ntbreak checklevel\ncontinue\n"
                     "printf \"%d\\n\", (long)$rbp\nkill\n")
        self.assertIn("\n0\n", output)

    def test_rt0_go_aligns_the_stack_when_a_c_library_calls_it(self):
        (self.place / "start.S").write_text(C_LIBRARY_START)
        program = self.build(link=[self.place / "start.S", "-Wl,-e,_start"])
        for start in (self.rt0, program):
            output = gdb(start, "tbreak checklevel\nrun\nprintf \"%d\\n\", ((long)$rsp + 8) & 15\ncontinue\n", "a", "b")
            self.assertIn("\n0\n", output)
            self.assertIn(self.exited(3), output)

    def test_cpuid_is_asked_for_vendor_and_version(self):
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            intel = "GenuineIntel" in cpuinfo.read()
        output = gdb(self.rt0, "tbreak settls\nrun\nprintf \"%d %d\\n\", isIntel, processorVersionInfo != 0\nkill\n")
        self.assertIn("\n%d 1\n" % intel, output)

    def test_an_intel_is_recognised_by_twelve_letters(self):
        letters = {"ebx": 0x756e6547, "edx": 0x49656e69, "ecx": 0x6c65746e}
        script = "break rt0_go\n"
        for spoilt in (None, "ebx", "edx", "ecx"):
            script += "run\nwhile *(unsigned short *)$pc != %d\nstepi\nend\nstepi\n" % CPUID
            for register, value in letters.items():
                script += "set $%s = %d\n" % (register, value ^ (register == spoilt) << 3)
            script += "tbreak settls\ncontinue\nprintf \"Intel %d\\n\", isIntel\nkill\n"
        output = gdb(self.rt0, script)
        self.assertEqual(re.findall(r"Intel (\d)", output), ["1", "0", "0", "0"], output)

    # -- the thread pointer --

    @superseded("check-and-args", "the message is that of sysfail, with the errno")
    def test_a_refused_arch_prctl_is_a_message_and_status_2(self):
        done = run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=arch_prctl:error=EPERM", self.rt0])
        self.assertEnds(done, "exit status 2")
        self.assertEqual(done.stderr, "rt0: arch_prctl(ARCH_SET_FS) failed\n")

    def test_an_arch_prctl_that_does_nothing_does_not_pass(self):
        done = run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=arch_prctl:retval=0", self.rt0])
        self.assertEnds(done, "killed by SIGSEGV")

    def test_a_thread_local_variable_is_refused_by_the_linker_in_a_sentence(self):
        for number, (declared, refused) in enumerate((
                ("_Thread_local long x;", True), ("_Thread_local long x = 1;", True), ("__thread char x[9000];", True),
                ("static __thread long x; long *f(void) { return &x; }", True), ("extern _Thread_local long x;", False),
                ("long x;", False), ("static long x = 1; long *f(void) { return &x; }", False))):
            source = self.place / ("variable%d.c" % number)
            source.write_text(declared + "\n")
            done = run(["gcc", "-O2", "@%s/src/cflags" % self.tree, "-I%s/src" % self.tree, "@%s/src/ldflags" % self.tree, "-o",
                        self.place / "variable", source] + self.hello + sorted(self.obj.glob("*.o")))
            sentence = "rt0: a program can have no thread-local variable; make it static"
            self.assertEqual((done.returncode != 0, sentence in done.stderr), (refused, refused),
                             declared + "\n" + done.stderr)

    def test_the_self_test_stops_a_thread_pointer_that_is_off_by_one_word(self):
        for number, offset in enumerate(("0", "16", "-8")):
            wrong = ("asm_amd64.S", "leaq\t8(%rdi), %rsi", "leaq\t%s(%%rdi), %%rsi" % offset)
            program = self.build([wrong], name="tested%d" % number)
            self.assertEnds(run([program, "a"]), "killed by SIGTRAP")
            if self.hello:
                continue        # without the test, C dies of it, and says nothing
            # And nothing else would have noticed.
            program = self.build([wrong, ("asm_amd64.S", "je\t.Ltlsready", "jmp\t.Ltlsready")],
                                 name="trusting%d" % number)
            self.assertEnds(run([program, "a"]), "exit status 2")

    def test_abort_names_its_caller_in_the_debugger(self):
        program = self.build([("asm_amd64.S", "leaq\t8(%rdi), %rsi", "leaq\t(%rdi), %rsi")])
        output = gdb(program, "run\nbacktrace\nkill\n")
        self.assertRegex(output, r"#0 .*abort \(\)\n#1 .*rt0_go \(\)\n(?!#2)")

    def test_the_word_at_fs_0x70_is_inside_of_the_array(self):
        source = self.source([("sched.h", "TLSSLOTS = 16", "TLSSLOTS = 15")])
        _, done = self.compile(source, "offsets.c")
        self.assertIn("%fs:0x70 is outside", done.stderr)

    def test_a_wrong_offset_is_an_error_that_names_the_field(self):
        fields = {"g_stack_lo\t0": "g.stack.lo", "g_stack_hi\t8": "g.stack.hi", "g_stackguard0\t16": "g.stackguard0",
                  "g_m\t\t24": "g.m", "m_g0\t\t0": "m.g0", "m_tls\t\t8": "m.tls"}
        for number, (define, field) in enumerate(fields.items()):
            name = define.split("\t")[0]
            source = self.source([("go_asm.h", define, name + "\t40")], "wrong%d" % number)
            _, done = self.compile(source, "offsets.c")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("wrong offset of %s\"" % field, done.stderr)

    # -- the hook --

    def test_a_hook_keeps_its_thread_pointer_and_moves_the_bound(self):
        program = self.build(more=["tests/cgo_hook.c"])
        output = gdb(program, "tbreak checklevel\nrun\n"
                     "printf \"calls %d g0 %d setg %d rest %d sp %d\\n\", seen.calls, seen.g0 == &g0, "
                     "(long)seen.setg == (long)&setg, seen.unused1 == 0 && seen.unused2 == 0, seen.sp & 15\n"
                     "printf \"before %d moved %d guard %d\\n\", seen.guard - seen.lo, seen.lo - g0.stack.lo, "
                     "g0.stackguard0 - g0.stack.lo\n"
                     "printf \"fs %d g %d setg %d m0 %d wired %d\\n\", $fs_base == (long)&library_block[8], "
                     "library_block[7] == (long)&g0, seen.g_after_setg == (long)&g0, m0.tls[0] == 0 && m0.tls[1] == 0, "
                     "g0.m == &m0 && m0.g0 == &g0\ncontinue\n", "a")
        self.assertIn("calls 1 g0 1 setg 1 rest 1 sp 0\n", output)
        self.assertIn("before 0 moved %d guard 928\n" % (12345 * 16), output)
        self.assertIn("fs 1 g 1 setg 1 m0 1 wired 1\n", output)
        self.assertIn(self.exited(2), output)

    def test_with_a_hook_the_runtime_makes_no_arch_prctl_of_its_own(self):
        program, log = self.build(more=["tests/cgo_hook.c"]), self.place / "log"
        self.assertEnds(run(["strace", "-o", log, program]), self.argc(1))
        self.assertEqual(len(re.findall(r"^arch_prctl", log.read_text(), re.M)), 1)

    # -- levels --

    def refusal(self, level):
        remedy = "; rebuild with make GOAMD64=v1" if level > 1 else ""
        return "rt0: this processor lacks what GOAMD64=v%d needs%s\n" % (level, remedy)

    def test_a_processor_without_one_bit_of_a_row_is_refused(self):
        script = "break checklevel\n"
        bits = (0, 8, 15, 23, 24, 25, 26)       # of the row of level 1
        for bit in bits:
            script += ("run\nwhile *(unsigned short *)$pc != %d\nstepi\nend\nstepi\n"
                       "set $edx = $edx & ~%d\ncontinue\n" % (CPUID, 1 << bit))
        output = gdb(self.rt0, script)
        self.assertEqual(output.count(self.refusal(1)), len(bits), output)
        self.assertEqual(output.count("exited with code 02"), len(bits), output)

    def test_a_processor_with_all_bits_of_all_rows_is_accepted(self):
        for level in (1, 2, 3, 4):
            program = self.build(options=["-DGOAMD64=%d" % level], name="level%d" % level)
            # Pretend: every answer has all bits, and no xgetbv is executed.
            each = ("if (*(unsigned *)$pc & 0xffffff) == %d\nset $pc = $pc + 3\nend\n"
                    "if (*(unsigned *)$pc & 0xffffff) == %d\nset $eax = -1\nend" % (XGETBV, AND))
            output = self.walk(program, each)
            self.assertIn(self.exited(1), output)

    def test_levels_agree_with_the_dynamic_linker(self):
        # and not with /proc/cpuinfo, in which some kernels leave out features that the processor has
        known = run(["/lib64/ld-linux-x86-64.so.2", "--help"]).stdout
        for level in (2, 3, 4):
            has = re.search(r"x86-64-v%d \(supported" % level, known) is not None
            program = self.build(options=["-DGOAMD64=%d" % level], name="level%d" % level)
            done = run([program])
            self.assertEnds(done, self.argc(1) if has else "exit status 2")
            self.assertEqual(done.stderr, "" if has else self.refusal(level))

    def table(self, level):
        """The rows of a build: (leaf, register, bits)."""
        program = self.build(options=["-DGOAMD64=%d" % level], name="table%d" % level)
        output = gdb(program, "set $p = (unsigned *)&levels\nwhile $p != (unsigned *)&levels_end\n"
                     "printf \"row %x %d %x\\n\", $p[0], $p[1], $p[2]\nset $p = $p + 3\nend\n")
        return [(int(leaf, 16), int(register), int(bits, 16))
                for leaf, register, bits in re.findall(r"^row (\w+) (\d) (\w+)$", output, re.M)]

    def test_the_table_asks_for_osxsave_before_xcr0(self):
        rows = self.table(4)
        osxsave = [i for i, (leaf, register, bits) in enumerate(rows)
                   if (leaf, register) == (1, 2) and bits & 1 << 27]
        xcr0 = [i for i, row in enumerate(rows) if row[0] == 0xffffffff]
        leaf7 = [i for i, row in enumerate(rows) if row[0] == 7]
        self.assertEqual((len(osxsave), len(xcr0), len(leaf7)), (1, 2, 2))
        self.assertLess(osxsave[0], min(xcr0 + leaf7))

    def test_the_table_has_the_bits_of_the_abi(self):
        def bits(*numbers):
            return sum(1 << number for number in numbers)
        want = {(1, 3): bits(0, 8, 15, 23, 24, 25, 26), (1, 2): bits(0, 9, 12, 13, 19, 20, 22, 23, 27, 28, 29),
                (7, 1): bits(3, 5, 8, 16, 17, 28, 30, 31), (0x80000001, 2): bits(0, 5),
                (0xffffffff, 0): bits(1, 2, 5, 6, 7)}
        got = {}
        for leaf, register, wanted in self.table(4):
            self.assertEqual(got.get((leaf, register), 0) & wanted, 0, "asked twice")
            got[leaf, register] = got.get((leaf, register), 0) | wanted
        self.assertEqual(got, want)

    def test_every_cpuid_of_the_table_asks_for_sub_leaf_0(self):
        program = self.build(options=["-DGOAMD64=4"])
        each = ("if *(unsigned short *)$pc == %d\nprintf \"leaf %%x sub-leaf %%d\\n\", $eax, $ecx\nend\n"
                "if (*(unsigned *)$pc & 0xffffff) == %d\nprintf \"xcr %%d\\n\", $ecx\nset $pc = $pc + 3\nend\n"
                "if (*(unsigned *)$pc & 0xffffff) == %d\nset $eax = -1\nset $ecx = 77\nend" % (CPUID, XGETBV, AND))
        output = self.walk(program, each)
        self.assertEqual(re.findall(r"leaf (\w+) sub-leaf (\d+)", output),
                         [(leaf, "0") for leaf in ("1", "1", "80000001", "1", "7", "80000001", "7")], output)
        self.assertEqual(re.findall(r"xcr (\d+)", output), ["0", "0"])

    def test_a_backtrace_inside_checklevel_reaches_rt0_go_at_every_instruction(self):
        each = "printf \"at\\n\"\nbacktrace"
        # Before cmpl $3, %r8d: a step over cpuid in a virtual machine may be a step of two instructions.
        spoil = "\nif *(unsigned *)$pc == 0x03f88341\nset $edx = 0\nend"
        for old in (False, True):
            output = self.walk(self.rt0, each + (spoil if old else ""))
            stops = output.split("at\n")[1:]
            self.assertGreater(len(stops), 15)
            for stop in stops:
                self.assertRegex(stop, r"^#0 .*checklevel \(\)\n#1 .*rt0_go \(\)\n(?!#2)")
            self.assertIn("exited with code 02" if old else self.exited(1), output)

    def test_rbx_is_kept_by_checklevel(self):
        output = gdb(self.rt0, "tbreak checklevel\nrun\nset $rbx = 0x5555\nfinish\nprint $rbx == 0x5555\nkill\n")
        self.assertIn("$1 = 1\n", output)

    # -- the file --

    def test_every_routine_is_in_the_text(self):
        table = symbols(self.rt0)
        routines = "_rt0_amd64_linux _rt0_amd64 rt0_go settls bootfail setg abort checklevel".split()
        for name in routines:
            address, size, letter = table[name]
            self.assertIn(letter, "tT", name)
            self.assertTrue(size > 0 and address % 32 == 0, name)
        for name in ("levels", "msgtls", "msgold"):
            self.assertEqual(table[name][2], "r", name)

    def test_no_symbol_is_undefined_and_no_header_asks_for_help(self):
        self.assertEqual(run(["nm", "-u", self.rt0]).stdout, "")
        headers = run(["readelf", "-lW", self.rt0]).stdout
        for word in ("INTERP", "DYNAMIC", "TLS", "RWE"):
            self.assertNotIn(word, headers)


class HookWithThreads(Prefix):
    since = "park-and-ready"
    about = ("go from one goroutine to another", "leave for the next")

    def setUp(self):
        super().setUp()
        self.program = self.build(more=["tests/cgo_hook.c"], example="workers")

    def test_with_a_hook_goroutines_run_on_all_threads_as_without(self):
        for procs in ("1", "4"):
            done = run([self.program], env={"GOMAXPROCS": procs})
            self.assertEnds(done, "exit status 0")
            self.assertEqual(done.stdout, "17984 primes below 200000\n")

    def test_the_debugger_knows_the_first_thread_of_a_program_with_a_hook(self):
        output = gdb(self.program, "source gdb/rt0.py\ntbreak count\nrun\ninfo sched\nkill\n")
        self.assertRegex(output, r"(?m)^M0 .*  thread 1$")


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
