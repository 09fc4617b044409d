"""Charging sites in the shape of Gymnasium 1.x: VectorEnv steps many worlds at once, Env one.

Where gymnasium is installed they are its heirs and have its spaces; where it is not, they look and behave the same with the
spaces of evtwin.spaces (`evtwin.HAS_GYMNASIUM` says which). Observations and actions are named tables with units
(`env.fleet.observation_columns`); the reward is minus the cost that strategies are compared by, or what `weights` say.
"""
from typing import Any, Callable, Dict, Optional, Sequence, Tuple, Union

import numpy as np

from .fleet import Fleet
from .spaces import HAS_GYMNASIUM, AutoresetMode, Box, EnvBase, VectorEnvBase
from .strategy import Reads, Strategy, Why

_MODES = {"next_step": AutoresetMode.NEXT_STEP, "same_step": AutoresetMode.SAME_STEP,
          "disabled": AutoresetMode.DISABLED}
#: Columns of infos["episode"], and where they come from: return and length as Gymnasium's wrappers call them, then ours.
_EPISODE = {"r": "reward", "l": "decisions", **{name: name for name in (
    "number", "seed", "objective", "open_cost", "storage_energy_value", "got_kwh", "wanted_kwh", "month_peak_kw",
    "departures", "turned_away", "clipped", "corrected")}}


def _mode_name(mode: Any) -> str:
    for name, known in _MODES.items():
        if mode == known or mode == name or getattr(mode, "value", mode) == known.value:
            return name
    raise ValueError(f"autoreset_mode is {mode!r}; it must be one of {', '.join(_MODES)} or an AutoresetMode")


def _cells(columns: Sequence[Any], size: int, field: str) -> np.ndarray:
    """Bounds of every cell of a row."""
    row = np.zeros(size, np.float32)
    for column in columns:
        row[column.offset + column.stride * np.arange(column.count)] = getattr(column, field)
    return row


