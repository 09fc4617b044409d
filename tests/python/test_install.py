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
        if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode != 0:
            self.skipTest("python3-venv is not installed")
        before = sorted(path.name for path in PACKAGE.iterdir())
        clean = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryDirectory() as folder:
            env = pathlib.Path(folder, "my env")
            subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", str(env)], check=True, env=clean)
            pip = [str(env / "bin" / "python"), "-m", "pip"]
            said = subprocess.run([*pip, "install", "--no-index", "--no-build-isolation", str(PACKAGE)], capture_output=True,
                                  text=True, check=False, env=clean)
            self.assertEqual(said.returncode, 0, said.stderr)
            code = "import evtwin; print(evtwin.__file__); print(evtwin.__version__); print(evtwin._home._places()[0])"
            said = subprocess.run([str(env / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True,
                                  env=clean, cwd=folder).stdout.splitlines()
            self.assertIn(str(env), said[0])
            self.assertEqual(said[2], str(ROOT / "build" / "release"))
            listed = subprocess.run([*pip, "show", "evtwin"], capture_output=True, text=True, check=True, env=clean).stdout
            self.assertIn(f"Version: {said[1]}", listed)
            # Where the program is somewhere else, the environment says so; where it is nowhere, the error does.
            code = "import evtwin\ntry: evtwin.home()\nexcept evtwin.EvtwinError as error: print(error)"
            said = subprocess.run([str(env / "bin" / "python"), "-c", code], capture_output=True, text=True, check=True,
                                  env={**clean, "EVTWIN_HOME": "/nowhere"}).stdout
            self.assertIn("is in /nowhere; set EVTWIN_HOME", said)
            done = subprocess.run([*pip, "uninstall", "-y", "evtwin"], capture_output=True, text=True, check=False, env=clean)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in PACKAGE.iterdir()), before, "nothing is left beside the sources")


if __name__ == "__main__":
    unittest.main()
