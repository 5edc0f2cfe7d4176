"""The row of exercise 04 that is judged when an answer is handed in."""
from course import row
from oracle import counts, judge, lane, tell     # noqa: F401


@row(15, "any number of goroutines with any tickets", runs=3, after="shares")
def crowd(program, random):
    tickets = [random.randrange(1, 40) for _ in range(random.randrange(2, 9))]
    trace, turns = counts(program, 4000, tickets, skip=200)
    judge(trace, turns, dict(enumerate(tickets)), "")
