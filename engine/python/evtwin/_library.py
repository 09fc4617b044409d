"""libevtwin.so by ctypes: the structs and functions of evtwin/fleet.h and evtwin/embed.h.

A test holds every struct to the text of the headers. Calls let go of Python's lock, so that other threads run meanwhile.
"""
import ctypes
from ctypes import (CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_double, c_int64, c_uint32, c_uint64,
                    c_void_p)
from typing import Callable, Mapping, Optional

from . import _home
from ._errors import EvtwinError

OK, BAD_PARAMETER, FAILED = 0, 1, 3
FLEET_WORLD_FAILED, FLEET_ENDED, FLEET_BUSY = 16, 17, 18
FLEET_ABI_MAJOR, EMBED_ABI_MAJOR = 0, 0
AS_DRAWN = -(2 ** 63)
FOREVER = 2 ** 63 - 1
MASK_CHARGE, MASK_DISCHARGE = 1, 2


class Ledger(Structure):
    """Energy (kWh) and money (the tariff's currency) of a site; the columns are those of evtwin_ledger in strategy.h."""
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32)] + [(name, c_double) for name in (
        "import_kwh", "export_kwh", "pv_kwh", "load_kwh", "ev_charge_kwh", "ev_discharge_kwh", "storage_charge_kwh",
        "storage_discharge_kwh", "losses_kwh", "energy_cost", "demand_charge", "driver_revenue", "v2g_payment",
        "wear_cost", "co2_kg", "unmet_kwh", "overload_kwh", "feeder_overload_kwh", "export_overload_kwh",
        "adjusted_kwh")]

    def as_dict(self) -> dict:
        """A copy, column by column, which stays what it is."""
        return {name: getattr(self, name) for name, _ in self._fields_[2:]}


class Setting(Structure):
    _fields_ = [("name", c_char_p), ("value", c_char_p)]


class FleetScenario(Structure):
    _fields_ = [("file", c_char_p), ("text", c_char_p), ("settings", POINTER(Setting)), ("n_settings", c_uint32),
                ("days", c_uint32)]


class FleetWeight(Structure):
    _fields_ = [("term", c_char_p), ("weight", c_double)]


class FleetSpec(Structure):
    _fields_ = [("struct_size", c_uint32), ("n_worlds", c_uint32), ("scenarios", POINTER(FleetScenario)),
                ("n_scenarios", c_uint32), ("threads", c_uint32), ("seed", c_uint64), ("first_world", c_uint64),
                ("autoreset", c_uint32), ("end", c_uint32), ("episode_days", c_uint32), ("draw_start", c_uint32),
                ("carry_over", c_uint32), ("asked_at", c_uint32), ("horizon_steps", c_uint32), ("n_levels", c_uint32),
                ("levels", POINTER(c_double)), ("observe", c_char_p), ("act", c_uint32), ("n_weights", c_uint32),
                ("weights", POINTER(FleetWeight)), ("pad_evses", c_uint32), ("pad_storages", c_uint32),
                ("horizon_reads", c_uint32), ("reserved", c_uint32), ("reward", c_char_p)]


class FleetShape(Structure):
    _fields_ = [("struct_size", c_uint32), ("n_worlds", c_uint32), ("n_sites", c_uint32), ("n_agents", c_uint32),
                ("n_evses", c_uint32), ("n_storages", c_uint32), ("observation_size", c_uint32),
                ("action_size", c_uint32), ("n_terms", c_uint32), ("n_parts", c_uint32), ("tick_ns", c_int64),
                ("digest", c_uint64)]


class FleetColumn(Structure):
    _fields_ = [("id", c_char_p), ("unit", c_char_p), ("help", c_char_p), ("offset", c_uint32), ("count", c_uint32),
                ("stride", c_uint32), ("reserved", c_uint32), ("shift", c_double), ("scale", c_double),
                ("low", c_double), ("high", c_double)]


class FleetTerm(Structure):
    _fields_ = [("id", c_char_p), ("unit", c_char_p), ("help", c_char_p), ("weight", c_double)]


class FleetEpisode(Structure):
    _fields_ = [("number", c_uint64), ("seed", c_uint64), ("decisions", c_uint64), ("from_ns", c_int64),
                ("to_ns", c_int64), ("reward", c_double), ("objective", c_double), ("open_cost", c_double),
                ("storage_energy_value", c_double), ("got_kwh", c_double), ("wanted_kwh", c_double),
                ("month_peak_kw", c_double), ("departures", c_uint64), ("turned_away", c_uint64),
                ("clipped", c_uint64), ("corrected", c_uint64), ("event_hash", c_uint64), ("ledger", Ledger)]


