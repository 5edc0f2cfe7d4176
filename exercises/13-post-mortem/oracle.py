"""Answers about a core against what its memory says, and that against what the bank was told to do."""
import os
import random
import re
import secrets
import shutil
import subprocess

from course import BUILD, VARIED, Broken, Failure, Tree, cohort, row, tangled

VARIED.append(("the bank", "that of cohort 0", "that of cohort %d" % cohort()))
PLACE = "build/exercises/post-mortem"


def jobs(who):
    """What the bank of one student is told to do: words for the driver, and how many Ps there are."""
    draw = random.Random("%s %d" % (" ".join(who.lower().split()), cohort()))
    amounts = iter(draw.sample(range(20, 1000), 40))

    def some(letters, low, high):
        return [draw.choice(letters) + str(next(amounts)) for _ in range(draw.randint(low, high))]
    audits = ["a%d" % next(amounts) for _ in range(draw.randint(2, 4))]
    before = some("dw", 2, 6) + some("r", 0, 1) + some("t", 1, 2)
    draw.shuffle(before)
    settle, holder = some("s", 1, 1), some("t", 1, 1)
    behind = some("dwt", 2, 4) + some("r", 1, 2)
    draw.shuffle(behind)
    behind.insert(draw.randint(1, len(behind)), "g0")
    more = some("dw", 0, 2)
    return audits + before + settle + some("r", 0, 1) + holder + behind + more + ["h1"] + some("n", 2, 3), len(audits) + 2


def model(words):
    """What must be found, from the words alone."""
    goid, done, audits, running, vault, holder = 1, 0, [], [1], [], None
    manager, late, ended, names = None, [], 0, {"d": "deposit", "w": "withdraw", "t": "transfer"}
    for word in words:
        letter, n = word[0], int(word[1:])
        if letter == "g":
            vault.append((manager, "settle"))
            continue
        goid += 1
        if letter in "ah":
            running.append(goid)
            audits += [(n, goid)] * (letter == "a")
        elif letter == "n":
            late.append(goid)
        elif letter == "s":
            manager = goid
        elif letter == "t" and manager and not holder:
            holder, amount = goid, n
        elif holder and letter in "dwt":
            vault.append((goid, names[letter]))
        elif not manager:
            done, ended = done + {"r": 0, "t": 2}.get(letter, 1), ended + 1
    return {"counter": str(done), "ended": str(ended), "unstarted": listed(late), "running": listed(running),
            "waiters": listed(g for g, _ in vault), "calls": " ".join(name for _, name in vault),
            "holder": str(holder), "circle": str(manager), "amount": str(amount), "auditor": str(max(audits)[1])}


def listed(numbers):
    return " ".join(str(number) for number in numbers)


def program(exercise, directory, mine):
    """What a row gets in place of a program: the answers in the memory of a new core, {name: text}."""
    words, procs = jobs(mine["who"])
    tree = Tree(directory / "tree", tangled(exercise.chapters))
    source = exercise.directory / "driver.c"
    tree.link(directory / "bank", [tree.compile(source, source.read_text(encoding="utf-8"))] + tree.objects())
    try:
        done = subprocess.run(["gdb", "-nx", "-batch", "-iex", 'set $core = "%s"' % (directory / "core"),
                               "-x", exercise.directory / "walk.gdb", "--args", directory / "bank"] + words,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "GOMAXPROCS": str(procs)})
    except FileNotFoundError:
        raise Broken("gdb is missing: run ./setup")
    found = dict(re.findall(r"^answer (\w+) (.*)$", done.stdout, re.M))
    machines = {goid: m for m, goid in re.findall(r"^answer auditor (\d+) (\d+)$", done.stdout, re.M)}
    should = model(words)
    if "end" in found:
        found["machine"], found["auditor"] = machines.get(should["auditor"], "none"), should["auditor"]
        found["amount"] = should["amount"] if should["amount"] in found.get("words", "").split() else "none"
    for name, text in should.items():
        if found.get(name) != text:
            raise Broken("exercises/13-post-mortem/walk.gdb finds %s for %s, and the words %s lead to %s: %s" % (
                found.get(name, "nothing"), name, " ".join(words), text, (done.stderr.strip() or "no message").split("\n")[-1]))
    keep = BUILD / "post-mortem"
    keep.mkdir(parents=True, exist_ok=True)
    for file in ("bank", "core"):       # for the student
        scratch = keep / ("%s.%s" % (file, secrets.token_hex(4)))
        shutil.copy(directory / file, scratch)
        os.replace(scratch, keep / file)
    return found


def normal(text):
    """Commas are blanks; an m or g before a number does not count."""
    return " ".join(re.sub(r"^[mg](?=\d+$)", "", word) for word in re.sub(r"[,;]", " ", text.lower()).split())


def question(points, name, sentence, *look):
    """A row that compares one answer; look: what to type in GDB to see it."""
    def judge(answers, _):
        mine, found = answers
        if normal(mine[name]) != normal(found[name]):
            raise Failure('you say "%s", and the core of %s says something else; look:' % (mine[name], mine["who"]) if mine[name] != "todo"
                          else 'you predicted "todo"; look at the core of %s:' % mine["who"],
                          table=["gdb -x gdb/rt0.py %s/bank %s/core" % (PLACE, PLACE)] + ["(gdb) " + line for line in look])
    judge.__name__ = name
    row(points, sentence)(judge)


question(5, "counter", "what counter was", "print counter")
question(10, "ended", "how many goroutines had ended", "print sched.goidgen", "info goroutines")
question(10, "unstarted", "the goroutines that never ran, ascending", "info goroutines")
question(10, "running", "the goroutines that ran on an M, ascending", "info goroutines")
question(10, "machine", "the M that ran the audit of the account with the highest number", "info sched", "goroutine all frame apply all -q info locals")
question(15, "waiters", "who waits for the vault, who waited longest first", "goroutine all bt", "goroutine all frame apply all -q info locals")
question(10, "calls", "for each of them, the function of the bank that waits", "goroutine all bt")
question(10, "holder", "who holds the vault", "goroutine all bt")
question(5, "circle", "who holds what the holder waits for", "goroutine all bt")
question(5, "amount", "the amount that the holder was about to move", "goroutine all frame apply all -q info locals")
