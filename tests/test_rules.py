"""The rules of a chapter file, one by one: lint.awk and overlay.awk on inputs of a few lines."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TOOLS = TOP / "book" / "tools"
NOWEB = Path(os.environ.get("NOWEBLIB", "/usr/lib/noweb"))
ENV = {key: value for key, value in os.environ.items() if key != "RT0_ALLOW"}


def lines(n, text="x;"):
    return (text + "\n") * n


def chunk(body, name="a", prose="Say why.\n\n"):
    return "%s<<%s>>=\n%s@\n\n" % (prose, name, body)


class Rules(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)

    def files(self, texts):
        """Files named 1.nw, 2.nw and so on."""
        names = []
        for number, text in enumerate(texts, 1):
            names.append("%d.nw" % number)
            (self.place / names[-1]).write_bytes(text if isinstance(text, bytes) else text.encode())
        return names

    def run_in_place(self, *command, **options):
        return subprocess.run(command, cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              **options)


class Lint(Rules):
    def says(self, messages, *texts, whole=1, draft="", status=None):
        """What lint.awk says of these files: just these messages."""
        done = self.run_in_place("gawk", "-v", "whole=%s" % whole, "-v", "draft=%s" % draft, "-f", str(TOOLS / "lint.awk"),
                                 *self.files(texts), env=dict(ENV, LC_ALL="C.UTF-8"))
        self.assertEqual((done.stderr, done.stdout), ("".join(message + "\n" for message in messages), ""), texts)
        self.assertEqual(done.returncode, bool(messages) if status is None else status)

    # -- the size of a chunk --

    def test_a_chunk_has_25_lines_at_most_and_blank_ones_at_its_end_do_not_count(self):
        self.says([], chunk(lines(25)))
        self.says([], chunk(lines(25) + "\n  \n\t\n"))
        said = "1.nw:3: chunk <<a>> has 26 lines and 25 is the limit; name a part of it"
        self.says([said], chunk(lines(26)))
        self.says([said], chunk(lines(20) + "\n" + lines(5)))

    def test_the_last_chunk_of_a_file_is_looked_at_without_an_at_sign(self):
        self.says(["1.nw:3: chunk <<a>> has 26 lines and 25 is the limit; name a part of it"],
                  chunk(lines(26)).replace("@\n", ""), "Prose.\n")

    def test_a_chunk_that_another_one_ends_is_looked_at(self):
        self.says(["1.nw:3: chunk <<a>> has 26 lines and 25 is the limit; name a part of it",
                   "1.nw:30: chunk <<b>> follows another with no prose between; say what it is for"],
                  chunk(lines(26)).replace("@\n\n", "") + chunk("y;\n", "b", ""))

    # -- prose --

    def test_between_two_chunks_is_prose(self):
        self.says([], chunk("x;\n") + chunk("y;\n", "b"))
        self.says(["1.nw:7: chunk <<b>> follows another with no prose between; say what it is for"],
                  chunk("x;\n") + chunk("y;\n", "b", ""))
        self.says(["1.nw:8: chunk <<b>> follows another with no prose between; say what it is for"],
                  chunk("x;\n") + " \t\n" + chunk("y;\n", "b", ""))
        self.says([], "Why.\n\n<<a>>=\nx;\n@ Because.\n\n<<b>>=\ny;\n@\n")

    def test_an_exercise_is_named_by_reference(self):
        self.says([], "The remedy is [](#ex-7.6).\n", "    exercise 7.6\n")
        self.says(["1.nw:1: an exercise is named by reference, which has the number when it changes; write [](#ex-7.6)"],
                  "Exercise 7.6 has the remedy.\n")

    def test_the_first_chunk_of_each_file_needs_no_prose(self):
        self.says([], chunk("x;\n", "a", ""), chunk("y;\n", "b", ""))

    def test_an_empty_hook_needs_no_prose_and_is_no_chunk_before_the_next(self):
        self.says([], chunk("x;\n") + chunk("", "b", "") + chunk("\n", "c", ""))
        self.says([], chunk("", "b", "") + chunk("x;\n", "a", ""))

    # -- indentation and width --

    def test_a_chunk_is_indented_by_tabs_or_by_spaces(self):
        self.says([], chunk("\tx;\n\ty;\n"))
        self.says([], chunk("        x;\n"))
        self.says([], chunk("\tx;\n       y;\n"))
        self.says(["1.nw:5: this line is indented by spaces and others of the chunk by tabs; use tabs"],
                  chunk("\tx;\n        y;\n        z;\n"))
        self.says([], chunk("\tx;\n") + chunk("        y;\n", "b"))
        self.says([], chunk("        x;\n") + chunk("\ty;\n", "b"))

    def test_no_space_stands_before_a_tab(self):
        said = "1.nw:4: a space stands before a tab in the indentation; use tabs"
        self.says([said], chunk(" \tx;\n"))
        self.says([said], chunk("\t \tx;\n"))
        self.says([], chunk("x; \ty;\n"))
        self.says([], "A \ttab.\n")

    def test_a_line_has_80_columns_and_a_tab_goes_to_the_next_eighth(self):
        def wide(n):
            return ["1.nw:4: the line is %d columns wide and 80 is the limit; break it" % n]
        self.says([], chunk("x" * 80 + "\n"))
        self.says(wide(81), chunk("x" * 81 + "\n"))
        self.says([], chunk("\t" + "x" * 72 + "\n"))
        self.says(wide(81), chunk("\t" + "x" * 73 + "\n"))
        self.says([], chunk("xxx\t" + "x" * 72 + "\n"))
        self.says(wide(81), chunk("x" * 8 + "\t" + "x" * 65 + "\n"))
        self.says([], chunk("é" * 80 + "\n"))

    def test_escaped_shifts_have_two_columns_and_lines_with_a_chunk_any_width(self):
        self.says([], chunk("x" * 76 + "@<<@>>\n"))
        self.says(["1.nw:4: the line is 81 columns wide and 80 is the limit; break it"], chunk("x" * 77 + "@<<@>>\n"))
        self.says([], chunk("x" * 80 + "<<b>>\n"))

    # -- functions that go on --

    def test_a_part_that_ends_a_function_and_goes_on_ends_with_a_blank_line(self):
        for end in ("}", "};", "\t.size\tf, .-f", "\t.balign\t32"):
            said = ["1.nw:5: <<a>> goes on at 1.nw:10; end this part with a blank line"]
            self.says(said, chunk("f\n" + end + "\n") + chunk("y;\n"))
            self.says([], chunk("f\n" + end + "\n\n") + chunk("y;\n"))
        for end in ("x}", "}x", "\t}", ".sized"):
            self.says([], chunk("f\n" + end + "\n") + chunk("y;\n"))

    def test_only_the_part_before_counts_and_only_of_this_chunk(self):
        said = ["1.nw:4: <<a>> goes on at 1.nw:9; end this part with a blank line"]
        self.says(said, chunk("}\n") + chunk("y;\n") + chunk("z;\n"))
        self.says([], chunk("}\n") + chunk("y;\n", "b"))
        self.says([], chunk("}\n"), chunk("y;\n", "replace: a"))
        self.says(["1.nw:4: <<a>> goes on at 2.nw:3; end this part with a blank line"], chunk("}\n"), chunk("y;\n"))

    # -- names --

    def test_a_name_becomes_a_comment_and_a_row_of_a_map(self):
        for name, said in (
                ("a */ b", "the chunk's name contains */ and would end the comment it becomes; rename it"),
                ("a /* b", "the chunk's name contains /* and would end the comment it becomes; rename it"),
                ("a\tb", "the chunk's name contains a tab or another control character, and maps are divided by tabs; rename it"),
                ("a (version 2)", "the chunk's name ends as the tangler names what was replaced; rename it"),
                ("src/a.s", "a .s file skips the preprocessor, so debuggers lose the chapter's lines; call it src/a.S"),
                (" a", "the chunk's name begins or ends with a blank; noweb takes names literally"),
                ("a ", "the chunk's name begins or ends with a blank; noweb takes names literally"),
                ("", "the chunk's name begins or ends with a blank; noweb takes names literally")):
            self.says(["1.nw:3: " + said], chunk("x;\n", name))
        for name in ("a * / b", "src/a.S", "a (version 2) b", "a (version x)", "as"):
            self.says([], chunk("x;\n", name))

    # -- angle brackets --

    def test_blanks_after_the_name_of_a_chunk_are_nothing(self):
        self.says(["1.nw:3: chunk <<a>> has 26 lines and 25 is the limit; name a part of it"],
                  chunk(lines(26)).replace(">>=", ">>= \t"))

    def test_two_shifts_on_a_line_are_no_chunk(self):
        for use in (" 1 ", "\t1", "= 2", "1 + b", "(b)", "b ", "b; c"):
            self.says(["1.nw:4: noweb reads the two shifts on this line as chunk <<%s>>; write @<< and @>>" % use],
                      chunk("a <<%s>> 2;\n" % use))
        self.says([], chunk("a @<< 1 | b @>> 2;\n"))
        self.says([], chunk("a << 1;\nb >> 2;\n"))
        self.says([], chunk("<<b>>\n\t<<say what b2 (twice) is>> y\n"))
        self.says([], chunk("@<< <<b>>\n"))

    def test_a_chunk_does_not_stand_in_a_macro(self):
        said = "<<b>> stands in a macro, where a debug build puts a #line; move it out of the macro"
        self.says(["1.nw:4: " + said], chunk("#define A <<b>>\n"))
        self.says(["1.nw:4: " + said], chunk("\t# define A <<b>>\n"))
        self.says(["1.nw:6: " + said], chunk("#define A \\\n\tx \\\n\t<<b>>\n"))
        self.says(["1.nw:6: " + said], chunk("\t# \tdefine A \\\n\tx \\\n\t<<b>>\n"))
        self.says([], chunk("#define A \\\n\tx\n\t<<b>>\n"))
        self.says([], chunk("x \\\n<<b>>\n"))
        self.says([], chunk("#define A \\\n") + chunk("<<b>>\n", "c"))

    def test_a_chunk_in_prose_is_quoted(self):
        said = "<< in prose begins a chunk name; write @<< or quote the code in [[ ]]"
        self.says(["1.nw:1: " + said], "A << b.\n")
        self.says(["1.nw:1: " + said], "A [[b]] << c.\n")
        self.says(["1.nw:2: " + said], "A [[b\nc]] << d.\n")
        self.says(["1.nw:3: " + said], "A [[b\n\nc << d]].\n")
        self.says(["1.nw:1: " + said], "@ A << b.\n")
        self.says(["1.nw:1: " + said], "A <<[[b]].\n")
        self.says(["1.nw:3: " + said], "A [[b\n \t\nc << d]].\n")
        self.says(["1.nw:2: " + said], "A @[[ b\nc << d.\n")
        for fine in ("A @<< b.\n", "A [[b @]] << c]].\n", "A [[b << c]] d.\n", "A [[b\n<< c]] d.\n", "A [[b[c[1]]]] d.\n", "A @[[ b.\nC.\n"):
            self.says([], fine)

    def test_an_at_sign_ends_a_chunk_and_two_shifts_do_not(self):
        self.says([], chunk("@<< 1\n\tx;\n"))
        self.says([], "P.\n\n<<a>>=\nx;\n@\tP.\n\n<<b>>=\ny;\n")
        self.says(["1.nw:5: << in prose begins a chunk name; write @<< or quote the code in [[ ]]"],
                  "P.\n\n<<a>>=\nx;\n@ P << q.\n")

    def test_a_chunk_that_prose_names_is_defined_if_the_book_is_whole(self):
        said = "[[<<b>>]] refers to a chunk that nobody defines"
        self.says(["1.nw:1: " + said], "See [[<<b>>]].\nAnd [[<<b>>]].\n")
        self.says(["1.nw:2: " + said], "See [[x]]\nand [[y]], [[<<b>>]].\n")
        self.says([], "See [[<<b>>]].\n", whole=0)
        self.says([], "See [[<<b>>]], [[<<replace: b>>]] and [[<<base: b>>]].\n", chunk("x;\n", "b"))
        self.says([], "See [[<<b>>]].\n", chunk("x;\n", "replace: b"))

    # -- files --

    def test_a_byte_order_mark_is_refused(self):
        said = "the file starts with a byte order mark; save it as plain UTF-8"
        self.says(["1.nw:1: " + said, "2.nw:1: " + said], b"\xef\xbb\xbfP.\n", b"\xef\xbb\xbfQ.\n")
        self.says([], b"P.\n\xef\xbb\xbfQ.\n")

    def test_a_file_with_windows_line_ends_is_told_once(self):
        said = "the line ends in CR LF; save the file with Unix line ends (sed -i 's/\\r$//' %d.nw)"
        self.says(["1.nw:2: " + said % 1, "2.nw:1: " + said % 2], "P.\nQ.\r\nR.\r\n", "P.\r\nQ.\r\n")
        self.says(["1.nw:1: " + said % 1], chunk("\t" + "x" * 72 + "\n").replace("\n", "\r\n"))

    def test_what_begins_in_one_file_ends_there(self):
        self.says([], "A [[b\n", "C.\n")
        self.says(["2.nw:1: << in prose begins a chunk name; write @<< or quote the code in [[ ]]"], "A [[b\n", "C << d.\n")

    def test_a_draft_is_told_of_style_and_refused_for_the_rest(self):
        self.says(["1.nw:3: (draft) chunk <<a>> has 26 lines and 25 is the limit; name a part of it"], chunk(lines(26)),
                  draft=1, status=0)
        self.says(["1.nw:1: << in prose begins a chunk name; write @<< or quote the code in [[ ]]"], "A << b.\n", draft=1)


class Overlay(Rules):
    def overlay(self, texts, allow=None):
        """(what overlay.awk makes of the files' markup, what it says)"""
        markup = self.run_in_place(str(NOWEB / "markup"), "-t", *self.files(texts))
        env = ENV
        if allow is not None:
            (self.place / "allow").write_text(allow)
            env = dict(ENV, RT0_ALLOW="allow")
        done = self.run_in_place("gawk", "-f", str(TOOLS / "overlay.awk"), input=markup.stdout, env=env)
        self.markup = markup.stdout
        self.assertEqual(done.returncode, bool(done.stderr))
        self.assertEqual("@fatal overlay the book has errors\n" == done.stdout, bool(done.stderr))
        return done.stdout, done.stderr

    def says(self, messages, *texts, allow=None):
        self.assertEqual(self.overlay(texts, allow)[1].splitlines(), messages, texts)

    def tangles(self, expected, *texts, allow=None):
        """<<src/a.c>> of these files is that text, and nothing is said."""
        out, said = self.overlay(texts, allow)
        self.assertEqual(said, "")
        done = self.run_in_place(str(NOWEB / "nt"), "-Rsrc/a.c", "-t8", input=out)
        self.assertEqual((done.stdout, done.stderr), (expected, ""))
        return out

    FILE = chunk("<<b>>\n", "src/a.c")

    def test_a_book_without_replace_goes_through_as_it_is(self):
        out = self.tangles("x;\n", self.FILE + chunk("x;\n", "b"))
        self.assertEqual(out, self.markup)

    # -- layers --

    def test_a_replace_is_what_is_used_and_base_is_what_was_before(self):
        self.tangles("y;\n", self.FILE + chunk("x;\n", "b"), chunk("y;\n", "replace: b"))
        self.tangles("1;\nx;\n2;\n", self.FILE + chunk("x;\n", "b"), chunk("1;\n<<base: b>>\n2;\n", "replace: b"))

    def test_three_layers_lie_in_each_other(self):
        out = self.tangles("3;\n2;\n1;\n", self.FILE + chunk("1;\n", "b"), chunk("2;\n<<base: b>>\n", "replace: b"),
                           chunk("3;\n<<base: b>>\n", "replace: b"))
        for line in ("@defn b (version 1)", "@defn b (version 2)", "@defn b", "@use b (version 1)", "@use b (version 2)"):
            self.assertEqual(out.split("\n").count(line), 1, line)

    def test_a_later_part_goes_to_the_newest_layer(self):
        self.tangles("2;\n3;\n", self.FILE + chunk("1;\n", "b"), chunk("2;\n", "replace: b"), chunk("3;\n", "b"))
        self.tangles("2;\n3;\n", self.FILE + chunk("1;\n", "b"), chunk("2;\n", "replace: b") + chunk("3;\n", "b"))

    def test_a_later_file_may_replace_again(self):
        self.tangles("3;\n", self.FILE + chunk("1;\n", "b"), chunk("2;\n", "replace: b"), chunk("3;\n", "replace: b"))

    def test_one_file_replaces_a_chunk_once(self):
        self.says(["2.nw:9: <<replace: b>>= stands in this file already (2.nw:3); continue it with <<b>>="],
                  self.FILE + chunk("1;\n", "b"), chunk("2;\n", "replace: b") + chunk("3;\n", "replace: b"))

    def test_what_is_replaced_is_there_and_from_another_file(self):
        said = "%s: <<replace: b>>= replaces nothing: no file before this one defines that chunk"
        self.says([said % "1.nw:15"], self.FILE + chunk("1;\n", "b") + chunk("2;\n", "replace: b"))
        self.says([said % "1.nw:9"], self.FILE + chunk("2;\n", "replace: b"))
        self.says([(said % "2.nw:3").replace("replace: b", "replace: cook") + "; did you mean <<book>>?"],
                  chunk("<<book>>\n<<cook>>\n", "src/a.c") + chunk("1;\n", "book"), chunk("2;\n", "replace: cook"))

    def test_base_stands_in_its_replace_only(self):
        said = "<<base: b>> means nothing outside <<replace: b>>="
        self.says(["1.nw:10: " + said], self.FILE + chunk("<<base: b>>\n", "b"))
        self.says(["2.nw:10: " + said], chunk("<<b>>\n<<c>>\n", "src/a.c") + chunk("1;\n", "b") + chunk("1;\n", "c"),
                  chunk("2;\n", "replace: b") + chunk("<<base: b>>\n", "replace: c"))

    def test_base_is_not_defined(self):
        out, said = self.overlay([self.FILE + chunk("1;\n", "b") + chunk("2;\n", "base: b")])
        self.assertIn("1.nw:15: <<base: b>>= cannot be defined; write <<replace: b>>=\n", said)

    # -- names that nobody uses or defines --

    def test_a_chunk_that_is_used_is_defined(self):
        said = "1.nw:4: <<b>> is used but no chunk of this name is defined"
        self.says([said], self.FILE)
        self.says([said], self.FILE + chunk("<<b>>\n", "src/c.c"))

    def test_a_chunk_that_is_defined_is_used(self):
        self.says(["1.nw:3: <<bell>>= is defined but nothing uses it"], chunk("x;\n", "bell"))
        self.says(["1.nw:3: <<lib/b>>= is defined but nothing uses it (a file lies in src/, gdb/ or examples/)"],
                  chunk("x;\n", "lib/b"))
        self.says(["1.nw:3: <<src/../b>>= is defined but nothing uses it (a file lies in src/, gdb/ or examples/)"],
                  chunk("x;\n", "src/../b"))
        self.says(["1.nw:3: <<src/b c>>= is defined but nothing uses it (a file lies in src/, gdb/ or examples/)"],
                  chunk("x;\n", "src/b c"))
        self.says([], chunk("x;\n", "gdb/b.gdb") + chunk("x;\n", "examples/b_1.c") + chunk("x;\n", "src/A-z/0.S"))

    def test_lines_are_counted_over_a_list_of_definitions(self):
        self.says(["1.nw:10: <<bell>>= is defined but nothing uses it"], chunk("x;\n@ %def x\n", "src/a.c").replace("x\n@\n", "x\n")
                  + "P.\n" + chunk("x;\n", "bell"))

    def test_what_markup_could_not_read_is_an_error(self):
        (self.place / "markup").write_text("@fatal markup no\n")
        done = self.run_in_place("gawk", "-f", str(TOOLS / "overlay.awk"), "markup", env=ENV)
        self.assertEqual((done.returncode, done.stdout), (1, "@fatal overlay the book has errors\n"))

    def test_a_use_in_prose_is_no_use(self):
        self.says(["1.nw:9: <<bell>>= is defined but nothing uses it"], chunk("x;\n", "src/a.c")
                  + chunk("x;\n", "bell", prose="See [[<<bell>>]].\n\n"))

    def test_a_misspelt_name_is_answered_with_one_a_few_letters_away(self):
        # one letter and a third of the length may be wrong: three of six, two of three
        for wrong, right, near in (
                ("abcdeX", "abcdef", True), ("abcXYZ", "abcdef", True), ("abWXYZ", "abcdef", False), ("abc", "abcdef", False),
                ("abc", "abcde", True), ("abcdef", "abcdefxyz", True), ("abcdef", "xyzabcdef", True), ("abcdef", "abxyzcdef", True),
                ("abcdef", "abcdefwxyz", False), ("abcdefwxyz", "abcdef", True), ("wxyzabcdef", "abcdef", True),
                ("vwxyzabcdef", "abcdef", False), ("zzzzabcd", "abcdyyy", False), ("abcdyyy", "zzzzabcd", False),
                ("zzzzabcd", "abcdyy", False), ("abcdyy", "zzzzabcd", False),
                ("abcdef", "xyz", False), ("q", "xy", False)):
            hint = "; did you mean <<%s>>?" % right if near else ""
            self.says(["1.nw:5: <<%s>> is used but no chunk of this name is defined%s" % (wrong, hint)],
                      chunk("<<%s>>\n<<%s>>\n" % (right, wrong), "src/a.c") + chunk("x;\n", right))

    def test_of_several_names_the_nearest_is_meant(self):
        body = "".join("<<%s>>\n" % name for name in ("abcdXX", "abcdeX", "abcdzz"))
        self.says(["1.nw:7: <<abcdef>> is used but no chunk of this name is defined; did you mean <<abcdeX>>?"],
                  chunk(body + "<<abcdef>>\n", "src/a.c") + "".join(chunk("x;\n", name) for name in ("abcdXX", "abcdeX", "abcdzz")))

    def test_the_hint_for_a_chunk_that_nothing_uses_is_one_that_is_used(self):
        self.says(["1.nw:4: <<abcdef>> is used but no chunk of this name is defined; did you mean <<abcdeg>>?",
                   "1.nw:9: <<abcdeg>>= is defined but nothing uses it; did you mean <<abcdef>>?"],
                  chunk("<<abcdef>>\n", "src/a.c") + chunk("x;\n", "abcdeg"))

    # -- circles --

    def test_no_chunk_contains_itself(self):
        self.says(["1.nw:9: a chunk contains itself: <<b>> -> <<b>>"], self.FILE + chunk("<<b>>\n", "b"))
        self.says(["1.nw:9: a chunk contains itself: <<b>> -> <<c>> -> <<b>>"],
                  self.FILE + chunk("<<c>>\n", "b") + chunk("<<b>>\n", "c"))

    def test_a_chunk_that_is_used_twice_is_no_circle(self):
        self.tangles("x;\nx;\n", chunk("<<b>>\n<<c>>\n", "src/a.c") + chunk("<<c>>\n", "b") + chunk("x;\n", "c"))

    def test_a_circle_through_a_base_is_one(self):
        self.says(["1.nw:9: a chunk contains itself: <<src/a.c>> -> <<b>> -> <<b>> -> <<c>> -> <<b>>"],
                  self.FILE + chunk("<<c>>\n", "b") + chunk("x;\n", "c"),
                  chunk("<<base: b>>\n", "replace: b") + chunk("<<b>>\n", "replace: c"))

    def test_what_was_replaced_may_lead_in_a_circle_that_is_gone(self):
        self.tangles("y;\n", self.FILE + chunk("<<c>>\n", "b") + chunk("x;\n", "c"),
                     chunk("y;\n", "replace: b") + chunk("<<b>>\n", "replace: c"))

    # -- answers --

    def test_an_answer_touches_what_is_allowed_and_adds_what_it_likes(self):
        book = chunk("<<b>>\n<<c>>\n", "src/a.c") + chunk("1;\n", "b") + chunk("1;\n", "c")
        self.tangles("2;\n1;\n", book, chunk("<<d>>\n", "replace: b") + chunk("2;\n", "d"), allow="b\n")
        said = "2.nw:3: <<c>> is not part of this exercise; it may change the chunks named in allow"
        self.says([said + "; did you mean <<b>>?"], book, chunk("2;\n", "replace: c"), allow="b\n")
        self.says([said], book, chunk("2;\n", "c"), allow="long name\n")
        self.says([said.replace("<<c>>", "<<src/new.c>>")], book, chunk("2;\n", "src/new.c"), allow="b\n")
        self.tangles("1;\n1;\n", book, chunk("2;\n", "src/new.c"), allow="src/new.c\nb\n")

    def test_only_the_answer_is_held_to_the_list(self):
        book = chunk("<<b>>\n<<c>>\n", "src/a.c") + chunk("1;\n", "b") + chunk("1;\n", "c")
        self.tangles("3;\n2;\n", book, chunk("2;\n", "replace: c"), chunk("3;\n", "replace: b"), allow="b\n")


if __name__ == "__main__":
    unittest.main()
