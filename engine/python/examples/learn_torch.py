"""A torch loop that learns on VectorEnv: policy gradients, 64 sites at once. In each update all sites live the same two days,
so that what one got more than the mean of all is what its own actions did. Then the policy plays a week as a strategy.

    python3 learn_torch.py [SCENARIO] [UPDATES]        needs python3-torch
"""
import pathlib
import sys

import numpy as np
import torch
from torch import nn

import evtwin

SITES, NOISE = 64, 0.25


def main(scenario, updates):
    torch.manual_seed(0)
    envs = evtwin.VectorEnv(scenario, SITES, settings={"days": 2}, end="terminates", act="site", threads=0)
    seen, acts = envs.single_observation_space.shape[0], envs.single_action_space.shape[0]
    steps = int(2 * 24 * 3.6e12 / envs.fleet.tick_ns)
    network = nn.Sequential(nn.Linear(seen, 32), nn.Tanh(), nn.Linear(32, acts), nn.Sigmoid())
    nn.init.zeros_(network[2].weight)
    nn.init.constant_(network[2].bias, 2.0)  # begin near charging at once
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)

    costs = []
    for update in range(updates):
        observations, _ = envs.reset(seed=[update] * SITES)  # the same cars for all
        log_probs, rewards = [], []
        for _ in range(steps):
            law = torch.distributions.Normal(network(torch.from_numpy(observations)), NOISE)
            action = law.sample()
            observations, reward, _, _, infos = envs.step(action.numpy())
            log_probs.append(law.log_prob(action).sum(-1))
            rewards.append(reward)
        # What followed each action, compared with what followed it at the other sites.
        to_go = torch.from_numpy(np.cumsum(rewards[::-1], axis=0)[::-1].copy()).float()
        advantage = (to_go - to_go.mean(1, keepdim=True)) / (to_go.std() + 1e-6)
        loss = -(torch.stack(log_probs) * advantage).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        costs.append(infos["episode"]["objective"].mean())
        if update % 20 == 19 or update == updates - 1:
            print(f"update {update + 1:4}: two days cost {np.mean(costs[-20:]):8.0f}", flush=True)

    def policy(observation):
        with torch.no_grad():
            return network(torch.from_numpy(observation)).numpy()
    table = evtwin.compare(scenario, ["asap", evtwin.PolicyStrategy(envs, policy, id="torch")], bound=False)
    print(table[["strategy", "objective", "peak_kw", "energy_delivered_kwh", "served_fraction"]].to_string(index=False))
    return table


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(pathlib.Path(__file__).parent / "two_prices.lua"),
         int(sys.argv[2]) if len(sys.argv) > 2 else 120)
