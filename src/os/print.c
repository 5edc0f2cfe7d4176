/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * Formatted printing without allocation, for messages of the runtime.
 *
 * A call collects its text in a buffer on the stack and writes it at the
 * end, so that a text of up to PRINTMAX bytes is one write.
 */
#include "os/os.h"
#include "os/sys_linux.h"

enum { PRINTMAX = 256 };

/* Text that print has made and write has not yet taken. */
struct printer {
	int fd;
	long done;		/* bytes written, or a negative errno */
	size_t n;		/* bytes in buf */
	char buf[PRINTMAX];
};

/* Sleep until fd can be written to again.  Returns 0 or a negative errno. */
static long
waitwrite(int fd)
{
	struct { int fd; short events, revents; } pfd = { fd, POLLOUT, 0 };
	long r;

	do
		r = sys_poll(&pfd, 1, -1);
	while (r == -EINTR);
	return r < 0 ? r : 0;
}

/*
 * Write the n bytes at p to fd, and wait where it is full.  Returns 0, or
 * why some of them are not written: a negative errno.
 */
long
writeall(int fd, const char *p, size_t n)
{
	while (n > 0) {
		long w = sys_write(fd, p, n);

		if (w == -EAGAIN)
			w = waitwrite(fd);
		else if (w == 0)
			w = -EIO;	/* as good as refused */
		if (w == -EINTR)
			w = 0;
		if (w < 0)
			return w;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

/* Empty the buffer: write it, unless something before it is lost. */
static void
flush(struct printer *pr)
{
	if (pr->done >= 0) {
		long r = writeall(pr->fd, pr->buf, pr->n);

		pr->done = r < 0 ? r : pr->done + (long)pr->n;
	}
	pr->n = 0;
}

/* Append one character; what is in the buffer goes out if it is full. */
static void
putch(struct printer *pr, char c)
{
	if (pr->n == PRINTMAX)
		flush(pr);
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
 * Print to fd: %s %c %d %u %x %p %% and, with an l, long arguments.  From
 * any other verb on, the format is printed as it stands; only a %l at its
 * very end is dropped.  Returns the number of bytes written, or a negative
 * errno if some of them are lost.
 */
long
vfprint(int fd, const char *format, va_list ap)
{
	struct printer pr;

	pr.fd = fd;
	pr.done = 0;
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
		case '%':
			putch(&pr, '%');
			break;
		default:
			for (f -= 1 + wide; *f != 0; f++)
				putch(&pr, *f);
			f--;
			break;
		}
	}
	flush(&pr);
	return pr.done;
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
