# nwmap.awk -- the second tangler: expand roots and note where each line comes from.
#
#	gawk -v roots='src/a.c src/b.c' -v dir=DIR -f nwmap.awk < markup
#
# For each root writes DIR/text/ROOT, which must equal notangle's output byte for byte,
# and DIR/map/ROOT with a line "book/file.nw:LINE <TAB> CHUNK NUMBER <TAB> CHUNK NAME"
# for each line of it.  Chunk 3.7 is the seventh code chunk of chapter 3's file.

/^@file / {
	file = substr($0, 7); line = 1; seq = 0
	chapter = file; sub(/.*\//, "", chapter); sub(/\.nw$/, "", chapter)
	if (chapter ~ /^[0-9]+-/) chapter = int(chapter)
	if (chapter ~ /^9[0-9]$/) chapter = sprintf("%c", 65 + chapter - 90)	# an appendix
}
/^@line /      { line = substr($0, 7) - 1 }
/^@begin code/ { code = first = 1; seq++ }
/^@end code/   { code = 0 }
/^@defn /      { name = substr($0, 7) }
/^@text / && code && length($0) > 6 { add("text", substr($0, 7)) }
/^@use / && code { add("use", substr($0, 6)) }
/^@nl$/        { if (code && !first) add("nl", ""); first = 0; line++ }
/^@index nl$/  { line++ }

function add(kind, s,   k) {
	k = ++parts[name]; what[name, k] = kind; value[name, k] = s
	from[name, k] = file ":" line "\t" chapter "." seq "\t" name
}
# Write the parts of NAME after COLUMN columns of the line; its later lines begin there.
# As notangle does it, a use is as wide as its name in brackets for what follows it.
function expand(name, column,   k, kind, last, indent) {
	indent = column
	last = parts[name]
	if (what[name, last] == "nl") last--		# the newline before the @
	for (k = 1; k <= last; k++) {
		kind = what[name, k]
		if (source == "" || (kind == "text" && out !~ /[^ \t]/)) source = from[name, k]
		if (kind == "nl") { newline(); column = 0; continue }
		if (column == 0) { out = out white(indent); column = indent }
		if (kind == "text") { out = out value[name, k]; column = after(value[name, k], column) }
		else { expand(value[name, k], column); column = after(value[name, k], column + 2) + 2 }
	}
}
function after(s, column,   i) {
	for (i = 1; i <= length(s); i++) column += substr(s, i, 1) == "\t" ? 8 - column % 8 : 1
	return column
}
function white(width,   s) {
	for (; width >= 8; width -= 8) s = s "\t"
	return s sprintf("%*s", width, "")
}
function newline() {
	sub(/ \(version [0-9]+\)$/, "", source)
	print out > text; print source > map
	out = source = ""
}
END {
	n = split(roots, root, " ")
	for (i = 1; i <= n; i++) {
		text = dir "/text/" root[i]; map = dir "/map/" root[i]
		expand(root[i], ""); newline()
		close(text); close(map)
	}
}
