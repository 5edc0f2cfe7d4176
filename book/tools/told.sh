#!/bin/sh
# told.sh -- pass on what a compiler or linker has said, and where it failed say which
# lines of the book that is about.
#	told.sh STATUS LOG
set -eu
status=$1 log=$2
cat "$log" >&2
if [ "$status" != 0 ]; then
	export LC_ALL=C
	sed 's/\x1b\[[0-9;]*[mK]//g' "$log" | awk '
		!/[Ee]rror|undefined reference|multiple definition/ { next }
		{ sub(/^\/usr\/bin\/ld: /, "") }
		index($0, ENVIRON["PWD"] "/") == 1 { $0 = substr($0, length(ENVIRON["PWD"]) + 2) }
		match($0, /^[^ :]+:[0-9]+:/) {
			split($0, at, ":")
			if (!seen[at[1], at[2]]++ && ++n <= 5) print at[1], at[2]
		}' |
		while read -r file line; do
			from=$("${0%/*}/where.sh" "$file" "$line" 2>/dev/null) || continue
			echo "  $file:$line is from $from" >&2
		done
fi
rm -f "$log"
exit "$status"