class VectorEnv(VectorEnvBase):
    """num_envs sub-environments, stepped together in one call of C. A sub-environment is one site of one world.

        envs = evtwin.VectorEnv("site.lua", num_envs=64, episode_days=1, draw_start=True)
        observations, infos = envs.reset(seed=1)
        observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

    scenario         path, or several: worlds take turns at them
    autoreset_mode   "next_step" (Gymnasium's usual), "same_step", "disabled", or an AutoresetMode
    copy             observations are copies; False: the next step writes over them
    others           as in evtwin.fleet.Fleet: episode_days, draw_start, carry_over, end, act, observe, weights,
                     horizon_steps, threads, settings, days, seed

    infos has action_mask (bit 1: a cell above 0 has an effect now, bit 2: one below 0) and, where episodes ended, episode
    with _episode (which): r, l, objective, energies, event_hash. With same_step also final_obs, _final_obs, final_info.
    reset(seed=s): sub-environment i lives as Env(...).reset(seed=s + i) does, episode after episode.
    reset(options={"reset_mask": mask}): only those. Worlds of several sites are reset together.
    """

    def __init__(self, scenario: Union[str, Sequence[str]], num_envs: int = 1, *, autoreset_mode: Any = "next_step",
                 copy: bool = True, **fleet: Any):
        name = _mode_name(autoreset_mode)
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}; it must be 1 or more")
        self.fleet = Fleet(scenario, num_envs, autoreset=name, **fleet)
        sites = self.fleet.n_sites
        if num_envs % sites != 0:
            raise ValueError(f"num_envs is {num_envs}; each world has {sites} sites, so it must be a multiple of that")
        if sites > 1:
            self.fleet = Fleet(scenario, num_envs // sites, autoreset=name, **fleet)
        self.num_envs = num_envs
        self.copy = copy
        self.metadata = {"render_modes": [], "autoreset_mode": _MODES[name]}
        self.render_mode = None
        self.spec = None
        self.closed = False
        low, high = (_cells(self.fleet.observation_columns, self.fleet.observation_size, b) for b in ("low", "high"))
        act_low, act_high = (_cells(self.fleet.action_columns, self.fleet.action_size, b) for b in ("low", "high"))
        self.single_observation_space = Box(low, high, dtype=np.float32)
        self.single_action_space = Box(act_low, act_high, dtype=np.float32)
        self.observation_space = Box(np.tile(low, (num_envs, 1)), np.tile(high, (num_envs, 1)), dtype=np.float32)
        self.action_space = Box(np.tile(act_low, (num_envs, 1)), np.tile(act_high, (num_envs, 1)), dtype=np.float32)

    def __repr__(self) -> str:
        whose = "" if HAS_GYMNASIUM else "; gymnasium is not installed, spaces are evtwin's own"
        return f"<evtwin.{type(self).__name__} of {self.num_envs}, {self.fleet.autoreset}{whose}>"

    def _worlds_of(self, mask: np.ndarray) -> np.ndarray:
        """Worlds of a mask of sub-environments, of which those of one world go together."""
        mask = np.asarray(mask, bool)
        if mask.shape != (self.num_envs,):
            raise ValueError(f"reset_mask has the shape {mask.shape}; there are {self.num_envs} sub-environments")
        by_world = mask.reshape(-1, self.fleet.n_sites)
        if (by_world.any(axis=1) != by_world.all(axis=1)).any():
            raise ValueError("reset_mask parts the sites of a world; they are reset together")
        return by_world.any(axis=1)

    def _seed(self, seed: Union[int, Sequence[Optional[int]]], worlds: Optional[np.ndarray]) -> None:
        if isinstance(seed, (int, np.integer)):
            seeds = [int(seed) + k for k in range(self.fleet.n_worlds)]
        else:
            seeds = list(seed)[::self.fleet.n_sites]
            if len(seeds) != self.fleet.n_worlds:
                raise ValueError(f"seed names {len(list(seed))} seeds; there are {self.num_envs} sub-environments")
        given = np.array([s is not None for s in seeds])
        if worlds is not None:
            given &= worlds
        if any(s is not None and s < 0 for s in seeds):
            raise ValueError(f"seed is {seed}; seeds are 0 or more")
        self.fleet.seed([0 if s is None else s for s in seeds], given)

    def reset(self, *, seed: Union[int, Sequence[Optional[int]], None] = None,
              options: Optional[dict] = None) -> Tuple[np.ndarray, Dict[str, Any]]:
        """Begins an episode in every sub-environment, or in those of options["reset_mask"]. Without a seed it is the next
        one that the last seed, or that of the constructor, leads to. Returns observations and infos."""
        unknown = set(options or {}) - {"reset_mask"}
        if unknown:
            raise ValueError(f"options has {', '.join(sorted(unknown))}; reset_mask is all that there is")
        mask = (options or {}).get("reset_mask")
        worlds = None if mask is None else self._worlds_of(mask)
        if seed is not None:
            self._seed(seed, worlds)
        self.fleet.reset(worlds)
        return self._observations(), {"action_mask": self._given(self.fleet.masks)}

    def _given(self, array: np.ndarray) -> np.ndarray:
        return array.copy() if self.copy else array

    def _observations(self) -> np.ndarray:
        return self._given(self.fleet.observations)

    def step(self, actions: Any) -> Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Dict[str, Any]]:
        """Lives every sub-environment to its next tick.

        actions   [num_envs, action_size]: shares, see env.fleet.action_columns; env.fleet.actions itself costs no copy
        Returns observations, rewards (float64), terminations, truncations (bool), infos.
        """
        fleet = self.fleet
        if actions is not fleet.actions:
            if np.shape(actions) != fleet.actions.shape:
                raise ValueError(f"actions has the shape {np.shape(actions)}; {fleet.actions.shape} is right")
            fleet.actions[...] = actions
        fleet.step()
        infos: Dict[str, Any] = {"action_mask": self._given(fleet.masks)}
        ended = fleet.terminated | fleet.truncated
        if ended.any():
            self._tell_episodes(ended, infos)
        return (self._observations(), fleet.rewards.astype(np.float64), fleet.terminated.copy(), fleet.truncated.copy(),
                infos)

    def _tell_episodes(self, ended: np.ndarray, infos: Dict[str, Any]) -> None:
        """What became of the episodes that ended in this step."""
        told = self.fleet.episodes
        episode = {name: np.where(ended, told[field], told[field].dtype.type(0)) for name, field in _EPISODE.items()}
        hashes = [f"{number:016x}" if over else "" for number, over in zip(told["event_hash"], ended)]
        episode["event_hash"] = np.array(hashes, dtype="U16")
        infos.update(episode=episode, _episode=ended)
        if self.fleet.autoreset == "same_step":
            final = np.where(ended[:, None], self.fleet.final_observations, np.float32(0))
            infos.update(final_obs=final, _final_obs=ended.copy(), _final_info=ended.copy(),
                         final_info={"episode": episode, "_episode": ended.copy()})

    def close(self, **_: Any) -> None:
        """Gives the worlds back. May be called twice."""
        self.closed = True
        self.fleet.close()


