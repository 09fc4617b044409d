"""pip installs the package from the source tree, without a network, into an environment that sees Debian's numpy."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from sites import ROOT

PACKAGE = ROOT / "engine" / "python"


class Installs(unittest.TestCase):
    def test_from_the_tree_in_a_virtual_environment(self):
        if subprocess.run([sys.executable, "-c", "import pip, venv"], capture_output=True, check=False).returncode != 0:
            self.skipTest("python3-pip is not installed")
        before = sorted(path.name for path in PACKAGE.iterdir())
        clean = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryDirectory() as folder:
            env = pathlib.Path(folder, "my env")
            # Without a pip of its own, which takes ten times as long to make; tests/package has one.
            subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(env)], check=True,
                           env=clean)
            pip = [sys.executable, "-m", "pip", "--python", str(env / "bin" / "python")]
            said = subprocess.run([*pip, "install", "--no-index", "--no-build-isolation", str(PACKAGE)], capture_output=True,
                                  text=True, check=False, env=clean)
            self.assertEqual(said.returncode, 0, said.stderr)
            code = "import evtwin; print(evtwin.__file__); print(evtwin.__version__); print(evtwin._home._places()[0]); " \
                   "import importlib.metadata as m; print(m.version('evtwin'))"
            said = subprocess.run([str(env / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True,
                                  env=clean, cwd=folder).stdout.splitlines()
            self.assertIn(str(env), said[0])
            self.assertEqual(said[2], str(ROOT / "build" / "release"))
            self.assertEqual(said[3], said[1], "what pip wrote down of it")
            # Where the program is somewhere else, the environment says so; where it is nowhere, the error does.
            code = "import evtwin\ntry: evtwin.home()\nexcept evtwin.EvtwinError as error: print(error)"
            said = subprocess.run([str(env / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True,
                                  env={**clean, "EVTWIN_HOME": "/nowhere"}).stdout
            self.assertIn("is in /nowhere; set EVTWIN_HOME", said)
        self.assertEqual(sorted(path.name for path in PACKAGE.iterdir()), before, "nothing is left beside the sources")


if __name__ == "__main__":
    unittest.main()
