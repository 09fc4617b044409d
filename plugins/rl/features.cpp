#include "features.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

namespace evtwin::rl {

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000, day_ns = 24 * hour_ns;
static_assert(static_cast<double>(hour_ns) == 3.6e12);

double hours(std::int64_t from_ns, std::int64_t to_ns) { return static_cast<double>(to_ns - from_ns) / 3.6e12; }

constexpr std::array site_table{
    Feature{"day_sin", "", "sine of the local time of day"},
    Feature{"day_cos", "", "cosine of the local time of day"},
    Feature{"week_sin", "", "sine of the local time of week"},
    Feature{"week_cos", "", "cosine of the local time of week"},
    Feature{"weekend", "", "1 on Saturday and Sunday"},
    Feature{"buy", "mean price", "buy price now"},
    Feature{"sell", "mean price", "sell price now"},
    Feature{"buy_rank", "", "share of the day ahead that is cheaper than now"},
    Feature{"buy_1h", "mean price", "mean buy price of the next hour, less the price now"},
    Feature{"buy_2h", "mean price", "of the hour after that"},
    Feature{"buy_4h", "mean price", "of the two hours after that"},
    Feature{"buy_8h", "mean price", "of the four hours after that"},
    Feature{"buy_12h", "mean price", "of the four hours after that"},
    Feature{"buy_24h", "mean price", "of the twelve hours after that"},
    Feature{"least_4h", "mean price", "lowest buy price of the next 4 h, less the price now"},
    Feature{"least_12h", "mean price", "lowest buy price of the next 12 h, less the price now"},
    Feature{"unmet", "", "log10 of the unmet price in mean prices"},
    Feature{"demand_price", "", "log10 of 1 + one more kW of billed peak, in mean prices"},
    Feature{"month_left", "month", "until the month ends, of 31 days"},
    Feature{"load", "site power", "base load now"},
    Feature{"pv", "site power", "PV now"},
    Feature{"month_peak", "site power", "running peak of the month"},
    Feature{"billed_peak", "site power", "what the month is billed for so far"},
    Feature{"window_mean", "site power", "mean of the open metering window if nothing more is imported"},
    Feature{"used", "site power", "EVSEs and storages now"},
    Feature{"below_peak", "site power", "billed peak less net load: what vehicles may draw without a new peak, root"},
    Feature{"connected", "", "EVSEs with a vehicle, of all"},
    Feature{"draws", "", "EVSEs whose vehicle would take power, of all"},
    Feature{"most", "site power", "what all vehicles that draw can take together"},
    Feature{"remaining", "site power x h", "requested and not got, of all vehicles that draw, root"},
    Feature{"needed", "site power", "mean power to be done in time, if drivers leave as they claim, root"},
    Feature{"tight", "site power", "what vehicles without laxity can take: full power or late, root"},
    Feature{"tight_1h", "site power", "with less than an hour of laxity, root"},
    Feature{"tight_3h", "site power", "with less than three hours, root"},
    Feature{"overdue", "site power", "what vehicles can take that have stayed beyond their claim, root"},
    Feature{"young", "site power x h", "remaining of those plugged in for less than 2 h, root"},
    Feature{"old", "site power x h", "remaining of those plugged in for more than 6 h, root"},
    Feature{"waiting", "", "vehicles in the queue, per EVSE"},
    Feature{"stored", "h", "what storages hold above their lowest SoC, at full power"},
    Feature{"room", "h", "what storages can still take, at full power"},
    Feature{"storage_power", "site power", "what storages can give"},
    // Forecasts.
    Feature{"net_1h", "site power", "load less PV foreseen, mean of the next hour"},
    Feature{"net_4h", "site power", "mean of the three hours after that"},
    Feature{"net_12h", "site power", "mean of the eight hours after that"},
    Feature{"net_24h", "site power", "mean of the twelve hours after that"},
    Feature{"net_high", "site power", "highest of load (level 0.9) less PV (level 0.1) of the next 4 h"},
    Feature{"arrivals_2h", "site power x h", "energy that vehicles to come within 2 h will ask for"},
    Feature{"arrivals_8h", "site power x h", "in the six hours after that"},
    // Load and PV each by itself, with their bands. `low` and `high`: where the forecast knows no spread, the mean.
    Feature{"load_1h", "site power", "base load foreseen, mean of the next hour"},
    Feature{"load_1h_low", "site power", "the same of what each step stays below with probability 0.1"},
    Feature{"load_1h_high", "site power", "with probability 0.9"},
    Feature{"load_3h", "site power", "base load foreseen, mean of the next three hours"},
    Feature{"load_3h_low", "site power", "at level 0.1"},
    Feature{"load_3h_high", "site power", "at level 0.9"},
    Feature{"load_day", "site power", "base load foreseen, mean until local midnight"},
    Feature{"load_day_low", "site power", "at level 0.1"},
    Feature{"load_day_high", "site power", "at level 0.9"},
    Feature{"pv_1h", "site power", "PV foreseen, mean of the next hour"},
    Feature{"pv_1h_low", "site power", "at level 0.1"},
    Feature{"pv_1h_high", "site power", "at level 0.9"},
    Feature{"pv_3h", "site power", "PV foreseen, mean of the next three hours"},
    Feature{"pv_3h_low", "site power", "at level 0.1"},
    Feature{"pv_3h_high", "site power", "at level 0.9"},
    Feature{"pv_day", "site power", "PV foreseen, mean until local midnight"},
    Feature{"pv_day_low", "site power", "at level 0.1"},
    Feature{"pv_day_high", "site power", "at level 0.9"},
};

/// Tables that policies were learnt with: each a prefix of the table, which only grows at its end. Without forecasts;
/// with those of net load and arrivals; with load and PV and their bands as well.
constexpr std::size_t n_without_forecasts = 41, n_without_bands = n_without_forecasts + 7;
static_assert(std::string_view(site_table[n_without_forecasts].id) == "net_1h");
static_assert(std::string_view(site_table[n_without_bands].id) == "load_1h");
static_assert(site_table.size() == n_without_bands + 2 * 3 * 3);

constexpr std::array evse_table{
    Feature{"laxity", "h / 8", "claimed time left beyond what charging the rest at full power takes, -1 to 3"},
    Feature{"left", "h / 8", "until the claimed departure, at most 3; 0 once that has passed"},
    Feature{"overdue", "", "1 where the claimed departure has passed"},
    Feature{"stay", "h / 8", "since it was plugged in, at most 3"},
    Feature{"rest", "h / 4", "the rest at full power, at most 3"},
    Feature{"rest_share", "", "remaining of requested"},
    Feature{"requested", "h / 4", "requested at full power, at most 4"},
    Feature{"beyond", "", "1 where the request is met and the vehicle still draws"},
    Feature{"most", "EVSE power", "what the vehicle can take, of what the EVSE can give"},
    Feature{"least", "vehicle power", "smallest offer"},
    Feature{"of_site", "site power", "what the vehicle can take, root"},
    Feature{"lends", "vehicle power", "what it may give"},
    Feature{"soc", "", "state of charge; 0 where not known"},
    Feature{"soc_known", "", "1 where it is known"},
    Feature{"power", "vehicle power", "metered now"},
};

float bounded(double value, double low, double high) {
  return std::isfinite(value) ? static_cast<float>(std::clamp(value, low, high)) : 0.0F;
}
float cell(double value) { return bounded(value, -100.0, 100.0); }
/// Spreads what is small: powers far below the site's matter as well.
double root(double share) { return share < 0.0 ? -std::sqrt(-share) : std::sqrt(share); }

/// Steps from one hour ahead to another, as indices of the horizon.
struct Steps {
  std::uint32_t from = 0, to = 0;
};
Steps steps_between(const evtwin_view& view, double from_h, double to_h) {
  const double tick_h = hours(0, view.tick_ns);
  const auto index = [&](double h) {
    return std::min(view.horizon_steps, static_cast<std::uint32_t>(std::lround(h / tick_h)));
  };
  const Steps steps{index(from_h), std::max(index(to_h), index(from_h) + 1)};
  return {steps.from, std::min(steps.to, view.horizon_steps)};
}
template <class Value>
double mean_of(Steps steps, double otherwise, Value&& value) {
  if (steps.from >= steps.to) return otherwise;
  double sum = 0.0;
  for (std::uint32_t k = steps.from; k < steps.to; ++k) sum += value(k);
  return sum / static_cast<double>(steps.to - steps.from);
}

/// Writes features one after the other, in the order of the table.
struct SiteRow {
  float* row;
  std::size_t at = 0;
  void put(double value) { row[at++] = cell(value); }
};

/// Day and week as circles, so that midnight has no step.
void put_time(const evtwin_view& v, SiteRow& out) {
  const std::int64_t local_ns = v.now_ns + v.utc_offset_ns;
  const double day = static_cast<double>(((local_ns % day_ns) + day_ns) % day_ns) / static_cast<double>(day_ns);
  constexpr std::int64_t monday_ns = 4 * day_ns;  // 1970-01-05
  static_assert(std::chrono::weekday(std::chrono::sys_days(std::chrono::days(monday_ns / day_ns))) ==
                std::chrono::Monday);
  const std::int64_t week_ns = ((local_ns - monday_ns) % (7 * day_ns) + 7 * day_ns) % (7 * day_ns);
  const double week = static_cast<double>(week_ns) / static_cast<double>(7 * day_ns);
  constexpr double circle = 2.0 * std::numbers::pi;

  out.put(std::sin(circle * day));
  out.put(std::cos(circle * day));
  out.put(std::sin(circle * week));
  out.put(std::cos(circle * week));
  out.put(week_ns >= 5 * day_ns ? 1.0 : 0.0);
}

/// Prices in the mean of the day ahead, so that neither currency nor level of a tariff matters.
void put_prices(const evtwin_view& v, SiteRow& out) {
  const double* const buy = v.horizon_buy_per_kwh;
  const std::uint32_t n = v.horizon_steps;
  double sum = 0.0;
  std::uint32_t cheaper = 0;
  for (std::uint32_t k = 0; k < n; ++k) {
    sum += std::abs(buy[k]);
    cheaper += buy[k] < v.buy_per_kwh ? 1U : 0U;
  }
  double mean = n > 0 ? sum / n : std::abs(v.buy_per_kwh);
  if (!(mean > 1e-6 * v.unmet_price_per_kwh)) mean = std::max(1e-9, 1e-3 * v.unmet_price_per_kwh);
  const double one_price = 1.0 / mean;
  out.put(v.buy_per_kwh * one_price);
  out.put(v.sell_per_kwh * one_price);
  out.put(n > 0 ? static_cast<double>(cheaper) / n : 0.0);

  // The course ahead, less the price now.
  constexpr std::array price_blocks_h{0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0};
  for (std::size_t b = 0; b + 1 < price_blocks_h.size(); ++b) {
    const Steps steps = steps_between(v, price_blocks_h[b], price_blocks_h[b + 1]);
    out.put((mean_of(steps, v.buy_per_kwh, [&](std::uint32_t k) { return buy[k]; }) - v.buy_per_kwh) * one_price);
  }
  for (const double h : {4.0, 12.0}) {
    const Steps steps = steps_between(v, 0.0, h);
    double least = v.buy_per_kwh;
    for (std::uint32_t k = steps.from; k < steps.to; ++k) least = std::min(least, buy[k]);
    out.put((least - v.buy_per_kwh) * one_price);
  }

  out.put(std::log10(std::max(1e-3, v.unmet_price_per_kwh * one_price)));
  out.put(std::log10(1.0 + std::max(0.0, v.demand_price_per_kw * v.demand_fraction * one_price)));
  out.put(hours(v.now_ns, v.month_end_ns) / (31.0 * 24.0));
}

/// The site now, and its peaks so far. @param one_kw  1 / the site's power
void put_site_now(const evtwin_view& v, double one_kw, SiteRow& out) {
  double used_kw = 0.0;
  for (std::uint32_t c = 0; c < v.n_connected; ++c) used_kw += v.evse_power_kw[v.connected_evse[c]];
  double storage_now_kw = 0.0;
  for (std::uint32_t s = 0; s < v.n_storages; ++s) storage_now_kw += v.storage_power_kw[s];

  out.put(v.load_kw * one_kw);
  out.put(v.pv_kw * one_kw);
  out.put(v.month_peak_kw * one_kw);
  out.put(v.billed_peak_kw * one_kw);
  out.put(v.window_import_kwh / std::max(1e-9, hours(0, v.metering_window_ns)) * one_kw);
  out.put((used_kw + storage_now_kw) * one_kw);
  out.put(root((v.billed_peak_kw - (v.load_kw - v.pv_kw)) * one_kw));
}

/// Sums over the vehicles that draw: kW, and kWh of `remaining`, `young` and `old`.
struct DrawingSums {
  std::uint32_t n = 0;
  double most = 0.0, remaining = 0.0, needed = 0.0, tight = 0.0, tight_1h = 0.0, tight_3h = 0.0, overdue = 0.0;
  double young = 0.0, old = 0.0;
};

/// Laxity decides how soon a vehicle needs power; a stay beyond its claim may end at any time.
DrawingSums sums_of_drawing(const evtwin_view& v) {
  DrawingSums sums;
  const double tick_h = hours(0, v.tick_ns);
  for (std::uint32_t c = 0; c < v.n_connected; ++c) {
    const std::uint32_t i = v.connected_evse[c];
    if (!can_charge(v, i)) continue;
    ++sums.n;
    const double kw = v.evse_car_max_kw[i], rest = v.evse_remaining_kwh[i];
    const double left_h = std::max(tick_h, hours(v.now_ns, v.evse_departs_ns[i])), laxity_h = left_h - rest / kw;
    const double stay_h = hours(v.evse_arrived_ns[i], v.now_ns);
    sums.most += kw;
    sums.remaining += rest;
    sums.needed += std::min(kw, rest / left_h);
    if (rest > 0.0) {
      if (laxity_h <= tick_h) sums.tight += kw;
      if (laxity_h < 1.0) sums.tight_1h += kw;
      if (laxity_h < 3.0) sums.tight_3h += kw;
    }
    if (v.evse_claimed_departs_ns[i] <= v.now_ns) sums.overdue += kw;
    if (stay_h < 2.0) sums.young += rest;
    if (stay_h > 6.0) sums.old += rest;
  }
  return sums;
}

/// Vehicles, by how urgent they are. @param one_kw  1 / the site's power
void put_vehicles(const evtwin_view& v, double one_kw, SiteRow& out) {
  const DrawingSums sums = sums_of_drawing(v);
  const double one_evse = 1.0 / std::max(1U, v.n_evses);
  out.put(v.n_connected * one_evse);
  out.put(sums.n * one_evse);
  out.put(sums.most * one_kw);
  out.put(root(sums.remaining * one_kw));
  out.put(root(sums.needed * one_kw));
  out.put(root(sums.tight * one_kw));
  out.put(root(sums.tight_1h * one_kw));
  out.put(root(sums.tight_3h * one_kw));
  out.put(root(sums.overdue * one_kw));
  out.put(root(sums.young * one_kw));
  out.put(root(sums.old * one_kw));
  out.put(v.n_waiting * one_evse);
}

/// Storages in hours at full power. @param storage_kw  of all together; 0: there are none
void put_stored(const evtwin_view& v, double storage_kw, SiteRow& out) {
  double stored_kwh = 0.0, room_kwh = 0.0;
  for (std::uint32_t s = 0; s < v.n_storages; ++s) {
    stored_kwh += std::max(0.0, v.storage_soc[s] - v.storage_soc_min[s]) * v.storage_kwh[s];
    room_kwh += std::max(0.0, v.storage_soc_max[s] - v.storage_soc[s]) * v.storage_kwh[s];
  }
  out.put(storage_kw > 0.0 ? stored_kwh / storage_kw : 0.0);
  out.put(storage_kw > 0.0 ? room_kwh / storage_kw : 0.0);
}

/// The hours ahead as forecast. @param one_kw  1 / the site's power
void put_forecast(const evtwin_view& v, double one_kw, SiteRow& out) {
  const auto net = [&](std::uint32_t k) { return (v.horizon_load_kw[k] - v.horizon_pv_kw[k]) * one_kw; };
  const double net_now = (v.load_kw - v.pv_kw) * one_kw;
  out.put(mean_of(steps_between(v, 0.0, 1.0), net_now, net));
  out.put(mean_of(steps_between(v, 1.0, 4.0), net_now, net));
  out.put(mean_of(steps_between(v, 4.0, 12.0), net_now, net));
  out.put(mean_of(steps_between(v, 12.0, 24.0), net_now, net));

  const Steps soon = steps_between(v, 0.0, 4.0);
  double high = net_now;
  for (std::uint32_t k = soon.from; k < soon.to && v.n_levels == 2; ++k)
    high = std::max(high, (v.level_load_kw[v.horizon_steps + k] - v.level_pv_kw[k]) * one_kw);
  out.put(high);

  const auto arrivals = [&](double from_h, double to_h) {
    const Steps steps = steps_between(v, from_h, to_h);
    double kwh = 0.0;
    for (std::uint32_t k = steps.from; k < steps.to; ++k) kwh += v.horizon_arrivals_kwh[k];
    return kwh * one_kw;
  };
  out.put(arrivals(0.0, 2.0));
  out.put(arrivals(2.0, 8.0));
}

/// Steps that begin before the local day ends; one at least, where there is a horizon.
Steps steps_of_day(const evtwin_view& v) {
  const std::int64_t local_ns = v.now_ns + v.utc_offset_ns;
  const std::int64_t midnight_ns = v.now_ns + day_ns - ((local_ns % day_ns) + day_ns) % day_ns;
  Steps steps;
  while (steps.to < v.horizon_steps && (steps.to == 0 || v.horizon_start_ns[steps.to] < midnight_ns)) ++steps.to;
  return steps;
}

/// One quantity in windows ahead: what is foreseen, and its levels.
/// @param foreseen  [horizon_steps] kW
/// @param levels  [2, horizon_steps] kW; null: the forecast gives none
/// @param one_kw  1 / the site's power
void put_windows(const evtwin_view& v, double now_kw, const double* foreseen, const double* levels, double one_kw,
                 SiteRow& out) {
  for (const Steps steps : {steps_between(v, 0.0, 1.0), steps_between(v, 0.0, 3.0), steps_of_day(v)}) {
    const double mean_kw = mean_of(steps, now_kw, [&](std::uint32_t k) { return foreseen[k]; });
    out.put(mean_kw * one_kw);
    for (const std::uint32_t level : {0U, 1U}) {
      const auto at_level = [&](std::uint32_t k) { return levels[level * v.horizon_steps + k]; };
      out.put((levels != nullptr ? mean_of(steps, now_kw, at_level) : mean_kw) * one_kw);
    }
  }
}

/// Load and PV ahead with their bands. @param one_kw  1 / the site's power
void put_bands(const evtwin_view& v, double one_kw, SiteRow& out) {
  const bool known = v.n_levels == std::size(Features::levels);
  put_windows(v, v.load_kw, v.horizon_load_kw, known ? v.level_load_kw : nullptr, one_kw, out);
  put_windows(v, v.pv_kw, v.horizon_pv_kw, known ? v.level_pv_kw : nullptr, one_kw, out);
}

}  // namespace

