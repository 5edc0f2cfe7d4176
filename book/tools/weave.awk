# weave.awk -- first pass of the weaver: the whole book in noweb's pipeline format ->
# one Markdown file for each page, and the tables that weave.lua needs.
#
#   /usr/lib/noweb/markup -t book/*.nw | gawk -v out=build/weave -f weave.awk
#
#   out/PAGE.md     pandoc Markdown; a chunk is an empty div with its number
#   out/PAGE.lua    the bodies of the chunks that the page shows or expands
#   out/xref.lua    pages, sections, reference targets, chunks, definitions
#   out/PAGE.code   the chunks of the page as they came, and
#   out/PAGE.roots  the files to which they belong, for sofar.sh
#   out/search.json what the search finds: kind, title, page, anchor, more
#
# A file is written only when its contents change, so that make rebuilds few pages.
# A chunk is numbered CHAPTER.SEQ and has the anchor cCHAPTER-SEQ.  Definitions come
# from universal-ctags, which reads every root with all versions of its chunks.
# Inside text, \001 and \002 stand around [[quoted code]], in code around a chunk's name.

BEGIN { RS = "\n" }

# ------------------------------------------------------------------ the stream

in_code || /^@begin code/ { Pcode[page] = Pcode[page] $0 "\n"; if (/^@(index )?nl$/) nraw++ }
/^@file /       { nraw = 1; end_para(); new_page(substr($0, 7)); next }
/^@begin code/  { end_para(); in_code = 1; Kline[n + 1] = nraw; first = 1; body = ""; next }
/^@end code/    { end_chunk(); in_code = 0; next }
/^@defn /       { def_name = substr($0, 7); next }
/^@quote$/      { if (!in_code) text = text "\001"; next }
/^@endquote$/   { if (!in_code) text = text "\002"; next }
/^@use /        { if (in_code) body = body "\001" substr($0, 6) "\002"
                  else text = text "<<" substr($0, 6) ">>"
                  next }
/^@text( |$)/   { if (in_code) body = body substr($0, 7); else text = text substr($0, 7); next }
/^@index nl$/   { line++; next }
/^@nl$/         { if (!in_code) { doc_line(text); text = "" }
                  else if (first) first = 0
                  else body = body "\n"
                  line++; next }
/^@fatal/       { bad = 1; exit }

# files from 90 on are appendices: A, B, C
function label(ch) { return ch >= 90 ? sprintf("%c", 65 + ch - 90) : ch }

