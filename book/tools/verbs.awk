# verbs.awk: refuse the formats of fmt_Printf and fmt_Fprintf that gcc lets through and fmt has not.
#
#	gcc -E ... | gawk -f verbs.awk [-v few=1]
#
# Reads what the preprocessor made of a program; looks at formats that are written at the call.
# few: as in chapter 7, which has few verbs.  Status 1 with a line for each verb that is not there.
/^# [0-9]+ "/ { line = $2; file = $0; gsub(/^[^"]*"(\.\/)?|"[^"]*$/, "", file); next }
{ text = text "\001" file ":" line++ "\001" $0 " " }

# What follows the comma behind the first argument.
function second(args,   i, c, depth) {
	for (i = 1; (c = substr(args, i, 1)) != ""; i++) {
		if (c == "," && depth == 0)
			return substr(args, i + 1)
		depth += (c ~ /[([{]/) - (c ~ /[])}]/)
	}
}

END {
	has = few ? "^%(l?[dux]|[scp%])$" : "^%(.*[diuoxXbBp%]|[^hlqjzZtL]*[cs])$"
	while (match(text, /\<fmt_F?[Pp]rintf[ \t]*\(/)) {
		call = substr(text, RSTART, RLENGTH)
		sub(/[ \t]*\($/, "", call)
		where = substr(text, 1, RSTART)
		sub(/\001[^\001]*$/, "", where)
		sub(/.*\001/, "", where)
		text = "\001" where "\001" substr(text, RSTART + RLENGTH)
		args = substr(text, 1, 4000)
		gsub(/\001[^\001]*\001/, "", args)
		if (call == "fmt_Fprintf")
			args = second(args)
		if (!match(args, /^[ \t]*("(\\.|[^"\\])*"[ \t]*)+/))
			continue
		format = substr(args, RSTART, RLENGTH)
		gsub(/"[ \t]*"/, "", format)
		sub(/"[ \t]*$/, "", format)
		while (match(format, /%[-+ #0'I]*(\*|[0-9]+\$?)?(\.(\*|[0-9]*))?[hlqjzZtL]*([^hlqjzZtL]|$)/)) {
			verb = substr(format, RSTART, RLENGTH)
			format = substr(format, RSTART + RLENGTH)
			if (verb ~ /\$/ || verb !~ has) {
				print where ": " call " has no " verb "; rt0.h says what it has" >"/dev/stderr"
				status = 1
			}
		}
	}
	exit status
}
