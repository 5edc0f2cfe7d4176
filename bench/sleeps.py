"""Run a program with 2 Ps; how often its threads slept and their CPU time in ms."""
import os
import resource
import subprocess
import sys

before = resource.getrusage(resource.RUSAGE_CHILDREN)	# not 0 where a script has found Python and become it
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, timeout=60, check=True, env=dict(os.environ, GOMAXPROCS="2"))
after = resource.getrusage(resource.RUSAGE_CHILDREN)
print(after.ru_nvcsw - before.ru_nvcsw, round((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000))