class FleetBuffers(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("observation_stride", c_uint64),
                ("action_stride", c_uint64), ("observations", c_void_p), ("actions", c_void_p), ("rewards", c_void_p),
                ("terminated", c_void_p), ("truncated", c_void_p), ("final_observations", c_void_p),
                ("action_masks", c_void_p), ("terms", c_void_p), ("hours", c_void_p), ("now_ns", c_void_p),
                ("asked", c_void_p), ("episodes", c_void_p), ("failed", c_void_p), ("parts", c_void_p)]


class FleetStart(Structure):
    _fields_ = [("seed", c_uint64), ("from_ns", c_int64)]


class RunSpec(Structure):
    _fields_ = [("struct_size", c_uint32), ("days", c_uint32), ("file", c_char_p), ("text", c_char_p),
                ("settings", POINTER(Setting)), ("changes", POINTER(Setting)), ("n_settings", c_uint32),
                ("n_changes", c_uint32), ("has_seed", c_uint32), ("reserved", c_uint32), ("seed", c_uint64),
                ("label", c_char_p), ("source_file", c_char_p), ("out", c_char_p)]


class RunInterest(Structure):
    _fields_ = [("struct_size", c_uint32), ("subscribes", c_uint32), ("horizon_steps", c_uint32),
                ("plan_steps", c_uint32), ("levels", POINTER(c_double)), ("n_levels", c_uint32),
                ("horizon_reads", c_uint32)]


class RunPause(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("now_ns", c_int64), ("sites", POINTER(c_uint32)),
                ("n_sites", c_uint32), ("reserved", c_uint32)]


class Sink(Structure):
    pass


WRITE = CFUNCTYPE(c_uint32, POINTER(Sink), c_void_p, c_uint64)
Sink._fields_ = [("context", c_void_p), ("write", WRITE)]

STRUCTS = {"evtwin_ledger": Ledger, "evtwin_sink": Sink, "evtwin_fleet_setting": Setting,
           "evtwin_fleet_scenario": FleetScenario, "evtwin_fleet_weight": FleetWeight, "evtwin_fleet_spec": FleetSpec,
           "evtwin_fleet_shape": FleetShape, "evtwin_fleet_column": FleetColumn, "evtwin_fleet_term": FleetTerm,
           "evtwin_fleet_episode": FleetEpisode, "evtwin_fleet_buffers": FleetBuffers,
           "evtwin_fleet_start": FleetStart, "evtwin_run_spec": RunSpec, "evtwin_run_interest": RunInterest,
           "evtwin_run_pause": RunPause}