function new_page(path,   base, ch) {
	file = path; line = 1; seq = nfig = ntab = 0; text = para = ""; in_yaml = in_fence = 0
	base = path; sub(/^.*\//, "", base); sub(/\.[^.]*$/, "", base)
	ch = match(base, /^[0-9][0-9]-/) ? substr(base, 1, 2) + 0 : ""
	page = ++npages; Pid[page] = base; Pch[page] = ch; Plab[page] = label(ch); Pfile[page] = path
	sec = new_section(page, 1, "", "")
	page_is_glossary = base == "glossary"
	target(base, page, "", ""); if (ch != "") target(substr(base, 4), page, "", "")
}

function new_section(p, level, id, title) {
	Sp[++nsec] = p; Slevel[nsec] = level; Sid[nsec] = id; Stitle[nsec] = title
	return nsec
}

function error(where, message) {
	printf "%s: %s\n", where, message > "/dev/stderr"; bad = 1
}

# a place that [](#id) can name; label is what the weaver writes there
function target(id, p, anchor, label) {
	if (id in Tpage) error(file ":" line, "the id " id " is used twice; first in " Pfile[Tpage[id]])
	Tid[++ntarget] = id; Tpage[id] = p; Tanchor[id] = anchor; Tlabel[id] = label
}

# ------------------------------------------------------------------ prose

function md(s) { Pmd[page] = Pmd[page] s "\n" }

function restore(s) { gsub(/\001/, "[[", s); gsub(/\002/, "]]", s); return s }

function doc_line(l) {
	if (line == 1 && l == "---") { in_yaml = 1; return }
	if (in_yaml) { yaml(l); return }
	if (page_is_glossary && match(l, /^\| *([^|]*[^| ]) *\|(.*\|)? *([^|]*[^| ]) *\|$/, Gm) && l !~ /^\|[ :|-]*\|$/ && Gm[1] != "term") {
		Gid = tolower(Gm[1]); gsub(/[^a-z0-9]+/, "-", Gid); Gid = "g-" Gid
		find("term", gensub(/`/, "", "g", Gm[1]), Pid[page], Gid, gensub(/`/, "", "g", restore(Gm[3])))
		sub(/^\| */, "| []{#" Gid "}", l)
	}
	if (in_fence) {
		if (fence_session && fence_open == "" && l ~ /[a-z][a-z][a-z]/ && !(l in Ssaid)) { Ssaid[l] = 1; Stext[sec] = Stext[sec] " " l }
		if (fence_open != "") { fence_open = fence_open " " l; if (l ~ /} *$/) open_fence(fence_open) }
		else { md(restore(l)); if (l ~ ("^ *" in_fence "+ *$")) in_fence = "" }
	} else if (l ~ /^ *(```|~~~)/) { end_para(); open_fence(l) }
	else if (l ~ /^ *$/) { end_para(); md("") }
	else if (l ~ /^#+ / && para == "") heading(l)
	else if (l ~ /^:::/) { end_para(); div(l) }
	else if (para == "" && l ~ /^    [^ \t]/ && l !~ /^    ([-*+]|[0-9]+\.) /) md("    " restore(l))	# code, for pandoc with tabs of 8
	else { if (para == "") para_line = line; para = para l "\n" }
}

function yaml(l,   k) {
	if (l ~ /^(---|\.\.\.)$/) { in_yaml = 0; return }
	if (match(l, /^[a-z]+:/)) {
		yaml_key = substr(l, 1, RLENGTH - 1); l = substr(l, RLENGTH + 1)
		Y[page, yaml_key] = ""
	}
	gsub(/^ *[>|]? *|["' ]*$/, "", l); sub(/^["']/, "", l)
	k = Y[page, yaml_key]; Y[page, yaml_key] = k (k == "" || l == "" ? "" : " ") l
}

function attribute(s, name,   m) {
	if (match(s, "[{ ]" name "=\"([^\"]*)\"", m)) return m[1]
	return match(s, "[{ ]" name "=([^ \"}]+)", m) ? m[1] : ""
}
function id_of(s,   m) { gsub(/"[^"]*"/, "", s); return match(s, /[{ ]#([^ }]+)/, m) ? m[1] : "" }

function open_fence(l,   m, num, id) {
	match(l, /^ *(```+|~~~+)/, m); in_fence = m[1]; fence_open = ""; fence_session = l ~ /console|gdb/
	if (match(l, /(``|~~) *([A-Za-z0-9_+-]+) *$/, m)) sub(/ *[A-Za-z0-9_+-]+ *$/, " {." m[2] "}", l)
	if (l !~ /{/) { md(l); return }
	if (l !~ /} *$/) { fence_open = l; return }
	id = id_of(l)
	if (l ~ /[{ ]\.(dot|draw)[ }]/) num = figure(id)
	else if (l ~ /[{ ]\.data[ }]/) num = table(id)
	sub(/} *$/, (num ? " num=\"" num "\"" : "") " at=\"" line "\"}", l)
	md(restore(l))
}

function figure(id,   num) {
	num = dotted(++nfig)
	if (id != "") target(id, page, id, "figure " num)
	return num
}
function table(id,   num) {
	num = dotted(++ntab)
	if (id != "") target(id, page, id, "table " num)
	return num
}
function dotted(n) { return (Pch[page] == "" ? "" : Plab[page] ".") n }

