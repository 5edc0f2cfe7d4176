# where.awk -- which chapter and chunk does a tangled line come from?
#
#	file=src/a.c gawk -v n=LINE [-v remedy=1] -f where.awk build/maps/src/a.c.map
#
# remedy=1: as the second half of the message about an edit, and a line after the last
# counts as the last.

BEGIN { FS = "\t"; file = ENVIRON["file"] }
{ last = $1; at = $2; chunk = "chunk " $3 " <<" $4 ">>" }
$1 == n { found = 1; exit }
END {
	if (remedy) {
		print at ": make the edit here, in " chunk "; or throw it away with: make tangle-force"
		exit
	}
	if (found) { print at "  " chunk; exit }
	if (file == "" || n == "") why = "say which line: make where FILE=src/x.c LINE=n"
	else if (!last) why = file ": no chapter tangles this file"
	else why = file ": has " last " lines, so there is no line " n
	print why > "/dev/stderr"
	exit 1
}
