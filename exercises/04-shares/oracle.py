"""Shares against a model: of N turns, a goroutine gets N times its tickets over all tickets.

The band allows for a lottery: it is six standard deviations wide on each side, so that an honest
lottery leaves it once in five hundred million counts, and for a few turns more, for those that round.
"""
import math

from course import Failure, row, variant

BORN = variant("BORNTICKETS", 1, 2, 6)


def tell(event):
    return "%s goroutine %d %s" % (event.name, event.a, event.b or "")


def lane(event):
    """P and goroutine of an event, for the picture of a run."""
    return (0, event.a, None) if event.name == "turn" else None


def band(turns, share):
    return 6 * math.sqrt(turns * share * (1 - share)) + 5


def judge(trace, turns, tickets, what):
    """turns: ids in their order; tickets: {id: tickets} of all that can run."""
    every = sum(tickets.values())
    table, wrong = ["goroutine  tickets  turns      expected"], None
    for who in sorted(tickets):
        share = tickets[who] / every
        got, expected, width = turns.count(who), len(turns) * share, band(len(turns), share)
        table.append("%9d %8d %6d %6d +- %d" % (who, tickets[who], got, expected, width))
        if abs(got - expected) > width:
            excess = "too %s by %d" % ("many" if got > expected else "few", abs(got - expected) - width)
            table[-1] += "   <- " + excess
            wrong = wrong or "%sgoroutine %d has %d tickets of %d and had %d of %d turns, %s" % (
                what, who, tickets[who], every, got, len(turns), excess)
    if wrong:
        raise Failure(wrong, trace, table=table)


def counts(program, limit, tickets, skip=0):
    """Run goroutines with these tickets; the ids of the turns after the first few."""
    trace = program.run(limit + skip, *tickets, cpu=5)
    return trace, [note.a for note in trace.finished() if note.name == "turn"][skip:]


@row(25, "three goroutines with tickets 3, 2 and 1 get a half, a third and a sixth of 3,000 turns", runs=2)
def shares(program, random):
    tickets = [3, 2, 1]
    random.shuffle(tickets)
    trace, turns = counts(program, 3000, tickets, skip=10)
    judge(trace, turns, dict(enumerate(tickets)), "")


@row(10, "300 goroutines with different tickets all come to their end", after="shares")
def all_run(program, random):
    count = random.randrange(280, 340)
    trace = program.run("each", count, random.randrange(3, 6), *[random.randrange(1, 50) for _ in range(7)], cpu=5)
    missing = set(range(count)) - {note.a for note in trace.finished() if note.name == "end"}
    if missing:
        raise Failure("%d of %d goroutines did not end, among them number %d" % (len(missing), count, min(missing)), trace)


@row(10, "one ticket among 500 gets its turns, too", after="shares")
def small(program, random):
    tickets = [1, random.randrange(450, 550)]
    trace, turns = counts(program, 12000, tickets)
    if turns.count(0) < 2:
        raise Failure("goroutine 0 has 1 ticket of %d and had %d of %d turns; about %d are due to it"
                      % (sum(tickets), turns.count(0), len(turns), len(turns) // sum(tickets)), trace)
    if turns.count(0) > 100:
        raise Failure("goroutine 0 has 1 ticket of %d and had %d of %d turns" % (sum(tickets), turns.count(0), len(turns)), trace)


@row(15, "one that is born late gets its share from then on, not more and not less", runs=2, after="shares")
def late(program, random):
    tickets = [random.randrange(2, 6), BORN, random.randrange(2, 6)]
    at = random.randrange(4000, 6000)
    trace = program.run(at + 2400, tickets[0], 0, "%d@%d" % (tickets[2], at), cpu=5)
    turns, seen = [], False
    for note in trace.finished():
        seen = seen or note.name == "late"
        if seen and note.name == "turn":
            turns.append(note.a)
    judge(trace, turns[20:], dict(enumerate(tickets)), "since goroutine 2 was born: ")


@row(15, "a goroutine that changes the number of its tickets has the new share from its next turn on", runs=2, after="shares")
def change(program, random):
    few, more, at = random.randrange(1, 4), random.randrange(6, 10), random.randrange(1500, 2500)
    if random.random() < 0.5:
        few, more = more, few
    trace = program.run(at + 3000, "%d/%d/%d" % (few, at, more), 4, cpu=5)
    turns, seen = [], False
    for note in trace.finished():
        seen = seen or note.name == "change"
        if seen and note.name == "turn":
            turns.append(note.a)
    judge(trace, turns[40:], {0: more, 1: 4}, "since goroutine 0 has %d tickets and not %d: " % (more, few))
