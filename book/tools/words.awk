# words.awk -- how much each chapter says for the code that it shows.
#
#	LC_ALL=C.UTF-8 gawk -f words.awk book/*.nw
#
# A word is what stands between blanks and has a letter or a digit in it.  All that a
# reader reads counts: paragraphs, notes, tables, captions, exercises; what runs print,
# how a figure is drawn and what is folded under an exercise do not.  A line of code is a line of a chunk that is
# neither empty nor only a comment nor the name of another chunk; the lines of GDB
# scripts count as well.  "shown" counts every line of a chunk.

function close_file() {
	if (file == "") return
	sub(/.*\//, "", file)
	printf "%-30s %6d %6d %6d %6s %7d %8d\n", file, words, code, shown,
		code ? sprintf("%.1f", words / code) : "-", chunks, longest
}
function close_chunk() {
	if (size > longest) longest = size
	size = empty = 0
}
BEGIN { printf "%-30s %6s %6s %6s %6s %7s %8s\n", "chapter", "words", "lines", "shown", "ratio", "chunks", "longest" }
FNR == 1 {
	close_file()
	file = FILENAME; words = code = shown = chunks = longest = size = inside = fence = folded = comment = 0
	head = /^---$/
	if (head) next
}
head { head = !/^---$/; next }
/^<<.*>>=[ \t]*$/ { close_chunk(); inside = 1; chunks++; comment = 0; next }
inside && /^@($|[ \t])/ { close_chunk(); inside = 0; next }
inside {
	shown++
	if (/[^ \t]/) size = size + 1 + empty; empty = !/[^ \t]/ * (empty + 1)
	line = $0; gsub(/^[ \t]+|[ \t]+$/, "", line)
	if (comment) { comment = line !~ /\*\/$/; next }
	if (line ~ /^\/\*/) { comment = line !~ /\*\//; if (comment || line ~ /\*\/$/) next }
	if (line == "" || line ~ /^<<.*>>$/ || line ~ /^#($|[ !])/ ) next
	code++
	next
}
/^(```|~~~)/ { fence = !fence; next }
fence { next }
/^:::+ *(\{\.)?(hint|answer)/ { folded = 1; next }
/^:::/ { folded = 0; next }
folded { next }
{
	gsub(/\{[^}]*\}|\]\([^)]*\)|<[^>]*>/, " ")
	for (i = 1; i <= NF; i++) words += $i ~ /[[:alnum:]]/
}
END { close_file() }
