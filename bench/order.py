"""Two busy Ps, neighbours, among n that are idle: which does a thief meet first?

For each n: the number of steps that visit everybody, and of 100 thieves how
many come to the first of the two first: with step 1 from every start, and
over every start and every step.
"""
from math import gcd

for n in (4, 16, 64, 1024):
    steps = [s for s in range(1, n + 1) if gcd(s, n) == 1]

    def first(step):
        """Of the n starts, from how many P0 is visited before P1."""
        back = pow(step, -1, n)
        return sum((-i * back) % n < ((1 - i) * back) % n for i in range(n))
    print("%d\t%d\t%.1f\t%.1f" % (n, len(steps), 100 * first(1) / n,
                                  100 * sum(first(s) for s in steps) / n / len(steps)))
