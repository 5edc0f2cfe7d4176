"""The row of exercise 02 that is judged when an answer is handed in."""
from course import row
from oracle import compare, tell     # noqa: F401


@row(10, "the same in a crowd of any size that also starts goroutines and borrows g0", runs=4)
def crowds(program, random):
    compare(program, random.choice((1, 3, 5, 8)), random.randrange(1, 1 << 20), "ysb")
