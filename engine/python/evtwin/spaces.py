"""Spaces and the autoreset mode of Gymnasium 1.x: its own where it is installed, else these, which do the same."""
import enum
from typing import Any, Optional, Tuple

import numpy as np

try:
    import gymnasium
    from gymnasium.spaces import Box
    from gymnasium.vector import AutoresetMode
    HAS_GYMNASIUM = True
    EnvBase, VectorEnvBase = gymnasium.Env, gymnasium.vector.VectorEnv
except ImportError:
    HAS_GYMNASIUM = False

    class AutoresetMode(enum.Enum):  # type: ignore[no-redef]
        """What follows the last step of an episode, as gymnasium.vector.AutoresetMode."""
        NEXT_STEP = "NextStep"
        SAME_STEP = "SameStep"
        DISABLED = "Disabled"

    class Box:  # type: ignore[no-redef]
        """A box in R^n, as gymnasium.spaces.Box: low <= x <= high, cell by cell."""

        def __init__(self, low: Any, high: Any, shape: Optional[Tuple[int, ...]] = None, dtype: Any = np.float32,
                     seed: Optional[int] = None):
            self.dtype = np.dtype(dtype)
            self.shape = tuple(shape) if shape is not None else np.shape(low)
            self.low = np.broadcast_to(np.asarray(low, self.dtype), self.shape).copy()
            self.high = np.broadcast_to(np.asarray(high, self.dtype), self.shape).copy()
            self._np_random: Optional[np.random.Generator] = None
            if seed is not None:
                self.seed(seed)

        @property
        def np_random(self) -> np.random.Generator:
            if self._np_random is None:
                self._np_random = np.random.default_rng()
            return self._np_random

        def seed(self, seed: Optional[int] = None) -> Any:
            self._np_random = np.random.default_rng(seed)
            return seed

        def sample(self, mask: None = None, probability: None = None) -> np.ndarray:
            """Uniform between finite bounds; beyond a bound that is infinite exponential, or normal where both are."""
            random = self.np_random
            low, high = np.isfinite(self.low), np.isfinite(self.high)
            draw = random.normal(size=self.shape)
            draw = np.where(low & ~high, self.low + random.exponential(size=self.shape), draw)
            draw = np.where(~low & high, self.high - random.exponential(size=self.shape), draw)
            both = low & high
            draw[both] = random.uniform(self.low[both], self.high[both])
            return draw.astype(self.dtype)

        def contains(self, x: Any) -> bool:
            if not isinstance(x, np.ndarray):
                return False
            return bool(np.can_cast(x.dtype, self.dtype) and x.shape == self.shape and np.all(x >= self.low) and
                        np.all(x <= self.high))

        __contains__ = contains

        def is_bounded(self, manner: str = "both") -> bool:
            below, above = bool(np.all(np.isfinite(self.low))), bool(np.all(np.isfinite(self.high)))
            return {"both": below and above, "below": below, "above": above}[manner]

        def __eq__(self, other: Any) -> bool:
            return (isinstance(other, Box) and self.shape == other.shape and self.dtype == other.dtype and
                    np.array_equal(self.low, other.low) and np.array_equal(self.high, other.high))

        def __repr__(self) -> str:
            return f"Box({self.low.min(initial=np.inf)}, {self.high.max(initial=-np.inf)}, {self.shape}, {self.dtype})"

    class EnvBase:  # type: ignore[no-redef]
        """What gymnasium.Env gives its heirs, as far as they use it here."""
        metadata: dict = {"render_modes": []}
        render_mode: Optional[str] = None
        spec = None
        _np_random: Optional[np.random.Generator] = None
        _np_random_seed: Optional[int] = None

        @property
        def np_random(self) -> np.random.Generator:
            if self._np_random is None:
                self._np_random = np.random.default_rng()
            return self._np_random

        @np_random.setter
        def np_random(self, value: np.random.Generator) -> None:
            self._np_random = value

        @property
        def np_random_seed(self) -> Optional[int]:
            return self._np_random_seed

        @property
        def unwrapped(self) -> Any:
            return self

        def reset(self, *, seed: Optional[int] = None, options: Optional[dict] = None) -> Any:
            if seed is not None:
                self._np_random, self._np_random_seed = np.random.default_rng(seed), seed

        def render(self) -> None:
            """There are no pictures here; a run file has them (evtwin.open, evtwin view)."""

        def close(self) -> None:
            pass

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: Any) -> None:
            self.close()

    VectorEnvBase = EnvBase  # type: ignore[misc]
