"""The row of exercise 10 that is judged when an answer is handed in."""
from course import row
from oracle import Model, lane, tell     # noqa: F401


@row(15, "whatever 24 goroutines do with 12 mutexes, and whatever circles there are", runs=4, after="longer")
def mixed(program, random):
    model = Model()
    for _ in range(600):
        free = [g for g in range(24) if g not in model.wants]
        g = random.choice(free)
        held = model.holds(g)
        if len(free) < 4 and not held:
            held = next((model.holds(other) for other in free if model.holds(other)), [])
            g = model.holder[held[0]] if held else g
        if held and (len(free) < 4 or random.random() < 0.4):
            model.unlock(g, random.choice(held), random.randrange(12) if random.random() < 0.4 else None)
        else:
            model.lock(g, random.randrange(12))
    model.judge(program, 24)
