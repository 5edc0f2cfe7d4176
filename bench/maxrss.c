/*
 * maxrss PROGRAM ARGS...: run it; print its largest resident size in KB and
 * the microseconds it took, or nothing if it fails.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct timespec from, to;
	struct rusage use;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL ||
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(127);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (status != 0)
		return 1;
	printf("%ld %ld\n", use.ru_maxrss, (to.tv_sec - from.tv_sec) * 1000000
	    + (to.tv_nsec - from.tv_nsec) / 1000);
	return 0;
}
