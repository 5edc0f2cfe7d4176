"""Two or three busy Ps, neighbours, among n that are idle: which does a thief meet first?

For each n: the number of steps that visit everybody, and of 100 thieves how
many come to the first of two first: with step 1 from every start, and over
every start and every step. Of three, with every step, how many come to P0 (as
many come to P2), and to P1 in the middle.
"""
from math import gcd

for n in (4, 6, 16, 64, 1024):
    steps = [s for s in range(1, n + 1) if gcd(s, n) == 1]

    def first(step, busy=2, which=0):
        """Of the n starts, from how many this one of P0, P1, ... is visited before the other busy ones."""
        back = pow(step, -1, n)
        return sum(min(range(busy), key=lambda p: (p - i) * back % n) == which for i in range(n))

    def percent(*args):
        return 100 * sum(first(step, *args) for step in steps) / n / len(steps)
    print("%d\t%d\t%.1f\t%.1f\t%.1f\t%.1f" % (n, len(steps), 100 * first(1) / n, percent(), percent(3, 0),
                                              percent(3, 1)))
