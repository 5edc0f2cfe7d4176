"""The row of exercise 06 that is judged when an answer is handed in."""
from course import Failure, row
from oracle import lane, run, tell     # noqa: F401


@row(15, "with any numbers, also where the count of turns begins anew at 2^32, for which one more period is granted", runs=4, after="on_list")
def edges(program, random):
    period = random.randrange(3, 70)
    run(program, period, random.randrange(1 << 31), period * 20, random.randrange(3), random.randrange(3), 1)
    run(program, period, random.randrange(1000), period * 6, 1, 0, 0)
    run(program, period, random.randrange(1000), period * 6, 0, 1, 0)
    # at the wrap a remainder jumps: of two that wait, each may wait for two periods
    wrap = program.run(period, (1 << 32) - 5 * period, period * 10, 1, 1, 1).finished()
    for g in (0, 1):
        places = [-1] + [at for at, note in enumerate(wrap) if note.a == g] + [len(wrap)]
        gap = max(b - a - 1 for a, b in zip(places, places[1:]))
        if gap > 2 * period:
            raise Failure("around turn 2^32, one waited for %d turns with a period of %d" % (gap, period))
