// A view made by hand, and a strategy driven through its C functions.
#pragma once
#include <evtwin/strategy.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evtwin::baseline::test {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double unlimited = std::numeric_limits<double>::infinity();
inline constexpr std::int64_t second = 1'000'000'000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t hour = 60 * minute;
inline constexpr std::int64_t start = 1'748'822'400 * second;  // 2025-06-02T00:00Z

/// One EVSE and who is plugged into it; session 0 = nobody.
struct EvseRow {
  std::uint8_t phases = 1;
  double voltage_v = 230.0;
  double max_kw = 7.0;
  double max_discharge_kw = 0.0;
  double efficiency = 1.0;
  std::uint64_t session = 0;
  std::uint64_t driver = 0;
  bool draws = true;
  double setpoint_kw = 0.0, power_kw = 0.0;
  std::int64_t arrived_ns = start;
  std::int64_t departs_ns = start + 8 * hour;
  std::int64_t claimed_departs_ns = 0;  ///< 0: as departs_ns
  double requested_kwh = 14.0, got_kwh = 0.0;
  double car_min_kw = 0.0, car_max_kw = 7.0, car_max_discharge_kw = 0.0;
  double kw_per_a = 0.23;
  double soc = nan, battery_kwh = nan, soc_floor = nan;
  double priority = 0.0;
  double v2g_min_price = 0.0;  ///< the owner's
  std::vector<double> rates_kw = {};
  double car_charge_efficiency = nan, car_discharge_efficiency = nan;
  std::vector<double> curve_soc = {}, curve_kw = {};  ///< acceptance, where it is known
  std::int64_t reserved_from_ns = 0, reserved_until_ns = 0;
  double reserved_kwh = 0.0;
};

struct StorageRow {
  double kwh = 100.0, soc = 0.5, soc_min = 0.1, soc_max = 0.9;
  double charge_kw = 50.0, discharge_kw = 50.0, charge_efficiency = 0.95, discharge_efficiency = 0.95;
};

struct Member {
  std::uint32_t member = 0;
  double coefficient = 1.0, angle_deg = 0.0;
};

struct LimitRow {
  std::uint32_t kind = EVTWIN_LIMIT_POWER_KW;
  double lower = -unlimited, upper = unlimited, base = 0.0;
  std::vector<Member> members = {};
};

class ViewBuilder {
 public:
  std::vector<EvseRow> evses;
  std::vector<StorageRow> storages;
  std::vector<LimitRow> limits;     ///< beyond row 0
  std::vector<double> upper_ahead;  ///< [limits * steps] of them over the horizon; empty: they stay
  std::int64_t now_ns = start, tick_ns = 15 * minute;
  double pv_kw = 0.0, load_kw = 0.0, contract_kw = unlimited, export_limit_kw = unlimited;
  double buy = 0.2, sell = 0.05, v2g_price = 0.0, billed_peak_kw = 0.0;
  std::uint32_t storage_policy = EVTWIN_STORAGE_OFF;
  double power_setpoint_kw = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> horizon_buy;
  std::vector<double> horizon_pv, horizon_load, horizon_contract, horizon_setpoint;  ///< empty: as it is now
  std::vector<double> horizon_arrivals, horizon_arrivals_kwh;                        ///< empty: nobody
  double demand_price_per_kw = 0.0, demand_fraction = 1.0, window_import_kwh = 0.0, unmet_price = 0.0;
  /// NaN: the next month is like this one.
  double next_demand_price_per_kw = nan, next_demand_fraction = nan, next_floor_kw = nan;
  std::int64_t metering_window_ns = 15 * minute;
  std::vector<std::int64_t> horizon_window_end;  ///< empty: each as long as the one that runs
  double driver_price = 0.0, wear_price = 0.0;
  std::int64_t month_end_ns = start + 30 * 24 * hour;
  std::int64_t utc_offset_ns = 0;
  std::uint32_t why = EVTWIN_WHY_TICK;
  double charged_kwh = 0.0;  ///< so far in the run

  EvseRow& car(EvseRow row = {}) {
    row.session = evses.size() + 1;
    evses.push_back(std::move(row));
    return evses.back();
  }

  /// Columns of what stands above; valid until the next call.
  const evtwin_view& view();

