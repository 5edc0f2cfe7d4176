"""The walks: what a script may name, and that a recording on a page is what the walk does today."""
import itertools
import json
import re
import types
import unittest
import unittest.mock
from concurrent.futures import ThreadPoolExecutor

import walks
from chapters import number

NEWPROC = number("newproc") + "-newproc"


def assigned(lines):
    """The names that lines of Python at the left margin give to something."""
    found = set()
    for line in lines:
        match = re.match(r"(?:def|class) (\w+)|(?: *)(\w+)(?:, (\w+))* = ", line)
        found.update(name for name in (match.groups() if match else ()) if name)
    return found


class Scripts(unittest.TestCase):
    def test_a_script_takes_no_name_of_the_extension(self):
        """Both live in one namespace: a walk that says place = ... would break info goroutines."""
        ours = set()
        for name in ("rt0.py", "stepping.py"):
            ours |= assigned(line for line in (walks.TOP / "gdb" / name).read_text().splitlines() if not line.startswith(" "))
        self.assertIn("goroutine_lines", ours)
        for path in sorted((walks.TOP / "gdb").glob("*.gdb")):
            blocks = re.findall(r"(?ms)^python\n(.*?)^end$", path.read_text())
            theirs = assigned("\n".join(blocks).splitlines())
            self.assertEqual(sorted(theirs & ours), [], "gdb/" + path.name)


