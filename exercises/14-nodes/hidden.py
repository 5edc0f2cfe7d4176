"""The row of exercise 14 that is judged when an answer is handed in."""
from course import Failure, row
from oracle import RUNS, SQUARE, Machine, book, figures, lane, tell     # noqa: F401


@row(10, "of all thefts, the part that stays within a node is half as large again as the book's", after="everywhere")
def home(program, random):
    machine, parts, seeds, trace = Machine(*SQUARE), [], [random.randrange(1 << 30) for _ in range(3)], None
    for made in (book(program), program):
        within = across = 0
        for seed in seeds:
            for words in RUNS:
                trace = machine.run(made, seed, *words)
                trace.finished()
                some = figures(trace, machine)
                within, across = within + some[0], across + some[1]
        parts.append(100 * within / max(1, within + across))
    if parts[1] < 1.5 * parts[0]:
        raise Failure("in %d runs, of 100 thefts %.0f stay within a node, and with the book's thief %.0f" % (len(seeds) * len(RUNS), parts[1], parts[0]), trace)
