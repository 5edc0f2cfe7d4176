# overlay.awk -- noweb filter: let a later file replace a chunk of an earlier one.
#
#	notangle -t8 -filter 'gawk -f book/tools/overlay.awk' -Rroot book/*.nw [answer.nw]
#
# <<replace: X>>= starts a new version of X.  Inside it <<base: X>> stands for the
# version before.  A later <<X>>= appends to the newest version.  The filter renames
# older versions and complains about whatever notangle would pass in silence, so any
# number of first files of the list is a program, or there is an error.
#
# RT0_ALLOW=FILE: the last .nw is an answer to an exercise, and of the chunks that
# the files before it define it may touch only those named in FILE, one per line.

function err(at, message) { print at ": " message > "/dev/stderr"; bad = 1 }
function is_path(name) { return name ~ /^(src|gdb|examples)\/[A-Za-z0-9_.\/-]+$/ && name !~ /\.\./ }
function version(name, k) { return k == newest[name] ? name : name " (version " k ")" }

function distance(a, b,   i, j, m, n, d, c) {	# of Levenshtein
	m = length(a); n = length(b)
	for (i = 0; i <= m; i++) d[i, 0] = i
	for (j = 0; j <= n; j++) d[0, j] = j
	for (i = 1; i <= m; i++) for (j = 1; j <= n; j++) {
		c = d[i-1, j-1] + (substr(a, i, 1) != substr(b, j, 1))
		if (d[i-1, j] + 1 < c) c = d[i-1, j] + 1
		if (d[i, j-1] + 1 < c) c = d[i, j-1] + 1
		d[i, j] = c
	}
	return d[m, n]
}
# Did you mean one of these?  Only a name that is a few letters away.
function hint(name, names,   best, k, d, limit) {
	limit = 1 + int(length(name) / 3)
	for (k in names) {
		if (k == name || (d = length(k) - length(name)) > limit || -d > limit) continue
		if ((d = distance(name, k)) <= limit) { limit = d - 1; best = k }
	}
	return best == "" ? "" : "; did you mean <<" best ">>?"
}
# Follow the uses in version K of NAME; a way that comes back to where it was is an error.
function walk(name, k, way,   i, m, list, use) {
	if (state[name, k] == "done") return
	way = way (way == "" ? "" : " -> ") "<<" name ">>"
	if (state[name, k] == "open") { err(defined[name], "a chunk contains itself: " way); return }
	state[name, k] = "open"
	m = split(uses[name, k], list, "\n")
	for (i = 2; i <= m; i++) {
		split(list[i], use, "\t")
		walk(use[1], use[2] ? use[2] : newest[use[1]], way)
	}
	state[name, k] = "done"
}

BEGIN { PROCINFO["sorted_in"] = "@val_str_asc" }
{ text[++n] = $0 }
/^@file /   { file = substr($0, 7); line = 1; last = file }
/^@fatal /  { bad = 1 }
/^@nl$|^@index nl$/ { line++ }
/^@begin code/ { code = 1 }
/^@end code/   { code = 0 }
/^@defn / {
	name = substr($0, 7); at = file ":" line
	if (sub(/^replace: /, "", name)) {
		if (!(name in newest) || first[name] == file)
			err(at, "<<replace: " name ">>= replaces nothing: no file before this one " \
			    "defines that chunk" hint(name, newest))
		if (by[name] == file)
			err(at, "<<replace: " name ">>= stands in this file already (" put[name] \
			    "); continue it with <<" name ">>=")
		newest[name]++; by[name] = file; put[name] = at
	} else if (name ~ /^base: /)
		err(at, "<<" name ">>= cannot be defined; write <<replace: " substr(name, 7) ">>=")
	if (!(name in newest)) { newest[name] = 1; first[name] = file }
	current = name; number = newest[name]
	def_name[n] = name; def_version[n] = number; def_file[n] = file; def_at[n] = at
	if (!(name in defined)) defined[name] = at
}
/^@use / && code {
	name = substr($0, 6); at = file ":" line
	if (sub(/^base: /, "", name)) {
		if (name != current || number < 2)
			err(at, "<<base: " name ">> means nothing outside <<replace: " name ">>=")
		base_name[n] = name; base_version[n] = number - 1
		uses[current, number] = uses[current, number] "\n" name "\t" number - 1
	} else {
		if (!(name in used)) used[name] = at
		uses[current, number] = uses[current, number] "\n" name
	}
}
END {
	for (name in used)
		if (!(name in newest))
			err(used[name], "<<" name ">> is used but no chunk of this name is defined" \
			    hint(name, newest))
	for (name in newest)
		if (!(name in used) && !is_path(name))
			err(defined[name], "<<" name ">>= is defined but nothing uses it" \
			    hint(name, used) \
			    (name ~ /\// ? " (a file lies in src/, gdb/ or examples/)" : ""))
	if (!bad) for (name in newest) walk(name, newest[name])
	if (ENVIRON["RT0_ALLOW"] != "") {
		while ((getline name < ENVIRON["RT0_ALLOW"]) > 0) allowed[name]
		for (i = 1; i <= n; i++)
			if (def_file[i] == last && !((name = def_name[i]) in allowed) &&
			    (first[name] != last || is_path(name)))
				err(def_at[i], "<<" name ">> is not part of this exercise; it may " \
				    "change the chunks named in " ENVIRON["RT0_ALLOW"] hint(name, allowed))
	}
	if (bad) { print "@fatal overlay the book has errors"; exit 1 }
	for (i = 1; i <= n; i++)
		if (i in def_name) print "@defn " version(def_name[i], def_version[i])
		else if (i in base_name) print "@use " version(base_name[i], base_version[i])
		else print text[i]
}
