#include "decide/view_request.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>

#include "control/correction.hpp"
#include "control/view_layout.hpp"
#include "decide/request_keys.hpp"
#include "kernel/static_checks.hpp"
#include "market/series.hpp"

namespace evtwin::decide {

namespace {

using Json = nlohmann::ordered_json;

/// A figure that may be without bound or not known: then the key is left out.
void set_if_finite(Json& to, const char* key, double value) {
  if (std::isfinite(value)) to[key] = value;
}

Json bits_of(std::uint32_t bits, std::span<const WhyWord> words) {
  Json list = Json::array();
  for (const WhyWord& word : words) {
    if ((bits & word.bit) != 0) list.push_back(word.word);
  }
  return list;
}

class Writer {
 public:
  Writer(const evtwin_view& view, const twin::World& world, std::uint32_t site)
      : view_(view), world_(world), site_(world.sites[site]) {}

  Json request() const {
    Json r = head();
    for (std::uint32_t d = 0; d < view_.n_departed; ++d) r["departed"].push_back(departed(d));
    if (view_.n_waiting > 0)
      r["waiting"] = {{"count", view_.n_waiting}, {"kwh", view_.waiting_kwh}, {"since", at(view_.waiting_since_ns)}};
    r["site"] = connection();
    for (std::uint32_t i = 0; i < view_.n_evses; ++i) r["evses"].push_back(evse(i));
    for (std::uint32_t s = 0; s < view_.n_storages; ++s) r["storages"].push_back(storage(s));
    r["prices"] = prices();
    for (std::uint32_t k = 0; k < view_.horizon_steps; ++k) r["horizon"].push_back(step(k));
    for (const auto& [key, ledger] : {std::pair{"since_last", view_.since_last}, {"so_far", view_.so_far}}) {
      for (const LedgerField& field : ledger_fields()) r[key][std::string(field.name)] = ledger->*field.value;
    }
    return r;
  }

 private:
  std::string at(std::int64_t t) const { return world_.calendar.format_iso(t); }

  Json head() const {
    Json r{{"now", at(view_.now_ns)},
           {"timezone", world_.calendar.zone_name()},
           {"tick_min", view_.tick_ns / kernel::minute_ns},
           {"seed", world_.seed},
           {"decision_number", view_.decision_number},
           {"why", bits_of(view_.why, why_words())},
           {"changed", bits_of(view_.changed, changed_words())},
           {"last_decision", at(view_.last_decision_ns)}};
    if (view_.end_ns != INT64_MAX) r["end"] = at(view_.end_ns);
    r["commands_under_way"] = view_.commands_under_way;
    r["commands_lost"] = view_.commands_lost;
    r["turned_away"] = view_.turned_away;
    return r;
  }

  Json departed(std::uint32_t d) const {
    Json one{{"evse", view_.evse_id[view_.departed_evse[d]]}};
    if (view_.departed_session[d] != 0) one["number"] = view_.departed_session[d];
    one.update({{"left", at(view_.departed_ns[d])},
                {"got_kwh", view_.departed_got_kwh[d]},
                {"requested_kwh", view_.departed_requested_kwh[d]},
                {"arrived", at(view_.departed_arrived_ns[d])},
                {"departs", at(view_.departed_claimed_ns[d])},
                {"driver", view_.departed_driver[d]},
                {"max_kw", view_.departed_max_kw[d]},
                {"draws", view_.departed_draws[d] != 0}});
    return one;
  }

  Json connection() const {
    static constexpr std::array policies{"off", "self_consumption", "peak_shaving", "arbitrage"};
    static_assert(policies.size() == EVTWIN_STORAGE_ARBITRAGE + 1);
    Json to{{"pv_kw", view_.pv_kw},
            {"load_kw", view_.load_kw},
            {"storage_policy", policies.at(view_.storage_policy)},
            {"limits", site_.limits == twin::LimitMode::enforce ? "enforce" : "record"}};
    set_if_finite(to, "contract_kw", view_.contract_kw);
    set_if_finite(to, "export_limit_kw", view_.export_limit_kw);
    set_if_finite(to, "power_setpoint_kw", view_.power_setpoint_kw);
    for (const physics::Feeder& feeder : site_.feeders) {
      Json one{{"name", feeder.name}, {"efficiency", feeder.efficiency}};
      if (feeder.parent >= 0) one["parent"] = site_.feeders[static_cast<std::size_t>(feeder.parent)].name;
      const auto number = static_cast<std::uint32_t>(&feeder - site_.feeders.data());
      set_if_finite(one, "max_kw", bound_now(LimitOf::feeder_kw, number, feeder.max_kw));
      set_if_finite(one, "max_a", bound_now(LimitOf::feeder_a, number, feeder.max_a));
      set_if_finite(one, "max_export_kw", bound_now(LimitOf::feeder_export_kw, number, feeder.max_export_kw));
      to["feeders"].push_back(std::move(one));
    }
    for (const physics::LimitRow& row : site_.rows) to["rows"].push_back(limit_row(row));
    return to;
  }

