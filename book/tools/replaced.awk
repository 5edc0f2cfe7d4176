# replaced.awk -- which chunks were changed that are no part of the whole program?
#
#	gawk -v roots='src/a.c ...' -v now=FILE -f replaced.awk BEFORE MARKUP
#
# MARKUP is what overlay.awk wrote.  A change of a chunk that a later chapter replaces
# changes nothing that make builds, only the states before that chapter: say so.  BEFORE
# holds the parts of all chunks at the tangle before, as this wrote them to FILE then.

FILENAME == ARGV[1] { before[$0]; old++; next }
/^@file /      { file = substr($0, 7); line = 1 }
/^@begin code/ { code = 1; text = "" }
/^@defn / {
	node = plain = substr($0, 7); sub(/ \(version [0-9]+\)$/, "", plain)
	at = file ":" line
	if (!(node in place)) place[node] = at
}
/^@nl$|^@index nl$/ { line++ }
code && /^@(text|use|nl)/ { text = text "\t" $0 }
code && /^@use / { uses[node] = uses[node] "\n" substr($0, 6) }
/^@end code/ && code {
	code = 0; gsub(/ \(version [0-9]+\)/, "", text)
	key = plain "\t" text
	print key > now
	if (!(key in before)) { n++; changed[n] = node; where[n] = at; what[n] = plain }
}

function reach(node,   list, m, i) {
	if (node in alive) return
	alive[node]
	m = split(uses[node], list, "\n")
	for (i = 2; i <= m; i++) reach(list[i])
}
# Where the chunk begins that stands in the way of NODE: a newer version, or of a user.
function replacer(node, seen,   k, plain, user, list, m, i) {
	if (node in seen) return ""
	seen[node]
	if (match(node, / \(version [0-9]+\)$/)) {
		plain = substr(node, 1, RSTART - 1)
		for (k = substr(node, RSTART + 10) + 1; ; k++) {
			user = plain " (version " k ")"
			if (!(user in place)) user = plain
			if (index(uses[user] "\n", "\n" node "\n")) { if (user == plain) break; node = user; continue }
			return place[user]
		}
		node = plain
	}
	for (user in uses)
		if (!(user in alive) && index(uses[user] "\n", "\n" node "\n") && (m = replacer(user, seen)) != "") return m
	return ""
}
END {
	m = split(roots, root, " ")
	for (i = 1; i <= m; i++) reach(root[i])
	for (i = 1; old && i <= n; i++) {
		if (changed[i] in alive) continue
		delete seen
		by = replacer(changed[i], seen)
		if (by == "" || told[what[i], by]++) continue
		mine = where[i]; sub(/:.*/, "", mine); sub(/.*\//, "", mine)
		printf "%s: <<%s>> is replaced in %s, so what make builds stays as it was; " \
		       "make chapter-%s builds a state with this text\n", where[i], what[i], by, substr(mine, 1, 2)
	}
}
