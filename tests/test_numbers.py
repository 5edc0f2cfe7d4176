"""Numbers in prose: where the book shows what was measured, a figure with a unit comes from book/data."""
import re
import unittest
from pathlib import Path

BOOK = Path(__file__).resolve().parent.parent / "book"

DIGITS = r"(?<![\w.#-])\d[\d,]*(?:\.\d+)?"
WORDS = r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|(?:hundred|thousand)s?)"
LONG = r"(?:nano|micro|milli)seconds?\b|per cent\b"
FIGURE = re.compile(r"%s(?:[ -]?(?:%s|(?:ns|us|µs|ms|s|seconds?|times|cycles)\b)|%%)|%s[ -](?:%s)|(?<!Go )(?<!Linux )%s\.\d"
                    % (DIGITS, LONG, WORDS, LONG, DIGITS.replace(r"(?:\.\d+)?", "")))

# Figures that are no results of ours: what a program is told to do, what follows from that, what another author says.
TYPED = {
    "rt0-go": ["takes 100 to 250 cycles.[^agner]"],
    "check-and-args": ["the passage through the gate, 64 times."],
    "park-and-ready": ["It kept them busy to 70 per cent, and spent 14 per cent of its time"],
    "stealing": ["the owner gets three microseconds", "within the three microseconds", "let the timer fire up to 50 µs late", "of 3 µs takes"],
    "parking-and-spinning": ["had been idle for 200 µs", "some ten microseconds are a fair guess", "fit into the 50 µs"],
    "the-newest-first": ["at most 2,048 times 30 turns and one", "At 20 to 100 ns a turn", "the 10 ms after which Go stops a goroutine"],
    "watching-it-run": ["and 65,536 times 32."],
    "system-calls": ["reads for 100 ms from a timer", "within 10 ms; an M", "Even a nap of 10 ms", "always naps for 20 microseconds", "looks every 10 ms leaves",
                        "for up to 20 ms, since it needs two looks", "fifty-one naps of 20 microseconds", "as the one before, up to 10 ms", "may be late by 50 microseconds",
                        "the shortest nap, up to 640 microseconds", "two naps of 640 microseconds", "can be one of 10 ms"],
}


def sections(text):
    """(heading, prose) of each section that shows measured numbers; code, sessions and quoted words are left out"""
    text = re.sub(r"(?ms)^<<[^\n]*>>=\n.*?^@(?=\s)", "", text)
    measured = re.compile(r"\{\.num\}|^```\{\.data\b", re.M)
    for part in re.split(r"(?m)^(?=#+ )", text):
        if measured.search(part):
            prose = re.sub(r"(?ms)^```.*?^```$", "", part)
            prose = re.sub(r"`[^`]*`\{\.num\}|`[^`]*`|\[\[.*?\]\]|\]\([^)]*\)|\{[^}]*\}", " ", prose)
            yield part.split("\n")[0].strip("# "), " ".join(prose.split())


