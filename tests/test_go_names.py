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


# What the chapters say of Go in numbers: (chapter, its words, file, function or "", what must be there, as a pattern).
FACTS = [
    ("rt0-go", "64 KB below, assumed", "asm_amd64.s", "rt0_go", r"LEAQ\t\(-64\*1024\)\(SP\), BX"),
    ("rt0-go", "0x123, else `abort`", "asm_amd64.s", "rt0_go", r"MOVQ\t\$0x123, g\(BX\)"),
    ("osinit", "the same mask of 8 KB", "os_linux.go", "getproccount", r"maxCPUs = 64 \* 1024\n\tvar buf \[maxCPUs / 8\]byte"),
    ("schedinit", "takes chunks of 256 KB", "malloc.go", "", r"\bpersistentChunkSize = 256 << 10\n"),
    ("schedinit", "gives a block of 64 KB or more pages of its own", "malloc.go", "persistentalloc1", r"maxBlock = 64 << 10.*\n(?s:.*)if size >= maxBlock \{"),
    ("schedinit", "a stack for signals of 32 KB", "os_linux.go", "mpreinit", r"malg\(32 \* 1024\)"),
    ("schedinit", "allow 10,000 threads", "proc.go", "schedinit", r"sched\.maxmcount = 10000\n"),
    ("schedinit", "sets aside 16 KB to crash on", "proc.go", "schedinit", r"gcrash\.stack = stackalloc\(16384\)"),
    ("newproc", "sp = hi - 32", "proc.go", "newproc1", r"totalSize := uintptr\(4\*goarch\.PtrSize \+ sys\.MinFrameSize\)(?s:.*)newg\.stack\.hi - totalSize"),
    ("newproc", "without cgo 16 KB", "proc.go", "allocm", r"malg\(16384 \* sys\.StackGuardMultiplier\)"),
    ("the-main-goroutine", "the largest stack is 1 GB", "proc.go", "main", r"maxstacksize = 1000000000\n"),
    ("the-main-goroutine", "forces a collection every two minutes", "proc.go", "", r"\bforcegcperiod int64 = 2 \* 60 \* 1e9\n"),
    ("the-main-goroutine", "a P with 64 of them gives half", "proc.go", "gfput", r"pp\.gFree\.n >= 64 \{(?s:.*)pp\.gFree\.n >= 32 \{"),
    ("many-threads", "at 64 a P gives all but 31 away; 32 are fetched", "proc.go", "gfget", r"pp\.gFree\.n < 32 \{"),
    ("many-threads", "`proc.go:schedinit`: 10,000", "proc.go", "schedinit", r"sched\.maxmcount = 10000\n"),
    ("park-and-ready", "`sema.go`: 251 places", "sema.go", "", r"\bsemTabSize = 251\n"),
    ("park-and-ready", "has waited for more than a millisecond", "../sync/mutex.go", "", r"\bstarvationThresholdNs = 1e6\n"),
    ("p-and-its-queue", "`schedtick%61 == 0` asks the global queue", "proc.go", "findRunnable", r"schedtick%61 == 0 && sched\.runqsize > 0"),
    ("p-and-its-queue", "`runqsize/gomaxprocs + 1`, at most 128", "proc.go", "globrunqget", r"sched\.runqsize/gomaxprocs \+ 1(?s:.*)len\(pp\.runq\)\)/2"),
    ("p-and-its-queue", "128 and the new one", "runtime2.go", "", r"\brunq +\[256\]guintptr\n"),
    ("p-and-its-queue", "in the P's `mcache`, 32 KB", "malloc.go", "", r"\b_StackCacheSize = 32 \* 1024\n"),
    ("p-and-its-queue", "half of it at a time", "stack.go", "stackcacherefill", r"size < _StackCacheSize/2 \{"),
    ("stealing", "`proc.go:stealWork`: four", "proc.go", "stealWork", r"const stealTries = 4\n"),
    ("stealing", "`proc.go:runqgrab`: `n - n/2`", "proc.go", "runqgrab", r"n = n - n/2\n"),
    ("stealing", "`usleep(3)` if the victim runs", "proc.go", "runqgrab", r"pp\.status == _Prunning \{(?s:.*)usleep\(3\)"),
    ("parking-and-spinning", "At most half as many look as there are busy Ps", "proc.go", "findRunnable", r"2\*sched\.nmspinning\.Load\(\) < gomaxprocs-sched\.npidle\.Load\(\)"),
    ("the-newest-first", "a time slice of 10 ms, `sysmon` and `retake`", "proc.go", "", r"\bforcePreemptNS = 10 \* 1000 \* 1000\b"),
    ("watching-it-run", "one of 64 KB for each M", "tracebuf.go", "", r"\barr \[64<<10 - unsafe\.Sizeof\(traceBufHeader\{\}\)\]byte"),
    ("watching-it-run", "of about a second", "trace.go", "", r"\bdefaultTraceAdvancePeriod = 1e9\b"),
    ("system-calls", "20 µs, doubling after 51 naps, up to 10 ms", "proc.go", "sysmon",
     r"idle == 0 \{.*\n\t+delay = 20\n\t+\} else if idle > 50 \{.*\n\t+delay \*= 2\n\t+\}\n\t+if delay > 10\*1000 \{"),
    ("system-calls", "10 ms if no goroutine waits", "proc.go", "retake", r"pd\.syscallwhen\+10\*1000\*1000 > now"),
    ("system-calls", "at most half of the collector's two minutes", "proc.go", "sysmon", r"sleep := forcegcperiod / 2\n"),
]


def function(name, text):
    """the lines of a Go or assembly function"""
    found = re.search(rf"^(?:func (?:\([^)]*\) )?{name}\(|TEXT\s+\S*·{name}\().*\n((?:(?!\}}|TEXT).*\n)*)", text, re.M)
    return found.group(1) if found else ""


class Names(unittest.TestCase):
    def test_the_numbers_of_go_that_are_checked_are_still_said(self):
        for chapter, said, _, _, _ in FACTS:
            prose = " ".join(next((TOP / "book").glob("[0-9]*-%s.nw" % chapter)).read_text(encoding="utf-8").split())
            self.assertTrue(said in prose, "FACTS says what %s says no more: %s" % (chapter, said))

    @unittest.skipUnless(go_source(), "needs the source of Go 1.23")
    def test_the_numbers_of_go_that_the_book_names_are_those_of_its_source(self):
        for chapter, said, path, name, pattern in FACTS:
            text = (go_source() / "runtime" / path).read_text(encoding="utf-8")
            self.assertRegex(function(name, text) if name else text, pattern, "%s says of %s:%s: %s" % (chapter, path, name, said))

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