class Recordings(unittest.TestCase):
    """book/data/walks, which the steppers on the pages show."""

    def test_each_recording_is_what_its_walk_does_today(self):
        names, stop = walks.walks(), set()
        with ThreadPoolExecutor(2) as pool:
            for name, new in zip(names, pool.map(walks.record, names)):
                with self.subTest(walk=name):
                    stop |= {name} if isinstance(new, str) or new["states"] else set()
                    self.assertIsNone(walks.differs(name, new, walks.recorded_here(), walks.kernel_here()))
        kept = sorted(path.stem for path in (walks.TOP / "book/data/walks").glob("*.json"))
        self.assertEqual(kept, sorted(stop), "a recording without its walk, or a walk without its recording")

    def test_a_recording_that_is_stale_is_told_with_the_step_and_the_remedy(self):
        path = walks.TOP / "book/data/walks" / (NEWPROC + ".json")
        now = json.loads(path.read_text(encoding="utf-8"))
        self.assertIsNone(walks.differs(NEWPROC, now))
        thread = now["states"][-1]["threads"][0]
        named = next(r for r, value in thread["regs"].items() if r not in ("rip", "rsp") and value[0].isalpha())
        deep = next(s for s in now["states"] if any(word[0].isalpha() for word in s["threads"][0]["stack"]))
        where = now["states"].index(deep), next(i for i, word in enumerate(deep["threads"][0]["stack"]) if word[0].isalpha())
        for change in (lambda w: w["steps"].pop(), lambda w: w["steps"][3].update(cmd="print 1"),
                       lambda w: w["states"][-1]["threads"][0]["regs"].update(rsp="g0 top - 8"),
                       lambda w: w["states"][-1]["threads"][0]["regs"].update({named: "M7"}),
                       lambda w: w["states"][-1]["threads"][0]["insns"].__setitem__(2, "nop"),
                       lambda w: w["states"][where[0]]["threads"][0]["stack"].__setitem__(where[1], "M7"),
                       lambda w: w["states"][where[0]]["threads"][0]["stack"].append("0"),
                       lambda w: w["states"][-1]["sched"].append("M7 P0 G1"),
                       lambda w: w["states"][-1]["gs"].__setitem__(0, "     1  waiting"),
                       lambda w: w["codes"][-1].update(chunk="another")):
            walk = json.loads(path.read_text(encoding="utf-8"))
            change(walk)
            self.assertRegex(walks.differs(NEWPROC, walk) or "no difference", r"^%s: (.|\n)*make golden CHAPTER=%s$" % (NEWPROC, NEWPROC[:2]))

    def test_a_recording_whose_chunk_was_changed_since_is_told(self):
        """Also in a line at which no step stands, and of a chunk that only another thread shows."""
        name = number("many-threads") + "-idle"
        walk = json.loads((walks.TOP / "book/data/walks" / (name + ".json")).read_text(encoding="utf-8"))
        self.assertIsNone(walks.differs(name, walk))
        stands = {tuple(thread["code"]) for state in walk["states"] for thread in state["threads"] if thread["code"]}
        unseen = [(n, i) for n, code in enumerate(walk["codes"]) for i in range(len(code["lines"])) if (n, i) not in stands]
        self.assertTrue(unseen)
        for n, i in unseen[::5]:
            lines = walks.chunk(walk["codes"][n]["at"])
            with unittest.mock.patch.object(walks, "chunk", lambda at, of=walks.chunk: of(at) if at != walk["codes"][n]["at"] else lines[:i] + ["another line"] + lines[i + 1:]):
                self.assertRegex(walks.differs(name, walk) or "no difference", "shows the chunk <<%s>> otherwise" % re.escape(walk["codes"][n]["chunk"]))

    def test_where_two_threads_are_only_the_selected_one_is_compared(self):
        name = number("many-threads") + "-idle"
        walk = json.loads((walks.TOP / "book/data/walks" / (name + ".json")).read_text(encoding="utf-8"))
        state = next(s for s in walk["states"] if len(s["threads"]) > 1)
        for thread in state["threads"]:
            before, thread["insns"] = thread["insns"], ["nop"]
            self.assertEqual(walks.differs(name, walk) is not None, thread["n"] == state["at"])
            thread["insns"] = before
            thread["regs"]["rbx"] = "M7"
            self.assertIsNone(walks.differs(name, walk), "what a random search leaves in a register")

    def test_what_another_kernel_leaves_in_registers_and_on_stacks_is_passed_over(self):
        path = walks.TOP / "book/data/walks" / (NEWPROC + ".json")
        for same, change in ((True, lambda w: w["states"][-1]["threads"][0]["regs"].update(rcx="clock_gettime + 201")),
                             (True, lambda w: w["states"][-1]["threads"][0]["stack"].append("0")),
                             (False, lambda w: w["states"][-1]["threads"][0]["regs"].update(rsp="g0 top - 8")),
                             (False, lambda w: w["states"][-1]["threads"][0]["insns"].__setitem__(2, "nop"))):
            walk = json.loads(path.read_text(encoding="utf-8"))
            change(walk)
            self.assertEqual(walks.differs(NEWPROC, walk, leftovers=False) is None, same)
            self.assertIsNotNone(walks.differs(NEWPROC, walk))
        with unittest.mock.patch("os.uname", return_value=types.SimpleNamespace(release="6.1.0-57-amd64")):
            self.assertRegex(walks.kernel(), r"^no guards, \w+$")

    def test_what_another_compiler_decides_is_passed_over(self):
        walk = json.loads((walks.TOP / "book/data/walks" / (NEWPROC + ".json")).read_text(encoding="utf-8"))
        walk["states"][-1]["threads"][0]["regs"].update(rsp="g0 top - 8")
        self.assertRegex(walks.differs(NEWPROC, walk), "g0 top - 8")
        inside = next(t for state in walk["states"] for t in state["threads"] if "+" in t["regs"]["rip"])
        inside.update({"code": None, "in": "what is inlined here"})
        walk["states"][-1]["threads"][0].update(stack=["M7"], insns=["nop"])
        walk["states"][-1]["gs"].pop()
        self.assertIsNone(walks.differs(NEWPROC, walk, same=False))
        walk["steps"][3].update(cmd="print 1")
        self.assertIsNotNone(walks.differs(NEWPROC, walk, same=False))

    def test_a_recording_names_what_an_address_points_to(self):
        walk = json.loads((walks.TOP / "book/data/walks/tour.json").read_text(encoding="utf-8"))
        stacks = [state["threads"][0]["on"] for state in walk["states"]]
        self.assertEqual([name for name, _ in itertools.groupby(stacks)], ["kernel", "g0", "G1"])
        entry, last = walk["states"][0]["threads"][0], walk["states"][-1]["threads"][0]
        self.assertEqual((entry["regs"]["rip"], entry["regs"]["rsp"], entry["stack"][0]), ("_rt0_amd64_linux", "entry", "1"))
        self.assertEqual((last["regs"]["rip"], last["m"], last["g"]), ("main_main", "M0", "G1"))
        self.assertIn("goexit + ", " ".join(last["stack"]))


if __name__ == "__main__":
    unittest.main()