function div(l,   num) {
	if (l ~ /[{ ]\.exercise[ }]/) {
		if ((num = attribute(l, "id")) != "") {
			sub(/ id="?[^ "}]*"?/, " num=\"" num "\" #ex-" num, l)
			target("ex-" num, page, "ex-" num, "exercise " num)
			find("exercise", "Exercise " num, Pid[page], "ex-" num, attribute(l, "kind"))
		}
		sub(/} *$/, " at=\"" line "\"}", l)
	}
	md(l)
}

function heading(l,   level, id, attrs, title) {
	match(l, /^#+/); level = RLENGTH; title = substr(l, level + 2)
	if (match(title, / *{[^}]*} *$/)) { attrs = substr(title, RSTART); title = substr(title, 1, RSTART - 1) }
	if (level == 1) { if (Y[page, "title"] == "") Y[page, "title"] = title; return }
	if ((id = id_of(attrs)) == "") {
		attrs = ""; id = tolower(title)
		gsub(/[^a-z0-9_]+/, "-", id); gsub(/^-|-$/, "", id)
		if (id == "") id = "section"
		while ((page, id) in Hseen) id = id "-"
	} else target(id, page, id, "“" html(title) "”")
	Hseen[page, id] = 1
	sec = new_section(page, level, id, title)
	md(substr(l, 1, level) " " scan(title, line) " {#" id "}"); Stext[sec] = ""
}

# A paragraph: quoted code, references, numbers, drawings and terms are marked for the
# filter with the line they stand on; ordinary code spans pass untouched.
function end_para() {
	if (para == "") return
	Pmd[page] = Pmd[page] scan(para, para_line); plain(" "); para = ""
}

function scan(s, at,   r, t, m, before, anchor, capital) {
	r = ""
	while (match(s, /`[^`]+`({[^}]*})?|``[^`]|\001[^\002]*\002|\]\((#|[^():]*\.html)[^():]*\)({[^}]*})?|\]\([^() ]*\.svg\)({[^}]*})?|\[[^][]*\]{\.term[^}]*}/)) {
		before = substr(s, 1, RSTART - 1); t = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)
		capital = (r before) ~ /(^|^[ \n]*([-*+]|[0-9]+\.) +|[.!?]["”)]*[ \n]+)\[$/ ? " cap=\"1\"" : ""	# a reference that begins a sentence
		at += gsub(/\n/, "\n", before); plain(before); r = r before
		if (t ~ /^\001/) { t = substr(t, 2, length(t) - 2); gsub(/\n */, " ", t); plain(t); t = quoted(t, at) }
		else if (t ~ /^`.*{.*\.num/ || t ~ /^\]\((#|[^():]*\.html).*}$/) sub(/}$/, " at=\"" at "\"}", t)
		else if (t ~ /^\]\((#|[^():]*\.html)/) t = t "{at=\"" at "\"" capital (r ~ /^[ \n]*([-*+]|[0-9]+\.)? *\[$/ && s ~ /^[ \n]*$/ ? " full=\"1\"" : "") "}"
		else if (t ~ /^\]\(.*svg/) {
			m = figure(id_of(t))
			if (t !~ /}$/) t = t "{}"
			sub(/}$/, " num=\"" m "\" at=\"" at "\"}", t)
		} else if (t ~ /^\[/) {
			m = t; sub(/^\[/, "", m); sub(/\]{.*$/, "", m); gsub(/\n */, " ", m); plain(m)
			anchor = tolower(m); gsub(/[^a-z0-9]+/, "-", anchor); anchor = "term-" anchor
			while ((page, anchor) in Hseen) anchor = anchor "-"
			Hseen[page, anchor] = 1
			Cname[++nterm] = m; Cpage[nterm] = page; Canchor[nterm] = anchor; Csec[nterm] = sec
			sub(/}$/, " #" anchor "}", t)
		} else plain(t)
		at += gsub(/\n/, "\n", t); r = r t
	}
	plain(s)
	return r s
}
function quoted(t, at,   f) {
	f = index(t, "`") ? "``" : "`"
	return f t f "{.nwq at=\"" at "\"}"
}
function plain(s) { gsub(/[`*\001\002]|\[\^[^]]*\]:?|\[?\]\([^)]*\)|{[^}]*}/, "", s); gsub(/[\n\t ]+/, " ", s); Stext[sec] = Stext[sec] s }

