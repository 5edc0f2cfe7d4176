#!/bin/sh
# bench/inits.sh - what sorting packages at boot costs.
#
# Makes programs of 0, 10, 100 and 1000 packages, each of which needs up to
# five others, chosen at random, and an alphabet that says nothing about the
# order.  A constructor, which runs right before the sort, looks at the clock,
# and so does main_main.  Writes book/data/inits.tsv: medians of microseconds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."

RUNS=${RUNS:-25}
LIB=${LIB:-build/librt0.a}
[ -e "$LIB" ] || {
	echo "bench/inits.sh: $LIB is not there; run make first." >&2
	exit 1
}
mkdir -p build/bench book/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for n in 0 10 100 1000; do
	awk -v n="$n" 'BEGIN {
		srand(7)
		print "#include \"rt0.h\""
		for (i = 0; i < n; i++) {
			name[i] = sprintf("p%04d_%d", rand() * 10000, i)
			printf "INIT(%s", name[i]
			for (d = 0; d < 5 && d < i; d++)
				printf ", \"%s\"", name[int(rand() * i)]
			print ") { }"
		}
		print "static int64_t start;"
		print "__attribute__((constructor)) static void look(void)"
		print "{ start = runtime_Nanotime(); }"
		print "void main_main(void)"
		print "{ fmt_Printf(\"%ld\\n\", runtime_Nanotime() - start); }"
	}' >"$tmp/$n.c"
	gcc -O2 @src/cflags -Isrc -o "$tmp/$n" "$tmp/$n.c" @src/ldflags "$LIB"
	i=0
	while [ "$i" -lt "$RUNS" ]; do
		"$tmp/$n"
		i=$((i + 1))
	done | sort -n | sed -n "$(((RUNS + 1) / 2))p" |
		awk -v n="$n" '{ printf "%d\t%.1f\n", n, $1 / 1000 }'
done >"$tmp/rows"

{
	printf '# %s; %s; %s processors; Linux %s; %s runs\n' \
		"$(date -u +%F)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(nproc)" "$(uname -r | sed 's/-.*//')" "$RUNS"
	printf 'packages\tus\n'
	cat "$tmp/rows"
} >"$tmp/inits.tsv"
mv "$tmp/inits.tsv" book/data/inits.tsv
chmod 644 book/data/inits.tsv
cat book/data/inits.tsv
