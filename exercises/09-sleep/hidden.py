"""The row of exercise 09 that is judged when an answer is handed in."""
from course import row
from oracle import lane, lengths, run, tell     # noqa: F401


@row(10, "sleepers, workers and other threads in any mixture, no time at all and as long as can be", runs=4, after="order")
def mixed(program, random):
    for _ in range(2):
        n, workers = random.randrange(2, 12), random.randrange(3)
        specs, others, at = ["p"] * n, [], 0
        for g in range(n):
            at += random.randrange(1, 3000)
            others.append((at, g, at + random.randrange(1, 5000)))
        specs += ["s.%d,%s" % (at + 9000, ",".join("w.3" for _ in range(40)))] * workers
        specs += [",".join(random.choice(("s.%d" % ns, "s.0", "s.-%d" % ns)) for ns in lengths(random, 5, 4000)) for _ in range(5)]
        specs += ["s.%d,z" % ns for ns in lengths(random, 2, 3000)] + ["s.%d" % (at + 20000)]
        run(program, specs, others, late=3 * (workers + 1))
