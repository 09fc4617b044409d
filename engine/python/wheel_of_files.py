"""Builds the wheel of evtwin (PEP 517, PEP 660): its files, and a note of where the program lies that they belong to.

Nothing is compiled and nothing is written beside the sources, so that `pip install` works without setuptools, without a
network and from a folder that only root may write to.
"""
import base64
import hashlib
import os
import pathlib
import re
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TAG = "py3-none-any"


def _version():
    text = (HERE / "evtwin" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "(.*)"$', text, re.MULTILINE).group(1)


def _homes():
    """Where the program may be: the prefix that this folder was installed in, or the builds of the source tree."""
    if HERE.parent.name == "evtwin" and HERE.parent.parent.name == "share":
        return [str(HERE.parents[2])]
    return [str(HERE.parents[1] / "build" / preset) for preset in ("release", "debug")]


def _metadata():
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    head = ["Metadata-Version: 2.1", "Name: evtwin", f"Version: {_version()}",
            "Summary: The evtwin digital twin of EV charging sites, from Python", "License: MIT",
            "Requires-Python: >=3.9", "Description-Content-Type: text/markdown"]
    return "\n".join(head) + "\n\n" + readme


def _sources():
    folder = HERE / "evtwin"
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".typed") and path.name != "_built_from.py":
            yield path.relative_to(HERE).as_posix(), path.read_bytes()


def _write(wheel_directory, files):
    info = f"evtwin-{_version()}.dist-info"
    files = dict(files)
    files[f"{info}/METADATA"] = _metadata().encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: evtwin\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode()
    record = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(data)}")
    files[f"{info}/RECORD"] = ("\n".join(record + [f"{info}/RECORD,,"]) + "\n").encode()
    name = f"evtwin-{_version()}-{TAG}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), data)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = dict(_sources())
    files["evtwin/_built_from.py"] = f"HOMES = {_homes()!r}\n".encode()
    return _write(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {"_evtwin_editable.pth": f"{HERE}\n".encode()})


def get_requires_for_build_wheel(config_settings=None):
    return []


def get_requires_for_build_editable(config_settings=None):
    return []
