"""Finds the program `evtwin` and its library `libevtwin.so`."""
import os
import pathlib
import shutil
from typing import List

from ._errors import EvtwinError


def _places() -> List[pathlib.Path]:
    """Folders that may hold bin/evtwin and lib/libevtwin.so, the likeliest first."""
    given = os.environ.get("EVTWIN_HOME")
    if given:
        return [pathlib.Path(given)]
    places = []
    try:
        from ._built_from import HOMES  # written into the wheel: where it was installed from
        places += [pathlib.Path(home) for home in HOMES]
    except ImportError:
        here = pathlib.Path(__file__).resolve().parent  # .../share/evtwin/python/evtwin or .../engine/python/evtwin
        if len(here.parents) > 3:
            if here.parents[1].name == "evtwin" and here.parents[2].name == "share":
                places.append(here.parents[3])
            places += [here.parents[2] / "build" / preset for preset in ("release", "debug")]
    on_path = shutil.which("evtwin")
    if on_path:
        places.append(pathlib.Path(on_path).resolve().parent.parent)
    return places


def _is_home(place: pathlib.Path) -> bool:
    return (place / "bin" / "evtwin").is_file() and (place / "lib" / "libevtwin.so").is_file()


def home() -> pathlib.Path:
    """The folder that bin/evtwin and lib/libevtwin.so lie in: an installation's prefix, or a build folder.

    $EVTWIN_HOME where that is set; else where the package was installed from, else beside the `evtwin` on PATH.
    Raises EvtwinError where there is none.
    """
    places = _places()
    for place in places:
        if _is_home(place):
            return place
    looked = ", ".join(str(place) for place in places) or "nowhere: no evtwin is on PATH"
    raise EvtwinError(f"neither bin/evtwin nor lib/libevtwin.so is in {looked}; "
                      "set EVTWIN_HOME to the folder that holds bin and lib")


def program() -> str:
    """Path of the command `evtwin`."""
    return str(home() / "bin" / "evtwin")


def library() -> str:
    """Path of libevtwin.so."""
    return str(home() / "lib" / "libevtwin.so")


def scenario(name: str) -> str:
    """Path of a scenario that comes with evtwin: scenario("workplace_week.lua")."""
    root = home()
    for folder in (root / "share" / "evtwin" / "scenarios", root.parent.parent / "scenarios"):
        if (folder / name).is_file():
            return str(folder / name)
    raise EvtwinError(f"{name}: no such scenario comes with evtwin in {root}")
