# lint.awk -- look for what noweb accepts in silence or rejects without a line number.
#
#	LC_ALL=C.UTF-8 gawk -v whole=1 -f lint.awk book/*.nw
#
# It reads the chapters as plain text.  whole=1: these are all chapters there are, so
# that a chunk quoted in prose must exist.  draft=1: matters of style are told but let
# pass.  Misspelt names are found by overlay.awk.

function err(at, message) { print at ": " message > "/dev/stderr"; bad = 1 }
function style(at, message) {
	if (draft) print at ": (draft) " message > "/dev/stderr"
	else err(at, message)
}
function here(message) { err(FILENAME ":" FNR, message) }
function columns(s,   i, c) {
	for (i = 1; i <= length(s); i++) c += substr(s, i, 1) == "\t" ? 8 - c % 8 : 1
	return c
}
function end_chunk() {
	if (!code) return
	code = 0
	for (size = lines; size > 0 && body[size] ~ /^[ \t]*$/; size--) ;
	if (size > 25)
		style(start, "chunk <<" name ">> has " size " lines and 25 is the limit; " \
		      "name a part of it")
	if (size > 0 && unfenced && prose == 0)
		style(start, "chunk <<" name ">> follows another with no prose between; " \
		      "say what it is for")
	if (tabs && spaces)
		err(spaces, "this line is indented by spaces and others of the chunk by tabs; use tabs")
	# A part that ends a function and goes on elsewhere needs a blank line between;
	# what replaces it does not go on.
	if (name in squeezed && !replaces)
		style(squeezed[name], "<<" name ">> goes on at " start \
		      "; end this part with a blank line")
	delete squeezed[name]
	if (size > 0 && size == lines && body[size] ~ /^};?$|^[ \t]*\.(size|balign)[ \t]/)
		squeezed[name] = FILENAME ":" FNR - 1
	# an empty hook neither needs prose nor counts as a chunk before the next
	if (size > 0) { unfenced = 1; prose = 0 }
}

FNR == 1 {
	if (sub(/^\xef\xbb\xbf/, ""))
		here("the file starts with a byte order mark; save it as plain UTF-8")
	code = quote = unfenced = 0
}
/\r$/ {
	if (!(FILENAME in crlf))
		here("the line ends in CR LF; save the file with Unix line ends " \
		     "(sed -i 's/\\r$//' " FILENAME ")")
	crlf[FILENAME]; sub(/\r$/, "")
}
/^<<.*>>=[ \t]*$/ {
	end_chunk()
	name = $0; sub(/^<</, "", name); sub(/>>=[ \t]*$/, "", name)
	if (match(name, /\*\/|\/\*/))
		here("the chunk's name contains " substr(name, RSTART, 2) " and would end the comment it becomes; rename it")
	if (name ~ /[[:cntrl:]]/)
		here("the chunk's name contains a tab or another control character, and maps are divided by tabs; rename it")
	if (name ~ / \(version [0-9]+\)$/)
		here("the chunk's name ends as the tangler names what was replaced; rename it")
	if (name ~ /\.s$/)
		here("a .s file skips the preprocessor, so debuggers lose the chapter's lines; " \
		     "call it " substr(name, 1, length(name) - 1) "S")
	if (name ~ /^[ \t]|[ \t]$|^$/)
		here("the chunk's name begins or ends with a blank; noweb takes names literally")
	code = 1; lines = tabs = spaces = quote = macro = 0; start = FILENAME ":" FNR
	sub(/^(replace|base): /, "", name)
	replaces = /^<<replace: /
	defined[name]
	next
}
code && /^@($|[ \t])/ { end_chunk(); prose = 0 }
code {
	body[++lines] = $0
	text = $0; gsub(/@<</, "\001", text); gsub(/@>>/, "\002", text)
	uses = match(text, /<<.*>>/)
	if (uses) {
		use = substr(text, RSTART + 2); sub(/>>.*/, "", use)
		if (use ~ /^[ \t=0-9(]|[ \t]$|;/)
			here("noweb reads the two shifts on this line as chunk <<" use ">>; " \
			     "write @<< and @>>")
		else if (macro || text ~ /^[ \t]*#[ \t]*define/)
			here("<<" use ">> stands in a macro, where a debug build puts a #line; " \
			     "move it out of the macro")
	}
	macro = text ~ /\\$/ && (macro || text ~ /^[ \t]*#[ \t]*define/)
	if (/^[\t]* +\t/) here("a space stands before a tab in the indentation; use tabs")
	if (/^\t/) tabs = 1
	if (/^        / && !spaces) spaces = FILENAME ":" FNR
	gsub(/[\001\002]/, "<<", text)
	if (!uses && (width = columns(text)) > 80)
		style(FILENAME ":" FNR, "the line is " width " columns wide and 80 is the limit; break it")
	next
}
{	# prose, where [[ ]] quotes code and may go on over the end of a line
	text = $0
	if (text ~ /^@?[ \t]*$/) { quote = 0; next }
	prose++
	if (match(text, /[Ee]xercises? [0-9]+\.[0-9]+/) && text !~ /^[ \t>$]/)
		here("an exercise is named by reference, which has the number when it changes; write [](#ex-" \
		     substr(text, RSTART + index(substr(text, RSTART), " "), RLENGTH - index(substr(text, RSTART), " ")) ")")
	gsub(/@<<|@\[\[|@\]\]/, "", text)
	if (quote && sub(/^([^\]]|\][^\]])*\]\]+/, "", text)) quote = 0
	while (!quote && match(text, /\[\[/)) {
		rest = substr(text, RSTART + 2)
		if (!match(rest, /\]\]+/)) { quote = 1; sub(/\[\[.*/, "", text); break }
		inside = substr(rest, 1, RSTART - 1)
		if (match(inside, /<<.*>>/)) {
			inside = substr(inside, RSTART + 2, RLENGTH - 4)
			sub(/^(replace|base): /, "", inside)
			if (!(inside in quoted)) quoted[inside] = FILENAME ":" FNR
		}
		match(rest, /\]\]+/)
		text = substr(text, 1, index(text, "[[") - 1) substr(rest, RSTART + RLENGTH)
	}
	if (!quote && text ~ /<</)
		here("<< in prose begins a chunk name; write @<< or quote the code in [[ ]]")
}
ENDFILE { end_chunk() }
END {
	if (whole) for (name in quoted) if (!(name in defined))
		err(quoted[name], "[[<<" name ">>]] refers to a chunk that nobody defines")
	exit bad
}