_u32_out, _handle_out = POINTER(c_uint32), POINTER(c_void_p)
# What each function takes and answers, as declared in the headers.
FUNCTIONS = {
    "evtwin_fleet_abi": (c_uint32, []),
    "evtwin_fleet_error": (c_char_p, []),
    "evtwin_fleet_create": (c_uint32, [POINTER(FleetSpec), _handle_out]),
    "evtwin_fleet_destroy": (None, [c_void_p]),
    "evtwin_fleet_shape_of": (POINTER(FleetShape), [c_void_p]),
    "evtwin_fleet_observations": (POINTER(FleetColumn), [c_void_p, _u32_out]),
    "evtwin_fleet_actions": (POINTER(FleetColumn), [c_void_p, _u32_out]),
    "evtwin_fleet_terms": (POINTER(FleetTerm), [c_void_p, _u32_out]),
    "evtwin_fleet_parts": (POINTER(FleetTerm), [c_void_p, _u32_out]),
    "evtwin_fleet_bind": (c_uint32, [c_void_p, POINTER(FleetBuffers)]),
    "evtwin_fleet_reset": (c_uint32, [c_void_p, c_void_p, c_void_p]),
    "evtwin_fleet_step": (c_uint32, [c_void_p]),
    "evtwin_fleet_step_range": (c_uint32, [c_void_p, c_uint32, c_uint32]),
    "evtwin_fleet_send": (c_uint32, [c_void_p, c_void_p, c_uint32]),
    "evtwin_fleet_recv": (c_uint32, [c_void_p, c_uint32, c_uint32, c_void_p, _u32_out]),
    "evtwin_fleet_view": (c_void_p, [c_void_p, c_uint32]),
    "evtwin_fleet_decision": (c_void_p, [c_void_p, c_uint32]),
    "evtwin_fleet_seed": (c_uint32, [c_void_p, c_void_p, c_void_p]),
    "evtwin_fleet_observe": (c_uint32, [c_void_p, c_void_p, c_void_p]),
    "evtwin_fleet_act": (c_uint32, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "evtwin_embed_abi": (c_uint32, []),
    "evtwin_embed_error": (c_char_p, []),
    "evtwin_embed_version": (c_char_p, []),
    "evtwin_embed_view_digest": (c_char_p, []),
    "evtwin_run_create": (c_uint32, [POINTER(RunSpec), _handle_out]),
    "evtwin_run_destroy": (None, [c_void_p]),
    "evtwin_run_sites": (c_uint32, [c_void_p]),
    "evtwin_run_world": (c_uint32, [c_void_p, POINTER(Sink)]),
    "evtwin_run_tell": (c_uint32, [c_void_p, c_uint32, POINTER(RunInterest)]),
    "evtwin_run_advance": (c_uint32, [c_void_p, c_int64, POINTER(RunPause)]),
    "evtwin_run_view": (c_void_p, [c_void_p, c_uint32]),
    "evtwin_run_decision": (c_void_p, [c_void_p, c_uint32]),
    "evtwin_run_report": (c_uint32, [c_void_p, c_uint32, c_uint32, c_char_p]),
    "evtwin_run_answer": (c_uint32, [c_void_p, c_uint32]),
    "evtwin_run_random": (c_uint64, [c_void_p, c_uint32, c_uint64, c_uint64]),
    "evtwin_run_finish": (c_uint32, [c_void_p, POINTER(Sink)]),
    "evtwin_run_give_up": (c_uint32, [c_void_p, c_uint32, c_char_p]),
    "evtwin_advisor_create": (c_uint32, [c_char_p, POINTER(Setting), c_uint32, _handle_out]),
    "evtwin_advisor_destroy": (None, [c_void_p]),
    "evtwin_advisor_decide": (c_uint32, [c_void_p, c_char_p, POINTER(Sink)]),
    "evtwin_advisor_schema": (c_uint32, [POINTER(Sink)]),
}

_loaded: Optional[ctypes.CDLL] = None


def load() -> ctypes.CDLL:
    """The library, opened once per process. Raises EvtwinError where it is missing or of another version."""
    global _loaded
    if _loaded is not None:
        return _loaded
    path = _home.library()
    try:
        lib = ctypes.CDLL(path)
    except OSError as error:
        raise EvtwinError(f"{path}: can not be loaded ({error})") from None
    for name, (result, arguments) in FUNCTIONS.items():
        try:
            function = getattr(lib, name)
        except AttributeError:
            raise EvtwinError(f"{path}: has no {name}; it is older than this package, build or install both together") \
                from None
        function.restype, function.argtypes = result, arguments
    from . import __version__
    version = lib.evtwin_embed_version().decode()
    if version != __version__:
        raise EvtwinError(f"{path}: is of evtwin {version}, this package of {__version__}; install both together")
    _loaded = lib
    return lib


def must(status: int) -> None:
    """Raises EvtwinError with the library's own words unless a call was answered EVTWIN_OK."""
    if status != OK:
        raise EvtwinError(load().evtwin_embed_error().decode(errors="replace"))


def poured(call: Callable, *arguments) -> "tuple[int, str]":
    """Status of a call that writes text into a sink as its last argument, and the text."""
    pieces = []

    def write(_, data, n):
        pieces.append(ctypes.string_at(data, n))
        return OK

    sink = Sink(None, WRITE(write))
    status = call(*arguments, byref(sink))
    return status, b"".join(pieces).decode()


def settings_of(values: Optional[Mapping[str, object]]) -> "tuple[ctypes.Array, int]":
    """An array of Setting with texts as the command line would take them, and its length."""
    values = values or {}
    array = (Setting * max(1, len(values)))()
    for cell, (name, value) in zip(array, values.items()):
        cell.name, cell.value = str(name).encode(), text_of(value).encode()
    return array, len(values)


def text_of(value: object) -> str:
    """A value as `--set` takes it: true and false as Lua writes them, numbers with all their digits."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, float) or type(value).__name__.startswith("float"):
        return repr(float(value))
    return str(value)


