"""What a strategy sees and answers: the columns of evtwin_view and evtwin_decision, under their names in strategy.h.

The names, types and lengths come from `evtwin plugin layout --json`, once per process. A column is a numpy array that lies
in evtwin's own memory: nothing is copied. It is of now: the next decision writes into it, so copy what is to be kept.
"""
import ctypes
import datetime
import difflib
import functools
import json
import subprocess
from typing import Any, Callable, Dict

import numpy as np

from . import _home, _library
from ._errors import EvtwinError
from ._library import Ledger

HOUR_NS = 3_600_000_000_000

_C_TYPES = {"u8": ctypes.c_uint8, "u32": ctypes.c_uint32, "i32": ctypes.c_int32, "u64": ctypes.c_uint64,
            "i64": ctypes.c_int64, "f64": ctypes.c_double, "pointer": ctypes.c_void_p, "text": ctypes.c_void_p,
            "function": ctypes.c_void_p}
_DTYPES = {"u8": np.uint8, "u32": np.uint32, "i32": np.int32, "u64": np.uint64, "i64": np.int64, "f64": np.float64}
# Names of installations, which stay as they are during a run: read once.
_LASTING_TEXTS = ("evse_id", "limit_name")

# How many cells a column has, by the text of the layout.
_LENGTHS: Dict[str, Callable[["View"], int]] = {
    "n_evses": lambda v: v._raw.n_evses,
    "n_evses + 1": lambda v: v._raw.n_evses + 1,
    "n_connected": lambda v: v._raw.n_connected,
    "n_storages": lambda v: v._raw.n_storages,
    "n_limits": lambda v: v._raw.n_limits,
    "n_limits + 1": lambda v: v._raw.n_limits + 1,
    "horizon_steps": lambda v: v._raw.horizon_steps,
    "horizon_steps + 1": lambda v: v._raw.horizon_steps + 1 if v._raw.horizon_steps else 0,
    "n_departed": lambda v: v._raw.n_departed,
    "n_levels": lambda v: v._raw.n_levels,
    "n_levels * horizon_steps": lambda v: v._raw.n_levels * v._raw.horizon_steps,
    "n_limits_ahead * horizon_steps": lambda v: v._raw.n_limits_ahead * v._raw.horizon_steps,
    "evse_rate_start[n_evses]": lambda v: int(v.evse_rate_start[-1]),
    "max(evse_curve_start + evse_curve_points)":
        lambda v: int((v.evse_curve_start + v.evse_curve_points).max(initial=0)),
    "limit_start[n_limits]": lambda v: int(v.limit_start[-1]),
    "1": lambda v: 1,
}