 private:
  struct Columns {
    std::vector<std::string> names;
    std::vector<const char*> id, limit_name;
    std::vector<std::uint8_t> phases, draws;
    std::vector<double> voltage, angle, max_kw, max_discharge, efficiency, setpoint, power, requested, got, remaining,
        car_min, car_max, car_max_discharge, kw_per_a, soc, battery, floor, priority, v2g_paid, rate;
    std::vector<std::uint64_t> session, driver;
    std::vector<std::uint32_t> connected;
    std::vector<std::int64_t> arrived, departs, claimed;
    std::vector<std::uint32_t> rate_start;
    std::vector<double> s_kwh, s_soc, s_min, s_max, s_charge, s_discharge, s_in, s_out, s_power;
    std::vector<std::uint32_t> kind, l_start, member;
    std::vector<double> lower, upper, base, coefficient, l_angle, h_lower, h_upper;
    std::vector<std::int64_t> h_start, h_window_end;
    std::vector<double> zeros, h_sell, h_pv, h_load, h_contract, h_setpoint, h_arrivals, h_arrivals_kwh;
    std::vector<double> in, out, reserved_kwh, curve_soc, curve_kw;
    std::vector<std::uint32_t> curve_start, curve_points;
    std::vector<std::int64_t> reserved_from, reserved_until;
  };
  Columns c_;
  evtwin_view view_{};
  evtwin_ledger ledger_{}, so_far_{};
};

