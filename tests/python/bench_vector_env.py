"""Env-steps per second of CPU time that VectorEnv makes from numpy: 64 worlds of 16 EVSEs, a new action array each step.

    EVTWIN_HOME=build/release PYTHONPATH=engine/python /usr/bin/python3 tests/python/bench_vector_env.py
"""
import pathlib
import time

import numpy as np

import evtwin

SITE = str(pathlib.Path(__file__).resolve().parent / "small_site.lua")


def measure(worlds=64, steps=600, rounds=5, **how):
    """The best of some rounds, as CPU time of this process, threads included: other programs only take away."""
    envs = evtwin.VectorEnv(SITE, worlds, settings={"forecast": "yesterday"}, episode_days=1, carry_over=True, **how)
    random = np.random.default_rng(0)
    low, high = envs.action_space.low, envs.action_space.high
    envs.reset(seed=1)
    best = 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(steps):
            envs.step(low + (high - low) * random.random(low.shape, np.float32))
        best = max(best, worlds * steps / (time.process_time() - begun))
    return best


if __name__ == "__main__":
    for name, how in (("observations copied", {}), ("observations in place", {"copy": False}),
                      ("same step", {"autoreset_mode": "same_step"}), ("one power for the site", {"act": "site"}),
                      ("one world", {"worlds": 1, "steps": 5000})):
        print(f"{name:24} {measure(**how) / 1e3:7.0f} k env-steps per CPU second")
