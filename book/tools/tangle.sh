#!/bin/sh
# tangle.sh -- turn chapters into src/, gdb/ and examples/ below a directory.
#
#	tangle.sh [-w] [-f] [-l] [-s SUMS] [-m MAPS] [-t STAMP] DIR CHAPTER.nw...
#
# -w  these are all chapters of the book	-l  put #line directives into the files
# -s  stop when somebody edited a file: SUMS holds the checksums of the last tangle
# -f  overwrite such files			-m  write the line maps into MAPS
# -t  leave a STAMP with the time when this began, as all files get that change
#
# Everything is made in a temporary directory first and files move only when all of
# them are right, so a failure changes nothing.  A file that stays the same keeps its
# time.  Two tanglers, noweb's nt and nwmap.awk, must agree on every byte.
# Some chapters that are as they were the last time, in a directory that is, are left alone.
set -eu
export LC_ALL=C
unset CDPATH POSIXLY_CORRECT	# cd would print, gawk would not know its own words

tools=${0%/*}
noweb=${NOWEBLIB:-/usr/lib/noweb}
whole=0 force='' lines='' sums='' maps='' stamp=''
while getopts wfls:m:t: option; do
	case $option in
	w) whole=1 ;; f) force=1 ;; l) lines=1 ;; s) sums=$OPTARG ;; m) maps=$OPTARG ;; t) stamp=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
dir=$1; shift

die() { printf '%s\n' "$*" >&2; exit 1; }

made_from() {	# what the files of DIR depend on, and what they are
	printf '%s\n' "${DRAFT:-}$lines $PWD" && sha256sum "$@" "$tools"/*.awk "$tools/tangle.sh" &&
		[ -d "${maps:-.}" ] && (cd "$dir" && cut -c 67- tangled.sums | xargs -r sha256sum)
}
if [ $whole = 0 ] && [ -z "$sums" ] && made_from "$@" 2>/dev/null | cmp -s - "$dir/tangled.from"; then exit 0; fi

if ! mkdir -p build || ! t=$(mktemp -d build/tangle.XXXXXX); then
	die "tangle: cannot write to build/ in $PWD; give it to $(id -un) with chown, or work in a copy of your own"
fi
trap 'rm -rf "$t"' EXIT
trap 'exit 1' HUP INT TERM

: >"$t/start"
[ $# -gt 0 ] || die 'tangle: there is no chapter book/NN-name.nw'

# -- check, then expand ------------------------------------------------------

# With the whole book, the front and back matter is looked at, too.
if [ $whole = 1 ]; then find "${1%/*}" -maxdepth 1 -name '*.nw' -o -maxdepth 1 -name '*.md' | sort
else printf '%s\n' "$@"; fi |
	LC_ALL=C.UTF-8 xargs gawk -v whole=$whole -v draft="${DRAFT:-}" -f "$tools/lint.awk" || exit 1
"$noweb/markup" -t "$@" >"$t/markup" || exit 1
case $(tail -n 1 "$t/markup") in	# markup does not notice a full disk
'@end '*) ;;
*) die "tangle: the last chapter did not get through; is the disk full that holds $PWD/build?" ;;
esac
gawk -f "$tools/overlay.awk" "$t/markup" >"$t/book"
gawk '/^@file / { file = substr($0, 7) }
	/^@defn (src|gdb|examples)\// && !/ \(version / && !seen[$2]++ { print $2, file }' \
	"$t/book" >"$t/roots"

# The comments of a file depend on its kind: c, hash or none.
roots() {
	case $1 in
	c) grep '\.[chS] ' "$t/roots" ;;
	hash) grep -E '\.(gdb|py) ' "$t/roots" ;;
	none) grep -vE '\.([chS]|gdb|py) ' "$t/roots" ;;
	esac || :
}
expand() {	# expand KIND OPEN CLOSE
	roots "$1" >"$t/list"
	if [ -n "$lines" ]; then cp "$t/book" "$t/in"
	else gawk -v open_="$2" -v close_="$3" -f "$tools/names.awk" "$t/book" >"$t/in"; fi
	gawk -v roots="$(cut -d' ' -f1 "$t/list")" -v dir="$t" -f "$tools/nwmap.awk" "$t/in"
	nt "$t/in" "$t/nt"
}
# nt expands all roots of $t/list, one after another; a chunk that no book has says where one ends.
nt() {	# nt MARKUP DIR [OPTION]
	sed "s| .*||; s|.*|-R& -R$t|" "$t/list" >"$t/words"
	printf '@file %s\n@begin code 1\n@defn %s\n@nl\n@text %s\n@nl\n@end code 1\n' "$t" "$t" "$t" |
		cat "$1" - >"$t/marked"
	[ ! -s "$t/list" ] || xargs -a "$t/words" "$noweb/nt" -t8 ${3:+"$3"} <"$t/marked" |
		gawk -v end="$t" -v dir="$2/" 'FNR == NR { root[all = NR] = $1; next }
			$0 == end { close(dir root[++n]); next }
			/^#line / && substr($0, length($0) - length(end)) == end "\"" { next }
			{ print > (dir root[n + 1]) }
			END { if (n < all) print root[n + 1]; exit n < all }' "$t/list" - >"$t/stop" ||
		die "$(cat "$t/stop") does not tangle"
}

# What was changed in vain?  Compared with the tangle before, or with what is committed.
if [ $whole = 1 ] && [ -n "$maps" ]; then
	gather() { gawk -v roots="$(cut -d' ' -f1 "$t/roots")" -v now="$3" -f "$tools/replaced.awk" "$1" "$2"; }
	: >"$t/before"
	if [ -e "$maps/chunks" ]; then cp "$maps/chunks" "$t/before"
	elif mkdir -p "$t/head/${1%/*}" && for chapter; do git show "HEAD:./$chapter" >"$t/head/$chapter" || break; done 2>/dev/null &&
		(cd "$t/head" && "$noweb/markup" -t "$@") >"$t/head.markup" 2>/dev/null &&
		gawk -f "$tools/overlay.awk" "$t/head.markup" >"$t/head.book" 2>/dev/null; then
		gather "$t/before" "$t/head.book" "$t/head.chunks" && mv "$t/head.chunks" "$t/before"
	fi
	gather "$t/before" "$t/book" "$t/chunks" >&2
fi

for kind in nt text map out maps; do
	sed 's/ .*//; s|/[^/]*$||' "$t/roots" | sort -u | sed "s|^|$t/$kind/|" | xargs -r mkdir -p
done
expand c '/* ' ' */'
expand hash '# ' ''
expand none '' ''
diff -rq "$t/nt" "$t/text" >"$t/diff" ||
	die "nt and nwmap.awk tangle differently, which is a mistake in book/tools: $(cat "$t/diff")"
gawk -v dir="$t" -f "$tools/tidy.awk" "$t/roots"
if [ -n "$lines" ]; then roots c >"$t/list"; nt "$t/book" "$t/out" "-L#line %L \"$PWD/%F\"%N"; fi

# -- protect what was edited by hand -----------------------------------------

sort "$t/roots" | sed 's/ .*//' >"$t/names"
(cd "$t/out" && xargs -r sha256sum) <"$t/names" >"$t/sums"

if [ -n "$sums" ] && [ -z "$force" ]; then
	[ -e "$sums" ] || : >"$sums"
	# Files that are not what the last tangle left there.
	sed 's/.*  //' "$sums" | cat - "$t/names" | sort -u | while read -r root; do
		[ ! -e "$dir/$root" ] || echo "$root"
	done >"$t/present"
	(cd "$dir" && xargs -r sha256sum) <"$t/present" | sort >"$t/now"
	sort -u "$sums" "$t/sums" | comm -13 - "$t/now" | sed 's/.*  //' >"$t/edited"
	while read -r root; do
		if [ ! -e "$t/out/$root" ]; then
			echo "$root: was edited by hand and the book no longer has it;" \
				'remove it or put it into a chapter' >&2
			continue
		fi
		line=$(cmp "$t/out/$root" "$dir/$root" 2>&1 | sed -n 's/.*line \([0-9]*\).*/\1/p')
		echo "$root:${line:-1}: edited by hand, but the book is the source" >&2
		gawk -v n="${line:-1}" -v remedy=1 -f "$tools/where.awk" "$t/maps/$root.map" >&2
	done <"$t/edited"
	for file in "$dir"/src/*.[chS] "$dir"/src/*/*.[chS]; do
		root=${file#"$dir"/}
		if [ ! -e "$file" ] || grep -qxF "$root" "$t/names" "$t/edited"; then continue; fi
		if grep -qF "  $root" "$sums"; then continue; fi
		echo "$root: no chapter has this file; put it into a chunk <<$root>>= or remove it" >&2
		echo "$root" >>"$t/edited"
	done
	[ ! -s "$t/edited" ] || exit 1
fi

# -- move what changed -------------------------------------------------------

mkdir -p "$dir"
(cd "$dir" && xargs -r sha256sum 2>/dev/null) <"$t/names" | sort >"$t/there"
sort "$t/sums" | comm -23 - "$t/there" | sed 's/.*  //' >"$t/changed"
sed "s|/[^/]*\$||; s|^|$dir/|" "$t/changed" | sort -u | xargs -r mkdir -p
(cd "$t/out" && xargs -r touch -r ../start) <"$t/changed"
while read -r root; do mv "$t/out/$root" "$dir/$root"; done <"$t/changed"

# Remove what an earlier tangle made and the book no longer has.
old=${sums:-$dir/tangled.sums}
if [ -e "$old" ]; then
	sed 's/.*  //' "$old" | sort | comm -23 - "$t/names" |
		while read -r root; do rm -f "$dir/$root"; done
fi
cmp -s "$t/sums" "$old" || mv "$t/sums" "$old"
if [ -n "$maps" ]; then
	rm -rf "$maps"
	mv "$t/maps" "$maps"
	[ ! -e "$t/chunks" ] || mv "$t/chunks" "$maps/chunks"
fi
[ -z "$stamp" ] || mv "$t/start" "$stamp"
[ $whole = 1 ] || made_from "$@" >"$dir/tangled.from"