inline const evtwin_view& ViewBuilder::view() {
  c_ = {};
  view_ = {};
  c_.rate_start.push_back(0);
  for (const EvseRow& e : evses) {
    const bool here = e.session != 0;
    c_.names.push_back("A-" + std::to_string(c_.names.size() + 1));
    c_.phases.push_back(e.phases);
    c_.voltage.push_back(e.voltage_v);
    c_.angle.push_back(0.0);
    c_.max_kw.push_back(e.max_kw);
    c_.max_discharge.push_back(e.max_discharge_kw);
    c_.efficiency.push_back(e.efficiency);
    c_.session.push_back(e.session);
    c_.driver.push_back(here ? e.driver : 0);
    if (here) c_.connected.push_back(static_cast<std::uint32_t>(c_.session.size() - 1));
    c_.draws.push_back(here && e.draws ? 1 : 0);
    c_.setpoint.push_back(here ? e.setpoint_kw : 0.0);
    c_.power.push_back(here ? e.power_kw : 0.0);
    c_.arrived.push_back(here ? e.arrived_ns : 0);
    c_.departs.push_back(here ? e.departs_ns : 0);
    c_.claimed.push_back(!here ? 0 : e.claimed_departs_ns != 0 ? e.claimed_departs_ns : e.departs_ns);
    c_.requested.push_back(here ? e.requested_kwh : 0.0);
    c_.got.push_back(here ? e.got_kwh : 0.0);
    c_.remaining.push_back(here ? std::fmax(0.0, e.requested_kwh - e.got_kwh) : 0.0);
    c_.car_min.push_back(here ? e.car_min_kw : 0.0);
    c_.car_max.push_back(here ? e.car_max_kw : 0.0);
    c_.car_max_discharge.push_back(here ? e.car_max_discharge_kw : 0.0);
    c_.kw_per_a.push_back(here ? e.kw_per_a : 0.0);
    c_.soc.push_back(e.soc);
    c_.battery.push_back(e.battery_kwh);
    c_.floor.push_back(e.soc_floor);
    c_.priority.push_back(here ? e.priority : 0.0);
    c_.v2g_paid.push_back(here ? std::max(v2g_price, e.v2g_min_price) : 0.0);
    c_.in.push_back(e.car_charge_efficiency);
    c_.curve_start.push_back(static_cast<std::uint32_t>(c_.curve_soc.size()));
    c_.curve_points.push_back(static_cast<std::uint32_t>(e.curve_soc.size()));
    c_.curve_soc.insert(c_.curve_soc.end(), e.curve_soc.begin(), e.curve_soc.end());
    c_.curve_kw.insert(c_.curve_kw.end(), e.curve_kw.begin(), e.curve_kw.end());
    c_.out.push_back(e.car_discharge_efficiency);
    c_.reserved_from.push_back(e.reserved_from_ns);
    c_.reserved_until.push_back(e.reserved_until_ns);
    c_.reserved_kwh.push_back(e.reserved_kwh);
    if (here) c_.rate.insert(c_.rate.end(), e.rates_kw.begin(), e.rates_kw.end());
    c_.rate_start.push_back(static_cast<std::uint32_t>(c_.rate.size()));
  }
  for (const std::string& name : c_.names) c_.id.push_back(name.c_str());
  c_.rate.push_back(0.0);  // so that data() is never null
  for (const StorageRow& s : storages) {
    c_.s_kwh.push_back(s.kwh);
    c_.s_soc.push_back(s.soc);
    c_.s_min.push_back(s.soc_min);
    c_.s_max.push_back(s.soc_max);
    c_.s_charge.push_back(s.charge_kw);
    c_.s_discharge.push_back(s.discharge_kw);
    c_.s_in.push_back(s.charge_efficiency);
    c_.s_out.push_back(s.discharge_efficiency);
    c_.s_power.push_back(0.0);
  }
  // Row 0: everything at the grid connection, DC losses folded in.
  LimitRow grid{EVTWIN_LIMIT_POWER_KW, -export_limit_kw, contract_kw, load_kw - pv_kw, {}};
  for (std::uint32_t i = 0; i < evses.size(); ++i) grid.members.push_back({i, 1.0 / evses[i].efficiency, 0.0});
  for (std::uint32_t s = 0; s < storages.size(); ++s) {
    grid.members.push_back({static_cast<std::uint32_t>(evses.size()) + s, 1.0, 0.0});
  }
  std::vector<LimitRow> rows{grid};
  rows.insert(rows.end(), limits.begin(), limits.end());
  c_.l_start.push_back(0);
  for (const LimitRow& row : rows) {
    c_.limit_name.push_back("row");
    c_.kind.push_back(row.kind);
    c_.lower.push_back(row.lower);
    c_.upper.push_back(row.upper);
    c_.base.push_back(row.base);
    for (const Member& m : row.members) {
      c_.member.push_back(m.member);
      c_.coefficient.push_back(m.coefficient);
      c_.l_angle.push_back(m.angle_deg);
    }
    c_.l_start.push_back(static_cast<std::uint32_t>(c_.member.size()));
  }
  for (std::size_t k = 0; k <= horizon_buy.size(); ++k) {
    c_.h_start.push_back(k == 0 ? now_ns : (now_ns / tick_ns + static_cast<std::int64_t>(k)) * tick_ns);
  }
  c_.h_window_end = horizon_window_end;
  for (std::size_t k = c_.h_window_end.size(); k < horizon_buy.size(); ++k)
    c_.h_window_end.push_back((c_.h_start[k] / metering_window_ns + 1) * metering_window_ns);
  c_.zeros.assign(horizon_buy.size() + 1, 0.0);
  c_.h_sell.assign(horizon_buy.size() + 1, sell);
  const auto ahead = [this](std::vector<double> given, double now) {
    given.resize(horizon_buy.size() + 1, now);
    return given;
  };
  c_.h_pv = ahead(horizon_pv, pv_kw);
  c_.h_load = ahead(horizon_load, load_kw);
  c_.h_contract = ahead(horizon_contract, contract_kw);
  c_.h_setpoint = ahead(horizon_setpoint, power_setpoint_kw);
  c_.h_arrivals = ahead(horizon_arrivals, 0.0);
  c_.h_arrivals_kwh = ahead(horizon_arrivals_kwh, 0.0);

  view_.struct_size = sizeof(evtwin_view);
  view_.power_setpoint_kw = power_setpoint_kw;
  view_.why = why;
  view_.utc_offset_ns = utc_offset_ns;
  view_.now_ns = now_ns;
  view_.next_tick_ns = (now_ns / tick_ns + 1) * tick_ns;
  view_.tick_ns = tick_ns;
  view_.n_evses = static_cast<std::uint32_t>(evses.size());
  view_.evse_id = c_.id.data();
  view_.evse_phases = c_.phases.data();
  view_.evse_voltage_v = c_.voltage.data();
  view_.evse_phase_angle_deg = c_.angle.data();
  view_.evse_max_kw = c_.max_kw.data();
  view_.evse_max_discharge_kw = c_.max_discharge.data();
  view_.evse_efficiency = c_.efficiency.data();
  view_.evse_session = c_.session.data();
  view_.evse_driver = c_.driver.data();
  view_.n_connected = static_cast<std::uint32_t>(c_.connected.size());
  view_.connected_evse = c_.connected.data();
  view_.evse_draws = c_.draws.data();
  view_.evse_setpoint_kw = c_.setpoint.data();
  view_.evse_power_kw = c_.power.data();
  view_.evse_arrived_ns = c_.arrived.data();
  view_.evse_departs_ns = c_.departs.data();
  view_.evse_claimed_departs_ns = c_.claimed.data();
  view_.evse_requested_kwh = c_.requested.data();
  view_.evse_got_kwh = c_.got.data();
  view_.evse_remaining_kwh = c_.remaining.data();
  view_.evse_car_min_kw = c_.car_min.data();
  view_.evse_car_max_kw = c_.car_max.data();
  view_.evse_car_max_discharge_kw = c_.car_max_discharge.data();
  view_.evse_kw_per_a = c_.kw_per_a.data();
  view_.evse_soc = c_.soc.data();
  view_.evse_battery_kwh = c_.battery.data();
  view_.evse_soc_floor = c_.floor.data();
  view_.evse_priority = c_.priority.data();
  view_.evse_v2g_price_per_kwh = c_.v2g_paid.data();
  view_.evse_car_charge_efficiency = c_.in.data();
  view_.evse_car_discharge_efficiency = c_.out.data();
  view_.evse_curve_start = c_.curve_start.data();
  view_.evse_curve_points = c_.curve_points.data();
  view_.curve_soc = c_.curve_soc.data();
  view_.curve_kw = c_.curve_kw.data();
  view_.evse_reserved_from_ns = c_.reserved_from.data();
  view_.evse_reserved_until_ns = c_.reserved_until.data();
  view_.evse_reserved_kwh = c_.reserved_kwh.data();
  view_.evse_rate_start = c_.rate_start.data();
  view_.rate_kw = c_.rate.data();
  view_.n_storages = static_cast<std::uint32_t>(storages.size());
  view_.storage_kwh = c_.s_kwh.data();
  view_.storage_soc = c_.s_soc.data();
  view_.storage_soc_min = c_.s_min.data();
  view_.storage_soc_max = c_.s_max.data();
  view_.storage_max_charge_kw = c_.s_charge.data();
  view_.storage_max_discharge_kw = c_.s_discharge.data();
  view_.storage_charge_efficiency = c_.s_in.data();
  view_.storage_discharge_efficiency = c_.s_out.data();
  view_.storage_power_kw = c_.s_power.data();
  view_.n_limits = static_cast<std::uint32_t>(rows.size());
  view_.limit_name = c_.limit_name.data();
  view_.limit_kind = c_.kind.data();
  view_.limit_lower = c_.lower.data();
  view_.limit_upper = c_.upper.data();
  view_.limit_base = c_.base.data();
  view_.limit_start = c_.l_start.data();
  if (!upper_ahead.empty()) {
    const std::size_t steps = horizon_buy.size();
    c_.h_upper.assign(steps, contract_kw);
    c_.h_upper.insert(c_.h_upper.end(), upper_ahead.begin(), upper_ahead.end());
    c_.h_lower.clear();
    for (const LimitRow& row : rows) c_.h_lower.insert(c_.h_lower.end(), steps, row.lower);
    view_.n_limits_ahead = view_.n_limits;
    view_.horizon_limit_lower = c_.h_lower.data();
    view_.horizon_limit_upper = c_.h_upper.data();
  }
  view_.limit_member = c_.member.data();
  view_.limit_coefficient = c_.coefficient.data();
  view_.limit_angle_deg = c_.l_angle.data();
  view_.pv_kw = pv_kw;
  view_.load_kw = load_kw;
  view_.contract_kw = contract_kw;
  view_.export_limit_kw = export_limit_kw;
  view_.buy_per_kwh = buy;
  view_.sell_per_kwh = sell;
  view_.v2g_price_per_kwh = v2g_price;
  view_.billed_peak_kw = billed_peak_kw;
  view_.changed = EVTWIN_CHANGED_ROWS | EVTWIN_CHANGED_SESSIONS | EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_HORIZON;
  view_.end_ns = INT64_MAX;
  view_.metering_window_ns = metering_window_ns;
  view_.window_end_ns =
      horizon_window_end.empty() ? (now_ns / metering_window_ns + 1) * metering_window_ns : horizon_window_end.front();
  view_.window_import_kwh = window_import_kwh;
  view_.demand_basis =
      demand_price_per_kw > 0.0 || next_demand_price_per_kw > 0.0 ? EVTWIN_DEMAND_PEAK : EVTWIN_DEMAND_NONE;
  view_.demand_price_per_kw = demand_price_per_kw;
  view_.demand_fraction = demand_fraction;
  view_.month_end_ns = month_end_ns;
  const auto or_as_now = [](double next, double now) { return std::isnan(next) ? now : next; };
  view_.next_month_demand_price_per_kw = or_as_now(next_demand_price_per_kw, demand_price_per_kw);
  view_.next_month_demand_fraction = or_as_now(next_demand_fraction, demand_fraction);
  view_.next_month_floor_kw = or_as_now(next_floor_kw, billed_peak_kw);
  view_.unmet_price_per_kwh = unmet_price;
  view_.driver_price_per_kwh = driver_price;
  view_.wear_price_per_kwh = wear_price;
  view_.horizon_steps = static_cast<std::uint32_t>(horizon_buy.size());
  view_.horizon_issued_ns = now_ns;
  view_.horizon_start_ns = c_.h_start.data();
  view_.horizon_window_end_ns = c_.h_window_end.data();
  view_.horizon_pv_kw = c_.h_pv.data();
  view_.horizon_load_kw = c_.h_load.data();
  view_.horizon_contract_kw = c_.h_contract.data();
  view_.horizon_power_setpoint_kw = c_.h_setpoint.data();
  view_.horizon_arrivals = c_.h_arrivals.data();
  view_.horizon_arrivals_kwh = c_.h_arrivals_kwh.data();
  view_.horizon_buy_per_kwh = horizon_buy.data();
  view_.horizon_sell_per_kwh = c_.h_sell.data();
  view_.horizon_co2_kg_per_kwh = c_.zeros.data();
  view_.since_last = &ledger_;
  so_far_.ev_charge_kwh = charged_kwh;
  view_.so_far = &so_far_;
  view_.storage_policy = storage_policy;
  return view_;
}

