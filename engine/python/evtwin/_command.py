"""The command `evtwin` as a child process: its JSON, or its error in one line."""
import json
import signal
import subprocess
from typing import List, Mapping, Optional

from . import _home
from ._errors import EvtwinError
from ._library import text_of


def arguments_of(settings: Optional[Mapping] = None, changes: Optional[Mapping] = None, seed: Optional[int] = None,
                 days: Optional[int] = None) -> List[str]:
    """The options that settings, changes, a seed and days are on the command line."""
    arguments: List[str] = []
    for option, values in (("--set", settings), ("--change", changes)):
        for name, value in (values or {}).items():
            arguments += [option, f"{name}={text_of(value)}"]
    if seed is not None:
        arguments += ["--seed", str(int(seed))]
    if days is not None:
        arguments += ["--days", str(int(days))]
    return arguments


def _fails(command: str, status: int, said: str) -> EvtwinError:
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line[len("error: "):] for line in lines if line.startswith("error: ")]
    text = errors[-1] if errors else (lines[-1] if lines else f"exit status {status}")
    return EvtwinError(text if errors else f"evtwin {command}: {text}")


def call(arguments: List[str], partly: bool = False) -> dict:
    """Runs `evtwin ARGUMENTS --json` and returns the document. Raises EvtwinError with the program's own words.

    @param partly  whether a document that was printed counts even where the exit status is 1: some of several failed.
    An interrupt ends the child, too.
    """
    child = subprocess.Popen([_home.program(), *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             stdin=subprocess.DEVNULL, text=True, encoding="utf-8", errors="replace")
    try:
        out, said = child.communicate()
    except BaseException:
        child.send_signal(signal.SIGINT)  # it marks the run file as interrupted
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise
    if child.returncode == 130:
        raise KeyboardInterrupt
    if child.returncode != 0 and not (partly and child.returncode == 1 and out.strip()):
        raise _fails(arguments[0], child.returncode, said)
    return json.loads(out)
