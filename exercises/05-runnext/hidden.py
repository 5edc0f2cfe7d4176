"""The row of exercise 05 that is judged when an answer is handed in."""
from course import row
from oracle import lane, run, tell     # noqa: F401


@row(15, "whatever the order of puts and takes on two Ps", runs=4, after="bounded")
def mixed(program, random):
    ops, size = [], {"a": 0, "b": 0}
    for i in range(2500):
        if i % 100 == 0:
            weights = random.choice(((5, 1, 6), (8, 2, 8), (1, 6, 7), (6, 3, 3)))
        which = random.choice("ab")
        op = random.choices("npg", weights)[0]
        if size[which] > 200:
            op = "g"
        elif size[which] == 0:
            op = "n"        # a take of nothing may or may not end a row
        size[which] += 1 if op != "g" else -1
        ops.append(op if which == "a" else op.upper())
    run(program, "".join(ops))