# the line under a title: the description, or else the first sentence of the page
function promise(p,   i, m) {
	if (Y[p, "description"] != "" || Pch[p] == "") return Y[p, "description"]
	for (i = 1; i <= nsec; i++) if (Sp[i] == p && Sid[i] == "" && match(Stext[i], /^ *([^.!?]|[.!?][^ ])*[.!?]( |$)/, m))
		return gensub(/^ +| +$/, "", "g", m[0])
	return ""
}

# a title as HTML: `code`, [[code]] and *emphasis*
function html(s) {
	s = s ""	# gawk 5.2 cannot take an untyped value here
	if (s !~ /[`\001]/) s = gensub(/([A-Za-z])'/, "\\1’", "g", s)
	gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s)
	s = gensub(/`([^`]*)`|\001([^\002]*)\002/, "<code>\\1\\2</code>", "g", s)
	return gensub(/\*([^*]*)\*/, "<em>\\1</em>", "g", s)
}

# ------------------------------------------------------------------ chunks

function end_chunk(   c, x) {
	c = ++n; seq++; x = def_name; sub(/\n$/, "", body)
	Krep[c] = sub(/^replace: /, "", x)
	if (!(x in version)) { version[x] = 1; Nname[++nnames] = x }
	else if (Krep[c]) version[x]++
	Kname[c] = x; Kver[c] = version[x]; Kpage[c] = page; Kbody[c] = body
	Knum[c] = (Pch[page] == "" ? Pid[page] : Plab[page]) "." seq
	Kanchor[c] = "c" Plab[page] "-" seq
	parts[x, ++nparts[x]] = c
	nuses = split(body, u, /\001|\002/)
	for (k = 2; k <= nuses; k += 2) { used[u[k]] = 1; Kuse[c, ++Kuses[c]] = u[k] }
	md("\n::: {.chunk num=\"" Knum[c] "\"}\n:::\n")
}

function is_file(x) { return x ~ /^(src|gdb|examples)\/[A-Za-z0-9_.\/-]+$/ && !(x in used) }

function language(x) {
	if (x ~ /\.[ch]$/) return "c"
	if (x ~ /\.[sS]$/) return "asm"
	if (x ~ /\.gdb$/) return "gdb"
	if (x ~ /\.py$/) return "python"
	if (x ~ /(^|\/)Makefile$|\.mk$/) return "make"
	if (x ~ /\.sh$/) return "sh"
	return "text"
}

# hand the root and its language down to every chunk that it reaches
function spread(x, root,   i, j, c) {
	sub(/^base: /, "", x)
	if (x in Root) return
	Root[x] = root
	for (i = 1; i <= nparts[x]; i++) {
		c = parts[x, i]
		for (j = 1; j <= Kuses[c]; j++) spread(Kuse[c, j], root)
	}
}

# write the expansion of x with all versions, old before new, for ctags; remember the
# chunk that each line came from
function expand(x, root,   i, j, k, c, t, s, l) {
	if (x ~ /^base: / || Active[x]++) return
	for (i = 1; i <= nparts[x]; i++) {
		c = parts[x, i]; k = split(Kbody[c], t, /\001|\002/)
		for (j = 1; j <= k; j++) {
			if (j % 2 == 0) { expand(t[j], root); continue }
			s = t[j]
			while ((l = index(s, "\n"))) { emit(root, c, substr(s, 1, l)); s = substr(s, l + 1) }
			emit(root, c, s)
		}
		if (i < nparts[x]) emit(root, c, "\n")
	}
	delete Active[x]
}
function emit(root, c, s) {
	if (s ~ /[^ \t\n]/) {
		if (!(rline in From)) From[rline] = c
		if (!((root, c) in Start)) Start[root, c] = rline
	}
	source = source s
	if (s ~ /\n$/) rline++
}

# ctags over all roots -> Def[name, i] = chunk, kind, scope; place and locals of chunks
function definitions(   i, x, list, cmd, l, f, c, m, w, file_of, r) {
	for (i = 1; i <= nnames; i++) {
		x = Nname[i]
		if (!is_file(x)) continue
		spread(x, x)
		delete From; rline = 1; source = ""; expand(x, x)
		for (l in From) Line[x, l] = From[l]
		r = out "/tags/" gensub("/", "@", "g", x)
		if (language(x) == "c") { printf "%s\n", source > r; close(r) }
		if (language(x) == "c") { list = list " '" r "'"; file_of[r] = x }
		else if (language(x) ~ /^(asm|gdb)$/) labels(x, source)
	}
	if (list == "") return
	cmd = "ctags --options=NONE -x --sort=no --kinds-C=+degmstuvlz-px --fields=+e " \
		"--_xformat='%F\t%n\t%e\t%K\t%s\t%N' " list " 2>/dev/null"
	while ((cmd | getline l) > 0) {
		split(l, f, "\t"); x = file_of[f[1]]; c = Line[x, f[2]]
		if (c == "" || f[6] ~ /^(__anon|L[0-9]|$)/) continue
		sub(/(::)?__anon.*/, "", f[5]); sub(/.*::/, "", f[5])
		if (f[4] ~ /^(local|parameter)$/) { Local[x, f[5]] = Local[x, f[5]] " " f[6] " "; continue }
		define(f[6], c, f[4], f[5])
		if (f[4] ~ /^(function|struct|union|enum)$/ && f[5] == "") range(x, f[2], f[3], f[6], f[4])
	}
	if (close(cmd)) error("ctags", "universal-ctags is missing or failed; ./setup installs it")
	places()
}
function define(name, c, kind, scope) {
	if ((name, c, kind, scope) in Dseen) return
	Dseen[name, c, kind, scope] = 1
	if (!(name in Defs)) { Defs[name] = 0; Dname[++ndnames] = name }
	Def[name, ++Defs[name]] = sprintf("{%d,%s,%s}", c, q(kind), q(scope))
	if (kind != "member" && kind != "enumerator" || Defs[name] == 1)
		find(kind, name, Pid[Kpage[c]], Kanchor[c], (scope ? scope ", " : "") Knum[c] ", " Root[Kname[c]])
}
# what ctags would miss: labels and macros of assembly (also functions that a macro of
# chapter 3 opens and closes), commands of GDB
function labels(x, s,   l, k, i, m, entry) {
	k = split(s, l, "\n")
	for (i = 1; i <= k; i++)
		if (match(l[i], /\.type[ \t]+([A-Za-z0-9_]+),[ \t]*@function/, m)) entry[m[1]] = 1
		else if (match(l[i], /^([A-Za-z_][A-Za-z0-9_]*):/, m)) {
			define(m[1], Line[x, i], "label", "")
			if (m[1] in entry) range(x, i, k, m[1], "label")
		}
		else if (match(l[i], /^function[ \t]+([A-Za-z_][A-Za-z0-9_]*)$/, m)) { define(m[1], Line[x, i], "label", ""); range(x, i, k, m[1], "label") }
		else if (match(l[i], /^#[ \t]*define[ \t]+([A-Za-z_][A-Za-z0-9_]*)/, m)) define(m[1], Line[x, i], "macro", "")
		else if (match(l[i], /^[ \t]*\.macro[ \t]+([A-Za-z_][A-Za-z0-9_]*)/, m)) define(m[1], Line[x, i], "macro", "")
		else if (match(l[i], /^define +([A-Za-z_][A-Za-z0-9_-]*)/, m)) define(m[1], Line[x, i], "command", "")
		else if (nr && Rf[nr] == x && Rk[nr] == "label" && Rb[nr] == k && l[i] ~ /\.size|\.cfi_endproc|^end[ \t]/) Rb[nr] = i
}
function range(x, from, to, name, kind) {
	Rf[++nr] = x; Ra[nr] = from + 0; Rb[nr] = to + 0; Rn[nr] = name; Rk[nr] = kind
}
# the innermost function, struct or label that a chunk lies in, but did not open itself
function places(   i, c, x, s) {
	for (c = 1; c <= n; c++) {
		x = Root[Kname[c]]; s = Start[x, c]
		if (x == "" || s == "") continue
		for (i = 1; i <= nr; i++) {
			if (Rf[i] != x || Rb[i] < s) continue
			if (Ra[i] < s && Line[x, Ra[i]] != c)
				Kplace[c] = (Rk[i] == "struct" || Rk[i] == "union" || Rk[i] == "enum" ? Rk[i] " " : "") Rn[i] (Rk[i] == "function" ? "()" : "")
			if (Ra[i] <= s || Line[x, Ra[i]] == c)
				if (Local[x, Rn[i]] != "") Klocal[c] = Klocal[c] Local[x, Rn[i]]
		}
	}
}

# what the program says: the strings of C and assembly that have two words or more
function messages(   c, s, t, m) {
	for (c = 1; c <= n; c++) if (language(Root[Kname[c]]) ~ /^(c|asm)$/) {
		s = Kbody[c]
		while (match(s, /"([^"\\\n]|\\.)*"/, m)) {
			s = substr(s, RSTART + RLENGTH); t = m[0]
			gsub(/^"|"$|\\[nt]/, "", t); gsub(/\\"/, "\"", t)
			if (t !~ /[A-Za-z][a-z:]+ [^ ]*[a-z]/ || t ~ /%%|^\\.cfi/ || t in Msaid) continue
			Msaid[t] = 1; find("message", t, Pid[Kpage[c]], Kanchor[c], Knum[c] ", " Root[Kname[c]])
		}
	}
}

# ------------------------------------------------------------------ output

function q(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/\n/, "\\n", s); return "\"" s "\"" }
function json(s) { gsub(/\t/, " ", s); return q(restore(s)) }
function find(kind, title, p, anchor, more) {
	index_js = index_js "[" q(kind) "," json(title) "," q(p) "," q(anchor) "," json(more) "],\n"
}

function put(path, s,   old, found) {
	RS = "^$"; found = (getline old < path); close(path); RS = "\n"
	if (found < 1 || old != s) { printf "%s", s > path; close(path) }
}

# all that x expands to in chapter ch
function closure(x, ch, seen, set,   i, j, c) {
	sub(/^base: /, "", x)
	if (x in seen) return
	seen[x] = 1
	for (i = 1; i <= nparts[x]; i++) {
		c = parts[x, i]
		if (ch != "" && Pch[Kpage[c]] + 0 > ch) continue
		set[c] = 1
		for (j = 1; j <= Kuses[c]; j++) closure(Kuse[c, j], ch, seen, set)
	}
}

END {
	end_para()
	if (bad) exit 1
	for (i = 1; i <= nsec; i++) if (Slevel[i] <= 3)
		find("section", Stitle[i] == "" ? Y[Sp[i], "title"] : Stitle[i], Pid[Sp[i]], Sid[i], gensub(/^ *· *|\[ *(,|\.| )/, "\\1", "g", Stext[i]))
	for (i = 1; i <= nterm; i++) find("term", Cname[i], Pid[Cpage[i]], Canchor[i], Stitle[Csec[i]])
	for (c = 1; c <= n; c++) if (!((Kname[c]) in Cfound)) {
		Cfound[Kname[c]] = 1
		find(is_file(Kname[c]) ? "file" : "chunk", Kname[c], Pid[Kpage[c]], Kanchor[c], Knum[c])
	}
	definitions()
	messages()

	x = "return {\npages = {\n"
	for (p = 1; p <= npages; p++) {
		x = x sprintf("{id=%s, ch=%s, file=%s, title=%s, part=%s, desc=%s, promise=%s, subtitle=%s, answers=%s, sections={", q(Pid[p]), \
			Pch[p] == "" ? "nil" : Pch[p], q(Pfile[p]), q(html(Y[p, "title"] == "" ? Pid[p] : Y[p, "title"])), \
			q(html(Y[p, "part"])), q(html(Y[p, "description"])), q(html(promise(p))), q(html(Y[p, "subtitle"])), q(Y[p, "answers"]))
		for (i = 1; i <= nsec; i++) if (Sp[i] == p && Sid[i] != "")
			x = x sprintf("\n  {%d,%s,%s},", Slevel[i], q(Sid[i]), q(html(Stitle[i])))
		x = x "}},\n"
	}
	x = x "},\ntargets = {\n"
	for (i = 1; i <= ntarget; i++) { id = Tid[i]
		x = x sprintf("[%s]={%d,%s,%s},\n", q(id), Tpage[id], q(Tanchor[id]), q(Tlabel[id])) }
	x = x "},\nterms = {\n"
	for (i = 1; i <= nterm; i++) x = x sprintf("{%s,%d,%s},\n", q(Cname[i]), Cpage[i], q(Canchor[i]))
	x = x "},\nchunks = {\n"
	for (c = 1; c <= n; c++) {
		x = x sprintf("{num=%s, anchor=%s, page=%d, name=%s, ver=%d, rep=%s, empty=%s, root=%s, file=%s, lang=%s, place=%s, locals=%s, line=%d, uses={", \
			q(Knum[c]), q(Kanchor[c]), Kpage[c], q(Kname[c]), Kver[c], Krep[c] ? "true" : "false", \
			Kbody[c] ~ /^[ \t\n]*$/ ? "true" : "false", is_file(Kname[c]) ? "true" : "false", \
			q(Root[Kname[c]]), q(language(Root[Kname[c]])), q(Kplace[c]), q(Klocal[c]), Kline[c])
		split("", once)
		for (j = 1; j <= Kuses[c]; j++) if (!(Kuse[c, j] in once)) { once[Kuse[c, j]] = 1; x = x q(Kuse[c, j]) "," }
		x = x "}},\n"
	}
	x = x "},\ndefs = {\n"
	for (i = 1; i <= ndnames; i++) {
		x = x "[" q(Dname[i]) "]={"
		for (j = 1; j <= Defs[Dname[i]]; j++) x = x Def[Dname[i], j] ","
		x = x "},\n"
	}
	put(out "/xref.lua", x "}\n}\n")
	sub(/,\n$/, "\n", index_js); put(out "/search.json", "[\n" index_js "]\n")
	for (p = 1; p <= npages; p++) {
		put(out "/" Pid[p] ".md", Pmd[p])
		delete seen; delete set; x = ""
		for (c = 1; c <= n; c++) if (Kpage[c] == p) { set[c] = 1; for (j = 1; j <= Kuses[c]; j++) closure(Kuse[c, j], Pch[p], seen, set) }
		for (c = 1; c <= n; c++) if (c in set) x = x "[" q(Knum[c]) "]=" q(Kbody[c]) ",\n"
		put(out "/" Pid[p] ".lua", "return {\n" x "}\n")
		if (Pch[p] == "") continue
		delete set; x = ""
		for (c = 1; c <= n; c++) if (Kpage[c] == p && Root[Kname[c]] != "") set[Root[Kname[c]]]
		for (i = 1; i <= nnames; i++) if (Nname[i] in set) x = x Nname[i] "\n"
		put(out "/" Pid[p] ".code", "@file " Pfile[p] "\n" Pcode[p])
		put(out "/" Pid[p] ".roots", x)
	}
	exit bad
}
