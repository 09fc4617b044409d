"""A strategy that is a Python class, and the loop that lets it decide."""
import copy
import ctypes
import enum
import inspect
import json
import pathlib
from typing import Any, Callable, List, Mapping, Optional, Sequence, Union

from . import _library
from ._errors import EvtwinError
from ._library import FOREVER, RunInterest, RunPause, RunSpec, must
from .view import Decision, View, decision_at, structs, view_at


class Why(enum.IntFlag):
    """Why a strategy is asked, EVTWIN_WHY_* of strategy.h; several may hold at once."""
    TICK = 1  #: the scenario's decision tick, aligned to the local clock
    ARRIVAL = 2  #: a vehicle was plugged in
    DEPARTURE = 4  #: a vehicle was unplugged
    PRICE = 8  #: the buy or sell price changed
    LIMIT = 16  #: contract power, an export limit or an EVSE's availability changed
    WAKE = 32  #: the instant asked for in decision.wake_ns
    FINISHED = 64  #: a vehicle stopped drawing
    POWER = 128  #: the base load or the PV changed
    GRANT = 256  #: a limit changed set-points since the last decision
    BOOKING = 512  #: a reservation was made, moved or expired
    READING = 1024  #: live sites: a meter told something else than was reckoned


class Reads(enum.IntFlag):
    """Columns of the horizon that a strategy reads, EVTWIN_READS_*: what nobody reads is not foreseen, and is NaN."""
    PV = 1
    LOAD = 2
    PRICES = 4
    ARRIVALS = 8
    ALL = 15


class Strategy:
    """Decides what every EVSE and storage of one site does. Derive from it and write decide().

    An instance serves one site of one run, one call at a time. It is the equal of a plugin in C++: same view, same guard
    (which has the last word on every limit), same books and event hash. Same inputs must give the same answer: no clock,
    and random numbers from self.random() alone.

        class AllAtOnce(evtwin.Strategy):
            def decide(self, view, decision):
                decision.evse_kw = view.evse_car_max_kw

        evtwin.run("site.lua", AllAtOnce)

    What it wants to be told is in the attributes below; begin() may set them, too.
    """

    #: Name in tables and run files; None: the class's name.
    id: Optional[str] = None
    #: When to ask it. Without Why.TICK it is asked at events alone; its own wake-up always asks.
    subscribes: int = Why.TICK | Why.ARRIVAL | Why.DEPARTURE
    #: Steps of forecasts (one tick each) in the view; 0: none, and none are made.
    horizon_steps: int = 0
    #: Which columns of the horizon it reads.
    horizon_reads: int = Reads.ALL
    #: Levels of the forecasts' distribution, ascending in (0, 1).
    levels: Sequence[float] = ()
    #: Steps of the horizon for which it writes decision.plan_kw; at most horizon_steps.
    plan_steps: int = 0

    _host: Optional["HostedRun"] = None
    _site: int = 0

    @property
    def label(self) -> str:
        """Name in tables and run files."""
        return self.id or type(self).__name__

    def begin(self, view: View) -> None:
        """Before a run: `view` is the site with nobody plugged in. Forget here what an earlier run left."""

    def decide(self, view: View, decision: Decision) -> None:
        """At each decision: write kW into decision.evse_kw and decision.storage_kw. What is not written stays."""
        raise NotImplementedError(f"{type(self).__name__} has no decide(self, view, decision)")

    def end(self, view: View) -> None:
        """After the last decision of a run that came to its end: the books of view.so_far are closed."""

    def report(self, text: str, warning: bool = False) -> None:
        """Within decide(): a word on this decision, kept in the run file with its time; the viewer shows it."""
        if self._host is None:
            raise EvtwinError("report() tells of a decision; call it within decide()")
        must(_library.load().evtwin_run_report(self._host.handle, self._site, 2 if warning else 1, text.encode()))

    def random(self, stream: int, index: int) -> int:
        """64 random bits, a pure function of the run's seed, stream and index (Philox4x32-10)."""
        if self._host is None:
            raise EvtwinError("random() is of a run; call it from begin() on")
        return _library.load().evtwin_run_random(self._host.handle, self._site, stream, index)


#: A class, a function that makes an instance, or an instance (of which a site's own copies are made where there are several).
StrategyLike = Union[Strategy, Callable[[], Strategy]]


def is_own(strategy: Any) -> bool:
    """Whether a strategy is Python's, and not the name of one that evtwin knows."""
    return isinstance(strategy, Strategy) or callable(strategy)


def _instances(strategy: StrategyLike, n: int) -> List[Strategy]:
    if isinstance(strategy, Strategy):
        return [strategy] + [copy.deepcopy(strategy) for _ in range(n - 1)]
    made = [strategy() for _ in range(n)]
    for one in made:
        if not isinstance(one, Strategy):
            raise TypeError(f"{strategy!r} makes a {type(one).__name__}; an evtwin.Strategy is due")
    return made


def label_of(strategy: StrategyLike) -> str:
    """Name of a Python strategy in tables."""
    return (strategy if isinstance(strategy, Strategy) else _instances(strategy, 1)[0]).label


