"""The row of exercise 07 that is judged when an answer is handed in."""
from course import Failure, row
from oracle import SIZE, part, tell     # noqa: F401


@row(15, "2,000 puts, takes and thefts on three Ps lose nobody", runs=3, after="share")
def mixed(program, random):
    rings, ops, wanted, n = {"a": [], "b": [], "c": []}, [], [], 0
    for i in range(2000):
        who = random.choice("abc")
        ring = rings[who]
        victim = random.choice([c for c in "abc" if c != who])
        if not ring and rings[victim] and random.random() < 0.8:
            some = rings[victim][:part(len(rings[victim]))]
            rings[victim] = rings[victim][len(some):]
            rings[who] = some[:-1]
            ops.append("s" + who + victim)
            wanted.append(some[-1])
        elif random.random() < 0.45 and len(ring) < SIZE - 6:
            ring.append(n)
            ops.append("p" + who)
            n += 1
        else:
            ops.append("g" + who)
            wanted.append(ring.pop(0) if ring else -1)
    trace = program.run("many", "".join(ops))
    for at, (note, want) in enumerate(zip(trace.finished(), wanted)):
        if note.a != want:
            raise Failure("%s was %s where %s was due" % (note.name, "G%d" % note.a if note.a >= 0 else "nobody", "G%d" % want if want >= 0 else "nobody"),
                          trace, at)