struct Answer {
  std::vector<double> evse_kw, storage_kw;
  std::int64_t wake_ns = 0;
  double expected_cost = nan;
};

struct Host {
  std::string reported;  ///< the last
  evtwin_host c{sizeof(evtwin_host), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, this, &report, &random_u64, &extension};
  static void report(const evtwin_host* host, std::uint32_t, const char* text) {
    static_cast<Host*>(host->context)->reported = text;
  }
  static std::uint64_t random_u64(const evtwin_host*, std::uint64_t stream, std::uint64_t index) {
    std::uint64_t bits = (stream + 1) * 0x9e3779b97f4a7c15U + index;  // splitmix64
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31);
  }
  static const void* extension(const evtwin_host*, const char*) { return nullptr; }
};

/// An instance made for the site of `first`, with its session columns as they are.
class Driver {
 public:
  /// Parameters as the host gives them: checked ones, the others at their defaults.
  Driver(const char* id, ViewBuilder& first, std::vector<evtwin_param_value> params = {}) {
    for (std::uint32_t s = 0; const evtwin_info* info = evtwin_strategy_entry.info(s); ++s) {
      if (std::string_view(info->id) != id) continue;
      for (std::uint32_t k = 0; k < info->n_params; ++k) {
        const evtwin_param_info& row = info->params[k];
        const bool given = std::any_of(params.begin(), params.end(), [&](const evtwin_param_value& value) {
          return std::string_view(value.id) == row.id;
        });
        if (!given) params.push_back({row.id, row.default_number, row.default_text});
      }
    }
    status = evtwin_strategy_entry.create(&host_.c, id, params.data(), static_cast<std::uint32_t>(params.size()),
                                          &first.view(), &strategy_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    if (strategy_ != nullptr) strategy_->destroy(strategy_);
  }

  Answer decide(ViewBuilder& builder) {
    if (strategy_ == nullptr) throw std::logic_error("no instance: " + host_.reported);
    Answer answer{std::vector<double>(builder.evses.size(), nan), std::vector<double>(builder.storages.size(), nan), 0};
    evtwin_decision decision{
        sizeof(evtwin_decision), 0, answer.evse_kw.data(), answer.storage_kw.data(), 0, 0, nan, nullptr, 0, 0};
    if (strategy_->decide(strategy_, &builder.view(), &decision) != EVTWIN_OK) throw std::runtime_error(host_.reported);
    answer.wake_ns = decision.wake_ns;
    answer.expected_cost = decision.expected_cost;
    return answer;
  }
  const evtwin_strategy& c() const { return *strategy_; }
  bool made() const { return strategy_ != nullptr; }
  const std::string& reported() const { return host_.reported; }

  evtwin_status status = EVTWIN_FAILED;

 private:
  Host host_;
  evtwin_strategy* strategy_ = nullptr;
};

/// The first decision of a new instance.
inline Answer decide(const char* id, ViewBuilder& builder, std::vector<evtwin_param_value> params = {}) {
  return Driver(id, builder, std::move(params)).decide(builder);
}

}  // namespace evtwin::baseline::test
