#!/usr/bin/env python3
"""What three pages of tests/weave and a stepper look like, an eighth as large and grey: tests/screens/NAME.png.

make screenshots records them anew; tests/test_weave.py compares.  An eighth shows where text, code, contents and
notes stand and how dark they are, and hardly which letter stands where: another browser draws nearly the same.
"""
import base64
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import browser

TOP = Path(__file__).resolve().parent.parent
REFERENCES = TOP / "tests" / "screens"
PAGES = {"cover": ("index", "html"), "chapter": ("[0-9]*-one", "html"), "stepper": ("[0-9]*-one", ".stepper"), "second": ("[0-9]*-two", "html")}
WIDTHS = {390: (844, True), 820: (1100, True), 1400: (1000, False)}
FAR, FEW = 32, 0.02     # of 255 shades, of all squares of 2 by 2 points


def read(png):
    """(width, height, rows of grey points) of a PNG of 8 bits a channel."""
    at, data, head = 8, b"", None
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", png[at + 8:at + 21])
        elif kind == b"IDAT":
            data += png[at + 8:at + 8 + size]
        at += 12 + size
    width, height, _, colour = head[:4]
    step, data = {0: 1, 2: 3, 6: 4}[colour], zlib.decompress(data)
    above, rows = bytearray(width * step), []
    for y in range(height):
        start = y * (width * step + 1)
        how, row = data[start], bytearray(data[start + 1:start + 1 + width * step])
        for i in range(len(row)) if how else ():
            a, b, c = row[i - step] if i >= step else 0, above[i], above[i - step] if i >= step else 0
            if how == 4:
                pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                a = a if pa <= pb and pa <= pc else b if pb <= pc else c
            row[i] = (row[i] + (a, a, b, (a + b) // 2, a)[how]) & 255
        above = row
        rows.append(bytes(row) if step == 1 else bytes((299 * row[i] + 587 * row[i + 1] + 114 * row[i + 2]) // 1000 for i in range(0, len(row), step)))
    return width, height, rows


def write(path, picture):
    width, height, rows = picture

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + part(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)) + part(b"IEND", b""))


def squares(picture):
    _, height, rows = picture
    return [[(a + b + c + d) // 4 for a, b, c, d in zip(rows[y][::2], rows[y][1::2], rows[y + 1][::2], rows[y + 1][1::2])] for y in range(0, height - 1, 2)]


def different(one, two):
    """The part of the squares whose shades are far apart; all, if the pictures have not one size."""
    if one[:2] != two[:2]:
        return 1.0
    pairs = [pair for a, b in zip(squares(one), squares(two)) for pair in zip(a, b)]
    return sum(abs(a - b) > FAR for a, b in pairs) / len(pairs)


def shots(window, site):
    """(name, picture) of each page in each width and theme."""
    for word, (page, place) in PAGES.items():
        window.size(1400, 1000)
        window.open(next(Path(site).glob(page + ".html")))
        window.js("document.fonts.ready.then(() => 1)")
        for width, (height, touch) in WIDTHS.items():
            for dark in (False, True):
                window.size(width, height, touch, dark)
                window.js("document.querySelector(%r).scrollIntoView(), new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))" % place)
                shot = window.send("Page.captureScreenshot", format="png", clip={"x": 0, "y": window.js("scrollY"), "width": width, "height": height, "scale": 0.125})
                yield "%s-%d-%s" % (word, width, "dark" if dark else "light"), read(base64.b64decode(shot["data"]))


def main():
    if not browser.PROGRAM:
        sys.exit("screenshots: " + browser.MISSING)
    out = Path(tempfile.mkdtemp(prefix="screens-"))
    try:
        subprocess.run(["make", "-s", "-j2", "-f", "book/weave.mk", "BOOK=tests/weave", "SITE=%s/site" % out, "WEAVE_DIR=%s/weave" % out, "book"],
                       cwd=TOP, stdout=subprocess.DEVNULL, check=True)
        REFERENCES.mkdir(exist_ok=True)
        with browser.Browser() as window:
            for name, picture in shots(window, out / "site"):
                old = REFERENCES / (name + ".png")
                if not old.is_file() or different(read(old.read_bytes()), picture):
                    write(old, picture)
                    print("  tests/screens/%s.png" % name)
    finally:
        shutil.rmtree(out)


if __name__ == "__main__":
    main()
