#!/bin/sh
# screenshot.sh -- make README's three pictures from the woven page and a real GDB run.
#	make && make debug && book/tools/screenshot.sh
# Needs chromium, which ./setup --browser installs.
set -eu

page=build/site/01-the-first-instruction.html
program=build/debug/chapter/examples/hello
out=book/figures
die() { echo "screenshot: $1" >&2; exit 1; }

[ -d book/tools ] || die 'run it in the top directory'
[ -e "$page" ] || die "there is no $page; run make first"
[ -e "$program" ] || die "there is no $program; run make debug first"
browser=$(command -v chromium || command -v chromium-browser) || die 'chromium is missing; ./setup --browser installs it'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shoot() { # URL, size, picture
	"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$work/profile" --force-device-scale-factor=1 \
		--window-size="$2" --screenshot="$work/shot.png" "$1" >"$work/log" 2>&1 ||
		{ tail -n 3 "$work/log" >&2; die "chromium made no picture of $1"; }
	size=$(wc -c <"$work/shot.png")
	[ "$size" -lt 200000 ] || die "$3 would have $size bytes; a picture of the README has less than 200000"
	mv "$work/shot.png" "$3"
	echo "  $3: $size bytes"
}

cat >"$work/walk.gdb" <<'END'
set pagination off
set style enabled off
set width 0
set listsize 20
set confirm off
set startup-with-shell off
unset environment
set filename-display basename
set trace-commands on
starti one two three
x/gd $rsp
list
stepi
x/3i $pc
break runtime_main
continue
backtrace
END
gdb -nx -q -batch -x "$work/walk.gdb" "$program" 2>&1 |
	sed -e '/^+set /d' -e '/^+unset /d' -e '/^Reading symbols/d' -e '/^warning: /d' -e '/^$/d' >"$work/walk"
grep -q '^+backtrace' "$work/walk" || { cat "$work/walk" >&2; die 'GDB did not reach the end of the walk'; }
{
	echo '<meta charset="utf-8"><style>body { margin: 0; background: #16181d; color: #d5d8de }
	pre { font: 14px/1.45 "DejaVu Sans Mono", monospace; padding: 18px 22px; margin: 0; tab-size: 8 }
	b { color: #fff } i { color: #7f8794; font-style: normal }</style><pre>'
	sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' \
		-e 's/^+\(.*\)/<i>(gdb)<\/i> <b>\1<\/b>/' "$work/walk"
	echo '</pre>'
} >"$work/walk.html"

# In a frame, because chromium takes the picture before it scrolls a page.
echo "<style>* { margin: 0; border: 0; overflow: hidden }</style>
<iframe width=1060 height=900 src='file://$PWD/$page#the-entry-stub'></iframe>" >"$work/page.html"

walk=$(ls build/site/[0-9][0-9]-stealing.html) || die 'the page with a walk is missing; run make first'
number=${walk##*/}
echo "<style>* { margin: 0; border: 0; overflow: hidden }</style>
<iframe width=1060 height=900 src='file://$PWD/$walk#walk-${number%%-*}-steal-24'></iframe>" >"$work/stepper.html"

shoot "file://$work/page.html" 1060,900 "$out/readme-page.png"
shoot "file://$work/stepper.html" 1060,900 "$out/readme-stepper.png"
shoot "file://$work/walk.html" 1060,900 "$out/readme-gdb.png"