class Env(EnvBase):
    """One world of a scenario with one site. See VectorEnv for the arguments.

        env = evtwin.Env("site.lua", episode_days=1)
        observation, info = env.reset(seed=1)
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    """

    metadata: dict = {"render_modes": []}

    def __init__(self, scenario: Union[str, Sequence[str]], **fleet: Any):
        self.fleet = Fleet(scenario, 1, autoreset="disabled", **fleet)
        if self.fleet.n_agents != 1:
            raise ValueError(f"{scenario} has {self.fleet.n_sites} sites; Env is for one, VectorEnv has all")
        self.render_mode = None
        self.observation_space = Box(*(_cells(self.fleet.observation_columns, self.fleet.observation_size, bound)
                                       for bound in ("low", "high")), dtype=np.float32)
        self.action_space = Box(*(_cells(self.fleet.action_columns, self.fleet.action_size, bound)
                                  for bound in ("low", "high")), dtype=np.float32)

    def __repr__(self) -> str:
        whose = "" if HAS_GYMNASIUM else "; gymnasium is not installed, spaces are evtwin's own"
        return f"<evtwin.{type(self).__name__}{whose}>"

    def reset(self, *, seed: Optional[int] = None, options: Optional[dict] = None) -> Tuple[np.ndarray, Dict[str, Any]]:
        """Begins an episode: the one of `seed`, else the next one. Returns the observation and infos."""
        super().reset(seed=seed)
        if options:
            raise ValueError(f"options has {', '.join(sorted(options))}; this environment has none")
        if seed is not None:
            self.fleet.seed([seed])
        self.fleet.reset()
        return self.fleet.observations[0].copy(), self._info()

    def _info(self) -> Dict[str, Any]:
        return {"action_mask": self.fleet.masks[0].copy(), "now_ns": int(self.fleet.now_ns[0])}

    def step(self, action: Any) -> Tuple[np.ndarray, float, bool, bool, Dict[str, Any]]:
        """Lives to the next tick. Raises EvtwinError after an episode's end, until reset()."""
        fleet = self.fleet
        if np.shape(action) != (fleet.action_size,):
            raise ValueError(f"action has the shape {np.shape(action)}; ({fleet.action_size},) is right")
        fleet.actions[0] = action
        fleet.step()
        info = self._info()
        terminated, truncated = bool(fleet.terminated[0]), bool(fleet.truncated[0])
        if terminated or truncated:
            told = fleet.episode(0)
            info["episode"] = {"r": told["reward"], "l": told["decisions"], **told}
        return fleet.observations[0].copy(), float(fleet.rewards[0]), terminated, truncated, info

    def close(self) -> None:
        self.fleet.close()


class PolicyStrategy(Strategy):
    """A policy that was learnt on environments, as a strategy of a run: same observations, same meaning of actions.

        policy = lambda observation: network(observation)       # [observation_size] -> [action_size]
        evtwin.run("site.lua", evtwin.PolicyStrategy(envs, policy, id="mine"), out="mine.evtwin")

    The site may have fewer EVSEs than the environments had, not more.
    """

    subscribes = Why.TICK

    def __init__(self, env: Union[VectorEnv, Env], policy: Callable[[np.ndarray], Any], id: str = "policy"):
        self.id = id
        self._fleet, self._policy = env.fleet, policy
        self.horizon_steps, self.levels = env.fleet.horizon_steps, env.fleet.levels
        self.horizon_reads = env.fleet.horizon_reads or Reads.ALL

    def __deepcopy__(self, _: Any) -> "PolicyStrategy":
        made = PolicyStrategy.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._row = np.zeros(self._fleet.observation_size, np.float32)
        return made

    def begin(self, view: Any) -> None:
        self._row = np.zeros(self._fleet.observation_size, np.float32)

    def decide(self, view: Any, decision: Any) -> None:
        self._fleet.observe(view, self._row)
        cells = np.ascontiguousarray(np.asarray(self._policy(self._row), np.float32).reshape(-1))
        if cells.shape != (self._fleet.action_size,):
            raise ValueError(f"the policy answers {cells.size} cells; {self._fleet.action_size} are due")
        self._fleet.act(view, cells, decision)
