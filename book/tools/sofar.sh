#!/bin/sh
# sofar.sh -- for the weaver: the files that a chapter touches, as they are when it ends.
#
#	sofar.sh DIR 01.code 02.code ...
#
# The .code files are the chunks of the chapters in noweb's pipeline format, without prose,
# so that no change of prose moves a line; beside the last one is its list of files, .roots.
# Writes DIR/out/FILE, which equals what tangle.sh writes, and DIR/maps/FILE.map.  A book
# with errors gives no files: the tangler says what is wrong.
set -eu
export LC_ALL=C
tools=${0%/*}
dir=$1; shift
for last; do :; done
rm -rf "$dir"
mkdir -p "$dir"
cat "$@" | gawk -f "$tools/overlay.awk" >"$dir/book" 2>"$dir/errors" || exit 0
gawk 'NR == FNR { touched[$0]; next } /^@file / { file = substr($0, 7) }
	/^@defn / && ($2 in touched) && NF == 2 && !seen[$2]++ { print $2, file }' "${last%.code}.roots" "$dir/book" >"$dir/roots"
for kind in text map out maps; do
	sed 's/ .*//; s|/[^/]*$||' "$dir/roots" | sort -u | sed "s|^|$dir/$kind/|" | xargs -r mkdir -p
done
expand() {	# expand FILES OPEN CLOSE
	roots=$(gawk -v "kind=$1" '($1 ~ /\.[chS]$/ ? "c" : $1 ~ /\.(gdb|py)$/ ? "hash" : "none") == kind { printf "%s ", $1 }' "$dir/roots")
	[ -n "$roots" ] || return 0
	gawk -v open_="$2" -v close_="$3" -f "$tools/names.awk" "$dir/book" |
		gawk -v roots="$roots" -v dir="$dir" -f "$tools/nwmap.awk"
}
expand c '/* ' ' */'
expand hash '# ' ''
expand none '' ''
ln -s text "$dir/nt"
gawk -v dir="$dir" -f "$tools/tidy.awk" "$dir/roots"
