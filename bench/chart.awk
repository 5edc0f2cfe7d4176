# bench/chart.awk - draw book/data/chart.tsv: a panel for each workload, in it
# a group of bars for each number of Ps, in it a bar for each chapter and Go.

BEGIN {
	FS = "\t"
	W = 740; PW = 358; PH = 190; LEFT = 8; TOP = 30; BAR = 24
	split("ch07 ch09 ch10 ch11 ch14 Go", label, " ")
}

/^#/ { next }

$1 == "work" { next }

{
	split($1, key, "-")
	if (!(key[1] in panel)) { panel[key[1]] = ++panels; name[panels] = key[1] }
	for (i = 1; i <= 6; i++) {
		v[key[1], key[2], i] = $(i + 1)
		if ($(i + 1) != "-" && $(i + 1) + 0 > top[key[1]])
			top[key[1]] = $(i + 1) + 0
	}
}

function bar(w, procs, i, x, y,	value, h, long) {
	value = v[w, procs, i]
	if (value == "-")
		return
	h = value / top[w] * (PH - 94)
	if (h < 1)
		h = 1
	long = value >= 10 ? sprintf("%.0f", value) : sprintf("%.1f", value)
	printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"currentColor\" fill-opacity=\"%s\" stroke=\"currentColor\" stroke-width=\"0.6\"/>\n",
		x, y - h, BAR - 2, h, i == 6 ? "0" : i == 5 ? "0.75" : "0.2"
	printf "<text transform=\"translate(%.1f %.1f) rotate(-90)\" font-size=\"12\">%s</text>\n",
		x + BAR / 2 + 3, y - h - 3, long
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"12\">%s</text>\n",
		x + BAR / 2 - 1, y + 14, substr(label[i], i < 6 ? 3 : 1)
}

END {
	rows = int((panels + 1) / 2)
	H = TOP + rows * PH
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" fill=\"currentColor\" stroke=\"none\" font-family=\"inherit\" font-size=\"12\">\n", W, H, W
	print "<title>What each idea bought</title>"
	printf "<desc>Bars, one panel for each of %d workloads, with one and two Ps: nanoseconds for an operation with the runtimes of chapters 7, 9, 10, 11 and 14 and with Go. The numbers are those of the table chart.</desc>\n", panels
	printf "<text x=\"%d\" y=\"16\" font-size=\"13\">nanoseconds per operation; by chapter, and Go (white)</text>\n", LEFT
	for (p = 1; p <= panels; p++) {
		x0 = LEFT + (p - 1) % 2 * (PW + 12)
		y0 = TOP + int((p - 1) / 2) * PH + PH - 44
		printf "<text x=\"%d\" y=\"%d\" font-size=\"14\" font-style=\"italic\">%s</text>\n", x0, y0 - PH + 62, name[p]
		for (procs = 1; procs <= 2; procs++) {
			x = x0 + (procs - 1) * 168
			for (i = 1; i <= 6; i++)
				bar(name[p], procs, i, x + (i - 1) * BAR + 18, y0)
			printf "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"12\">%d P%s</text>\n", x + 18 + 3 * BAR, y0 + 30, procs, (procs > 1 ? "s" : "")
		}
		printf "<path d=\"M%d %dH%d\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1\"/>\n", x0 + 8, y0, x0 + PW - 8
	}
	print "</svg>"
}
