"""How a grading is told: a table for people, JSON for two platforms, one HTML page."""
import base64
import html
import json
import textwrap

from course import cohort, whole


def colour(text, code, on):
    return "\033[%sm%s\033[0m" % (code, text) if on else text


def again(grading, result):
    """The command that shows a failing row once more."""
    seed = " --seed %d" % result.seed if result.seed is not None else ""
    return "exercises/grade --row %s%s %s" % (result.row.name, seed, grading.shown)


def rows(grading, result, on=False):
    """One row for a terminal; if it fails, why, unless a row above has said it, and what to type."""
    row = result.row
    lines = ["  %s %3d/%-3d %-12s %s" % (colour("ok   ", "32", on) if result.passed else colour("FAILS", "31", on),
                                         result.score, row.points, row.name, row.sentence)]
    if not result.passed:
        above = next(one for one in grading.results if one is result or one.tried and one.cause == result.cause)
        cause = result.cause if above is result else "as above, in the row " + above.row.name
        lines += textwrap.wrap(cause, 96, initial_indent="        ", subsequent_indent="        ",
                               break_long_words=False, break_on_hyphens=False)
        lines += ["          " + event for event in result.events if above is result]
        if result.seed is not None:
            lines += ["        " + result.tried, "        see it again:  " + again(grading, result)]
        if result.words:
            lines.append("        step it:       %s" % again(grading, result).replace("grade ", "grade --gdb ", 1))
    return "\n".join(lines) + "\n"


def table(grading, on=False):
    """All rows for a terminal, and the score."""
    if grading.refused:
        return colour(grading.refused, "31", on) + "\n  score 0 of 100: nothing was run\n"
    total = sum(result.row.points for result in grading.results)
    hidden = grading.exercise.hidden
    title = grading.exercise.title + "".join("; in cohort %d, %s is %s" % (cohort(), name, value) for name, _, value in grading.exercise.varied)
    return "%s: %s\n%s  score %d of %d%s%s\n" % (
        grading.exercise.name, title, "".join(rows(grading, result, on) for result in grading.results),
        grading.score, total, "; %d more points are judged when it is handed in" % hidden if hidden else "", by_hand(grading.exercise))


def by_hand(exercise):
    """What is left to a person who reads the answer."""
    hand = exercise.hand if exercise else {}
    return "; a reader gives up to %d more: %s" % (sum(hand.values()), ", ".join("%s %d" % one for one in hand.items())) if hand else ""


def text_of(grading, result):
    lines = [result.cause] + list(result.events) if result.cause else [result.tried]
    if result.seed is not None:
        lines += [result.tried, "see it again: " + again(grading, result)]
    return "\n".join(line for line in lines if line)


def gradescope(grading, seconds):
    """results.json, as Gradescope's autograder specification has it."""
    tests = [{"name": "%s: %s" % (result.row.name, result.row.sentence), "number": str(number), "score": result.score,
              "max_score": result.row.points, "status": "passed" if result.passed else "failed",
              "output": text_of(grading, result), "output_format": "text",
              "visibility": "after_published" if result.row.hidden else "visible"}
             for number, result in enumerate(grading.results, 1)]
    return {"score": grading.score, "execution_time": round(seconds, 1), "output": grading.refused or "\n".join(text for text in (by_hand(grading.exercise)[2:], grading.warnings) if text),
            "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}


def classroom(grading):
    """What GitHub Classroom's reporter reads: base64 of a JSON object."""
    tests = [{"name": result.row.name, "status": "pass" if result.passed else "fail", "score": result.score,
              "message": text_of(grading, result), "line_no": 0, "test_code": "", "execution_time": "0ms"}
             for result in grading.results]
    status = "error" if grading.refused else "pass" if all(result.passed for result in grading.results) else "fail"
    data = {"version": 1, "status": status, "max_score": sum(result.row.points for result in grading.results) or 100, "tests": tests}
    return base64.b64encode(json.dumps(data).encode()).decode()


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-top:1px solid #8888}
pre{overflow-x:auto;margin:.3rem 0}.ok{color:#187a3c}.bad{color:#b3261e}
@media(prefers-color-scheme:dark){body{background:#161618;color:#ddd}.ok{color:#6fcf97}.bad{color:#f2867f}}"""


def picture(result):
    """The events around a failure as a strip, one cell an event; the one to blame is filled."""
    cells = []
    for number, event in enumerate(result.events):
        blame = event.startswith("->")
        cells.append('<g transform="translate(%d 0)"><rect width="150" height="34" rx="4" fill="%s" stroke="currentColor"/>'
                     '<text x="8" y="22" font-size="12" font-family="monospace" fill="%s">%s</text></g>'
                     % (number * 158, "#b3261e" if blame else "none", "#fff" if blame else "currentColor",
                        html.escape(event.lstrip("-> ")[:20])))
    if not cells:
        return ""
    return '<svg viewBox="-1 -1 %d 36" role="img"><title>The events around the failure, in their order</title>%s</svg>' % (
        len(cells) * 158, "".join(cells))


def page(grading):
    """One HTML page that needs nothing else."""
    title = html.escape(grading.exercise.title if grading.exercise else grading.shown)
    rows = []
    for result in grading.results:
        more = "" if result.passed else "%s<pre>%s</pre>" % (picture(result), html.escape(text_of(grading, result)))
        rows.append('<tr><td class="%s">%s</td><td>%d/%d</td><td><b>%s</b> %s%s</td></tr>'
                    % ("ok" if result.passed else "bad", "passes" if result.passed else "fails", result.score, result.row.points,
                       html.escape(result.row.name), html.escape(result.row.sentence), more))
    refused = '<p class="bad">%s</p>' % html.escape(grading.refused) if grading.refused else ""
    return ('<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>%s</title><style>%s</style><h1>%s</h1><p>%s</p>%s<p>Score: <b>%d of %d</b>%s</p>"
            "<table><tr><th>Row<th>Points<th>What it says</tr>%s</table></html>\n"
            % (title, STYLE, title, html.escape(grading.shown), refused, grading.score, sum(result.row.points for result in grading.results) or 100,
               html.escape(by_hand(grading.exercise)), "".join(rows)))


def write(path, text):
    """The whole file or none of it."""
    with whole(path) as scratch:
        scratch.write_text(text, encoding="utf-8")
