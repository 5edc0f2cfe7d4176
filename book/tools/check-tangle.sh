#!/bin/sh
# check-tangle.sh -- is what is committed what the book says?
#	check-tangle.sh SUMS CHAPTER.nw...
# tangle.sh itself compares notangle with nwmap.awk root by root.
set -eu
sums=$1; shift
mkdir -p build
t=$(mktemp -d build/check.XXXXXX)
trap 'rm -rf "$t"' EXIT
"${0%/*}/tangle.sh" -w "$t" "$@"
bad=0 count=0
while read -r _ root; do
	count=$((count + 1))
	cmp -s "$t/$root" "$root" || { echo "$root: differs from the book; run make tangle" >&2; bad=1; }
done <"$t/tangled.sums"
cmp -s "$t/tangled.sums" "$sums" || { echo "$sums: is not of this tangle; run make tangle" >&2; bad=1; }
[ $bad = 1 ] || echo "ok      two tanglers and the committed files agree on $count files"
exit $bad
