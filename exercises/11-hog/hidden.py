"""The row of exercise 11 that is judged when an answer is handed in."""
from course import row
from oracle import LIMIT, lane, length, steps, tell, turns     # noqa: F401


@row(10, "all of it in any mixture, on one, two and three Ps", runs=2, after="calm")
def mixed(program, random):
    for procs in (1, 2, 3):
        step, specs = length(random), []
        for _ in range(random.randrange(3, 8)):
            spec = ["w.1"]
            for _ in range(random.randrange(3, 7)):
                many = steps(random.randrange(1, 50) * LIMIT // 10, step)
                spec.append(random.choice(("w.%d", "c.%d", "i,w.%d,o", "i,i,b.%d,o,o", "y,b.%d,w.1")) % many)
            specs.append(",".join(spec))
        turns(program, step, specs, procs)
    step = LIMIT // 8000
    hog = "w.%d" % steps(100 * LIMIT, step)
    turns(program, step, ["i,%s,o" % hog, hog, hog, hog], 2)
    turns(program, step, [hog] * 4, 2)
