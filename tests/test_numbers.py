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
    "system-calls": ["reads for 100 ms from a timer", "20 to 640 µs | itself", "up to 10 ms | an M", "always naps for 20 microseconds", "looks every 10 ms leaves",
                        "for up to 20 ms, since it needs two looks", "fifty-one naps of 20 microseconds", "as the one before, up to 10 ms", "may be late by 50 microseconds",
                        "look again by itself within 10 ms", "the shortest nap, up to 640 microseconds", "two naps of 640 microseconds", "can be one of 10 ms"],
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
