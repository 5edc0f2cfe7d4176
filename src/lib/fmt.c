/* SPDX-License-Identifier: MIT */
/* Tangled from book/92-printing.nw; edit that, not this file. */
/*
 * Package fmt: what programs print with.  The formats are those of C's
 * printf, without floating-point numbers.
 */
#include "lib/lib.h"
#include "os/sys_linux.h"

/* a text of a program */
enum { TEXTMAX = 256 };

/* A text on its way to fd. */
struct text {
	int fd;
	int64_t done;		/* bytes written, or a negative errno */
	size_t n;		/* bytes in buf */
	char buf[TEXTMAX];
};

/* Write what the buffer holds, unless something before it is lost. */
static void
flush(struct text *t)
{
	if (t->done >= 0 && t->n > 0) {
		long r;

		/* write the buffer of a program */
		entersyscall();
		r = writeall(t->fd, t->buf, t->n);
		if (epipecheck(t->fd, r))
			r = writeall(t->fd, t->buf, t->n);
		exitsyscall();
		t->done = r < 0 ? r : t->done + (int64_t)t->n;
	}
	t->n = 0;
}

/* Append one byte. */
static void
put(struct text *t, char c)
{
	if (t->n == TEXTMAX)
		flush(t);
	t->buf[t->n++] = c;
}

/* Append c n times; not at all if n is negative. */
static void
pad(struct text *t, char c, int64_t n)
{
	while (n-- > 0)
		put(t, c);
}

/* One verb of a format with all that stands before it. */
struct verb {
	char letter;
	char sign;		/* + or blank: instead of no sign */
	int left, zero, alt;	/* the flags - 0 # */
	int width;
	int prec;		/* -1: none is given */
	int bits;		/* of the argument; 128: L */
};

/* A number of the format, or, for a *, the next argument. */
static int
number(const char **f, va_list ap)
{
	int n = 0;

	if (**f == '*') {
		++*f;
		return va_arg(ap, int);
	}
	for (; **f >= '0' && **f <= '9'; ++*f)
		n = n < INT32_MAX / 10 ? n * 10 + (**f - '0') : INT32_MAX;
	return n;
}

/* Read a verb from behind the % on; returns what follows it. */
static const char *
parse(const char *f, struct verb *v, va_list ap)
{
	/* read the flags */
	for (;; f++) {
		if (*f == '-')
			v->left = 1;
		else if (*f == '0')
			v->zero = 1;
		else if (*f == '#')
			v->alt = 1;
		else if (*f == '+' || *f == ' ')
			v->sign = v->sign == '+' ? '+' : *f;
		else if (*f != '\'' && *f != 'I')
			break;
	}
	v->width = number(&f, ap);
	if (v->width < 0) {
		v->left = 1;
		v->width = v->width == INT32_MIN ? INT32_MAX : -v->width;
	}
	if (*f == '.') {
		f++;
		v->prec = number(&f, ap);
	}
	/* read the size and the letter */
	for (;; f++) {
		switch (*f) {
		case 'h':
			v->bits /= 2;
			continue;
		case 'l': case 'q': case 'j': case 'z': case 'Z': case 't':
			v->bits = 64;
			continue;
		case 'L':
			v->bits = 128;
			continue;
		}
		v->letter = *f;
		if (*f == 'p')
			v->bits = 64;
		return *f != 0 ? f + 1 : f;
	}
}

/* The next argument, a number: of so many bits, with a sign or without. */
static uint64_t
integer(const struct verb *v, int issigned, va_list ap)
{
	uint64_t x = v->bits > 32 ? va_arg(ap, uint64_t)
	    : va_arg(ap, unsigned);
	int unused = v->bits < 64 ? 64 - v->bits : 0;

	x <<= unused;
	return issigned ? (uint64_t)((int64_t)x >> unused) : x >> unused;
}

