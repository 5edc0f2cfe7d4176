# names.awk -- noweb filter: chunk names become comments, empty hooks vanish.
#
#	gawk -v open_='/* ' -v close_=' */' -f names.awk < markup
#
# Only a use that is alone on its line gets a comment, in front of it and with its
# indentation; none when the chunk expands to nothing (then its line goes away), when
# it begins with a comment of its own, or when open_ is empty (the file has no comments).

# How NAME's expansion begins: its first text that is not blank.
function beginning(name,   k, s) {
	if (name in begins) return begins[name]
	begins[name] = ""
	for (k = 1; k <= parts[name] && s == ""; k++)
		s = part[name, k] ~ /^@use / ? beginning(substr(part[name, k], 6)) : substr(part[name, k], 7)
	return begins[name] = s
}
function comment(name) {
	gsub(/\[\[|\]\]|@/, "", name)		# markup and escapes
	return open_ name close_
}

{ text[++n] = $0 }
/^@defn / { name = substr($0, 7) }
/^@begin code/ { code = 1 }
/^@end code/ { code = 0 }
code && /^@use |^@text [ \t]*[^ \t]/ {
	sub(/^@text [ \t]+/, "@text ")
	part[name, ++parts[name]] = $0
}
END {
	for (i = 1; i <= n; i++) {
		if (text[i] ~ /^@file /) line = 1
		if (text[i] ~ /^@begin code/) code = 1
		if (text[i] ~ /^@end code/) code = 0
		if (text[i] ~ /^@nl$|^@index nl$/) line++
		# blank text, use, blank text, newline: alone on the line
		if (code && text[i-1] ~ /^@nl$/ && (j = i + (text[i] ~ /^@text [ \t]*$/)) && text[j] ~ /^@use / \
		    && text[k = j + 1 + (text[j+1] ~ /^@text [ \t]*$/)] == "@nl") {
			used = substr(text[j], 6)
			lead = j > i ? text[i] : ""
			if (beginning(used) == "") {
				# nt counts from the line before the one that @line names
				line++; print "@line " line + 1; i = k; text[i] = "@nl"
				continue
			}
			if (open_ != "" && index(beginning(used), substr(open_, 1, 1)) != 1 && used !~ / \(version [0-9]+\)$/) {
				if (lead != "") print lead
				print "@text " comment(used); print "@nl"; print "@line " line + 1
			}
		}
		print text[i]
	}
}
