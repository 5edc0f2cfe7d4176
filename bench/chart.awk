# bench/chart.awk - draw book/data/chart.tsv: a panel for each workload, in it a
# line for each runtime, on it a dot for one P and a ring for two, all on one
# logarithmic scale.

BEGIN {
	FS = "\t"
	W = 430; X0 = 92; X1 = 420; ROW = 19; HEAD = 34; TOP = 44
	LOW = 10; HIGH = 20000
	n = split("chapter 7;chapter 10;chapter 11;chapter 12;chapter 15;Go", label, ";")
	title["fib"] = "a goroutine of a small tree (fib 18)"
	title["skynet"] = "a goroutine of a wide tree (skynet)"
	title["spawn"] = "a goroutine started and waited for (spawn)"
	title["pingpong"] = "a message between two goroutines (pingpong)"
	title["sema"] = "a pass through a lock of 100 goroutines (sema)"
	title["yield"] = "a step back, two goroutines (yield)"
	panels = split("fib skynet spawn pingpong sema yield", name, " ")
}

/^#/ || $1 == "work" { next }

{
	for (i = 1; i <= n; i++)
		v[$1, i] = $(i + 1)
}

function at(ns) {
	return X0 + (X1 - X0) * log(ns / LOW) / log(HIGH / LOW)
}

function text(x, y, anchor, more, words) {
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, more, words
}

function dot(x, y, full) {
	printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\" stroke=\"currentColor\" stroke-width=\"1.5\"/>\n", x, y, full ? "currentColor" : "var(--bg, Canvas)"
}

function scale(y, height,	ns) {
	for (ns = LOW; ns <= HIGH; ns *= 10) {
		printf "<path d=\"M%.1f %.1fv%.1f\" stroke=\"currentColor\" stroke-opacity=\"0.25\" fill=\"none\"/>\n", at(ns), y, height
		text(at(ns), y - 5, "middle", " fill-opacity=\"0.7\"", ns >= 1000 ? ns / 1000 " µs" : ns " ns")
	}
}

END {
	H = TOP + panels * (HEAD + n * ROW + 20) - 12
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" fill=\"currentColor\" stroke=\"none\" font-family=\"inherit\" font-size=\"13\">\n", W, H, W
	print "<title>What each idea bought</title>"
	printf "<desc>A panel for each of %d workloads, in it a line for the runtimes of chapters 7, 10, 11, 12 and 15 and for Go. On each line a dot says how long an operation takes with one P, and a ring how long with two, on a logarithmic scale from 10 nanoseconds to 20 microseconds. The numbers are those of the table below.</desc>\n", panels
	dot(X0 + 6, 14, 1); text(X0 + 18, 18, "start", "", "one P")
	dot(X0 + 86, 14, 0); text(X0 + 98, 18, "start", "", "two Ps")
	text(X1, 18, "end", " font-style=\"italic\"", "left is faster")
	for (p = 1; p <= panels; p++) {
		y = TOP + (p - 1) * (HEAD + n * ROW + 20)
		text(4, y + 4, "start", " font-style=\"italic\"", title[name[p]])
		scale(y + HEAD - 8, n * ROW + 4)
		for (i = 1; i <= n; i++) {
			one = v[name[p] "-1", i]; two = v[name[p] "-2", i]
			yy = y + HEAD + (i - 1) * ROW + 4
			text(X0 - 12, yy + 4.5, "end", i == n - 1 ? " font-weight=\"bold\"" : "", label[i])
			if (one != "-" && two != "-")
				printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"currentColor\" stroke-opacity=\"0.5\" fill=\"none\"/>\n", at(one), yy, at(two)
			if (two != "-")
				dot(at(two), yy, 0)
			if (one != "-")
				dot(at(one), yy, 1)
		}
	}
	print "</svg>"
}