# What sentences say of tables without a figure, and what must hold for that; None: it is said of no table.
CLAIMS = {
    "a-real-go-binary": [("More than half are `rt_sigaction`", "`go-hello-calls:rt_sigaction:per_run` > `go-hello:go:calls_median` / 2")],
    "rt0-go": [("The first two rows differ by what these three cost, and by what the kernel does for two more pages", "1000 * (`exec:ch02:us_min` - `exec:ch01:us_min`) > 3 * `cpuid:cpuid-1:ns` "
               "and `exec:ch02:faults` == `exec:ch01:faults` + 2")],
    "check-and-args": [("keeps up with the vector code of the C library from about a page on", "`memmove:65536:up_ns` < 1.3 * `memmove:65536:libc_ns`"),
                       ("which shows most in between, at 256 and 1,024 bytes", "min(`memmove:256:up_ns` / `memmove:256:libc_ns`, `memmove:1024:up_ns` / `memmove:1024:libc_ns`) > "
                        "max(1, `memmove:65536:up_ns` / `memmove:65536:libc_ns`)")],
    "osinit": [("The clock would cost more than the work", "`nanotime:syscall:ns` > `yield:2:rt0_ns`")],
    "schedinit": [("about as many page faults as that has pages", "abs(`procs:1024:faults` - `procs:1:faults` - `procs:1024:bytes` / 4096) < 20"),
                  ("With one goroutine it wins nothing", "`turns:1:ring_ns` > .9 * `turns:1:list_ns`"),
                  ("With more, turns can overlap", "`turns:256:ring_ns` < `turns:1:ring_ns`"),
                  ("the list has begun to pay", "`turns:256:list_ns` > 1.3 * `turns:16:list_ns`"),
                  ("and our queue pays the same", ".75 < `turns:65536:ring_ns` / `turns:65536:list_ns` < 1.33")],
    "newproc": [("costs more than everything else together", "`switch:ret:ns_2` > 2 * `switch:jmp:ns_2`")],
    "the-main-goroutine": [("A program starts faster than one with a static C library", "`exec:ch07:us` < `exec:c-static:us`"),
                           ("nobody notices `inits:10:us`{.num} µs in the time of a process", "`inits:10:us` < `exec:ch07:us` / 20"),
                           ("about as much as all of `hello`", "`exec:ch07:us` / 1.5 < `inits:100:us` < 1.5 * `exec:ch07:us`")],
    "two-threads": [("Most of that is two locked instructions", "`adding:lock:one_ns` / 2 < 2 * `adding:locked:one_ns` < `adding:lock:one_ns`"),
                    ("The third value saves nearly all of the difference", "`adding:asking:one_ns` > 5 * `adding:lock:one_ns`"),
                    ("The first row is faster", "`adding:plain:two_ns` < `adding:plain:one_ns`"),
                    ("So an addition takes longer than with one thread alone", "`adding:locked:two_ns` > `adding:locked:one_ns` and `adding:lock:two_ns` > `adding:lock:one_ns`"),
                    ("The last row gains", "`adding:asking:two_ns` < `adding:asking:one_ns`")],
    "many-threads": [("is worth a thread", "`pieces:10000:ratio` > 1.5 and `pieces:100000:ratio` > 1.5"),
                     ("it is the other way round", "`pieces:0:ratio` < .9"), ("The turning point is between 100 steps and 1,000", "`pieces:100:ratio` < 1 < `pieces:1000:ratio`"),
                     ("The lock costs more than the goroutine itself", "`pieces:0:two_ns` > 2 * `pieces:0:one_ns`")],
    "park-and-ready": [("On one P all four workloads take less time than Go's", "max(`threads:%s-1:ratio`) < .97" % "-1:ratio`, `threads:".join(("pingpong", "spawn", "yield", "sema"))),
                       ("In the row of the yield Go loses, too", "`threads:yield-2:go_ns` > `threads:yield-1:go_ns`"), ("Go loses as well", "`threads:sema-2:go_ns` > `threads:sema-1:go_ns`"),
                       ("with more Ps they take less time. Ours take more", "`threads:pingpong-4:go_ns` < `threads:pingpong-1:go_ns` and `threads:spawn-4:go_ns` < `threads:spawn-1:go_ns` "
                        "and `threads:pingpong-4:rt0_ns` > `threads:pingpong-1:rt0_ns`"),
                       ("two processors together do less work in a second than one did", "`threads:yield-2:rt0_ns` > `threads:yield-1:rt0_ns`"),
                       ("A spawn grows from", "`threads:spawn-4:rt0_ns` > 1.5 * `threads:spawn-1:rt0_ns`"),
                       ("and a passage through the semaphore from", "`threads:sema-4:rt0_ns` > 1.5 * `threads:sema-1:rt0_ns`"),
                       ("With two Ps there are few", "`futex:pingpong-2:calls` < .2 * `futex:pingpong-4:calls`"),
                       ("a message makes fewer than two calls on average", "0 < `futex:pingpong-4:calls` < 1900 and `futex:spawn-4:calls` > 1.5 * `futex:pingpong-4:calls`"),
                       ("with two Ps a yield needs more time than with one", "`threads:yield-2:rt0_ns` > `threads:yield-1:rt0_ns`")],
    "p-and-its-queue": [("Chapter 11 saves the lock", "`queues:pingpong-1:ch11` < `queues:pingpong-1:ch10` and `queues:spawn-1:ch11` < `queues:spawn-1:ch10`"),
                        ("and in three of them it is faster than chapter 11", "[`queues:yield-1:ch07` < `queues:yield-1:ch11`, `queues:spawn-1:ch07` < `queues:spawn-1:ch11`, "
                         "`queues:batch-1:ch07` < `queues:batch-1:ch11`, `queues:pingpong-1:ch07` < `queues:pingpong-1:ch11`].count(True) == 3"),
                        ("It costs no more than the yield of the first row", "`queues:pingpong-1:ch07` < 1.02 * `queues:yield-1:ch07`"),
                        ("The trees gain most", "min(`queues:skynet1e4-1:ch10` / `queues:skynet1e4-1:ch11`, `queues:fib20-1:ch10` / `queues:fib20-1:ch11`) > max(`queues:yield-1:ch10` / `queues:yield-1:ch11`, "
                         "`queues:spawn-1:ch10` / `queues:spawn-1:ch11`, `queues:batch-1:ch10` / `queues:batch-1:ch11`, `queues:pingpong-1:ch10` / `queues:pingpong-1:ch11`, `queues:sema-1:ch10` / `queues:sema-1:ch11`)"),
                        ("the second P takes part, and costs more than it saves", "`queues:batch-2:ch11` > `queues:batch-1:ch11` and `queues:skynet1e4-2:ch11` > `queues:skynet1e4-1:ch11`"),
                        ("Chapter 10 pays for its wake-ups", "`queues:spawn-2:ch10` > `queues:spawn-1:ch10`"),
                        ("and the largest difference between them", "all(max(`queues:yield-1:ch11` / `queues:yield-2:ch11`, `queues:yield-2:ch11` / `queues:yield-1:ch11`) >= max(a / b, b / a) "
                         "for a, b in ((`queues:spawn-1:ch11`, `queues:spawn-2:ch11`), (`queues:pingpong-1:ch11`, `queues:pingpong-2:ch11`), (`queues:sema-1:ch11`, `queues:sema-2:ch11`)))")],
    "stealing": [("With two Ps, stealing makes four of the five *slower*: the two trees a little", "all(1.02 * a < b < 1.25 * a for a, b in ((`steal:fib-2:ch11_us`, `steal:fib-2:ch12_us`), "
                  "(`steal:skynet-2:ch11_us`, `steal:skynet-2:ch12_us`))) and `steal:spawn-2:ch12_us` > 1.5 * `steal:spawn-2:ch11_us` and `steal:pingpong-2:ch12_us` > 1.5 * `steal:pingpong-2:ch11_us`"),
                 ("The batch and the trees show a few per cent of it", "all(1 < b / a < 1.08 for a, b in ((`steal:fib-1:ch11_us`, `steal:fib-1:ch12_us`), (`steal:skynet-1:ch11_us`, `steal:skynet-1:ch12_us`), "
                  "(`steal:batch-1:ch11_us`, `steal:batch-1:ch12_us`)))"),
                 ("Only the batch gains", "`steal:batch-2:ch12_us` < `steal:batch-2:ch11_us`"),
                 ("has one thread, which hardly ever sleeps", "`steal-futex:spawn:ch11_sleeps` < 10"),
                 ("when dozens of goroutines have come and gone", "`steal-futex:spawn:goroutines` / `steal-futex:spawn:ch12_sleeps` > 24"),
                 ("In the batch threads sleep *less* than before", "`steal-futex:batch:ch12_sleeps` < `steal-futex:batch:ch11_sleeps` / 2")],
    "parking-and-spinning": [("More than a dozen goroutines could have come and gone", "`wakeup:call:ns` > 12 * `shortway:inline:spawn_ns`"),
                             ("In [](#park-and-ready) it was more", "`wake:give:ns` > `wakeup:call:ns`"),
                             ("their calls become far fewer", "`wakes:fib-4:ch15` < `wakes:fib-4:ch12` / 2 and `wakes:skynet-4:ch15` < `wakes:skynet-4:ch12` / 2"),
                             ("In chapter 12 the second P makes a message slower", "`chart:pingpong-2:ch12` > `chart:pingpong-1:ch12`"),
                             ("less than half of that difference is left", "`chart:pingpong-2:ch15` - `chart:pingpong-1:ch15` < (`chart:pingpong-2:ch12` - `chart:pingpong-1:ch12`) / 2"),
                             ("it has many times as many calls", None), ("never pay more than twice what the best choice", None)],
    "the-short-way": [("And yet the visit itself costs little", "`shortway:call:yield_ns` - `shortway:inline:yield_ns` > `shortway:g0:yield_ns` - `shortway:call:yield_ns`"),
                      ("more than twice as long as the short way", "`shortway:g0:yield_ns` > 2 * `shortway:inline:yield_ns`"),
                      ("it takes only `shortway:before:yield_ns`{.num}", "`shortway:before:yield_ns` < `shortway:g0:yield_ns`"),
                      ("that is why its yield is fast in both columns", "`shortway:before:places_ns` < 1.1 * `shortway:before:yield_ns`"),
                      ("And there the runtime of the chapter before wins", "`shortway:before:places_ns` < `shortway:inline:places_ns`"),
                      ("One entry too many or too few is enough", "`shortway:inline:spawn_ns` < min(`shortway:planted:spawn_ns`, `shortway:called:spawn_ns`)"),
                      ("The difference is the price of being ready for a thief", "`shortway:unlocked:yield_ns` < `shortway:inline:yield_ns` and `shortway:unlocked:spawn_ns` < `shortway:inline:spawn_ns`")],
    "the-newest-first": [("Nothing else in this chapter is worth as much", "`newest:runnext:one_ms` > 1.5 * `newest:book:one_ms`"),
                         ("The last two steps change nothing on one P", "max(`newest:fence:one_ms`, `newest:shared:one_ms`) < 1.1 * `newest:book:one_ms`"),
                         ("Both steps are small beside the order of the goroutines", "`newest:book:two_ms` < min(`newest:fence:two_ms`, `newest:shared:two_ms`)"),
                         ("That lost about half of what we had won", "all(.35 < (h - b) / (r - b) < .65 for h, b, r in ((`newest:hasty:one_ms`, `newest:book:one_ms`, `newest:runnext:one_ms`), "
                          "(`newest:hasty:megabytes`, `newest:book:megabytes`, `newest:runnext:megabytes`)))"),
                         ("The first row is no faster with two Ps than with one", "`newest:book:two_ms` > .95 * `newest:book:one_ms`"),
                         ("and the other rows pay for the one lock", "all(a > b for a, b in ((`chart:spawn-1:ch10`, `chart:spawn-1:ch07`), (`chart:pingpong-1:ch10`, "
                          "`chart:pingpong-1:ch07`), (`chart:sema-1:ch10`, `chart:sema-1:ch07`), (`chart:yield-1:ch10`, `chart:yield-1:ch07`)))"),
                         ("Chapter 11 removes the first cost", "`chart:fib-1:ch11` < `chart:fib-1:ch10` / 2 and `chart:skynet-1:ch11` < `chart:skynet-1:ch10` / 2"),
                         ("makes most rows with two Ps slower", "[`chart:fib-2:ch12` > `chart:fib-2:ch11`, `chart:pingpong-2:ch12` > `chart:pingpong-2:ch11`, `chart:sema-2:ch12` > `chart:sema-2:ch11`, "
                          "`chart:skynet-2:ch12` > `chart:skynet-2:ch11`, `chart:spawn-2:ch12` > `chart:spawn-2:ch11`, `chart:yield-2:ch12` > `chart:yield-2:ch11`].count(True) > 3"),
                         ("Why a spawn is slower with one P as well", "`chart:spawn-1:ch12` > `chart:spawn-1:ch11`"),
                         ("The pile gives the most, to the trees", "`chart:fib-1:ch15` < `chart:fib-1:ch12` / 2 and `chart:fib-2:ch15` < `chart:fib-2:ch12` / 2"),
                         ("`fib 18` is hardly faster on two Ps than on one, and in this run it is slower", "`chart:fib-2:ch15` > `chart:fib-1:ch15`"),
                         ("gives back most of what two Ps have lost", "all(c - a < (b - a) / 2 for a, b, c in ((`chart:spawn-2:ch11`, `chart:spawn-2:ch12`, `chart:spawn-2:ch15`), "
                          "(`chart:pingpong-2:ch11`, `chart:pingpong-2:ch12`, `chart:pingpong-2:ch15`)))"),
                         ("The lock keeps the price of its second P", "`chart:sema-2:ch15` > 1.5 * `chart:sema-2:ch11`"),
                         ("chapter 7 is the fastest of all on one P in four panels", "all(a < b for a, b in ((`chart:spawn-1:ch07`, `chart:spawn-1:ch15`), (`chart:pingpong-1:ch07`, "
                          "`chart:pingpong-1:ch15`), (`chart:sema-1:ch07`, `chart:sema-1:ch15`), (`chart:yield-1:ch07`, `chart:yield-1:ch15`)))")],
    "watching-it-run": [("No trace differs", "`baton:once:differ` + `baton:conserve:differ` + `baton:errand:differ` + `baton:nolook:differ` + `baton:account:differ` == 0"),
                        ("The scheduler lost none", "`seeds:once-seeds:failed` + `seeds:conserve-seeds:failed` == 0"),
                        ("All traces of one seed are equal", "`seeds:same-fib:failed` + `seeds:same-skynet:failed` + `seeds:same-conserve:failed` == 0")],
    "system-calls": [("The kernel takes several times that", "`call:raw:ns` > 3 * `call:pair:ns`"),
                     ("With two Ps the calls of two threads overlap", "`call:rt0-2:ns` < `call:rt0-1:ns`"),
                     ("One goroutine alone pays more than the bare gate and the pair together", "`call:alone:ns` > `call:raw:ns` + `call:pair:ns`"),
                     ("The libc takes longest with the fewest faults", "`start:c-static:us` > `start:ch15:us` and `start:c-static:faults` < `start:ch15:faults`"),
                     ("With eight Ps sema is even", ".9 < `compare17:sema:ratio_8` < 1.1"),
                     ("In block our longest gap is", "`compare17:block:ratio_8` > 1"), ("most of the run is the kernel's work on these pages", "`parked-profile:rt0:clear_page` + `parked-profile:rt0:kernel` > 50"),
                     ("Of the rest parked gains least, and with two Ps nothing", "`compare17:parked:ratio_2` > .95 and min(`compare17:parked:ratio_2`, `compare17:parked:ratio_8`) > max(%s)" % ", ".join("`compare17:%s:ratio_2`" % row for row in ("spawn", "batch", "pingpong", "sema", "skynet", "fib"))),
                     ("each twice as long as the one before", None)],
    "the-owners-path": [("cost ten times as much as the store, or more", "min(`fences:fence:ns`, `fences:add:ns`, `fences:swap:ns`) > 9.5 * `fences:release:ns`"),
                        ("the trade is even at one theft for some 180 starts", "175 < (`fences:busy:ns` + `fences:lost:ns`) / (`fences:add:ns` + `fences:swap:ns`) < 190"),
                        ("Well above it are, among others, a fence for each goroutine that is taken, in a yield, and the exchange of [[unlock]], in a message",
                         "all(a > max(b) + max(b) - min(b) for a, b in ((`owner:queue:yield1`, (`owner:book:yield1`, `owner:wake:yield1`, `owner:kept:yield1`)), "
                         "(`owner:unlock:message1`, (`owner:book:message1`, `owner:wake:message1`, `owner:kept:message1`)), "
                         "(`owner:late:batch1`, (`owner:book:batch1`, `owner:wake:batch1`, `owner:kept:batch1`))))"),
                        ("With one P it is no slower than chapter 17: the swaps and the addition that are gone save at least what the fences cost. With two a message is slower",
                         "`owner:none:message1` < `owner:before:message1` and `owner:none:message2` > `owner:before:message2`")],
    "the-debugger": [("A core file costs about as much as a process", ".7 < `gdb:1,001 goroutines, core:ms` / `gdb:1,001 goroutines, live:ms` < 1.4")],
}
RATIO = re.compile(r"\b(?:an?|two|three) (?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?(?= (?:of|above|below|less|more|longer|shorter|faster|slower)\b|[.,;)])"
                   r"|\b(?:less|more) than (?:half|twice)\b|\babout half\b|\bhalf the (?:time|price|cost)|\btwice (?:as|the (?:time|price|cost))\b"
                   r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|hundred|thousand|several|many) times (?:as (?:much|many|long|fast|slow)|the (?:time|price|cost)|that)\b")