class HostedRun:
    """One run whose decisions are made here: the C functions evtwin_run_* with their memory."""

    def __init__(self, scenario: str, label: str, source_file: str, settings: Optional[Mapping] = None,
                 changes: Optional[Mapping] = None, seed: Optional[int] = None, days: Optional[int] = None,
                 out: Optional[str] = None):
        self._lib = _library.load()
        self.handle = ctypes.c_void_p()
        set_cells, n_settings = _library.settings_of(settings)
        change_cells, n_changes = _library.settings_of(changes)
        if seed is not None and not 0 <= int(seed) < 2 ** 63:
            raise EvtwinError(f"seed is {seed}; it must be from 0 to {2 ** 63 - 1}")
        if days is not None and not 1 <= int(days) <= 36500:
            raise EvtwinError(f"days is {days}; it must be from 1 to 36500")
        spec = RunSpec(struct_size=ctypes.sizeof(RunSpec), days=int(days or 0), file=str(scenario).encode(),
                       settings=set_cells, changes=change_cells, n_settings=n_settings, n_changes=n_changes,
                       has_seed=seed is not None, seed=int(seed or 0), label=label.encode(),
                       source_file=source_file.encode(), out=None if out is None else str(out).encode())
        must(self._lib.evtwin_run_create(ctypes.byref(spec), ctypes.byref(self.handle)))
        self.sites = self._lib.evtwin_run_sites(self.handle)

    def __del__(self):
        if getattr(self, "handle", None):
            self._lib.evtwin_run_destroy(self.handle)

    def world(self) -> dict:
        """Name, times, seed and sites of what is run, see evtwin_run_world."""
        status, text = _library.poured(self._lib.evtwin_run_world, self.handle)
        must(status)
        return json.loads(text)

    def view(self, site: int) -> View:
        return view_at(self._lib.evtwin_run_view(self.handle, site), self)

    def tell(self, site: int, strategy: Strategy) -> None:
        """What the strategy wants to be told, before the run begins."""
        levels = (ctypes.c_double * max(1, len(strategy.levels)))(*strategy.levels)
        interest = RunInterest(ctypes.sizeof(RunInterest), int(strategy.subscribes), strategy.horizon_steps,
                               strategy.plan_steps, levels, len(strategy.levels), int(strategy.horizon_reads))
        must(self._lib.evtwin_run_tell(self.handle, site, ctypes.byref(interest)))

    def drive(self, strategies: Sequence[Strategy], progress: Optional[Callable[[float], None]] = None) -> dict:
        """Lets each site's strategy decide until the end. Returns what `evtwin run --json` prints.

        Whatever a strategy raises ends the run, whose file says so, and is raised again; Ctrl-C is a KeyboardInterrupt.
        """
        lib, handle = self._lib, self.handle
        world = self.world()
        views = [self.view(site) for site in range(self.sites)]
        # An answer may be asked for long after another: a stop each thousandth of the run lets Python's signals in.
        step_ns = max(1, (world["end_ns"] - world["start_ns"]) // 1000)
        until_ns = world["start_ns"] + step_ns
        pause = RunPause(struct_size=ctypes.sizeof(RunPause))
        decisions: List[Optional[Decision]] = [None] * self.sites
        asked = 0  # which site is deciding, for messages
        try:
            for site, strategy in enumerate(strategies):
                strategy._host, strategy._site = self, site
                strategy.begin(views[site])
                self.tell(site, strategy)
            while True:
                must(lib.evtwin_run_advance(handle, until_ns, ctypes.byref(pause)))
                if pause.kind == 2:
                    break
                if pause.now_ns >= until_ns:
                    until_ns = pause.now_ns + step_ns
                    if progress is not None:
                        progress((pause.now_ns - world["start_ns"]) / (world["end_ns"] - world["start_ns"]))
                for k in range(pause.n_sites):
                    asked = pause.sites[k]
                    address = lib.evtwin_run_decision(handle, asked)
                    decision = decisions[asked]
                    if decision is None or ctypes.addressof(decision._raw) != address:
                        decision = decisions[asked] = decision_at(address, self, views[asked])
                    strategies[asked].decide(views[asked], decision)
                    must(lib.evtwin_run_answer(handle, asked))
            status, text = _library.poured(lib.evtwin_run_finish, handle)
            must(status)
            for site, strategy in enumerate(strategies):
                strategy.end(views[site])
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            why = "interrupted" if interrupted else f"{type(error).__name__}: {error}"
            if hasattr(error, "add_note") and not interrupted and not isinstance(error, EvtwinError):
                error.add_note(f"in strategy {strategies[asked].label}, decision "
                               f"{views[asked].decision_number + 1} at {views[asked].local_time:%Y-%m-%d %H:%M:%S}")
            lib.evtwin_run_give_up(handle, interrupted, why.replace("\n", " ").encode())
            raise
        finally:
            for strategy in strategies:
                strategy._host = None
        return json.loads(text)


def _source_of(strategy: StrategyLike) -> str:
    """The file that it is written in; "" for one that was typed at a prompt or made in C."""
    try:
        file = inspect.getsourcefile(type(strategy) if isinstance(strategy, Strategy) else strategy)
    except (TypeError, OSError):
        return ""
    return str(pathlib.Path(file).resolve()) if file else ""


def host(scenario: str, strategy: StrategyLike, **where: Any) -> "tuple[HostedRun, List[Strategy]]":
    """A run that is ready to begin, and an instance for each of its sites. Raises EvtwinError for a wrong input."""
    structs()
    run = HostedRun(scenario, label_of(strategy), _source_of(strategy), **where)
    return run, _instances(strategy, run.sites)


def run_own(scenario: str, strategy: StrategyLike, progress: Optional[Callable[[float], None]] = None,
            **where: Any) -> dict:
    """A run under a Python strategy, as `evtwin run --json` tells of it."""
    run, instances = host(scenario, strategy, **where)
    return run.drive(instances, progress)
