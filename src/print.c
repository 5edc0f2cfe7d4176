/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * Formatted printing without allocation, for messages of the runtime.
 *
 * A call collects its text in a buffer on the stack and writes it at the
 * end, so that a text of up to PRINTMAX bytes is one write.
 */
#include "runtime.h"
#include "sys_linux.h"

enum { PRINTMAX = 256 };

/* Text that print has made and write has not yet taken. */
struct printer {
	int fd;
	size_t n;		/* bytes in buf */
	char buf[PRINTMAX];
};

/* Write the n bytes at p to fd, or as many of them as it takes. */
static void
writeall(int fd, const char *p, size_t n)
{
	while (n > 0) {
		long w = sys_write(fd, p, n);

		if (w == -EINTR)
			continue;
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

/* Append one character; what is in the buffer goes out if it is full. */
static void
putch(struct printer *pr, char c)
{
	if (pr->n == PRINTMAX) {
		writeall(pr->fd, pr->buf, pr->n);
		pr->n = 0;
	}
	pr->buf[pr->n++] = c;
}

/* Append a string; NULL is allowed. */
static void
putstr(struct printer *pr, const char *s)
{
	if (s == NULL)
		s = "(null)";
	while (*s != 0)
		putch(pr, *s++);
}

/* Append v in base 10 or 16. */
static void
putuint(struct printer *pr, unsigned long v, unsigned base)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	while (n > 0)
		putch(pr, digits[--n]);
}

/* Append v in base 10, with its sign. */
static void
putint(struct printer *pr, long v)
{
	if (v < 0)
		putch(pr, '-');
	putuint(pr, v < 0 ? -(unsigned long)v : (unsigned long)v, 10);
}

/*
 * Print to fd: %s %c %d %u %x %p %% and, with an l, long arguments.  Any
 * other verb is printed as it stands.
 */
void
vfprint(int fd, const char *format, va_list ap)
{
	struct printer pr;

	pr.fd = fd;
	pr.n = 0;
	for (const char *f = format; *f != 0; f++) {
		if (*f != '%' || f[1] == 0) {
			putch(&pr, *f);
			continue;
		}
		/* print the argument of one verb */
		int wide = *++f == 'l';

		if (wide && *++f == 0)
			break;
		switch (*f) {
		/* verbs of the format */
		case 's':
			putstr(&pr, va_arg(ap, const char *));
			break;
		case 'c':
			putch(&pr, (char)va_arg(ap, int));
			break;
		case 'd':
			putint(&pr, wide ? va_arg(ap, long) : va_arg(ap, int));
			break;
		case 'u':
		case 'x':
			putuint(&pr, wide ? va_arg(ap, unsigned long)
			    : va_arg(ap, unsigned), *f == 'x' ? 16 : 10);
			break;
		case 'p':
			putstr(&pr, "0x");
			putuint(&pr, va_arg(ap, uintptr_t), 16);
			break;
		default:
			putch(&pr, '%');
			if (*f != '%')
				putch(&pr, *f);
			break;
		}
	}
	writeall(fd, pr.buf, pr.n);
}

/* Print to standard error, as Go's print does. */
void
print(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprint(2, format, ap);
	va_end(ap);
}

/* Print during a system call: the reader of a pipe may be slow. */
void
fmt_Fprintf(int fd, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	entersyscall();
	vfprint(fd, format, ap);
	exitsyscall();
	va_end(ap);
}

void
fmt_Printf(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	entersyscall();
	vfprint(1, format, ap);
	exitsyscall();
	va_end(ap);
}
