#include "fleet/reward_preset.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace evtwin::fleet {

namespace {

constexpr std::array objective_terms{RewardPart{"objective", -1.0}};
constexpr std::array boa_fe_terms{RewardPart{"energy_cost", -1.0}, RewardPart{"demand_charge", -1.0},
                                  RewardPart{"satisfaction", 1000.0}, RewardPart{"storage_cycles", -1000.0}};
constexpr std::array costs_terms{RewardPart{"energy_cost", -1.0}};
constexpr std::array profit_max_terms{RewardPart{"energy_cost", -1.0}, RewardPart{"disappointment", -100.0}};
constexpr std::array v2g_profit_terms{RewardPart{"energy_cost", -1.0}, RewardPart{"unmet_kwh", -100.0}};
constexpr std::array v2g_profit_v2_terms{RewardPart{"energy_cost", -1.0}, RewardPart{"lateness_kwh2", -0.05},
                                         RewardPart{"missing_kwh2", -0.05}};
constexpr std::array half_each{RewardPart{"grid", 0.5}, RewardPart{"provider", 0.5}, RewardPart{"user", 0.5}};

// EV2Gym 2.0.0, ev2gym/rl_agent/reward.py (Orfanoudakis et al., arXiv 2404.01849). Powers are means over the step at
// the grid connection, for which set-points are given here; a step shorter than a tick counts for its share of one.
// A driver's score is the share got of what was requested (there: content over content wished).
#define EV2GYM "EV2Gym 2.0.0, rl_agent/reward.py"

// EnerV2Gize, final report of October 2024; names as there. P_cur is net_kw, P_set setpoint_kw, P_pot potential_kw,
// O_tr overload_kw, C the cash flow that EV2Gym's total_costs is (what is paid counts below 0), so -energy_cost.
#define ENERV2GIZE "EnerV2Gize, report 2024"

// The sums that its joined functions have in common. r counts only where something was discharged, S only where
// somebody left.
#define JOINED_WORDS                                                              \
  "local S = departures > 0 and satisfaction / departures or nil\n"               \
  "local r = ev_discharge_kwh > 0 and ev_charge_kwh / ev_discharge_kwh or nil\n"  \
  "local over, below = ticks * overload_kw, ticks * max(0, -limit_kw - net_kw)\n" \
  "local any = over > 0 and 1 or 0\n"
#define PUBLISHED_WORDS                                                          \
  JOINED_WORDS                                                                   \
  "local h = step % 24\n"                                                        \
  "local peak = (h >= 8 and h <= 11) or (h >= 17 and h <= 21)\n"                 \
  "local V, E = ticks * abs(net_kw - limit_kw), ticks * (net_kw - limit_kw)^2\n" \
  "local C = -energy_cost\n"
#define CORRECTED_WORDS                                                    \
  JOINED_WORDS                                                             \
  "local peak = (hour >= 8 and hour < 12) or (hour >= 17 and hour < 22)\n" \
  "local beyond = max(0, abs(net_kw) - limit_kw)\n"                        \
  "local V, E = ticks * beyond, ticks * beyond^2\n"                        \
  "local C = energy_cost + demand_charge + wear_cost\n"
#define JOINED_FLOWS                                                                    \
  "local charged, lent = peak and 0 or ev_charge_kwh, peak and ev_discharge_kwh or 0\n" \
  "local moved = ev_charge_kwh + ev_discharge_kwh\n"
#define JOINED_1                                                               \
  "return {\n"                                                                 \
  "  grid = -100*below - 50*over - 100*any - 10*V - 5*E,\n"                    \
  "  provider = -100*C + 10*ev_charge_kwh - (r and 50*max(0, 0.8 - r) or 0)\n" \
  "    + (S and (S > 0.7 and 100*S or -30*(0.7 - S)) or 0),\n"
#define JOINED_2                                                                 \
  "return {\n"                                                                   \
  "  grid = -1000*below - 500*over - 1000*any - 100*V - 50*E,\n"                 \
  "  provider = -1000*C + 10*ev_charge_kwh - (r and 500*max(0, 0.8 - r) or 0)\n" \
  "    + (S and (S > 0.7 and 1000*S or -300*(0.7 - S)) or 0),\n"
#define JOINED_3                                                             \
  "return {\n"                                                               \
  "  grid = -1000*below - 500*over - 1000*any - 100*V^2 - 50*E^2,\n"         \
  "  provider = -1000*C + 10*ev_charge_kwh - (r and 500*(0.8 - r)^2 or 0)\n" \
  "    + (S and (S > 0.8 and 1000*(S - 0.8)^2 or -500*(0.8 - S)^2) or 0),\n"
#define USER_LINEAR(health)                 \
  "  user = " health                        \
  "0.1*charged + 0.1*lent - 0.0005*moved\n" \
  "    - ticks*0.02*(buy_per_kwh - sell_per_kwh) + ticks*0.01*mean_buy_per_kwh }"
#define USER_SQUARED(health)                      \
  "  user = " health                              \
  "0.1*charged^2 + 0.1*lent^2 - 0.0005*moved^2\n" \
  "    - ticks*0.02*(buy_per_kwh - sell_per_kwh)^2 + ticks*0.01*mean_buy_per_kwh^2 }"
#define JOINED_SOURCE(number) ENERV2GIZE ", joined function " number "; peak hours are step % 24, as published"
#define JOINED_FIXED(number)                                                               \
  "joined function " number                                                                \
  " with costs paid for, V and E beyond the limit alone, true hours, and no mean SoC for " \
  "a battery's health"

constexpr std::array presets{
    RewardPreset{
        "objective", objective_terms, {}, "what strategies are compared by: energy, demand charge, wear, unmet"},
    RewardPreset{"boa-fe",
                 boa_fe_terms,
                 {},
                 "boa-fe: purchase cost, a bonus for satisfied drivers, a penalty for storage cycles; 1,000 KRW each"},
    // ---- EV2Gym
    RewardPreset{
        "SquaredTrackingErrorReward", {}, "return -ticks * (min(setpoint_kw, potential_kw) - net_kw)^2", EV2GYM},
    RewardPreset{"SqTrError_TrPenalty_UserIncentives",
                 {},
                 "return {\n"
                 "  tracking = -ticks * (min(setpoint_kw, potential_kw, limit_kw) - net_kw)^2,\n"
                 "  overload = -100 * ticks * overload_kw,\n"
                 "  users = -1000 * (departures - satisfaction) }",
                 EV2GYM},
    RewardPreset{"ProfitMax_TrPenalty_UserIncentives",
                 {},
                 "return {\n"
                 "  profit = -energy_cost,\n"
                 "  overload = -100 * ticks * overload_kw,\n"
                 "  users = -100 * disappointment }",
                 EV2GYM},
    RewardPreset{"SquaredTrackingErrorRewardWithPenalty",
                 {},
                 "local idle = ev_charge_kwh + ev_discharge_kwh == 0 and potential_before_kw ~= 0\n"
                 "return {\n"
                 "  tracking = -ticks * (min(setpoint_kw, potential_kw) - net_kw)^2,\n"
                 "  idle = idle and -100 * ticks or 0 }",
                 EV2GYM},
    RewardPreset{"SimpleReward", {}, "return -ticks * (setpoint_kw - net_kw)^2", EV2GYM},
    RewardPreset{"MinimizeTrackerSurplusWithChargeRewards",
                 {},
                 "return { charge = ticks * net_kw, surplus = -ticks * max(0, net_kw - setpoint_kw)^2 }",
                 EV2GYM},
    RewardPreset{"profit_maximization", profit_max_terms, {}, EV2GYM},
    RewardPreset{"V2G_profitmax", v2g_profit_terms, {}, EV2GYM},
    RewardPreset{"V2G_costs_simple", costs_terms, {}, EV2GYM},
    RewardPreset{"V2G_profitmaxV2", v2g_profit_v2_terms, {}, EV2GYM},
    RewardPreset{"pst_V2G_profitmaxV2",
                 {},
                 "return {\n"
                 "  profit = -energy_cost,\n"
                 "  users = -0.05 * (lateness_kwh2 + missing_kwh2),\n"
                 "  surplus = -1000 * ticks * max(0, net_kw - setpoint_kw) }",
                 EV2GYM},
    // ---- EnerV2Gize: as published, then corrected
    RewardPreset{"enerv2gize-grid",
                 {},
                 "return {\n"
                 "  profit = -energy_cost,\n"
                 "  overload = -0.5 * ticks * overload_kw,\n"
                 "  tracking = -0.5 * ticks * (min(setpoint_kw, potential_kw) - net_kw)^2 }",
                 ENERV2GIZE ", grid operator"},
    RewardPreset{
        "enerv2gize-grid-corrected",
        {},
        "local wanted_kw = min(setpoint_kw, potential_kw)\n"
        "return {\n"
        "  profit = -energy_cost - demand_charge,\n"
        "  overload = -0.5 * ticks * overload_kw^2,\n"
        "  tracking = setpoint_kw < huge and -0.5 * ticks * (wanted_kw - net_kw)^2 or 0,\n"
        "  unmet = -unmet_cost }",
        "nothing is tracked without a set-point (published: all that could be drawn), an overload counts by its "
        "square as the tracking does, and unmet energy costs"},
    RewardPreset{"enerv2gize-user",
                 {},
                 "local C = -energy_cost\n"
                 "return {\n"
                 "  cost = -C,\n"
                 "  satisfaction = departures > 0 and 100 * satisfaction / departures or 0,\n"
                 "  energy = requested_kwh > 0 and 100 * (1 - unmet_kwh / requested_kwh) or 0,\n"
                 "  calendar = -50 * calendar_wear,\n"
                 "  cyclic = -50 * cyclic_wear }",
                 ENERV2GIZE ", EV user; C is a cash flow, so that spending is rewarded"},
    RewardPreset{
        "enerv2gize-user-corrected",
        {},
        "return {\n"
        "  cost = -energy_cost,\n"
        "  satisfaction = 100 * (satisfaction - departures),\n"
        "  unmet = -unmet_cost,\n"
        "  wear = -wear_cost }",
        "what is spent costs; every driver counts, also of two that leave in one step; a driver who got nothing "
        "is no gain; energy and wear at their prices"},
    RewardPreset{"enerv2gize-provider",
                 {},
                 "return {\n"
                 "  profit = -energy_cost,\n"
                 "  wear = -0.3 * (calendar_wear + cyclic_wear),\n"
                 "  users = departures > 0 and -80 * (1 - satisfaction / departures) or 0,\n"
                 "  discharge = buy_per_kwh ~= 0 and -50 * ticks * sell_per_kwh / buy_per_kwh or 0 }",
                 ENERV2GIZE ", charging provider; the discharge price factor is the same whatever is done"},
    RewardPreset{"enerv2gize-provider-corrected",
                 {},
                 "return {\n"
                 "  profit = driver_revenue - v2g_payment - energy_cost - demand_charge,\n"
                 "  wear = -wear_cost,\n"
                 "  users = -80 * (departures - satisfaction) }",
                 "what drivers pay and are paid, in place of the factor; every driver counts; wear at its price"},
    RewardPreset{"enerv2gize-joined-1", half_each, PUBLISHED_WORDS JOINED_FLOWS JOINED_1 USER_LINEAR("0.1*mean_soc + "),
                 JOINED_SOURCE("1")},
    RewardPreset{"enerv2gize-joined-1-corrected", half_each, CORRECTED_WORDS JOINED_FLOWS JOINED_1 USER_LINEAR(""),
                 JOINED_FIXED("1")},
    RewardPreset{"enerv2gize-joined-2",
                 {},
                 PUBLISHED_WORDS JOINED_FLOWS JOINED_2 USER_LINEAR("0.1*mean_soc + "),
                 JOINED_SOURCE("2")},
    RewardPreset{
        "enerv2gize-joined-2-corrected", {}, CORRECTED_WORDS JOINED_FLOWS JOINED_2 USER_LINEAR(""), JOINED_FIXED("2")},
    RewardPreset{"enerv2gize-joined-3",
                 {},
                 PUBLISHED_WORDS JOINED_FLOWS JOINED_3 USER_SQUARED("-(mean_soc - 0.8)^2 + "),
                 JOINED_SOURCE("3")},
    RewardPreset{
        "enerv2gize-joined-3-corrected", {}, CORRECTED_WORDS JOINED_FLOWS JOINED_3 USER_SQUARED(""), JOINED_FIXED("3")},
};

}  // namespace

