"""The row of exercise 03 that is judged when an answer is handed in."""
from course import row
from oracle import PRIOS, lane, run, tell     # noqa: F401


@row(15, "whatever the order of puts and takes on two Ps, nothing is lost, doubled or moved", runs=4, after="highest")
def mixed(program, random):
    ops, size = [], {"a": 0, "b": 0}
    for i in range(3000):
        if i % 300 == 0:
            bias, width = random.choice((0.3, 0.5, 0.7)), random.randrange(1, PRIOS + 1)
        which = random.choice("ab")
        if random.random() < bias and size[which] < 400:
            ops.append("%s%d" % (which, random.randrange(width)))
            size[which] += 1
        else:
            ops.append(which.upper())
            size[which] = max(0, size[which] - 1)
    run(program, ops)