/* Append a number in the given base. */
static void
putnumber(struct text *t, const struct verb *v, unsigned base, va_list ap)
{
	int issigned = v->letter == 'd' || v->letter == 'i';
	uint64_t x = integer(v, issigned, ap);
	char digits[64], before[2];
	int64_t n = 0, nbefore = 0, zeros, blanks;

	/* find the sign, the prefix and the digits */
	if (issigned && (int64_t)x < 0) {
		before[nbefore++] = '-';
		x = -x;
	} else if (issigned && v->sign != 0) {
		before[nbefore++] = v->sign;
	}
	if (v->letter == 'p' || (v->alt && x != 0 && (base == 16 || base == 2))) {
		before[nbefore++] = '0';
		before[nbefore++] = v->letter == 'p' ? 'x' : v->letter;
	}
	for (; x != 0; x /= base)
		digits[n++] = "0123456789ABCDEF"[x % base] | (v->letter & 32);
	/* share the width out between zeros and blanks */
	zeros = v->prec < 0 ? n == 0 : v->prec - n;
	if (zeros < 0)
		zeros = 0;
	if (zeros == 0 && v->alt && base == 8)
		zeros = 1;
	blanks = v->width - nbefore - zeros - n;
	if (v->zero && !v->left && v->prec < 0 && blanks > 0) {
		zeros += blanks;
		blanks = 0;
	}
	pad(t, ' ', v->left ? 0 : blanks);
	for (int64_t i = 0; i < nbefore; i++)
		put(t, before[i]);
	pad(t, '0', zeros);
	while (n > 0)
		put(t, digits[--n]);
	pad(t, ' ', v->left ? blanks : 0);
}

/* Append n bytes, or as many as the precision allows before a 0. */
static void
putbytes(struct text *t, const struct verb *v, const char *s, int64_t n)
{
	pad(t, ' ', v->left ? 0 : v->width - n);
	for (int64_t i = 0; i < n; i++)
		put(t, s[i]);
	pad(t, ' ', v->left ? v->width - n : 0);
}

/* Append a string; NULL is allowed. */
static void
putstring(struct text *t, const struct verb *v, const char *s)
{
	int64_t n = 0;

	if (s == NULL)
		s = "(null)";
	while ((v->prec < 0 || n < v->prec) && s[n] != 0)
		n++;
	putbytes(t, v, s, n);
}

/* Append what v says.  0: it is unknown, and may have had any argument. */
static int
putverb(struct text *t, const struct verb *v, va_list ap)
{
	switch (v->letter) {
	case 'd': case 'i': case 'u':
		putnumber(t, v, 10, ap);
		return 1;
	case 'x': case 'X': case 'p':
		putnumber(t, v, 16, ap);
		return 1;
	case 'o':
		putnumber(t, v, 8, ap);
		return 1;
	case 'b': case 'B':
		putnumber(t, v, 2, ap);
		return 1;
	/* verbs that print no number */
	case '%':
		put(t, '%');
		return 1;
	case 'c': case 's':
		if (v->bits == 32 && v->letter == 's') {
			putstring(t, v, va_arg(ap, const char *));
			return 1;
		}
		if (v->bits == 32) {
			putbytes(t, v, (char[]){ (char)va_arg(ap, int) }, 1);
			return 1;
		}
	}
	/* say that there is no such verb */
	int known = 1;

	switch (v->letter) {
	case 'a': case 'A': case 'e': case 'E':
	case 'f': case 'F': case 'g': case 'G':
		if (v->bits > 64)
			(void)va_arg(ap, long double);
		else
			(void)va_arg(ap, double);
		break;
	case 'c': case 'C': case 's': case 'S': case 'n':
		(void)va_arg(ap, void *);	/* or an int, which takes as much */
		break;
	default:
		known = v->letter == 'm';	/* which takes no argument */
	}
	/* print what Go prints for a mistake */
	put(t, '%');
	put(t, '!');
	if (v->letter != 0)
		put(t, v->letter);
	for (const char *s = "(NOVERB)"; *s != 0; s++)
		put(t, *s);
	return known;
}

/* Print to fd; returns what the two functions below return. */
static int64_t
fprint(int fd, const char *f, va_list ap)
{
	struct text t;

	t.fd = fd;
	t.done = 0;
	t.n = 0;
	while (*f != 0) {
		struct verb v = { .prec = -1, .bits = 32 };

		if (*f != '%') {
			put(&t, *f++);
			continue;
		}
		f = parse(f + 1, &v, ap);
		if (!putverb(&t, &v, ap))
			for (; *f != 0; f++)
				put(&t, *f);
	}
	flush(&t);
	return t.done;
}

/* unpack the arguments of printf */
int64_t
fmt_Fprintf(int fd, const char *format, ...)
{
	va_list ap;
	int64_t n;

	va_start(ap, format);
	n = fprint(fd, format, ap);
	va_end(ap);
	return n;
}

int64_t
fmt_Printf(const char *format, ...)
{
	va_list ap;
	int64_t n;

	va_start(ap, format);
	n = fprint(1, format, ap);
	va_end(ap);
	return n;
}
