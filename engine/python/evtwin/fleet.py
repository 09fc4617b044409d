"""Many worlds in step, in arrays of this process: the C functions evtwin_fleet_* with their buffers.

VectorEnv and Env are made of it; who wants send and receive, masks or terms of the reward finds them here.
"""
import ctypes
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

import numpy as np

from . import _library
from ._library import FleetBuffers, FleetEpisode, FleetScenario, FleetSpec, FleetWeight, must

AUTORESET = {"next_step": 0, "same_step": 1, "disabled": 2}
ENDS = {"truncates": 0, "terminates": 1}
ACTS = {"evse": 0, "site": 1}


class Column(NamedTuple):
    """Where a quantity lies in a row: `count` cells from `offset`, `stride` apart; cell = (value - shift) * scale."""
    id: str
    unit: str
    help: str
    offset: int
    count: int
    stride: int
    shift: float
    scale: float
    low: float
    high: float


class Term(NamedTuple):
    """A term of the reward: what is counted since the last decision, times `weight`."""
    id: str
    unit: str
    help: str
    weight: float


def _choice(name: str, value: str, known: Mapping[str, int]) -> int:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(known)}")
    return known[value]


def _aligned(shape: tuple, dtype: Any) -> np.ndarray:
    """Zeros whose first cell lies at a multiple of 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    skip = -raw.ctypes.data % 64
    return raw[skip:skip + size].view(dtype).reshape(shape)


class Fleet:
    """N worlds of a scenario, each stepped from tick to tick. See engine/fleet/README.md for what an episode is.

    scenarios       path of a scenario, or several: world w lives in number w modulo how many there are
    n_worlds        1 to 1,000,000
    settings        of every scenario, as --set
    days            of every scenario, in place of its own
    seed            of the fleet: what follows is the same for the same seed, whatever the number of threads
    threads         of a step; 1 is best below some 30 worlds, 0 is one per processor
    autoreset       "next_step", "same_step", "disabled", as in Gymnasium
    end             "truncates": the site goes on; "terminates": the run's last reward has what is owed at its end
    episode_days    local days of an episode; 0: to the scenario's end
    draw_start      an episode begins at a midnight that its seed draws
    carry_over      episodes are pieces of one run, vehicles and storages stay
    horizon_steps   ticks of forecasts that are seen; levels: of their distribution; horizon_reads: which columns
    observe         ids of columns, blanks between, or a list; None: all
    act             "evse": a share for each EVSE (-1..1); "site": one power (0..1) for all; storages have a cell each
    weights         {term: reward per unit}; None: `reward`
    reward          a name of `evtwin rewards`, with weights of its parts as "boa-fe:satisfaction=2000"; None: the
                    scenario's own, else minus the cost that strategies are compared by
    pad_evses, pad_storages   room for at least so many in every row
    """

    def __init__(self, scenarios: Union[str, Sequence[str]], n_worlds: int = 1, *,
                 settings: Optional[Mapping[str, Any]] = None, days: Optional[int] = None, seed: int = 0,
                 first_world: int = 0, threads: int = 1, autoreset: str = "next_step", end: str = "truncates",
                 episode_days: int = 0, draw_start: bool = False, carry_over: bool = False, horizon_steps: int = 0,
                 levels: Sequence[float] = (), horizon_reads: int = 0,
                 observe: Union[str, Sequence[str], None] = None, act: str = "evse",
                 weights: Optional[Mapping[str, float]] = None, reward: Optional[str] = None, pad_evses: int = 0,
                 pad_storages: int = 0):
        for name, value in (("n_worlds", n_worlds), ("days", days or 0), ("seed", seed), ("first_world", first_world),
                            ("threads", threads), ("episode_days", episode_days), ("horizon_steps", horizon_steps),
                            ("pad_evses", pad_evses), ("pad_storages", pad_storages)):
            if value < 0:
                raise ValueError(f"{name} is {value}; it must be 0 or more")
        self._lib = _library.load()
        self.handle = ctypes.c_void_p()
        paths = [scenarios] if isinstance(scenarios, str) or hasattr(scenarios, "__fspath__") else list(scenarios)
        set_cells, n_settings = _library.settings_of(settings)
        cells = (FleetScenario * max(1, len(paths)))()
        for cell, path in zip(cells, paths):
            cell.file, cell.settings, cell.n_settings, cell.days = str(path).encode(), set_cells, n_settings, days or 0
        given = dict(weights or {})
        weight_cells = (FleetWeight * max(1, len(given)))()
        for cell, (term, weight) in zip(weight_cells, given.items()):
            cell.term, cell.weight = term.encode(), float(weight)
        level_cells = (ctypes.c_double * max(1, len(levels)))(*levels)
        if observe is not None and not isinstance(observe, str):
            observe = " ".join(observe)
        spec = FleetSpec(
            struct_size=ctypes.sizeof(FleetSpec), n_worlds=n_worlds, scenarios=cells, n_scenarios=len(paths),
            threads=threads, seed=seed, first_world=first_world, autoreset=_choice("autoreset", autoreset, AUTORESET),
            end=_choice("end", end, ENDS), episode_days=episode_days, draw_start=bool(draw_start),
            carry_over=bool(carry_over), horizon_steps=horizon_steps, n_levels=len(levels), levels=level_cells,
            observe=None if observe is None else observe.encode(), act=_choice("act", act, ACTS),
            n_weights=len(given), weights=weight_cells, pad_evses=pad_evses, pad_storages=pad_storages,
            horizon_reads=int(horizon_reads), reward=None if reward is None else reward.encode())
        must(self._lib.evtwin_fleet_create(ctypes.byref(spec), ctypes.byref(self.handle)))
        shape = self._lib.evtwin_fleet_shape_of(self.handle).contents
        self.n_worlds, self.n_sites, self.n_agents = shape.n_worlds, shape.n_sites, shape.n_agents
        self.n_evses, self.n_storages = shape.n_evses, shape.n_storages
        self.observation_size, self.action_size = shape.observation_size, shape.action_size
        self.tick_ns, self.digest = shape.tick_ns, shape.digest
        self.autoreset = autoreset
        self.horizon_steps, self.levels, self.horizon_reads = horizon_steps, tuple(levels), int(horizon_reads)
        self.observation_columns = self._table(self._lib.evtwin_fleet_observations, Column)
        self.action_columns = self._table(self._lib.evtwin_fleet_actions, Column)
        self.terms_table = self._table(self._lib.evtwin_fleet_terms, Term)
        self.parts_table = self._table(self._lib.evtwin_fleet_parts, Term)
        self._bind()

    def __del__(self):
        self.close()

    def close(self) -> None:
        """Gives the worlds back; the arrays stay."""
        if getattr(self, "handle", None):
            self._lib.evtwin_fleet_destroy(self.handle)
            self.handle = ctypes.c_void_p()

    def _table(self, call: Any, row: type) -> List[Any]:
        n = ctypes.c_uint32()
        cells = call(self.handle, ctypes.byref(n))
        made = []
        for k in range(n.value):
            values = (getattr(cells[k], name) for name in row._fields)
            made.append(row(*(v.decode() if isinstance(v, bytes) else v for v in values)))
        return made

    def _bind(self) -> None:
        n = self.n_agents
        self.observations = _aligned((n, self.observation_size), np.float32)
        self.final_observations = _aligned((n, self.observation_size), np.float32)
        self.actions = _aligned((n, self.action_size), np.float32)
        self.rewards = _aligned((n,), np.float32)
        self.terminated = _aligned((n,), np.bool_)
        self.truncated = _aligned((n,), np.bool_)
        self.masks = _aligned((n, self.action_size), np.uint8)
        self.terms = _aligned((n, len(self.terms_table)), np.float64)
        self.parts = _aligned((n, len(self.parts_table)), np.float64)
        self.hours = _aligned((n,), np.float32)
        self.now_ns = _aligned((n,), np.int64)
        self.failed = _aligned((self.n_worlds,), np.bool_)
        self._episodes = (FleetEpisode * n)()
        #: [n_agents] of what became of the last episode of each that ended: a structured array with the fields of
        #: evtwin_fleet_episode in fleet.h; "ledger" is one itself.
        self.episodes = np.ctypeslib.as_array(self._episodes)
        buffers = FleetBuffers(struct_size=ctypes.sizeof(FleetBuffers), episodes=ctypes.addressof(self._episodes),
                               action_masks=self.masks.ctypes.data)
        for name in ("observations", "final_observations", "actions", "rewards", "terminated", "truncated", "terms",
                     "parts", "hours", "now_ns", "failed"):
            setattr(buffers, name, getattr(self, name).ctypes.data)
        must(self._lib.evtwin_fleet_bind(self.handle, ctypes.byref(buffers)))
        self._bound = True

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_bound", False) and isinstance(getattr(self, name, None), np.ndarray):
            raise AttributeError(f"evtwin reads and writes the array that fleet.{name} is; write into it: "
                                 f"fleet.{name}[...] = ...")
        super().__setattr__(name, value)

    def _worlds_mask(self, mask: Optional[np.ndarray]) -> Optional[np.ndarray]:
        if mask is None:
            return None
        mask = np.ascontiguousarray(mask, np.uint8)
        if mask.shape != (self.n_worlds,):
            raise ValueError(f"a mask of worlds has the shape ({self.n_worlds},); this one has {mask.shape}")
        return mask

    def seed(self, seeds: Sequence[int], mask: Optional[np.ndarray] = None) -> None:
        """From their next reset on, the worlds of the mask live as world 0 of a fleet of that seed."""
        cells = np.ascontiguousarray(seeds, np.uint64)
        if cells.shape != (self.n_worlds,):
            raise ValueError(f"seeds has the shape {cells.shape}; there are {self.n_worlds} worlds")
        chosen = self._worlds_mask(mask)
        must(self._lib.evtwin_fleet_seed(self.handle, None if chosen is None else chosen.ctypes.data, cells.ctypes.data))

    def reset(self, mask: Optional[np.ndarray] = None) -> None:
        """Begins an episode in the worlds of the mask and writes their rows."""
        chosen = self._worlds_mask(mask)
        must(self._lib.evtwin_fleet_reset(self.handle, None if chosen is None else chosen.ctypes.data, None))

    def step(self) -> None:
        """Takes `actions`, lives every world to its next tick or end, writes the arrays."""
        must(self._lib.evtwin_fleet_step(self.handle))

    def send(self, worlds: np.ndarray) -> None:
        """Half a step: until receive() names them, rows of these worlds are neither read nor written here."""
        cells = np.ascontiguousarray(worlds, np.uint32)
        must(self._lib.evtwin_fleet_send(self.handle, cells.ctypes.data, cells.size))

    def receive(self, least: int, most: Optional[int] = None) -> np.ndarray:
        """The other half: numbers of at least `least` worlds that have arrived, in the order of send()."""
        cells = np.empty(self.n_worlds if most is None else most, np.uint32)
        n = ctypes.c_uint32()
        must(self._lib.evtwin_fleet_recv(self.handle, least, cells.size, cells.ctypes.data, ctypes.byref(n)))
        return cells[:n.value]

    def episode(self, agent: int) -> Dict[str, Any]:
        """What became of the last episode of an agent that ended; energy in kWh, money in the tariff's currency."""
        cell = self._episodes[agent]
        made = {name: getattr(cell, name) for name, _ in FleetEpisode._fields_[:-1]}
        made["event_hash"] = f"{cell.event_hash:016x}"
        made["ledger"] = cell.ledger.as_dict()
        return made

    @staticmethod
    def _need_row(name: str, row: np.ndarray, size: int) -> None:
        if row.dtype != np.float32 or row.shape != (size,) or not row.flags.c_contiguous:
            raise ValueError(f"{name} is {row.dtype} of shape {row.shape}; contiguous float32 of shape ({size},) is due")

    def observe(self, view: Any, row: np.ndarray) -> None:
        """Writes what an agent of this fleet would see of a View into a row of observation_size float32."""
        self._need_row("row", row, self.observation_size)
        must(self._lib.evtwin_fleet_observe(self.handle, ctypes.addressof(view._raw), row.ctypes.data))

    def act(self, view: Any, cells: np.ndarray, decision: Any) -> None:
        """Writes into a Decision what an agent's action, action_size float32, asks for at a View."""
        self._need_row("cells", cells, self.action_size)
        must(self._lib.evtwin_fleet_act(self.handle, ctypes.addressof(view._raw), cells.ctypes.data,
                                        ctypes.addressof(decision._raw)))
