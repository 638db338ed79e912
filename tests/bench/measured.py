"""What a command takes: time, CPU time and memory."""

import json
import subprocess
import sys

# Runs a command as the child of a process of its own, whose memory is that of no other.
MEASURE = """
import json, resource, subprocess, sys, time
started = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def run(*words):
    """Runs a command; gives seconds, CPU seconds, and the most memory in MB."""
    command = [sys.executable, "-c", MEASURE, *map(str, words)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