def plain(chapter):
    """a chapter's prose in one line; code and sessions are left out"""
    text = re.sub(r"(?ms)^<<[^\n]*>>=\n.*?^@(?=\s)", "", chapter.read_text(encoding="utf-8"))
    return " ".join(re.sub(r"(?ms)^```.*?^```$", "", text).split())


def cell(name, row, column):
    """a number of book/data"""
    lines = [line.split("\t") for line in (BOOK / "data" / (name + ".tsv")).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return next(float(line[lines[0].index(column)]) for line in lines if line[0] == row)


class Numbers(unittest.TestCase):
    def test_a_measured_number_in_prose_comes_from_its_table(self):
        typed, found = [], set()
        for chapter in sorted(BOOK.glob("*.nw")):
            name = chapter.stem.partition("-")[2]
            for heading, prose in sections(chapter.read_text(encoding="utf-8")):
                for said in TYPED.get(name, ()):
                    if said in prose:
                        found.add((name, said))
                        prose = prose.replace(said, " ")
                typed += ["%s, %s: ... %s ..." % (chapter.name, heading, prose[max(0, m.start() - 60):m.end() + 30]) for m in FIGURE.finditer(prose)]
        self.assertEqual([], typed, "weave it, as `NAME:ROW:COLUMN`{.num}, or say in TYPED that it is no result")
        self.assertEqual(found, {(name, said) for name, all_said in TYPED.items() for said in all_said}, "TYPED names what no chapter says any more")

    def test_what_a_sentence_says_of_its_table_holds(self):
        self.assertEqual(set(CLAIMS) - {chapter.stem.partition("-")[2] for chapter in BOOK.glob("*.nw")}, set(), "CLAIMS names a chapter that is not there")
        wrong = []
        for chapter in sorted(BOOK.glob("*.nw")):
            prose = plain(chapter)
            for said, rule in CLAIMS.get(chapter.stem.partition("-")[2], ()):
                if said not in prose:
                    wrong.append("%s says no more: %s" % (chapter.name, said))
                elif rule is not None:
                    values = re.sub(r"`([\w-]+):([^`:]+):(\w+)`", lambda m: repr(cell(*m.groups())), rule)
                    if not eval(values):
                        wrong.append("%s: ... %s ... does not hold: %s" % (chapter.name, said, values))
        self.assertEqual([], wrong, "reword the sentence, weave the number, or change the rule in CLAIMS")

    def test_a_ratio_in_words_near_a_table_is_a_claim_that_is_checked(self):
        loose = []
        for chapter in sorted(BOOK.glob("*.nw")):
            claims = [said for said, _ in CLAIMS.get(chapter.stem.partition("-")[2], ())]
            for heading, prose in sections(chapter.read_text(encoding="utf-8")):
                for said in claims:
                    prose = prose.replace(" ".join(re.sub(r"`[^`]*`\{\.num\}|`[^`]*`|\]\([^)]*\)", " ", said).split()), " ")
                loose += ["%s, %s: ... %s ..." % (chapter.name, heading, prose[max(0, m.start() - 60):m.end() + 30]) for m in RATIO.finditer(prose)]
        self.assertEqual([], loose, "weave the numbers, or say in CLAIMS what must hold")

    def test_a_figure_beside_a_table_is_drawn_from_that_table(self):
        for chapter in sorted(BOOK.glob("*.nw")):
            for part in re.split(r"(?m)^(?=#+ )", chapter.read_text(encoding="utf-8")):
                tables = re.findall(r"(?m)^```\{\.data\s+src=([\w-]+)", part)
                for kind, name in re.findall(r'(?m)^```\{\.draw\b[^\n]*from="(chart|ratios) ([\w-]+)"', part):
                    family = [table for table in tables if table.rstrip("0123456789") == name.rstrip("0123456789")]
                    self.assertTrue(family, "%s: no table beside the figure of %s" % (chapter.name, name))
                    self.assertIn(name, family, "%s: the figure shows %s, the table beside it %s" % (chapter.name, name, ", ".join(family)))

    def test_a_chapter_that_is_named_by_its_number_is_there(self):
        written, loose = {int(chapter.name[:2]) for chapter in BOOK.glob("[0-9]*.nw")}, []
        for page in sorted(BOOK.glob("*.nw")) + sorted(BOOK.glob("*.md")):
            for m in re.finditer(r"\b[Cc]hapters? (\d+(?:(?:, | and | to )\d+)*)", plain(page)):
                loose += ["%s: %s" % (page.name, m.group()) for number in re.findall(r"\d+", m.group(1)) if int(number) not in written]
        self.assertEqual([], loose, "a chapter that is planned has a subject, and no number")

    def test_what_tables_show_of_the_same_runs_is_the_same_number(self):
        heads = {(BOOK / "data" / (name + ".tsv")).read_text(encoding="utf-8").split("\n")[0] for name in ("chart", "threads", "queues")}
        if len(heads) > 1:
            self.skipTest("these tables are older than bench/sched.sh, which writes them together")
        for work in ("yield", "spawn", "pingpong", "sema"):
            for procs in "12":
                row = "%s-%s" % (work, procs)
                for side, column in (("ch10", "rt0_ns"), ("go", "go_ns")):
                    self.assertEqual(cell("chart", row, side), cell("threads", row, column), "bench/sched.sh: %s of %s" % (row, side))
                for side in ("ch10", "ch11", "go"):
                    self.assertAlmostEqual(cell("chart", row, side), cell("queues", row, side), delta=.51, msg="bench/sched.sh: %s of %s" % (row, side))
            for procs in "24":
                row = "%s-%s" % (work, procs)
                self.assertEqual(cell("wakes", row, "ch10"), cell("futex", row, "calls"), "bench/sched.sh: %s under strace" % row)
