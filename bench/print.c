/*
 * What a line costs by the size of its writes.  Links src/os/print.c and the
 * gate; hosted, for the clock and the table.  Run by bench/print.sh.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 64, LINES = 40, ROUNDS = 400 };

void vfprint(int fd, const char *format, va_list ap);

static void
put(int fd, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprint(fd, format, ap);
	va_end(ap);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Nanoseconds for a line of 64 bytes to fd, step bytes at a time. */
static double
measure(int fd, int step)
{
	char part[LINE + 1];
	double best = 0;

	for (int i = 0; i < step; i++)
		part[i] = 'x';
	part[step] = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now(), t;

		for (int i = 0; i < LINES; i++)
			for (int n = 0; n < LINE; n += step)
				put(fd, "%s", part);
		t = (now() - start) / LINES;
		if (round == 0 || t < best)
			best = t;
	}
	return best;
}

/* The writing end of a pipe whose reader throws everything away. */
static int
drain(void)
{
	static char buf[1 << 16];
	int fds[2];

	if (pipe(fds) != 0 || fork() == 0) {
		close(fds[1]);
		while (read(fds[0], buf, sizeof buf) > 0)
			;
		_exit(0);
	}
	close(fds[0]);
	return fds[1];
}

int
main(void)
{
	static const struct { const char *name; int step; } rows[] = {
		{ "line", LINE }, { "word", 8 }, { "character", 1 },
	};
	FILE *null = fopen("/dev/null", "w");
	int fd = drain();

	puts("write per\tcalls\tdevnull_ns\tpipe_ns");
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		printf("%s\t%d\t%.0f\t%.0f\n", rows[i].name, LINE / rows[i].step,
		    measure(fileno(null), rows[i].step),
		    measure(fd, rows[i].step));
	close(fd);
	wait(NULL);
	return 0;
}
