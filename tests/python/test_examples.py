"""Examples and the tutorial of the README, as a new user runs them."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from sites import ROOT, WEEK

EXAMPLES = ROOT / "engine" / "python" / "examples"


def run(script, *arguments, cwd=None):
    """What a script prints."""
    done = subprocess.run([sys.executable, str(EXAMPLES / script), *arguments], capture_output=True, text=True, cwd=cwd,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Examples(unittest.TestCase):
    def test_own_strategy(self):
        said = run("own_strategy.py", WEEK, "2")
        self.assertRegex(said, r"least-laxity +\d+")
        self.assertRegex(said, r"of \d+ sessions lack more than 1 kWh")

    def test_contract_power_draws_its_picture(self):
        with tempfile.TemporaryDirectory() as folder:
            picture = pathlib.Path(folder, "power.png")
            said = run("contract_power.py", WEEK, "1", "2", str(picture))
            self.assertRegex(said, r"150 +asap")
            if "no picture" in said:
                self.skipTest("matplotlib is not installed: the picture was not looked at")
            self.assertEqual(picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            self.assertGreater(picture.stat().st_size, 10_000)

    def costs(self, said):
        """Objective by strategy, of the table that a learner ends with."""
        return {name: float(cost) for name, cost in re.findall(r"^ *(asap|found|torch) +(\d+\.\d+)", said, re.MULTILINE)}

    def test_a_search_finds_a_policy_that_costs_a_tenth_less(self):
        costs = self.costs(run("learn_search.py"))
        self.assertLess(costs["found"], 0.9 * costs["asap"])

    def test_a_torch_loop_learns(self):
        if not os.environ.get("EVTWIN_LONG"):
            self.skipTest("half a minute of learning: EVTWIN_LONG=1 (scripts/test --long)")
        if subprocess.run([sys.executable, "-c", "import torch"], capture_output=True, check=False).returncode != 0:
            self.skipTest("torch is not installed (apt install python3-torch)")
        costs = self.costs(run("learn_torch.py"))
        self.assertLess(costs["torch"], 0.92 * costs["asap"])


class Tutorial(unittest.TestCase):
    def test_every_block_of_the_readme_runs_after_the_ones_before(self):
        text = (ROOT / "engine" / "python" / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 5)
        with tempfile.TemporaryDirectory() as folder:
            # As it is typed: no file, one after the other.
            done = subprocess.run([sys.executable, "-W", "error", "-"], input="\n".join(blocks), capture_output=True, text=True,
                                  cwd=folder, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("OffPeak", "KRW", "full-power", "A-1", "{'A': 7.0}"):
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