bool can_charge(const evtwin_view& view, std::uint32_t evse) {
  return view.evse_draws[evse] != 0 && view.evse_car_max_kw[evse] > 0.0;
}

bool can_lend(const evtwin_view& view, std::uint32_t evse) {
  if (view.evse_car_max_discharge_kw[evse] <= 0.0) return false;
  return std::isnan(view.evse_soc[evse]) || view.evse_soc[evse] > view.evse_soc_floor[evse];
}

Features::Features(const evtwin_view& first, std::size_t n_site) : n_site_(n_site) {
  double all_kw = 0.0;
  for (std::uint32_t i = 0; i < first.n_evses; ++i) all_kw += first.evse_max_kw[i];
  site_kw_ = std::isfinite(first.contract_kw) && first.contract_kw > 0.0 ? first.contract_kw : all_kw;
  if (all_kw > 0.0) site_kw_ = std::min(site_kw_, all_kw);
  if (!(site_kw_ > 0.0)) site_kw_ = 1.0;
  for (std::uint32_t s = 0; s < first.n_storages; ++s) storage_kw_ += first.storage_max_discharge_kw[s];
}

std::span<const Feature> Features::of_site(Ahead ahead) {
  return std::span(site_table).first(ahead == Ahead::all ? site_table.size() : n_without_forecasts);
}