  using LimitOf = twin::LimitSeries::Of;

  /// A bound that follows a curve as it is now, any other as the site has it.
  double bound_now(LimitOf of, std::uint32_t index, double otherwise) const {
    for (const twin::LimitSeries& series : site_.limit_series) {
      if (series.of == of && series.index == index)
        return market::SignalClock(series.value, world_.calendar).sample_at(view_.now_ns).value;
    }
    return otherwise;
  }

  /// Bounds that change over time: at first all of them, then those that are not as in the step before.
  Json limits_of_step(std::uint32_t k) const {
    Json list = Json::array();
    for (std::uint32_t r = 1; r < view_.n_limits_ahead; ++r) {
      const std::size_t cell = std::size_t{r} * view_.horizon_steps + k;
      const double lower = view_.horizon_limit_lower[cell], upper = view_.horizon_limit_upper[cell];
      if (k > 0 && lower == view_.horizon_limit_lower[cell - 1] && upper == view_.horizon_limit_upper[cell - 1])
        continue;
      Json one{{"limit", view_.limit_name[r]}};
      set_if_finite(one, "lower", lower);
      set_if_finite(one, "upper", upper);
      list.push_back(std::move(one));
    }
    return list;
  }

  Json limit_row(const physics::LimitRow& row) const {
    static constexpr std::array kinds{"power_kw", "current_a", "magnitude_a"};
    static_assert(kernel::names_each<physics::LimitKind>(kinds));
    Json one{{"name", row.name}, {"kind", kinds.at(static_cast<std::size_t>(row.kind))}};
    const auto number = static_cast<std::uint32_t>(&row - site_.rows.data());
    set_if_finite(one, "upper", bound_now(LimitOf::row_upper, number, row.upper));
    if (row.kind != physics::LimitKind::magnitude_a)
      set_if_finite(one, "lower", bound_now(LimitOf::row_lower, number, row.lower));
    for (const physics::LimitMember& member : row.members) {
      const std::string& id = site_.evses[member.evse].id;
      if (row.kind == physics::LimitKind::magnitude_a) {
        one["members"][id] = {member.coefficient, member.angle_deg};
      } else {
        one["members"][id] = member.coefficient;
      }
    }
    return one;
  }

  Json evse(std::uint32_t i) const {
    const physics::Evse& e = site_.evses[i];
    Json one{{"id", e.id}, {"bidirectional", e.bidirectional}};
    if (e.phases == 0) {
      one.update({{"kind", "dc"}, {"kw", e.max_kw}, {"min_kw", e.min_kw}, {"efficiency", e.efficiency}});
      if (e.bidirectional) one["max_discharge_kw"] = e.max_discharge_kw;
    } else {
      one.update({{"max_a", e.max_a}, {"min_a", e.min_a}, {"phases", e.phases}, {"voltage_v", e.voltage_v}});
      if (!e.rates_a.empty()) one["rates_a"] = e.rates_a;
      if (e.phase_angle_deg != 0.0) one["phase"] = e.phase_angle_deg;
      if (e.bidirectional && e.max_discharge_a != e.max_a)
        one["max_discharge_kw"] = e.max_discharge_a * e.phases * e.voltage_v / 1000.0;
    }
    if (e.feeder >= 0) one["feeder"] = site_.feeders[static_cast<std::size_t>(e.feeder)].name;
    if (view_.evse_max_kw[i] == 0.0 && physics::rated_kw(e) > 0.0) one["available"] = false;
    if (view_.evse_reserved_from_ns[i] != 0) {
      one["reserved"] = {{"from", at(view_.evse_reserved_from_ns[i])},
                         {"until", at(view_.evse_reserved_until_ns[i])},
                         {"kwh", view_.evse_reserved_kwh[i]}};
    }
    if (view_.evse_session[i] != 0) one["session"] = session(i, e);
    return one;
  }

  void add_granted(Json& to, double asked_kw, std::uint32_t reason, std::int32_t row) const {
    to["asked_kw"] = asked_kw;
    to["reason"] = control::name_of(static_cast<control::Correction>(reason));
    if (row >= 0) to["limit"] = view_.limit_name[row];
  }

