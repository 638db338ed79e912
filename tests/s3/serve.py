"""Runs the Python module of a server until standard input is closed.

The tests hold the other end, so the server ends with them, however they end.
"""

import os
import runpy
import sys
import threading


def end_with_the_tests():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_the_tests, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
