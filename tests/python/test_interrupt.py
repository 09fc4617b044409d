"""Nothing here owns a signal of somebody's Python: SIGINT is a KeyboardInterrupt, wherever it comes."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import evtwin
from sites import SMALL, WEEK, AllAtOnce

PRELUDE = f"""
import signal, sys, time
import numpy as np
import evtwin
SMALL, WEEK = {SMALL!r}, {WEEK!r}
"""


def interrupted(code, tell="going on"):
    """Runs a script, sends it SIGINT once it prints `tell`, and gives what it said and its exit status."""
    child = subprocess.Popen([sys.executable, "-c", PRELUDE + textwrap.dedent(code)], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    said = ""
    for line in child.stdout:
        said += line
        if line.strip() == tell:
            child.send_signal(signal.SIGINT)
    child.stdout.close()
    return said, child.wait(timeout=30)


def handlers():
    """Signals that this process catches, by the system's own account; 32 and 33 are those of the C library's threads."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.MULTILINE).group(1), 16)
    return {number for number in range(1, 65) if caught >> (number - 1) & 1} - {32, 33}


class Interrupts(unittest.TestCase):
    def test_nothing_catches_a_signal_that_was_not_caught_before(self):
        before = handlers(), [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGSEGV)]
        evtwin.run(WEEK, AllAtOnce, days=1)
        evtwin.run(WEEK, "edf", days=1)
        evtwin.decide({"now": "2026-06-01T09:00", "timezone": "Asia/Seoul", "evses": [{"id": "A", "kw": 7}]})
        envs = evtwin.VectorEnv(SMALL, 8, threads=4)
        envs.reset(seed=1)
        envs.step(envs.action_space.sample())
        after = handlers(), [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGSEGV)]
        self.assertEqual(after, before)

    def test_a_loop_over_environments(self):
        said, status = interrupted("""
            envs = evtwin.VectorEnv(SMALL, 64, threads=2)
            envs.reset(seed=1)
            steps = 0
            try:
                while True:
                    envs.step(envs.action_space.sample())
                    steps += 1
                    if steps == 100: print("going on", flush=True)
            except KeyboardInterrupt:
                print("caught", steps >= 100, flush=True)
            envs.reset(seed=1); envs.step(envs.action_space.sample())   # they can be used on
            sys.exit(7)
        """)
        self.assertIn("caught True", said)
        self.assertEqual(status, 7)

    def test_a_run_under_a_python_strategy_is_marked_interrupted(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "cut.evtwin")
            said, status = interrupted(f"""
                class Slow(evtwin.Strategy):
                    def decide(self, view, decision):
                        time.sleep(0.002)
                        if view.decision_number == 30: print("going on", flush=True)
                evtwin.run(WEEK, Slow, out={file!r})
            """)
            self.assertIn("KeyboardInterrupt", said)
            self.assertEqual(status, -signal.SIGINT)
            with evtwin.open(file) as run:
                self.assertEqual(run.info["state"], "interrupted")

    def test_a_run_that_seldom_asks_lets_it_in(self):
        said, _ = interrupted("""
            class Silent(evtwin.Strategy):
                subscribes = evtwin.Why.READING     # never, in a simulation
                def begin(self, view): print("going on", flush=True)
                def decide(self, view, decision): pass
            for _ in range(1000): evtwin.run(WEEK, Silent, days=360)
            print("it came to its end")
        """)
        self.assertIn("KeyboardInterrupt", said)
        self.assertNotIn("came to its end", said)

    def test_the_command_ends_with_the_caller(self):
        said, status = interrupted("""
            import threading
            threading.Timer(0.3, lambda: print("going on", flush=True)).start()
            evtwin.run(WEEK, "lp", days=360)
        """)
        self.assertIn("KeyboardInterrupt", said)
        self.assertEqual(status, -signal.SIGINT)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.children_of_nobody():
            time.sleep(0.05)
        self.assertEqual(self.children_of_nobody(), [])

    @staticmethod
    def children_of_nobody():
        """Programs of this build that play 360 days of lp, whoever started them."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if line[0].decode(errors="replace") == str(evtwin.home() / "bin" / "evtwin") and b"360" in line:
                    found.append(entry.name)
        return found


if __name__ == "__main__":
    unittest.main()
