"""The memory orders of the last runtime are those of the models, each of them and for each outcome."""
import re
import unittest

import runqs
from linked import TOP
from runqs import lent, model, pile

RING, PILE, LENT = model.Ring.GOOD, pile.Pile.GOOD, lent.Lent.GOOD
ACQ, REL, RLX, SC = model.ACQ, model.REL, model.RLX, model.SC

# Words that several threads change without a lock.
WORDS = ("runqhead", "runqtail", "pile", "status")

# function, operation, word, orders: of success and then of failure. Written out where the model has a place for them by
# another name. RLX is of no interest: who needs no order is not here.
ORDERS = (
    ("runqput", "load", "pp->runqhead", RING["put: head"]),
    ("runqput", "store", "pp->runqtail", RING["put: tail"]),
    # It takes as ringget does, and after a failure it goes on as runqput does behind its load.
    ("runqputslow", "compare_exchange", "pp->runqhead", RING["get: cas"], RING["put: head"]),
    ("ringget", "load", "pp->runqhead", RING["get: head"]),
    ("ringget", "load", "pp->runqtail", RING["get: tail"]),
    ("ringget", "compare_exchange", "pp->runqhead", RING["get: cas"], RING["get: head"]),
    ("runqgrab", "load", "victim->runqhead", RING["grab: head"]),
    ("runqgrab", "load", "victim->runqtail", RING["grab: tail"]),
    ("runqgrab", "load", "victim->runqhead", RING["grab: head"]),
    ("runqgrab", "compare_exchange", "victim->runqhead", RING["grab: cas"], RING["grab: head"]),
    ("runqsteal", "store", "pp->runqtail", RING["steal: tail"]),
    ("runqempty", "load", "pp->pile", PILE["empty: word"]),
    ("runqempty", "load", "pp->runqhead", RING["empty: head"]),
    ("runqempty", "load", "pp->runqtail", RING["empty: tail"]),
    ("runqlen", "load", "pp->runqhead", ACQ),       # the tail that comes next is not older
    ("runqlen", "load", "pp->runqtail", ACQ),
    ("runnextput", "load", "pp->pile", PILE["put: word"]),
    ("runnextput", "load", "pp->pile", PILE["put: word"]),
    ("runnextput", "fetch_add", "pp->pile", PILE["put: add"]),
    ("pileget", "load", "pp->pile", PILE["get: word"]),
    ("pileget", "compare_exchange", "pp->pile", PILE["get: cas"], PILE["get: failed"]),
    ("runqfair", "load", "pp->pile", PILE["oldest: word"]),
    ("pileoldest", "compare_exchange", "pp->pile", PILE["oldest: cas"], RLX),
    ("pilespill", "compare_exchange", "pp->pile", PILE["spill: cas"], RLX),
    ("pilesteal", "load", "pp->pile", PILE["steal: own"]),
    ("pilesteal", "load", "victim->pile", PILE["steal: word"]),
    ("pilesteal", "compare_exchange", "victim->pile", PILE["steal: cas"], PILE["steal: failed"]),
    ("pilesteal", "fetch_add", "pp->pile", PILE["steal: add"]),
    ("stealnext", "load", "victim->pile", PILE["oldest: word"]),
    ("entersyscall", "store", "pp->status", SC),    # the model has a fence here
    ("reacquire", "compare_exchange", "pp->status", LENT["reacquire: cas"], RLX),
    ("retake", "compare_exchange", "pp->status", LENT["retake: cas"], RLX),
    ("anysyscall", "load", "allp[i]->status", SC),
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