  Json session(std::uint32_t i, const physics::Evse& e) const {
    Json one{{"arrived", at(view_.evse_arrived_ns[i])},
             {"departs", at(view_.evse_claimed_departs_ns[i])},
             {"requested_kwh", view_.evse_requested_kwh[i]},
             {"got_kwh", view_.evse_got_kwh[i]},
             {"priority", view_.evse_priority[i]},
             {"draws", view_.evse_draws[i] != 0},
             {"setpoint_kw", view_.evse_setpoint_kw[i]},
             {"power_kw", view_.evse_power_kw[i]},
             {"number", view_.evse_session[i]},
             {"v2g", view_.evse_car_max_discharge_kw[i] > 0.0}};
    if (view_.evse_v2g_price_per_kwh[i] > view_.v2g_price_per_kwh)
      one["v2g_min_price_per_kwh"] = view_.evse_v2g_price_per_kwh[i];
    add_granted(one, view_.evse_asked_kw[i], view_.evse_reason[i], view_.evse_limit_row[i]);
    if (*view_.evse_session_id[i] != '\0') one["id"] = view_.evse_session_id[i];
    if (view_.evse_driver[i] != 0) one["driver"] = view_.evse_driver[i];
    if (view_.evse_vehicle[i] != UINT32_MAX) one["model"] = view_.evse_vehicle[i];
    set_if_finite(one, "soc", view_.evse_soc[i]);
    one["vehicle"] = vehicle(i, e);
    return one;
  }

  /// The car as far as the strategy was shown it: what of it fits this EVSE, and its battery where that is known.
  Json vehicle(std::uint32_t i, const physics::Evse& e) const {
    const double max_kw = view_.evse_car_max_kw[i];
    const double* curve_kw = view_.curve_kw + view_.evse_curve_start[i];
    const bool limits = max_kw < view_.evse_max_kw[i];

    Json one = Json::object();
    if (e.phases == 0) {
      const double most_kw = std::accumulate(curve_kw, curve_kw + view_.evse_curve_points[i], max_kw,
                                             [](double a, double b) { return std::max(a, b); });
      if (max_kw > 0.0) one["dc_kw"] = limits || !std::isfinite(most_kw) ? max_kw : most_kw;
    } else {
      one["ac_phases"] = std::lround(1000.0 * view_.evse_kw_per_a[i] / e.voltage_v);
      if (limits && max_kw > 0.0) one["ac_kw"] = max_kw;
    }

    const double discharge_kw = view_.evse_car_max_discharge_kw[i];
    if (discharge_kw > 0.0) one.update({{"v2g", true}, {"discharge_kw", discharge_kw}});
    if (!std::isfinite(view_.evse_battery_kwh[i])) return one;
    one.update({{"battery_kwh", view_.evse_battery_kwh[i]},
                {"charge_efficiency", view_.evse_car_charge_efficiency[i]},
                {"discharge_efficiency", view_.evse_car_discharge_efficiency[i]}});
    if (discharge_kw > 0.0) one["soc_floor"] = view_.evse_soc_floor[i];
    // A curve without bound is none: the car takes what its charger can give.
    const double* curve_soc = view_.curve_soc + view_.evse_curve_start[i];
    for (std::uint32_t k = 0; k < view_.evse_curve_points[i]; ++k) {
      if (std::isfinite(curve_kw[k])) one["curve"].push_back({curve_soc[k], curve_kw[k]});
    }
    return one;
  }

  Json storage(std::uint32_t s) const {
    const physics::Storage& storage = site_.storages[s];
    Json one{{"name", storage.id},
             {"kwh", storage.capacity_kwh},
             {"charge_kw", storage.max_charge_kw},
             {"discharge_kw", storage.max_discharge_kw},
             {"efficiency", {storage.charge_efficiency, storage.discharge_efficiency}},
             {"soc_min", storage.soc_min},
             {"soc_max", storage.soc_max},
             {"soc", view_.storage_soc[s]},
             {"setpoint_kw", view_.storage_setpoint_kw[s]},
             {"power_kw", view_.storage_power_kw[s]}};
    add_granted(one, view_.storage_asked_kw[s], view_.storage_reason[s], view_.storage_limit_row[s]);
    return one;
  }

  Json prices() const {
    static constexpr std::array bases{"none", "peak", "contract"};
    static_assert(bases.size() == EVTWIN_DEMAND_CONTRACT + 1);
    Json demand{{"basis", bases.at(view_.demand_basis)}};
    if (view_.demand_basis == EVTWIN_DEMAND_PEAK) demand["price_per_kw"] = view_.demand_price_per_kw;
    demand.update({{"fraction", view_.demand_fraction},
                   {"billed_peak_kw", view_.billed_peak_kw},
                   {"month_peak_kw", view_.month_peak_kw},
                   {"month_end", at(view_.month_end_ns)},
                   {"next_price_per_kw", view_.next_month_demand_price_per_kw},
                   {"next_fraction", view_.next_month_demand_fraction},
                   {"next_floor_kw", view_.next_month_floor_kw},
                   {"window_min", whole_window_min()},
                   {"window_import_kwh", view_.window_import_kwh},
                   {"window_end", at(view_.window_end_ns)}});
    return {{"buy_per_kwh", view_.buy_per_kwh},
            {"sell_per_kwh", view_.sell_per_kwh},
            {"driver_price_per_kwh", view_.driver_price_per_kwh},
            {"v2g_price_per_kwh", view_.v2g_price_per_kwh},
            {"unmet_price_per_kwh", view_.unmet_price_per_kwh},
            {"wear_price_per_kwh", view_.wear_price_per_kwh},
            {"demand", std::move(demand)}};
  }

