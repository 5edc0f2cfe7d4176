"""The memory orders of the last runtime are those of the models, each of them and for each outcome."""
import re
import unittest

import runqs
from linked import TOP
from runqs import bias, lent, model

BIAS, LENT = bias.Bias.GOOD, lent.Lent.GOOD
ACQ, REL, RLX, SC = model.ACQ, model.REL, model.RLX, model.SC

# Words that several threads change without a lock; first and end are those of a ring or a pile, addr is a semaphore.
WORDS = ("taking", "bias", "first", "end", "runqhead", "runqtail", "pilebottom", "piletop", "key", "sleepers", "nwait", "addr",
         "status", "runqsize", "nmspinning", "npidle", "needspinning", "sysmonwait")

# function, operation, word, orders: of success and then of failure. Written out where the model has a place for them by
# another name. RLX is of no interest: who needs no order is not here.
ORDERS = (
    ("takelocked", "store", "pp->taking", BIAS["locked: taking"]),
    ("takebegin", "load", "pp->bias", BIAS["begin: bias"]),
    ("takeend", "store", "pp->taking", BIAS["end: taking"]),
    ("revoke", "load", "pp->taking", BIAS["revoke: taking"]),
    ("revoke", "store", "pp->bias", BIAS["revoke: bias"]),
    ("stealbegin", "load", "pp->bias", BIAS["steal: bias"]),
    ("length", "load", "first", BIAS["length: first"]),
    ("length", "load", "end", BIAS["length: end"]),
    ("oldest", "store", "first", BIAS["oldest: first"]),
    ("put", "store", "end", BIAS["put: end"]),
    ("put", "load", "first", BIAS["put: first"]),
    ("take", "store", "first", BIAS["take: first"]),
    ("take", "store", "end", BIAS["take: end"]),
    ("trylock", "compare_exchange", "l->key", BIAS["lock: cas"], RLX),
    ("unlock", "store", "l->key", BIAS["unlock: key"]),
    ("quiet", "load", "root->lock.key", BIAS["quiet: key"]),
    ("quiet", "load", "root->nwait", BIAS["quiet: nwait"]),
    ("semrelease", "fetch_add", "addr", BIAS["semrelease: add"]),
    ("semrelease", "fetch_add", "addr", BIAS["semrelease: add"]),   # under the lock, where no order is needed
    ("cansemacquire", "load", "addr", BIAS["semacquire: look"]),
    ("cansemacquire", "compare_exchange", "addr", SC, SC),
    ("notewakeup", "exchange", "n->key", REL),      # a note: who wakes has done its work before
    ("notesleep", "load", "n->key", ACQ),
    ("notetsleep", "load", "n->key", ACQ),
    ("entersyscall", "store", "pp->status", SC),    # the model has a fence here
    ("reacquire", "compare_exchange", "pp->status", LENT["reacquire: cas"], RLX),
    ("retake", "compare_exchange", "pp->status", LENT["retake: cas"], RLX),
    ("anysyscall", "load", "allp[i]->status", SC),
    ("globrunqget", "store", "sched.runqsize", BIAS["share: size"]),
    ("workexists", "load", "sched.runqsize", BIAS["workexists: size"]),
    # tests/models/park.pml has locked instructions here, and loads in this order
    ("startspinning", "fetch_add", "sched.nmspinning", SC),
    ("resetspinning", "fetch_sub", "sched.nmspinning", SC),
    ("handoffp", "fetch_add", "sched.nmspinning", SC),
    ("wakep", "load", "sched.nmspinning", SC),
    ("wakep", "load", "sched.npidle", SC),
    ("wakep", "load", "sched.needspinning", SC),
    ("wakep", "compare_exchange", "sched.nmspinning", SC, RLX),
    ("wakep", "fetch_sub", "sched.nmspinning", SC),
    # lent.py has a fence between what one stores in these and loads of those
    ("entersyscall", "load", "sched.nmspinning", SC),
    ("entersyscall", "load", "sched.npidle", SC),
    ("entersyscall", "load", "sched.sysmonwait", SC),
    ("tellsysmon", "load", "sched.sysmonwait", SC),
    ("wakesysmon", "exchange", "sched.sysmonwait", SC),
    ("wantp", "load", "sched.sysmonwait", SC),
    ("nap", "store", "sched.sysmonwait", SC),
    ("nap", "compare_exchange", "sched.sysmonwait", SC, RLX),
    ("nap", "exchange", "sched.sysmonwait", SC),
)


def operations(text):
    """(function, operation, word, orders...) of each atomic operation in a source file."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    functions = [(match.start(), match[1]) for match in re.finditer(r"(?m)^(\w+)\(", text)]
    for match in re.finditer(r"__atomic_(\w+?)(?:_n)?\(", text):
        end, depth = match.end(), 1
        while depth > 0:        # its arguments
            depth += (text[end] == "(") - (text[end] == ")")
            end += 1
        arguments = text[match.end():end - 1]
        orders = [runqs.NAMES[word] for word in re.findall(r"__ATOMIC_[A-Z_]+", arguments)]
        inside = [name for start, name in functions if start < match.start()]
        yield (inside[-1] if inside else "", match[1], re.match(r"&?([^,]*)", arguments)[1].strip()) + tuple(orders)


class Orders(unittest.TestCase):
    def test_each_order_on_a_shared_word_is_in_the_list_and_in_the_source(self):
        found = [row for path in sorted((TOP / "src").rglob("*.c")) for row in operations(path.read_text(encoding="utf-8"))
                 if re.split(r"->|\.", row[2])[-1] in WORDS and set(row[3:]) != {RLX}]
        self.assertGreater(len(found), 20)
        for row in sorted(set(found) | set(ORDERS)):
            with self.subTest(" ".join(row)):
                self.assertEqual(found.count(row), ORDERS.count(row),
                                 "times in src/, and in the list of this file, whose orders the models have tried")

    def test_the_operations_of_a_source_are_found_with_both_orders(self):
        text = ("int\nf(void)\n{\n\t__atomic_compare_exchange_n(&pp->x, &h, g(1), 0,\n\t    __ATOMIC_RELEASE,\n"
                "\t    __ATOMIC_ACQUIRE); /* __atomic_load_n(&a, __ATOMIC_SEQ_CST) */\n"
                "\t__atomic_store_n(y, 2, __ATOMIC_RELAXED);\n}\n")
        self.assertEqual(list(operations(text)), [("f", "compare_exchange", "pp->x", REL, ACQ), ("f", "store", "y", RLX)])


if __name__ == "__main__":
    unittest.main()