@functools.lru_cache(maxsize=None)
def layout() -> dict:
    """`evtwin plugin layout --json`: every struct, field and constant of strategy.h. Raises EvtwinError where the program
    and the library are not of one build."""
    program = _home.program()
    done = subprocess.run([program, "plugin", "layout", "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EvtwinError(f"{program} plugin layout: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    if found["abi_digest"] != _library.load().evtwin_embed_view_digest().decode():
        raise EvtwinError(f"{program} and {_home.library()} are not of one build: their strategy.h differ")
    return found


def _struct_of(name: str) -> type:
    """The struct as ctypes lay it out, checked cell by cell against the layout."""
    known = next(s for s in layout()["structs"] if s["name"] == name)
    fields = [(f["name"], _C_TYPES[f["type"]]) for f in known["fields"]]
    made = type(name, (ctypes.Structure,), {"_fields_": fields})
    for field in known["fields"]:
        if getattr(made, field["name"]).offset != field["offset"]:
            raise EvtwinError(f"{name}.{field['name']} does not lie where this machine's C puts it")
    if ctypes.sizeof(made) != known["size"]:
        raise EvtwinError(f"{name} has {ctypes.sizeof(made)} bytes here, {known['size']} in evtwin")
    return made


class _Window:
    """A struct of evtwin's, and arrays over the columns that it points to. `owner` lives at least as long as they do."""

    def __init__(self, raw: Any, owner: Any):
        self._raw = raw
        self._owner = owner
        self._held: Dict[str, tuple] = {}

    def __getattr__(self, name: str) -> Any:  # of names that there are not
        raise AttributeError(f"{type(self).__name__} has no {name}{self._nearest(name)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(f"{type(self).__name__} has no {name}{self._nearest(name)}")
        known = getattr(type(self), name, None)
        if isinstance(known, property) and known.fset is None:
            raise AttributeError(f"{type(self).__name__}.{name} is evtwin's and can not be written")
        super().__setattr__(name, value)

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, [known for known in dir(type(self)) if not known.startswith("_")], 1)
        return f"; did you mean {near[0]}?" if near else ""

    def _array(self, name: str, dtype: type, n: int, writeable: bool) -> np.ndarray:
        address = getattr(self._raw, name)
        held = self._held.get(name)
        if held is not None and held[0] == address and held[1] == n:
            return held[2]
        if not address or n == 0:
            array = np.empty(0, dtype)
        else:
            cells = (ctypes.c_char * (n * np.dtype(dtype).itemsize)).from_address(address)
            cells.owner = self._owner  # the array keeps the cells, and they keep who owns the memory
            array = np.frombuffer(cells, dtype)
        array.flags.writeable = writeable
        self._held[name] = (address, n, array)
        return array


class View(_Window):
    """What a strategy may know at one decision: every field of evtwin_view by its name.

    Numbers are numbers (kW, kWh, ns since 1970 UTC, money of the tariff), columns are read-only numpy arrays without a
    copy, texts are tuples of str, ledgers have the columns of evtwin_ledger. NaN is "not known". `dir(view)` lists all;
    what each means stands in strategy.h. Columns of the horizon with levels have the shape [n_levels, horizon_steps].
    """

    def hours_until(self, time_ns: Any) -> Any:
        """Hours from now to an instant or to each of a column of instants, ns."""
        return (time_ns - self._raw.now_ns) / HOUR_NS

    @property
    def local_time(self) -> datetime.datetime:
        """What the site's clock shows now, to the microsecond."""
        return (datetime.datetime(1970, 1, 1)
                + datetime.timedelta(microseconds=(self._raw.now_ns + self._raw.utc_offset_ns) // 1000))

    @property
    def connected(self) -> np.ndarray:
        """Rows of the EVSEs where a vehicle is plugged in, ascending: connected_evse."""
        return self.connected_evse

    def _ledger(self, name: str) -> Ledger:
        ledger = Ledger.from_address(getattr(self._raw, name))
        ledger.owner = self._owner
        return ledger

    def _texts(self, name: str, n: int) -> tuple:
        lasting = name in _LASTING_TEXTS
        if lasting and name in self._held:
            return self._held[name]
        address = getattr(self._raw, name)
        pointers = (ctypes.c_char_p * n).from_address(address) if address and n else ()
        texts = tuple(text.decode(errors="replace") for text in pointers)
        if lasting:
            self._held[name] = texts
        return texts


class Decision(_Window):
    """What a strategy answers. Every cell begins as "leave it as it is"; what is written, is asked for.

    evse_kw      [n_evses] kW at the EVSE meter, below 0: discharge; NaN on entry
    storage_kw   [n_storages] kW at the AC terminals, below 0: discharge; NaN on entry
    wake_ns, quiet_until_ns, expected_cost   as in evtwin_decision
    plan_kw      [n_evses + n_storages, plan_steps] mean kW of each step of the horizon; None without plan_steps
    """

    def __init__(self, raw: Any, owner: Any, n_evses: int, n_storages: int):
        super().__init__(raw, owner)
        self._n_evses, self._n_storages = n_evses, n_storages

    @property
    def evse_kw(self) -> np.ndarray:
        return self._array("evse_kw", np.float64, self._n_evses, True)

    @evse_kw.setter
    def evse_kw(self, kw: Any) -> None:
        self.evse_kw[:] = kw

    @property
    def storage_kw(self) -> np.ndarray:
        return self._array("storage_kw", np.float64, self._n_storages, True)

    @storage_kw.setter
    def storage_kw(self, kw: Any) -> None:
        self.storage_kw[:] = kw

    @property
    def plan_kw(self) -> Any:
        steps = self._raw.plan_steps
        if steps == 0:
            return None
        members = self._n_evses + self._n_storages
        return self._array("plan_kw", np.float64, members * steps, True).reshape(members, steps)


def _scalar(name: str, writeable: bool = False) -> property:
    def get(self):
        return getattr(self._raw, name)

    def put(self, value):
        setattr(self._raw, name, value)
    return property(get, put if writeable else None)


def _column(field: dict) -> property:
    name, length, of = field["name"], _LENGTHS[field["length"]], field["of"]
    # Tables over the horizon have a row for each of what is counted.
    rows, _, of_steps = field["length"].partition(" * ")
    table = rows if of_steps == "horizon_steps" else ""
    if of == "text":
        return property(lambda self: self._texts(name, length(self)))
    if of == "evtwin_ledger":
        return property(lambda self: self._ledger(name))
    dtype = _DTYPES[of]

    def get(self):
        array = self._array(name, dtype, length(self), False)
        return array.reshape(getattr(self._raw, table), -1) if table and array.size else array
    return property(get)


@functools.lru_cache(maxsize=None)
def structs() -> "tuple[type, type]":
    """The ctypes structs of a view and a decision; the first call gives View and Decision their fields."""
    view, decision = _struct_of("evtwin_view"), _struct_of("evtwin_decision")
    for field in next(s for s in layout()["structs"] if s["name"] == "evtwin_view")["fields"]:
        if field["name"].startswith(("reserved", "struct_size")):
            continue
        setattr(View, field["name"], _column(field) if field["type"] == "pointer" else _scalar(field["name"]))
    for name in ("wake_ns", "quiet_until_ns", "expected_cost"):
        setattr(Decision, name, _scalar(name, True))
    return view, decision


def view_at(address: int, owner: Any) -> View:
    return View(structs()[0].from_address(address), owner)


def decision_at(address: int, owner: Any, view: View) -> Decision:
    return Decision(structs()[1].from_address(address), owner, view._raw.n_evses, view._raw.n_storages)
