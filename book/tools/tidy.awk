# tidy.awk -- make tangled text fit to be read, and keep its map in step.
#
#	gawk -v dir=DIR -f tidy.awk ROOTS
#
# For each line "src/a.c book/01-x.nw" of ROOTS: reads DIR/nt/src/a.c and its map, writes
# DIR/out/src/a.c and DIR/maps/src/a.c.map.  Puts the licence and a pointer to the
# chapter on top, drops trailing blanks, tabs in Python, runs of blank lines and blank lines just inside
# braces, separates functions, and moves labels of assembly to the left.

function put(s, at) { print s > out; print ++count "\t" at > map }
function head(open_, close_, home, at) {
	put(open_ "SPDX-License-Identifier: MIT" close_, at)
	put(open_ "Tangled from " home "; edit that, not this file." close_, at)
}
{
	root = $1; count = 0; blank = 0; before = "{"
	text = dir "/nt/" root; from = dir "/map/" root
	out = dir "/out/" root; map = dir "/maps/" root ".map"
	while ((getline line < text) > 0) {
		getline at < from
		if (!count && root ~ /\.[chS]$/) head("/* ", " */", $2, at)
		else if (!count && root ~ /\.(gdb|py)$/) head("# ", "", $2, at)
		sub(/[ \t]+$/, "", line)
		if (root ~ /\.py$/) while (match(line, /^ *\t/)) line = sprintf("%*s", 8 * int(RLENGTH / 8 + 0.99), "") substr(line, RLENGTH + 1)
		if (root ~ /\.S$/ && line ~ /^[ \t]+[.$A-Za-z0-9_]+:/) sub(/^[ \t]+/, "", line)
		if (line == "") { blank = 1; blank_at = at; continue }
		if (!blank && root ~ /\.[ch]$/ && before ~ /^};?$/ && line ~ /^[^ \t#})]/) { blank = 1; blank_at = at }
		if (blank && before !~ /[{]$/ && line !~ /^[ \t]*}/) put("", blank_at)
		put(line, at); blank = 0; before = line
	}
	close(text); close(from); close(out); close(map)
}
