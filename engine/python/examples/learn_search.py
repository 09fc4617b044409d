"""Learning without a framework: the cross-entropy method over a small linear policy, 32 candidates at once on the same two
days; then the policy plays a week as a strategy, beside asap.

    python3 learn_search.py [SCENARIO] [ROUNDS]
"""
import pathlib
import sys

import numpy as np

import evtwin

SEEN = ["site.day_sin", "site.day_cos", "site.buy_per_kwh", "site.price_rank", "site.load_kw", "site.connected"]
CANDIDATES, ELITE = 32, 8


def policy_of(weights, size):
    """A linear policy: one share of power for all EVSEs and one for each storage, from what is seen."""
    matrix = weights.reshape(size, -1)

    def policy(observations):
        return np.tanh(observations @ matrix[:, :-1].T + matrix[:, -1])
    return policy


def main(scenario, rounds):
    envs = evtwin.VectorEnv(scenario, CANDIDATES, settings={"days": 2}, end="terminates", act="site", observe=SEEN,
                            copy=False, threads=0)
    seen, size = envs.single_observation_space.shape[0], envs.single_action_space.shape[0]
    random = np.random.default_rng(0)
    mean, spread = np.zeros(size * (seen + 1)), np.ones(size * (seen + 1))
    mean.reshape(size, -1)[0, -1] = 2.0  # begin near charging at once
    steps = int(2 * 24 * 3.6e12 / envs.fleet.tick_ns)

    for number in range(rounds):
        weights = mean + spread * random.standard_normal((CANDIDATES, mean.size))
        matrices = weights.reshape(CANDIDATES, size, -1)
        # The same cars for all candidates of a round, others in the next.
        observations, _ = envs.reset(seed=[number] * CANDIDATES)
        total = np.zeros(CANDIDATES)
        for _ in range(steps):
            cells = np.einsum("cas,cs->ca", matrices[:, :, :-1], observations) + matrices[:, :, -1]
            observations, rewards, _, _, _ = envs.step(np.tanh(cells))
            total += rewards
        best = weights[np.argsort(total)[-ELITE:]]
        mean, spread = best.mean(axis=0), best.std(axis=0) + 0.05
        if number % max(1, rounds // 5) == 0 or number == rounds - 1:
            print(f"round {number:3}: two days cost {-total.mean():8.0f} on average, {-total.max():8.0f} at best")

    found = evtwin.PolicyStrategy(envs, policy_of(mean, size), id="found")
    table = evtwin.compare(scenario, ["asap", found], bound=False)
    print(table[["strategy", "objective", "peak_kw", "energy_delivered_kwh", "served_fraction"]].to_string(index=False))
    return table


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(pathlib.Path(__file__).parent / "two_prices.lua"),
         int(sys.argv[2]) if len(sys.argv) > 2 else 30)
