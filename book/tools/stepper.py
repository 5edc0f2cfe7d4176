#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turn a recorded walk into a piece of a page: a table for print, and the data for stepper.js.

  book/tools/stepper.py book/data/walks/06-newproc.json >fragment.html
"""
import html
import json
import sys
from pathlib import Path

NAMES = {"rip", "rsp"}      # every step moves these; the table names them in other columns


def esc(text):
    return html.escape(text, quote=False)


def thread(state):
    return next(t for t in state["threads"] if t["n"] == state["at"])


def changed(before, now):
    """What a reader of the table wants to know: the registers that are new, in words."""
    old = before["regs"] if before else {}
    return ["%s = %s" % (r, v) for r, v in now["regs"].items() if r not in NAMES and old.get(r) != v] if before else []


def rows(walk):
    last, seen = None, {}
    for number, step in enumerate(walk["steps"], 1):
        if "state" not in step or step["state"] == last:
            continue
        last = step["state"]
        state = walk["states"][last]
        now = thread(state)
        code = walk["codes"][now["code"][0]] if now["code"] else None
        where = "<code>%s</code>" % esc(now["in"])
        if code:
            where += ' <a href="%s">%s</a>' % (esc(code["at"]), esc(code["chunk"]))
            line = code["lines"][now["code"][1]].strip()
            where += "<br><code>%s</code>" % esc(line) if line else ""
        who = "thread %d, " % now["n"] if len(state["threads"]) > 1 else ""
        news = changed(seen.get(now["n"]), now)
        seen[now["n"]] = now
        yield (number, "<code>%s</code>" % esc(step["cmd"].split("\n")[0]) + (", on the way" if "pass" in step else ""), where,
               esc(who + (now["on"] if now["on"] != "?" else "")), "<br>".join(esc(n) for n in news[:4]) + ("<br>…" if len(news) > 4 else ""))


def stage(walk):
    """What make gdb calls a walk: its chapter, or its name where the chapter has several."""
    return walk if len(list(Path(sys.argv[1]).parent.glob(walk[:2] + "-*.json"))) > 1 else walk[:2]


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        walk = json.load(f)
    print('<figure class="stepper" id="walk-%s" tabindex="0" aria-label="The walk %s, step by step">' % (walk["walk"], walk["walk"]))
    print('<div class="scroll"><table class="steps"><thead><tr><th>step</th><th>command</th><th>stops in</th><th>stack</th>'
          '<th>new in registers</th></tr></thead><tbody>')
    for row in rows(walk):
        print("<tr>" + "".join("<td>%s</td>" % cell for cell in row) + "</tr>")
    print("</tbody></table></div>")
    print("<figcaption><b>The walk, step by step.</b> Recorded from <code>make %s</code>; an address is shown as what it points to, any other number as it is."
          "<span class=\"screen\"> With the keys: ← and →, s, g and t for the next stack, goroutine and thread.</span></figcaption>"
          % ("tour" if walk["walk"] == "tour" else "gdb STAGE=" + stage(walk["walk"])))
    print('<script type="application/json">%s</script></figure>' % json.dumps(walk, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/"))


if __name__ == "__main__":
    main()