  /// A change of the clock makes a window longer or shorter than those that tariffs know.
  std::int64_t whole_window_min() const {
    const std::int64_t min = view_.metering_window_ns / kernel::minute_ns;
    return min == 15 || min == 30 ? min : 60;
  }

  Json step(std::uint32_t k) const {
    Json one{{"start", at(view_.horizon_start_ns[k])}};
    set_if_finite(one, "pv_kw", view_.horizon_pv_kw[k]);
    set_if_finite(one, "load_kw", view_.horizon_load_kw[k]);
    set_if_finite(one, "buy_per_kwh", view_.horizon_buy_per_kwh[k]);
    set_if_finite(one, "sell_per_kwh", view_.horizon_sell_per_kwh[k]);
    set_if_finite(one, "co2_kg_per_kwh", view_.horizon_co2_kg_per_kwh[k]);
    set_if_finite(one, "contract_kw", view_.horizon_contract_kw[k]);
    set_if_finite(one, "power_setpoint_kw", view_.horizon_power_setpoint_kw[k]);
    if (Json limits = limits_of_step(k); !limits.empty()) one["limits"] = std::move(limits);
    set_if_finite(one, "arrivals", view_.horizon_arrivals[k]);
    set_if_finite(one, "arrivals_kwh", view_.horizon_arrivals_kwh[k]);
    return one;
  }

  const evtwin_view& view_;
  const twin::World& world_;
  const twin::Site& site_;
};

template <class T>
bool same_cells(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  return std::equal(x, x + n, y, [](const T& p, const T& q) {
    if constexpr (std::is_same_v<T, double>)
      return p == q || (std::isnan(p) && std::isnan(q));
    else if constexpr (std::is_same_v<T, const char*>)
      return std::strcmp(p, q) == 0;
    else if constexpr (std::is_same_v<T, evtwin_ledger>)
      return std::memcmp(&p, &q, sizeof p) == 0;
    else
      return p == q;
  });
}

bool same_column(const control::ColumnPlace& column, const evtwin_view& a, const evtwin_view& b) {
  // Columns of different lengths differ; two empty ones have nothing to compare.
  const std::size_t n = control::length_of(column, a);
  if (n != control::length_of(column, b)) return false;
  if (n == 0) return true;

  const void* x = control::column_of(column, a);
  const void* y = control::column_of(column, b);
  switch (column.cell) {
    case control::Cell::text:
      return same_cells<const char*>(x, y, n);
    case control::Cell::u8:
      return same_cells<std::uint8_t>(x, y, n);
    case control::Cell::u32:
      return same_cells<std::uint32_t>(x, y, n);
    case control::Cell::i32:
      return same_cells<std::int32_t>(x, y, n);
    case control::Cell::u64:
      return same_cells<std::uint64_t>(x, y, n);
    case control::Cell::i64:
      return same_cells<std::int64_t>(x, y, n);
    case control::Cell::f64:
      return same_cells<double>(x, y, n);
    default:
      return same_cells<evtwin_ledger>(x, y, n);
  }
}

/// Acceptance curves, wherever in their columns they lie.
bool same_curves(const evtwin_view& a, const evtwin_view& b) {
  for (std::uint32_t i = 0; i < a.n_evses; ++i) {
    if (a.evse_curve_points[i] != b.evse_curve_points[i]) return false;
    const std::size_t n = a.evse_curve_points[i];
    const auto same = [&](const double* x, const double* y) {
      return same_cells<double>(x + a.evse_curve_start[i], y + b.evse_curve_start[i], n);
    };
    if (!same(a.curve_soc, b.curve_soc) || !same(a.curve_kw, b.curve_kw)) return false;
  }
  return true;
}

}  // namespace

nlohmann::ordered_json request_of(const evtwin_view& view, const twin::World& world, std::uint32_t site) {
  return Writer(view, world, site).request();
}

std::vector<std::string> different_columns(const evtwin_view& a, const evtwin_view& b) {
  std::vector<std::string> names;
  for (const control::ColumnPlace& column : control::view_columns()) {
    const bool of_curves = column.name == "evse_curve_start" || column.name == "curve_soc" || column.name == "curve_kw";
    if (!of_curves && !same_column(column, a, b)) names.emplace_back(column.name);
  }
  if (a.n_evses == b.n_evses && !same_curves(a, b)) names.emplace_back("curve_soc, curve_kw");
  return names;
}

}  // namespace evtwin::decide
