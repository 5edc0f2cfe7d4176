"""What the book says of Go's source, by file and function, is there in Go 1.23."""
import importlib.util
import re
import subprocess
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("go_lines", TOP / "book/tools/go-lines.py")
go_lines = importlib.util.module_from_spec(spec)
spec.loader.exec_module(go_lines)


def go_source():
    """the src directory of an installed Go 1.23, or None"""
    try:
        root = subprocess.run(["go", "env", "GOROOT"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        root = "/usr/lib/go-1.23"
    source = Path(root) / "src"
    version = source.parent / "VERSION"
    return source if source.exists() and version.exists() and "go1.23" in version.read_text() else None


def defined(name, text):
    """does a Go or assembly file define name? Methods are written T.name or name"""
    name = re.escape(name.split(".")[-1])
    return re.search(rf"^(?:func(?: \([^)]*\))? |TEXT\s+\S*?·?|type |var |const |\t){name}\b", text, re.M)


class Names(unittest.TestCase):
    @unittest.skipUnless(go_source(), "needs the source of Go 1.23")
    def test_every_file_and_function_of_go_that_the_book_names_exists(self):
        source, seen = go_source(), 0
        for page in sorted((TOP / "book").glob("*.nw")) + sorted((TOP / "book").glob("*.md")):
            for number, line in enumerate(page.read_text(encoding="utf-8").split("\n"), 1):
                for path, name in re.findall(r"`([\w/]*\w+\.(?:go|s)):([A-Za-z_][\w.]*)`", line):
                    where = f"{page.name}:{number}: `{path}:{name}`"
                    files = [f for f in (source / path, source / "runtime" / path, source / "internal/trace" / path) if f.exists()]
                    self.assertTrue(files, f"{where}: Go 1.23 has no such file")
                    self.assertTrue(any(defined(name, f.read_text()) for f in files), f"{where}: the file does not define it")
                    seen += 1
        self.assertGreater(seen, 100)

    @unittest.skipUnless(go_lines.source(), "needs the source of Go 1.23.5")
    def test_the_links_into_go_lead_to_the_lines_that_define_what_they_name(self):
        right = list(go_lines.table(TOP, go_lines.source()))
        stale = set((TOP / "book/tools/go-lines.tsv").read_text().splitlines()) - set(right)
        self.assertEqual(stale, set(), "type: book/tools/go-lines.py >book/tools/go-lines.tsv")
        lines = (go_lines.source() / "runtime/proc.go").read_text().split("\n")
        said = dict((row.split("\t")[0], row.split("\t")[2]) for row in right)
        self.assertTrue(lines[int(said["proc.go:checkdead"]) - 1].startswith("func checkdead("))


if __name__ == "__main__":
    unittest.main()
