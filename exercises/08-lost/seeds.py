#!/usr/bin/env python3
"""Find the seeds that show the fault, and write them into solution.nw and wrong; make golden runs it.

A change of the scheduler moves the points at which threads change, so the seeds are other ones after it.
"""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from course import Broken, Grading, ended, find_exercise, whole  # noqa: E402

NUMBER = HERE.name.partition("-")[0]
TRIED, PROCS = 300, (2, 3)


def stops(program, seed, procs):
    """Whether the faulty program comes to a deadlock, which it says with status 2."""
    return subprocess.run([program, "look"], env={"RT0_SEED": str(seed), "GOMAXPROCS": str(procs)}, timeout=20,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 2


def main():
    exercise = find_exercise(NUMBER)
    grading = Grading(HERE / "solution.nw", exercise, only=["seed"])     # leaves the program with the fault
    if grading.refused:
        raise Broken("exercises/08-lost/solution.nw is refused: %s" % grading.refused)
    faulty = HERE.parent.parent / "build" / "exercises" / "lost" / "faulty"
    with ThreadPoolExecutor(2) as pool:
        found = {procs: [seed for seed, stop in enumerate(pool.map(lambda seed: stops(faulty, seed, procs), range(TRIED))) if stop] for procs in PROCS}
    procs = max(PROCS, key=lambda one: len(found[one]))
    if not found[procs]:
        raise Broken("no seed below %d shows the fault of exercise 08 on 2 or 3 Ps; make SHOWN or LETTERS larger" % TRIED)
    seed = found[procs][0]
    other = next(one for one in range(seed + 1, TRIED) if one not in found[procs])
    for file, changes in (("solution.nw", ((r"\*seed = \d+;", "*seed = %d;" % seed), (r"\*procs = \d+;", "*procs = %d;" % procs),
                                           (r"Of the seeds from 0 to \d+, \d+ stop the program on 2 Ps and \d+ on 3\.",
                                            "Of the seeds from 0 to %d, %d stop the program on 2 Ps and %d on 3." % (TRIED - 1, len(found[2]), len(found[3]))))),
                          ("wrong", ((r"(?m)^-\t\*seed = \d+;", "-\t*seed = %d;" % seed), (r"(?m)^\+\t\*seed = \d+;", "+\t*seed = %d;" % other)))):
        text = new = (HERE / file).read_text(encoding="utf-8")
        for pattern, words in changes:
            new, times = re.subn(pattern, lambda _: words, new)
            if times != 1:
                raise Broken("exercises/08-lost/%s should have %s once, and has it %d times" % (file, pattern, times))
        if new != text:
            with whole(HERE / file) as scratch:
                scratch.write_text(new, encoding="utf-8")
            print("  exercises/08-lost/%s: seed %d on %d Ps" % (file, seed, procs))


if __name__ == "__main__":
    try:
        ended(main)
    except Broken as broken:
        sys.exit("seeds: %s" % broken)
