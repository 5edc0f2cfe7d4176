"""The row of exercise 08 that is judged when an answer is handed in."""
from course import Failure, row
from oracle import complete, letters, run, tell     # noqa: F401


@row(15, "goroutines that meet again and again, and letters for many, under seeds that are drawn", runs=6, after="others")
def mixed(program, random):
    n, rounds = random.randrange(4, 9), random.randrange(20, 40)
    for trace in run(program, random, "all", n, rounds):
        come = {}
        for at, note in enumerate(complete(trace)):
            if note.name == "comes":
                come[note.b] = come.get(note.b, 0) + 1
            if note.name == "goes" and come.get(note.b, 0) != n:
                raise Failure("goroutine %d leaves meeting %d, to which %d of %d have come" % (note.a, note.b, come.get(note.b, 0), n), trace, at)
        if come != {i: n for i in range(rounds)}:
            raise Failure("not all came to each of %d meetings" % rounds, trace)
    writers, readers = random.randrange(4, 9), random.randrange(4, 9)
    for trace in run(program, random, "box", writers, readers, 2, 12):
        letters(trace, writers, 12)