bool Features::is_site_table(Ahead ahead, std::size_t n) {
  if (ahead == Ahead::prices) return n == n_without_forecasts;
  return n == n_without_bands || n == site_table.size();
}

std::span<const Feature> Features::of_evse() { return evse_table; }

std::uint32_t Features::horizon_steps(std::int64_t tick_ns) {
  return tick_ns > 0 ? static_cast<std::uint32_t>(std::clamp<std::int64_t>(day_ns / tick_ns, 1, 1440)) : 1;
}

std::uint32_t Features::horizon_reads(Ahead ahead) {
  return ahead == Ahead::all ? EVTWIN_READS_ALL : EVTWIN_READS_PRICES;
}

void Features::write_site(const evtwin_view& v, float* row) const {
  SiteRow out{row};
  const double one_kw = 1.0 / site_kw_;
  put_time(v, out);
  put_prices(v, out);
  put_site_now(v, one_kw, out);
  put_vehicles(v, one_kw, out);
  put_stored(v, storage_kw_, out);
  out.put(storage_kw_ * one_kw);
  if (n_site_ > n_without_forecasts) put_forecast(v, one_kw, out);
  if (n_site_ > n_without_bands) put_bands(v, one_kw, out);
}

void Features::write_evse(const evtwin_view& v, std::uint32_t i, float* row) const {
  std::size_t at = 0;
  const auto put = [&](double value, double low = -100.0, double high = 100.0) {
    row[at++] = bounded(value, low, high);
  };
  const double kw = std::max(1e-9, v.evse_car_max_kw[i]), rest = v.evse_remaining_kwh[i];
  const double requested = v.evse_requested_kwh[i], left_h = hours(v.now_ns, v.evse_departs_ns[i]);
  const bool overdue = v.evse_claimed_departs_ns[i] <= v.now_ns;

  put((left_h - rest / kw) / 8.0, -1.0, 3.0);
  put(overdue ? 0.0 : left_h / 8.0, 0.0, 3.0);
  put(overdue ? 1.0 : 0.0);
  put(hours(v.evse_arrived_ns[i], v.now_ns) / 8.0, 0.0, 3.0);
  put(rest / kw / 4.0, 0.0, 3.0);
  put(requested > 0.0 ? rest / requested : 0.0, 0.0, 2.0);
  put(requested / kw / 4.0, 0.0, 4.0);
  put(rest <= 0.0 ? 1.0 : 0.0);
  put(v.evse_max_kw[i] > 0.0 ? kw / v.evse_max_kw[i] : 0.0, 0.0, 2.0);
  put(v.evse_car_min_kw[i] / kw, 0.0, 1.0);
  put(root(kw / site_kw_), 0.0, 10.0);
  put(v.evse_car_max_discharge_kw[i] / kw, 0.0, 2.0);

  // Few chargers know the state of charge: 0, and said to be unknown.
  const bool known = !std::isnan(v.evse_soc[i]);
  put(known ? v.evse_soc[i] : 0.0);
  put(known ? 1.0 : 0.0);
  put(v.evse_power_kw[i] / kw, -2.0, 2.0);
}

}  // namespace evtwin::rl
