"""Predictions against what GDB finds in the program that is predicted."""
import random
import re
import subprocess

from course import VARIED, Broken, Failure, Tree, cohort, row, tangled

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()


def arguments():
    """The words on the command line: three of the Greek ones, or those of a cohort."""
    if cohort() == 0:
        return WORDS[:3]
    draw = random.Random(cohort())
    return draw.sample(WORDS, draw.randrange(3, 6))


VARIED.append(("the command line", "driver " + " ".join(WORDS[:3]), "driver " + " ".join(arguments())))


def program(exercise, directory, _):
    """What a row gets in place of a program: the answers that GDB finds, {name: text}."""
    tree = Tree(directory / "tree", tangled(exercise.chapters))
    source = exercise.directory / "driver.c"
    tree.link(directory / "driver", [tree.compile(source, source.read_text(encoding="utf-8"))] + tree.objects())
    try:
        done = subprocess.run(["gdb", "-nx", "-batch", "-x", exercise.directory / "walk.gdb", "--args", directory / "driver"] + arguments(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin"})
    except FileNotFoundError:
        raise Broken("gdb is missing: run ./setup")
    found = dict(re.findall(r"^answer (\w+) (.*)$", done.stdout, re.M))
    if "heir" not in found:
        raise Broken("exercises/01-boot/walk.gdb did not come to its end: %s" % (done.stderr.strip().split("\n")[-1] or "no message"))
    return found


def normal(text):
    """Numbers in any notation, names in any case, one blank between words."""
    words = re.sub(r"[,;]", " ", text).split()
    return " ".join(str(int(word, 16 if "x" in word else 10)) if re.fullmatch(r"[+-]?(0x[0-9a-fA-F]{1,20}|[0-9]{1,20})", word) else word.lower() for word in words)


def question(points, name, sentence, *look):
    """A row that compares one prediction; look: what to type in GDB to see it."""
    def judge(answers, _):
        mine, found = answers
        if normal(mine[name]) != normal(found[name]):
            raise Failure('you predicted "%s", and the program does something else; look with GDB:' % mine[name],
                          table=["(gdb) " + line for line in look], words=arguments())
    judge.__name__ = name
    row(points, sentence)(judge)


question(5, "first_word", "the number that %rsp points at, at the first instruction", "starti", "x/1gd $rsp")
question(10, "null_word", "the distance from there to the first word that is zero, in bytes", "starti", "x/12gx $rsp")
question(10, "thread_pointer", "fs_base at the first instruction of rt0_go", "break *rt0_go", "run", "print $fs_base")
question(10, "current_g", "whose g the word at %fs:-8 is when check is called: g0, or another", "break *check", "run",
         "info symbol *(long *)($fs_base - 8)")
question(10, "arrivals", "the order in which args, mstart, newproc, osinit and schedinit are reached",
         "tbreak *args", "tbreak *mstart", "tbreak *newproc", "tbreak *osinit", "tbreak *schedinit", "run", "continue", "continue", "continue", "continue")
question(10, "depth", "how many bytes of goroutine 1's stack are in use when gogo is called for it", "break *gogo", "run",
         "print (long)allgs->stack.hi - (long)allgs->sched.sp")
question(5, "status", "the status of goroutine 1 at that moment", "break *gogo", "run", "print allgs->atomicstatus")
question(10, "return_to", "the return address of runtime_main, as symbol+number", "break *runtime_main", "run", "info symbol *(long *)$rsp")
question(10, "marks", "the arguments of mark in their order, over the whole run", "break *mark", "run", "print $rdi", "continue", "print $rdi")
question(10, "heir", "the goids that have lived in the g that marks 201, in ascending order", "break *mark if $rdi >= 200", "run",
         "print ((struct g *)*(long *)($fs_base - 8))->goid")