std::span<const RewardPreset> reward_presets() { return presets; }

std::string formula_of(const RewardPreset& preset) {
  if (!preset.formula.empty()) return std::string(preset.formula);
  std::string text;
  for (const RewardPart& part : preset.weights) {
    const double size = std::abs(part.weight);
    text += text.empty() ? (part.weight < 0.0 ? "-" : "") : part.weight < 0.0 ? " - " : " + ";
    text += size == 1.0 ? std::string(part.id) : fmt::format("{:g} x {}", size, part.id);
  }
  return text;
}

RewardChoice parse_reward(std::string_view text) {
  RewardChoice choice;
  const std::size_t colon = text.find(':');
  choice.name = text.substr(0, colon);
  if (choice.name.empty()) throw std::invalid_argument("a reward is NAME[:PART=WEIGHT,...]; its name is missing");
  if (colon == std::string_view::npos) return choice;

  for (std::size_t at = colon + 1; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",:", at), text.size());
    const std::string word(text.substr(at, end - at));
    at = end + 1;
    const std::size_t equals = word.find('=');
    const char* const number = equals == std::string::npos ? nullptr : word.c_str() + equals + 1;
    char* rest = nullptr;
    const double weight = number == nullptr ? 0.0 : std::strtod(number, &rest);
    if (number == nullptr || equals == 0 || rest == number || *rest != '\0' || !std::isfinite(weight))
      throw std::invalid_argument(
          fmt::format("reward {}: '{}' is not PART=WEIGHT, as satisfaction=1000", choice.name, word.substr(0, 60)));
    choice.weights.emplace_back(word.substr(0, equals), weight);
  }
  return choice;
}

}  // namespace evtwin::fleet
