-- What a learner learns for, said in the scenario: the bill, drivers who leave with what they asked for, and a neighbour
-- behind the same transformer who minds powers above 20 kW, the more the higher. `evtwin rewards` lists the terms of a
-- step, and the rewards that have a name already.
--
--   evtwin train scenarios/own_reward.lua --learner ppo --episodes 2000 --out own.policy      # the reward below
--   evtwin train scenarios/own_reward.lua --learner ppo --reward boa-fe --episodes 2000 --out other.policy
--   evtwin compare scenarios/own_reward.lua --strategies asap,ppo:policy=own.policy
--
-- Whatever is learnt for, policies are judged by the objective: energy, demand charge, wear, and energy not served.
-- Made up: who comes, and what the neighbour's patience is worth.

local quiet_kw = param("quiet_kw", 20)
local neighbour_per_kw2 = param("neighbour_per_kw2", 2)   -- KRW for a tick and the square of a kW

return scenario {
  name = "A reward of one's own", start = "2026-06-01", days = 1, timezone = "Asia/Seoul", seed = 7,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, ac_phases = 1, efficiency = { 0.93, 0.93 } } },
  site {
    name = "garage", voltage_v = 220, contract_kw = 40, forecast = "yesterday", unmet_price_per_kwh = 400,
    tariff = require("tariffs.kepco_ev").self_use_low_voltage,
    stations = { { name = "A", evses = 8, kw = 7, phases = 1, min_a = 6 } },
  },
  arrivals = arrivals.poisson {
    per_hour = { 0, 0, 0, 0, 0, 0, 1, 2, 3, 2, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0 },
    energy_kwh = normal { mean = 16, std = 6, min = 4, max = 40 }, stay_h = normal { mean = 7, std = 2, min = 2, max = 10 },
  },
  reward = function(step)
    local loud_kw = math.max(0, step.net_kw - quiet_kw)
    return {
      bill = -(step.energy_cost + step.demand_charge),
      drivers = 2000 * (step.satisfaction - step.departures),
      neighbour = -neighbour_per_kw2 * loud_kw ^ 2 * step.ticks,
    }
  end,
}
