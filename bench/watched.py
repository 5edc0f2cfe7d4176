"""Run a program with one P; of its second thread, which is sysmon, in a second: sleeps, and CPU time in per cent."""
import os
import subprocess
import sys
import time
from pathlib import Path


def used(task):
    """(ns on a processor, sleeps) so far."""
    status = (task / "status").read_text()
    return (int((task / "schedstat").read_text().split()[0]),
            int(status[status.index("\nvoluntary_ctxt_switches:"):].split()[1]))


with subprocess.Popen(sys.argv[1:], env=dict(os.environ, GOMAXPROCS="1")) as program:
    try:
        time.sleep(0.5)
        tasks = sorted(Path("/proc/%d/task" % program.pid).iterdir(), key=lambda task: int(task.name))
        if len(tasks) < 2:
            sys.exit("bench/watched.py: %s has no second thread" % sys.argv[1])
        begin, (cpu, sleeps) = time.monotonic_ns(), used(tasks[1])
        time.sleep(1)
        end, (cpu2, sleeps2) = time.monotonic_ns(), used(tasks[1])
    finally:
        program.kill()
print(round((sleeps2 - sleeps) * 1e9 / (end - begin)), round((cpu2 - cpu) * 100 / (end - begin), 2))
