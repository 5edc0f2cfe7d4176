"""The words of the book are words: in a dictionary, or in tests/words."""
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LIST = TOP / "tests" / "words"
# What is no prose: blocks, comments, code, addresses, targets of links, attributes, tags, registers, marks of notes.
NO_PROSE = [re.compile(p) for p in (
    r"(?ms)^ *(```+)[^\n]*\n.*?^ *\1 *$", r"(?s)<!--.*?-->", r"(?s)\[\[.*?\]\]+", r"(?s)(`+)[^`].*?\1", r"\]\([^)\n]*\)", r"\{[^}\n]*\}",
    r"\S+\.(?:com|edu|io|net|org)\b\S*", r"</?\w+[^>\n]*>", r"&\w+;", r"[%$]\w+", r"\[\^\w+\]")]


def prose(path):
    """The text of a file, line by line, with blanks for what is no prose."""
    lines, code = [], False
    for line in path.read_text(encoding="utf-8").split("\n"):
        if path.suffix == ".nw" and re.match(r"<<.*>>=\s*$", line):
            code = True
        elif code and re.match(r"@( |$)", line):
            code, line = False, line[1:]
        lines.append("" if code else line)
    text = "\n".join(lines)
    for pattern in NO_PROSE:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    return text.split("\n")


def unknown(paths):
    """word: where it stands first, for those that neither the dictionary nor the list has"""
    known, where = set(LIST.read_text(encoding="utf-8").split()), {}
    for path in paths:
        for number, line in enumerate(prose(path), 1):
            for word in re.findall(r"[\w'’]+", line):
                word = re.sub(r"['’]s?$", "", word.strip("'’"))
                if len(word) > 1 and not re.search(r"[\d_]", word) and not known & {word, word.lower(), word.lower().rstrip("s")}:
                    where.setdefault(word, "%s:%d" % (path.relative_to(TOP) if TOP in path.parents else path.name, number))
    said = subprocess.run(["aspell", "--lang=en_GB-ise", "--encoding=utf-8", "list"], input="\n".join(where), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if said.returncode:
        raise AssertionError("aspell: " + said.stdout.strip() + "; ./setup installs what is missing")
    return {word: where[word] for word in said.stdout.split()}


@unittest.skipUnless(shutil.which("aspell"), "aspell is not installed; ./setup installs it")
class Spelling(unittest.TestCase):
    def test_every_word_of_the_prose_is_in_the_dictionary_or_in_the_list(self):
        paths = sorted([*TOP.glob("book/*.nw"), *TOP.glob("book/*.md"), *TOP.glob("exercises/*/exercise-*.md"), *TOP.glob("*.md")])
        self.assertGreater(len(paths), 30)
        found = unknown(paths)
        self.assertEqual(found, {}, "\n" + "".join("%s: %s is in no dictionary: mend it, put code into `backquotes`, or add the word to tests/words\n"
                                                   % (place, word) for word, place in found.items()))

    def test_a_misspelt_word_is_found_in_its_line_and_code_is_not_read(self):
        with tempfile.TemporaryDirectory() as tmp:
            page = Path(tmp, "xx-x.nw")
            page.write_text("The `scheduuler` and [[anothr\none]] are code, [so](#is-ths) {.ths} and rt0x, %rspp.[^nte]\n\n<<a chunk>>=\n\tthse(lines);\n@ A gorotine's\n"
                            "colour is grey; color is not.\n\n```console\n$ xyzzz\n```\n")
            self.assertEqual(unknown([page]), {"gorotine": "xx-x.nw:6", "color": "xx-x.nw:7"})

    def test_the_list_is_sorted_and_has_only_words_that_no_dictionary_has(self):
        words = LIST.read_text(encoding="utf-8").split("\n")[:-1]
        self.assertEqual(words, sorted(set(words)))


if __name__ == "__main__":
    unittest.main()
