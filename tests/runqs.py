"""Helpers of the tests of stealing, of the pile and of system calls: src/sched/runq.c and others in a model and on real threads.

Explored and Hosted stand beside unittest.TestCase and read attributes of the class:
MODEL (a module of tests/steal), CLASS (its model of FILES), ORDERS, since, MANY (goroutines).
"""
import re
import subprocess
import sys

import linked
import sources
from states import once

STEAL = linked.TOP / "tests" / "steal"
sys.path.insert(0, str(STEAL))
import model  # noqa: E402
import bias  # noqa: E402,F401
import lent  # noqa: E402,F401
import pile  # noqa: E402,F401

NAMES = {"__ATOMIC_ACQUIRE": model.ACQ, "__ATOMIC_RELEASE": model.REL, "__ATOMIC_ACQ_REL": model.AR,
         "__ATOMIC_RELAXED": model.RLX, "__ATOMIC_SEQ_CST": model.SC}


def orders(source, function, operation):
    """The memory orders of each such operation in a function."""
    body = re.search(r"(?ms)^%s\(.*?^}" % function, source)[0]
    found = []
    for match in re.finditer(operation, body):
        end, depth = body.index("(", match.start()), 1
        while depth > 0:        # its arguments
            end += 1
            depth += (body[end] == "(") - (body[end] == ")")
        found.append([NAMES[word] for word in re.findall(r"__ATOMIC_[A-Z_]+", body[match.start():end])])
    return found


class Explored:
    FILES = ("runq.c",)

    def modes(self):
        """(how to check, the mutants) of each kind of fence."""
        return getattr(self.MODEL, "MODES", None) or ((self.MODEL.check, self.MODEL.MUTANTS),)

    @once
    def test_the_model_finds_nothing_wrong_with_the_chapter(self):
        for check, _ in self.modes():
            for scenario in self.MODEL.SCENARIOS:
                with self.subTest(scenario, by=check.__name__):
                    wrong, states = check(scenario)
                    self.assertIsNone(wrong)
                    self.assertGreater(states, 10)

    @once
    def test_the_model_finds_every_mistake(self):
        for check, mutants in self.modes():
            for changed, scenario in mutants:
                with self.subTest(model.said(changed), by=check.__name__):
                    self.assertIsNotNone(check(scenario, **changed)[0])

    def test_the_orders_of_the_source_are_those_of_the_model(self):
        source = "\n".join(sources.find(self.state / "src", name).read_text() for name in self.FILES)
        for function, operation, *names in self.ORDERS:
            with self.subTest(names):
                found = orders(source, function, operation)
                self.assertTrue(found, "%s has no %s" % (function, operation))
                for order in found:     # of success and of failure
                    self.assertEqual(order, [self.CLASS.GOOD.get(name, name) for name in names])


class Fences:
    def test_both_fences_are_in_the_machine_code(self):
        code = linked.run("objdump", "-d", "--no-show-raw-insn", linked.example(self.state, "busy")).stdout
        for function in ("wakep", "findrunnable"):
            body = re.search(r"(?ms)<%s>:\n(.*?)\n\n" % function, code + "\n\n")
            if body is None and function == "findrunnable":
                body = re.search(r"(?ms)<schedule>:\n(.*?)\n\n", code)
            self.assertRegex(body[1], r"\tmfence|lock or[lq] +\$0x0,", function)


class Hosted:
    """tests/steal/stress.c with src/sched/runq.c, as it is and with something weakened."""
    OPTIONS = ()        # of the compiler
    KINDS = ((),)       # more arguments, each for a run of its own

    def build(self, source, name, *options):
        file = linked.WORK / ("%s-%s.c" % (self.state.name, name))
        file.write_text(source)
        program = file.with_suffix("")
        linked.compiled("-std=gnu11", "-g", "-O1", "-D_GNU_SOURCE", "-DGOAMD64=1", "-I%s" % (self.state / "src"),
                        '-DRUNQ="%s"' % file, *self.OPTIONS, *options, "-o", program, STEAL / "stress.c", "-lpthread")
        return program

    def source(self, *changes):
        return linked.changed(sources.find(self.state / "src", "runq.c").read_text(), *changes)

    def sanitized(self, name, *changes, kind=()):
        program = linked.WORK / ("%s-%s" % (self.state.name, name))
        if not program.exists():
            self.build(self.source(*changes), name, "-fsanitize=thread", "-Wno-tsan")
        done = linked.run("setarch", "-R", program, 3, 30000, *kind)
        if "unexpected memory mapping" in done.stderr:
            self.skipTest("the sanitizer does not run on this kernel")
        return done

    def assertRace(self, name, *changes):
        for _ in range(30):             # the gap in the chain must be met once
            done = self.sanitized(name, *changes)
            if done.stderr:
                break
        self.assertIn("data race", done.stderr)

    def assertGoesWrong(self, name, *changes, times=1, thieves=2, seconds=10, kind=()):
        """One is lost, taken twice, or never comes."""
        program = self.build(self.source(*changes), name)
        for _ in range(times):
            try:
                done = linked.run(program, thieves, 200000, *kind, timeout=seconds)
            except subprocess.TimeoutExpired:
                return
            if done.returncode != 0:
                return
        self.fail("nothing went wrong")

    def test_every_goroutine_is_taken_once(self):
        program = self.build(self.source(), "plain")
        for kind in self.KINDS:
            for thieves in (0, 1, 2, 4):
                done = linked.run(program, thieves, self.MANY, *kind)
                self.assertEqual((done.returncode, done.stdout), (0, "%d goroutines, 0 wrong\n" % self.MANY), done.stderr)

    def test_no_order_is_missing_under_the_sanitizer(self):
        for kind in self.KINDS:
            for _ in range(3):
                done = self.sanitized("clean", kind=kind)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "30000 goroutines, 0 wrong\n", ""))
