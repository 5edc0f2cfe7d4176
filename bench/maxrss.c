/*
 * maxrss PROGRAM ARGS...: run it; print its largest resident size in KB, the
 * microseconds it took, those of them that its threads spent outside and
 * inside of the kernel, and its page faults; or nothing if it fails.
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
	printf("%ld %ld %ld %ld %ld\n", use.ru_maxrss,
	    (to.tv_sec - from.tv_sec) * 1000000
	    + (to.tv_nsec - from.tv_nsec) / 1000,
	    use.ru_utime.tv_sec * 1000000 + use.ru_utime.tv_usec,
	    use.ru_stime.tv_sec * 1000000 + use.ru_stime.tv_usec,
	    use.ru_minflt);
	return 0;
}
