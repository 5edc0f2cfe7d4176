"""./setup with fake tools: what it calls, and what it says when it cannot."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TOOLS = "gcc objdump make notangle gawk gdb pandoc dot ctags python3 strace spin tmux".split()
SYSTEM = "sh env cat mktemp rm tail id uname".split()
HEADERS = ["usr/include/stdio.h", "usr/include/CUnit/CUnit.h", "usr/lib/aspell/en_GB-ise.multi"]
DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'


class Setup(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.bin = self.root / "bin"
        (self.root / "etc").mkdir()
        self.bin.mkdir()
        for name in SYSTEM:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in TOOLS:
            self.fake(name, "exit 0")
        self.fake("ctags", "echo Universal Ctags 5.9.0")
        for name in HEADERS:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text("")
        self.release(DEBIAN)
        self.apt("exit 0")

    def fake(self, name, script):
        path = self.bin / name
        if path.is_symlink():
            path.unlink()
        path.write_text("#!/bin/sh\n%s\n" % script)
        path.chmod(0o755)

    def apt(self, script):
        self.fake("apt-get", 'echo "$@" >>"%s/apt-calls"\n%s' % (self.root, script))

    def calls(self):
        path = self.root / "apt-calls"
        return path.read_text().splitlines() if path.exists() else []

    def release(self, text):
        (self.root / "etc" / "os-release").write_text(text)

    def remove(self, *names):
        for name in names:
            (self.bin / name).unlink()

    def setup(self, *arguments, user=0, machine="Linux x86_64"):
        self.fake("id", "echo %d" % user)
        self.fake("uname", "echo %s" % machine)
        done = subprocess.run([str(TOP / "setup")] + list(arguments), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              env={"PATH": str(self.bin), "RT0_SETUP_ROOT": str(self.root)})
        return done.returncode, done.stdout

    def test_complete_machine_installs_nothing(self):
        self.assertEqual(self.setup(), (0, "setup: nothing to install.\n"))
        self.assertEqual(self.calls(), [])

    def test_complete_machine_of_another_kind_is_fine(self):
        self.release('ID=fedora\nPRETTY_NAME="Fedora"\n')
        self.assertEqual(self.setup()[0], 0)

    def test_installs_only_what_is_missing_and_says_why(self):
        self.remove("notangle", "dot")
        status, output = self.setup()
        self.assertEqual(status, 0, output)
        self.assertEqual(self.calls(), ["-q -y install --no-install-recommends noweb graphviz"])
        self.assertIn("noweb            to run:   turns chapters into source files\n", output)
        self.assertIn("graphviz         to weave: draws the figures\n", output)
        self.assertNotIn("pandoc", output)

    def test_a_missing_header_names_its_package(self):
        (self.root / HEADERS[1]).unlink()
        self.setup()
        self.assertIn("libcunit1-dev", self.calls()[0])

    def test_another_ctags_is_not_the_right_one(self):
        self.fake("ctags", "echo ctags from GNU Emacs")
        self.setup()
        self.assertIn("universal-ctags", self.calls()[0])

    def test_run_only_leaves_the_book_and_the_tests_out(self):
        self.remove("pandoc", "strace", "gdb")
        status, output = self.setup("--run-only")
        self.assertEqual((status, self.calls()), (0, ["-q -y install --no-install-recommends gdb"]), output)

    def test_the_tools_that_look_at_pages_come_only_when_asked_for(self):
        self.assertEqual((self.setup()[0], self.calls()), (0, []))
        status, output = self.setup("--browser")
        self.assertEqual((status, self.calls()), (0, ["-q -y install --no-install-recommends chromium tidy fonts-liberation"]), output)
        self.fake("google-chrome", "exit 0")
        self.setup("--browser")
        self.assertEqual(self.calls()[1:], ["-q -y install --no-install-recommends tidy fonts-liberation"])

    def test_the_tools_of_the_printed_book_come_only_when_asked_for_and_with_others(self):
        self.assertEqual(self.setup("--editions")[0], 0)
        self.assertEqual(self.calls()[-1], "-q -y install --no-install-recommends weasyprint python3-pikepdf poppler-utils epubcheck")
        self.fake("weasyprint", "exit 0")
        self.assertEqual(self.setup("--browser", "--editions")[0], 0)
        self.assertEqual(self.calls()[-1], "-q -y install --no-install-recommends chromium tidy fonts-liberation python3-pikepdf poppler-utils epubcheck")

    def test_fetches_the_package_lists_only_after_a_failure(self):
        self.remove("make")
        self.apt('case "$*" in *update*) touch "%s/updated";; *) [ -e "%s/updated" ];; esac'
                 % (self.root, self.root))
        (self.bin / "touch").symlink_to(shutil.which("touch"))
        status, output = self.setup()
        self.assertEqual(status, 0, output)
        self.assertEqual([call.split()[2] for call in self.calls()], ["install", "update", "install"])

    def test_offline_says_so_and_fails(self):
        self.remove("make")
        self.apt("echo 'E: Temporary failure resolving'; exit 100")
        status, output = self.setup()
        self.assertEqual(status, 1)
        self.assertIn("E: Temporary failure resolving", output)
        self.assertIn("is there a network? Try: apt-get update && apt-get install make\n", output)

    def test_another_distribution_gets_the_names(self):
        self.release('ID=fedora\nPRETTY_NAME="Fedora Linux 40"\n')
        self.remove("notangle", "gdb")
        status, output = self.setup()
        self.assertEqual((status, self.calls()), (1, []))
        self.assertIn("Fedora Linux 40 is not Debian or Ubuntu; install these (Debian's names): noweb gdb\n", output)

    def test_a_relative_of_debian_counts_as_debian(self):
        self.release("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n")
        self.remove("gdb")
        self.assertEqual(self.setup()[0], 0)
        self.assertEqual(len(self.calls()), 1)

    def test_a_user_without_sudo_gets_the_command(self):
        self.remove("gdb")
        status, output = self.setup(user=1000)
        self.assertEqual((status, self.calls()), (1, []))
        self.assertIn("as root run: apt-get install gdb\n", output)

    def test_a_user_with_sudo_installs_through_it(self):
        self.remove("gdb")
        self.fake("sudo", 'echo sudo >>"%s/apt-calls"\nexec "$@"' % self.root)
        self.assertEqual(self.setup(user=1000)[0], 0)
        self.assertEqual(self.calls(), ["sudo", "-q -y install --no-install-recommends gdb"])

    def test_another_processor_is_refused(self):
        status, output = self.setup(machine="Linux aarch64")
        self.assertEqual(status, 1)
        self.assertIn("this is Linux aarch64", output)

    def test_an_unknown_option_is_refused(self):
        status, output = self.setup("--help-me")
        self.assertEqual(status, 1)
        self.assertIn("unknown option --help-me", output)

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_the_scripts_pass_shellcheck(self):
        done = subprocess.run(["shellcheck", "setup", ".ci/run"], cwd=TOP, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    os.chdir(str(TOP))
    unittest.main()
