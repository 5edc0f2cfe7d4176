"""The entry point, what the file promises, and what the stack holds."""
import ctypes
import os
import re
import unittest

import sources
import states
from prefix import Prefix, gdb, objdump, run, symbols
from states import superseded

FUNCTION = re.compile(r"^[0-9a-f]+ <([\w.]+)>:$")
INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(\S.*?)?\s*$")


def code_of(program):
    """function -> [(bytes, instruction)] of the whole text"""
    functions, current = {}, None
    for line in objdump(program, "-d").splitlines():
        match = FUNCTION.match(line)
        if match:
            current = functions.setdefault(match.group(1), [])
        match = INSTRUCTION.match(line)
        if match:
            current.append((match.group(2).strip(), match.group(3) or ""))
    return functions


def run_without_argv(program):
    """execve with an empty argv, which no library function allows."""
    path, none = os.fsencode(str(program)), (ctypes.c_char_p * 1)(None)
    libc = ctypes.CDLL(None)
    pid = os.fork()
    if pid == 0:
        try:
            libc.execve(path, none, none)
        finally:
            os._exit(99)
    return os.WEXITSTATUS(os.waitpid(pid, 0)[1])


class Chapter(Prefix):
    since = "the-first-instruction"

    @superseded("check-and-args", "the boot goes on, and argc is in a variable")
    def test_argc_is_the_exit_status_modulo_256(self):
        for words, status in ((0, 1), (3, 4), (254, 255), (255, 0), (256, 1), (9999, 10000 % 256)):
            done = run([self.rt0] + ["x"] * words)
            self.assertEnds(done, "exit status %d" % status)

    def test_argc_is_loaded_with_all_its_8_bytes(self):
        output = gdb(self.rt0, "starti\nset {long}$rsp = 0x123456789\nstepi 2\nprint/x $rdi\nkill\n")
        self.assertIn("= 0x123456789", output)

    @superseded("rt0-go", "the entry goes on to rt0_go")
    def test_the_program_is_five_instructions(self):
        functions = code_of(self.rt0)
        real = {name: [text.split()[0] for _, text in body if text != "int3"] for name, body in functions.items()}
        self.assertEqual(real, {"_rt0_amd64_linux": ["jmp"], "_rt0_amd64": ["mov", "lea", "mov", "syscall"]})

    def test_the_entry_is_e9_and_27_traps_as_in_go(self):
        body = code_of(self.rt0)["_rt0_amd64_linux"]
        self.assertEqual(body[0][0][:2], "e9")
        self.assertEqual([code for code, _ in body[1:28]], ["cc"] * 27)

    def test_the_kernel_starts_at_rt0_amd64_linux(self):
        header = run(["readelf", "-h", self.rt0]).stdout
        entry = int(re.search(r"Entry point address:\s+(0x[0-9a-f]+)", header).group(1), 16)
        self.assertEqual(entry, symbols(self.rt0)["_rt0_amd64_linux"][0])
        self.assertIn("EXEC", header)

    def test_the_entry_point_does_not_depend_on_the_order_of_files(self):
        for reverse in (False, True):
            program = self.build(name="reverse%d" % reverse, reverse=reverse)
            output = gdb(program, "starti\nprint/a $pc\nkill\n")
            self.assertIn("<_rt0_amd64_linux>", output)

    @superseded("rt0-go", "the entry ends in a jump: 11 bytes")
    def test_functions_begin_at_multiples_of_32_and_have_a_size(self):
        sizes = {"_rt0_amd64_linux": 5, "_rt0_amd64": 16}
        table = symbols(self.rt0)
        for name, size in sizes.items():
            self.assertEqual((table[name][0] % 32, table[name][1]), (0, size), name)

    @superseded("rt0-go", "there is data")
    def test_the_kernel_maps_two_segments_and_no_more(self):
        headers = run(["readelf", "-lW", self.rt0]).stdout
        flags = re.findall(r"^  LOAD +(?:0x[0-9a-f]+ +){5}([RWE ]{3})", headers, re.M)
        self.assertEqual(flags, ["R  ", "R E"])
        for word in ("INTERP", "DYNAMIC", "TLS", "NOTE"):
            self.assertNotIn(word, headers)

    def test_the_stack_is_not_executable(self):
        headers = run(["readelf", "-lW", self.rt0]).stdout
        self.assertRegex(headers, r"GNU_STACK +(?:0x[0-9a-f]+ +){5}RW  ")

    def test_every_object_file_allows_a_stack_that_is_not_executable(self):
        source = self.source()
        for path in sources.files(source, ".S"):
            output, done = self.compile(source, path.name)
            self.assertEqual(done.returncode, 0, done.stderr)
            sections = run(["readelf", "-SW", output]).stdout
            match = re.search(r"\.note\.GNU-stack +PROGBITS +(?:[0-9a-f]+ +){4}([A-Z]*)", sections)
            self.assertTrue(match, "%s has no .note.GNU-stack" % path.name)
            self.assertNotIn("X", match.group(1), path.name)

    def test_a_backtrace_at_the_entry_has_one_frame(self):
        output = gdb(self.rt0, "starti\nbacktrace\nstepi\nbacktrace\nstepi\nbacktrace\nkill\n", "one", "two")
        frames = re.findall(r"^#(\d+) .*", output, re.M)
        self.assertEqual(frames, ["0", "0", "0"], output)

    @superseded("rt0-go", "the thread pointer is one more")
    def test_exit_group_is_the_only_system_call(self):
        log = self.place / "log"
        done = run(["strace", "-f", "-o", log, self.rt0, "a"])
        self.assertEnds(done, "exit status 2")
        calls = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.M)
        self.assertEqual(calls, ["execve", "exit_group"])

    def test_an_empty_argv_is_survived(self):
        # Linux 5.18 and later put in an empty string: 1, before: 0.
        self.assertIn(run_without_argv(self.rt0), (0, 1))

    def test_no_environment_is_survived(self):
        self.assertEnds(run([self.rt0, "a"], env={}), "exit status 0" if self.hello else "exit status 2")

    def test_a_ret_at_the_entry_dies_at_the_address_argc(self):
        offset = symbols(self.rt0)["_rt0_amd64_linux"][0] - 0x400000
        code = bytearray(self.rt0.read_bytes())
        self.assertEqual(code[offset], 0xe9)
        code[offset] = 0xc3
        copy = self.place / "ret"
        copy.write_bytes(code)
        copy.chmod(0o755)
        output = gdb(copy, "run\nprint/d (long)$pc\n", "one", "two", "three")
        self.assertIn("SIGSEGV", output)
        self.assertIn("$1 = 4\n", output)


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
