"""Read an answer: one noweb file of prose and chunks, laid over the book.

Everything that can be said about the text alone is said here, as Refused with one
sentence: file, line, remedy. What needs the book's chunks is book/tools/overlay.awk's.
"""
import os
import re
import stat

LARGEST = 256 * 1024


class Refused(Exception):
    """The answer cannot be graded; the text is one sentence with a place and a remedy."""


class Chunk:
    def __init__(self, name, line):
        self.name, self.line, self.replaces, self.lines = name, line, False, []


def read(path, shown):
    """The text of an answer, if it is text."""
    try:
        if os.path.islink(path):
            raise Refused("%s is a symbolic link; hand in the file itself" % shown)
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:     # a FIFO does not keep us
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise Refused("%s is a FIFO or a device and no file; hand in the .nw file" % shown)
            data = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise Refused("%s is a directory; name the .nw file in it" % shown)
    except FileNotFoundError:
        raise Refused("%s: there is no such file; copy the exercise's starter.nw and write into it" % shown)
    except OSError as error:
        raise Refused("%s cannot be read (%s); check its permissions" % (shown, error.strerror))
    if not data.strip():
        raise Refused("%s:1: the file is empty; begin with a copy of the exercise's starter.nw" % shown)
    if len(data) > LARGEST:
        raise Refused("%s: the file has more than %d KB; an answer is prose and a few chunks, so take out what is neither"
                      % (shown, LARGEST // 1024))

    def line_of(offset):
        return data.count(b"\n", 0, offset) + 1
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("%s:1: the file is UTF-16; convert it: iconv -f utf-16 -t utf-8" % shown)
    if b"\0" in data:
        raise Refused("%s:%d: there is a zero byte, so this is no text; hand in the .nw file, as UTF-8" % (shown, line_of(data.index(b"\0"))))
    if data.startswith(b"\xef\xbb\xbf"):
        raise Refused("%s:1: the file starts with a byte order mark; save it as plain UTF-8" % shown)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("%s:%d: this line is not UTF-8; convert the file: iconv -f latin1 -t utf-8" % (shown, line_of(error.start)))
    if re.search(r"\r(?!\n)", text):
        raise Refused("%s:%d: the line ends in CR; use Unix line ends: tr '\\r' '\\n'" % (shown, text.count("\n", 0, text.index("\r")) + 1))
    if "\r" in text:
        raise Refused("%s:%d: the line ends in CR LF; use Unix line ends: sed -i 's/\\r$//' %s" % (shown, line_of(data.index(b"\r")), shown))
    return text


def chunks(text, shown):
    """The chunks of an answer in their order; the parts of one chunk are several."""
    found, current = [], None
    for number, line in enumerate(text.split("\n"), 1):
        header = re.match(r"<<(.*)>>=\s*$", line)
        if header:
            current = Chunk(header.group(1), number)
            if current.name.startswith("replace: "):
                current.name, current.replaces = current.name[len("replace: "):], True
            found.append(current)
        elif re.match(r"@($|\s)", line):
            current = None
        elif current is not None:
            if current.replaces and line.strip() == "<<%s>>" % current.name:
                raise Refused("%s:%d: the chunk uses itself; the book's text of it is <<base: %s>>" % (shown, number, current.name))
            current.lines.append((number, line))
    if not found:
        first = next((n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*(#\s*include|<<|int |void )", line)), 1)
        raise Refused("%s:%d: the file defines no chunk, so it changes nothing; write a line <<replace: NAME>>=, "
                      "the code, and a line @ (starter.nw shows it)" % (shown, first))
    return found


# -- what a chunk may hold ----------------------------------------------------------

TOKEN = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* ) | (?P<open> /\* ) |
    (?P<hash> \#[^\n]* ) | (?P<string> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' ) | (?P<quote> ["'] ) |
    (?P<shift> @<< | @>> ) | (?P<use> <<(?:[^>\n]|>(?!>))*>> ) | (?P<digraph> <% | %> | <: | :> | %: | \?\?[=/'()!<>-] ) |
    (?P<word> [A-Za-z_]\w* ) | (?P<brace> [{}()\[\]] ) | (?P<newline> \n )""", re.X | re.S)
PAIRS = {")": "(", "]": "[", "}": "{"}
# Words by which code would leave the place where the chunk stands.
FORBIDDEN = {"asm": 1, "__asm": 1, "__asm__": 1, "__attribute__": 1, "__attribute": 1, "_Pragma": 1,
             "__int3": 1, "constructor": 1}
# Of the compiler's own functions, those that compute. Others jump (__builtin_longjmp, __builtin_eh_return), or find the stack.
BUILTIN = re.compile(r"__builtin_(?!(expect|unreachable|popcount|parity|clz|ctz|ffs|bswap|abs|mem|offsetof|constant_p|types_compatible_p|prefetch|ia32_pause"
                     r"|choose_expr|(s|u)?(add|sub|mul)l{0,2}_overflow)(l{0,2}|16|32|64|set|cpy|move|cmp)$)")


def check_c(shown, parts):
    """The parts of one chunk of C, taken together: balanced, and with nothing for the preprocessor."""
    name, opened = parts[0].name, []

    def refuse(line, what):
        raise Refused("%s:%d: %s" % (shown, line, what))
    for part in parts:
        for number, line in part.lines:
            if line.endswith("\\"):
                refuse(number, "the line ends in a backslash, and hides the next one from its reader; write both as one")
        text = "\n".join(line for _, line in part.lines)
        number = part.line + 1
        for match in TOKEN.finditer(text):
            kind, token = match.lastgroup, match.group()
            at = number + text.count("\n", 0, match.start())
            if kind in ("comment", "string") and re.search(r"(?<!@)<<.*>>", token):
                refuse(at, "a chunk is used in a %s, where its text means something else; write the chunk's name without << >>" % kind)
            if kind == "hash":
                if "include" in token:
                    refuse(at, "an answer includes no header: there is no libc, and what its floor may use is included already; "
                               "delete the line (the runtime has memset, memcpy, print, throw)")
                refuse(at, "an answer has no lines for the preprocessor; use an enum or a static inline function")
            elif kind == "open":
                refuse(at, "the comment is not closed in the chunk <<%s>>; end it with */" % name)
            elif kind == "quote":
                refuse(at, "the %s has no end on its line; close it" % ("string" if token == '"' else "character"))
            elif kind == "digraph":
                refuse(at, "%s is another spelling of a bracket; write the bracket" % token)
            elif kind == "word" and (token in FORBIDDEN or BUILTIN.match(token)):
                refuse(at, "%s is not part of an answer; write it in plain C" % token)
            elif token == "[" and re.search(r"\[\s*$", re.sub(r"/\*.*?\*/|//[^\n]*", "", text[:match.start()], flags=re.S)):
                refuse(at, "[[ begins an attribute, which is not part of an answer; write it in plain C")
            elif kind == "brace" and token in "{([":
                opened.append((token, at))
            elif kind == "brace":
                if not opened or opened[-1][0] != PAIRS[token]:
                    refuse(at, "%s closes what the chunk <<%s>> has not opened; a chunk stays inside the braces around it" % (token, name))
                opened.pop()
    if opened:
        refuse(opened[-1][1], "%s is not closed in the chunk <<%s>>; a chunk closes what it opens" % (opened[-1][0], name))


def check_assembly(shown, parts):
    """The parts of a chunk of assembly: instructions, local labels, and directives about the frame."""
    for part in parts:
        text = "\n".join(line for _, line in part.lines)

        def plain(match):
            """Comments give way to as many line ends, so that numbers stay right; strings to empty ones."""
            token, at = match.group(), part.line + 1 + text.count("\n", 0, match.start())
            if token[0] == "/" and re.search(r"(?<!@)<<.*>>", token):
                raise Refused("%s:%d: a chunk is used in a comment, where its text means something else; write the chunk's name "
                              "without << >>" % (shown, at))
            return token if token[0] == "#" else '""' if token[0] == '"' else re.sub(r"[^\n]", "", token)
        code = re.sub(r"""#[^\n]*|//[^\n]*|"[^"\n]*"|/\*.*?\*/""", plain, text, flags=re.S)
        stray = re.search(r"/\*|\*/", code)
        if stray:
            raise Refused("%s:%d: a comment is not closed in the chunk <<%s>>, or has no beginning; write both, and no # before them"
                          % (shown, part.line + 1 + code.count("\n", 0, stray.start()), part.name))
        for number, line in enumerate(code.split("\n"), part.line + 1):
            if re.match(r"\s*#\s*(include|define|undef|if|el|end|pragma|line|error|\d)", line):
                raise Refused("%s:%d: an answer has no lines for the preprocessor; the names of src/os/go_asm.h are there already"
                              % (shown, number))
            if "'" in re.sub(r"(#|//).*", "", line) or line.endswith("\\"):
                raise Refused("%s:%d: write a number in place of a character, and no backslash at the end" % (shown, number))
            if '"' in re.sub(r'todo\(""\)|#.*', "", line):
                raise Refused("%s:%d: a string stands in todo(...) only; take it out" % (shown, number))
            for statement in re.sub(r"(#|//).*", "", line).split(";"):
                statement = statement.strip()
                label = re.match(r"(\w*|\.\w+|\$?[\w.$]+)\s*:", statement)
                if label and not re.match(r"(\.L\w+|\d+)\s*:", statement):
                    raise Refused("%s:%d: %s is a label that others see; call it .L%s" % (shown, number, label.group(1), label.group(1)))
                statement = re.sub(r"^(\.L\w+|\d+)\s*:\s*", "", statement)
                words = statement.split() or [""]
                word = words[0]
                if re.match(r"[\w.$]+\s*=", statement):
                    raise Refused("%s:%d: an answer gives no values to names; write the number where it is used" % (shown, number))
                if word.startswith(".") and not word.startswith(".cfi_"):
                    raise Refused("%s:%d: of the directives, an answer uses .cfi_* only; %s is not part of it" % (shown, number, word))
                trap = {"int3", "int", "int1", "icebp"}.intersection(words)     # a prefix may stand before it
                if trap:
                    raise Refused("%s:%d: %s is the debugger's and the grader's; use jmp or call abort" % (shown, number, trap.pop()))


def check(text, shown, language):
    """Refuse what the text alone gives away; the chunks."""
    found = chunks(text, shown)
    by_name = {}
    for chunk in found:
        by_name.setdefault(chunk.name, []).append(chunk)
    if language in ("c", "assembly"):
        for parts in by_name.values():
            (check_c if language == "c" else check_assembly)(shown, parts)
    return found
