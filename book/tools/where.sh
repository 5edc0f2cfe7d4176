#!/bin/sh
# where.sh -- which chapter and chunk does a tangled line come from?
#	where.sh FILE LINE	FILE is src/x.c, or build/chapters/NN/src/x.c
set -eu
file=$1 line=$2
case $line in *[!0-9]*) echo "where: LINE wants a number, not $line" >&2; exit 1 ;; esac
case $file in
build/chapters/[0-9][0-9]/*) root=${file#build/chapters/??/} maps=${file%"$root"}maps ;;
build/debug/*-chapters/[0-9][0-9]/*)
	root=${file#build/debug/*-chapters/??/} maps=${file%"/$root"}
	maps=build/chapters/${maps##*/}/maps ;;
*) root=$file maps=build/maps ;;
esac
map=$maps/$root.map
[ -f "$map" ] || map=/dev/null
export file
exec gawk -v n="$line" -f "${0%/*}/where.awk" "$map"
