#include "fleet/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"
#include "physics/battery.hpp"

namespace evtwin::fleet {

namespace {

using physics::infinite;

double hours(std::int64_t from_ns, std::int64_t to_ns) { return kernel::hours_between(from_ns, to_ns); }

// ---- Time of day and of week on the local clock, as points on circles: midnight lies beside 23:45.

constexpr std::int64_t week_ns = 7 * kernel::day_ns;
constexpr std::int64_t minutes_of_week = week_ns / kernel::minute_ns;
static_assert(minutes_of_week == 10'080);

std::int64_t local_ns_of_week(const evtwin_view& view) {
  constexpr std::int64_t monday_ns = 4 * kernel::day_ns;  // 1970-01-05
  static_assert(std::chrono::weekday(std::chrono::sys_days(std::chrono::days(monday_ns / kernel::day_ns))) ==
                std::chrono::Monday);
  const std::int64_t since_ns = (view.now_ns + view.utc_offset_ns - monday_ns) % week_ns;
  return since_ns < 0 ? since_ns + week_ns : since_ns;
}

Circles circles_at(std::int64_t ns_of_week) {
  const double days = static_cast<double>(ns_of_week) / static_cast<double>(kernel::day_ns);
  const double day = 2.0 * std::numbers::pi * (days - std::floor(days)), week = 2.0 * std::numbers::pi * days / 7.0;
  return {std::sin(day), std::cos(day), std::sin(week), std::cos(week)};
}

/// Sines are looked up for whole minutes, which nearly all decisions fall on.
Circles circles_of(const evtwin_view& view) {
  static const std::vector<Circles> by_minute = [] {
    std::vector<Circles> table;
    for (std::int64_t m = 0; m < minutes_of_week; ++m) table.push_back(circles_at(m * kernel::minute_ns));
    return table;
  }();
  const std::int64_t ns = local_ns_of_week(view);
  if (ns % kernel::minute_ns != 0) return circles_at(ns);
  return by_minute[static_cast<std::size_t>(ns / kernel::minute_ns)];
}

// ---- The site

double day_sin(const Look& l) { return l.circles.day_sin; }
double day_cos(const Look& l) { return l.circles.day_cos; }
double week_sin(const Look& l) { return l.circles.week_sin; }
double week_cos(const Look& l) { return l.circles.week_cos; }
double until_end_h(const Look& l) { return l.ends ? hours(l.view.now_ns, l.view.end_ns) : 0.0; }
double buy(const Look& l) { return l.view.buy_per_kwh; }
double sell(const Look& l) { return l.view.sell_per_kwh; }
double price_rank(const Look& l) {
  const double* const price = l.view.horizon_buy_per_kwh;
  if (l.horizon_steps == 0) return 0.0;
  std::uint32_t cheaper = 0;
  for (std::uint32_t k = 0; k < l.horizon_steps; ++k) cheaper += price[k] < l.view.buy_per_kwh ? 1U : 0U;
  return static_cast<double>(cheaper) / static_cast<double>(l.horizon_steps);
}
double pv(const Look& l) { return l.view.pv_kw; }
double load(const Look& l) { return l.view.load_kw; }
double contract(const Look& l) { return l.view.contract_kw; }
double contract_known(const Look& l) { return std::isfinite(l.view.contract_kw) ? 1.0 : 0.0; }
double headroom(const Look& l) { return l.view.contract_kw - (l.view.load_kw - l.view.pv_kw + l.used_kw); }
double running_peak(const Look& l) { return l.view.month_peak_kw; }
double billed_peak(const Look& l) { return l.view.billed_peak_kw; }
double window_mean(const Look& l) {
  return l.view.window_import_kwh / hours(0, std::max<std::int64_t>(1, l.view.metering_window_ns));
}
double window_left(const Look& l) { return hours(l.view.now_ns, l.view.window_end_ns); }
double demand_price(const Look& l) { return l.view.demand_price_per_kw * l.view.demand_fraction; }
double month_left_h(const Look& l) { return hours(l.view.now_ns, l.view.month_end_ns); }
double setpoint(const Look& l) { return l.view.power_setpoint_kw; }
double setpoint_known(const Look& l) { return std::isnan(l.view.power_setpoint_kw) ? 0.0 : 1.0; }
double connected(const Look& l) { return l.view.n_connected; }
double waiting(const Look& l) { return l.view.n_waiting; }

// ---- The horizon, storages, EVSEs: of thing i

using Thing = std::uint32_t;
double foreseen_pv(const Look& l, Thing k) { return l.view.horizon_pv_kw[k]; }
double foreseen_load(const Look& l, Thing k) { return l.view.horizon_load_kw[k]; }
double foreseen_buy(const Look& l, Thing k) { return l.view.horizon_buy_per_kwh[k]; }
double foreseen_sell(const Look& l, Thing k) { return l.view.horizon_sell_per_kwh[k]; }

double storage_soc(const Look& l, Thing s) { return l.view.storage_soc[s]; }
double storage_room(const Look& l, Thing s) {
  return (l.view.storage_soc_max[s] - l.view.storage_soc[s]) * l.view.storage_kwh[s];
}
double storage_stored(const Look& l, Thing s) {
  return (l.view.storage_soc[s] - l.view.storage_soc_min[s]) * l.view.storage_kwh[s];
}
double storage_power(const Look& l, Thing s) { return l.view.storage_power_kw[s]; }
double storage_max_charge(const Look& l, Thing s) { return l.view.storage_max_charge_kw[s]; }
double storage_max_discharge(const Look& l, Thing s) { return l.view.storage_max_discharge_kw[s]; }

double plugged(const Look&, Thing) { return 1.0; }
double draws(const Look& l, Thing i) { return l.view.evse_draws[i]; }
double remaining(const Look& l, Thing i) { return l.view.evse_remaining_kwh[i]; }
double left_h(const Look& l, Thing i) { return hours(l.view.now_ns, l.view.evse_departs_ns[i]); }
double laxity_h(const Look& l, Thing i) {
  const double kw = l.view.evse_car_max_kw[i];
  return left_h(l, i) - (kw > 0.0 ? l.view.evse_remaining_kwh[i] / kw : 0.0);
}
double stay_h(const Look& l, Thing i) { return hours(l.view.evse_arrived_ns[i], l.view.now_ns); }
double claim_passed(const Look& l, Thing i) { return l.view.evse_claimed_departs_ns[i] <= l.view.now_ns ? 1.0 : 0.0; }
double power(const Look& l, Thing i) { return l.view.evse_power_kw[i]; }
double min_kw(const Look& l, Thing i) { return l.view.evse_car_min_kw[i]; }
double max_kw(const Look& l, Thing i) { return l.view.evse_car_max_kw[i]; }
double max_discharge(const Look& l, Thing i) { return l.view.evse_car_max_discharge_kw[i]; }
double soc(const Look& l, Thing i) { return l.view.evse_soc[i]; }
double soc_known(const Look& l, Thing i) { return std::isnan(l.view.evse_soc[i]) ? 0.0 : 1.0; }

// ---- Writers: one quantity of all things of a block

/// A cell is always finite; what is not known is 0.
float cell(double value, const evtwin_fleet_column& column) {
  const double scaled = (value - column.shift) * column.scale;
  return std::isfinite(scaled) ? static_cast<float>(std::clamp(scaled, -1e6, 1e6)) : 0.0F;
}

template <double (*value)(const Look&)>
void write_site(const Look& look, const evtwin_fleet_column& column, std::uint32_t, float* row) {
  row[column.offset] = cell(value(look), column);
}

template <double (*value)(const Look&, Thing)>
void write_steps(const Look& look, const evtwin_fleet_column& column, std::uint32_t, float* row) {
  for (Thing k = 0; k < look.horizon_steps; ++k) row[column.offset + k * column.stride] = cell(value(look, k), column);
}

template <const double* evtwin_view::*field>
void write_level(const Look& look, const evtwin_fleet_column& column, std::uint32_t level, float* row) {
  const double* const values = look.view.*field + std::size_t{level} * look.view.horizon_steps;
  for (Thing k = 0; k < look.horizon_steps; ++k) row[column.offset + k * column.stride] = cell(values[k], column);
}

template <double (*value)(const Look&, Thing)>
void write_storages(const Look& look, const evtwin_fleet_column& column, std::uint32_t, float* row) {
  for (Thing s = 0; s < look.view.n_storages; ++s)
    row[column.offset + s * column.stride] = cell(value(look, s), column);
}

template <double (*value)(const Look&, Thing)>
void write_evses(const Look& look, const evtwin_fleet_column& column, std::uint32_t, float* row) {
  for (std::uint32_t c = 0; c < look.view.n_connected; ++c) {
    const Thing i = look.view.connected_evse[c];
    row[column.offset + i * column.stride] = cell(value(look, i), column);
  }
}

// ---- The table

enum class Block : std::uint8_t { site, horizon, storage, evse };

/// Quantity that a cell of 1 stands for.
enum class Unit : std::uint8_t { one, day_h, evse_hour_kwh, site_kw, evse_kw, storage_kw, storage_kwh, price, evses };

struct ColumnRow {
  const char *id, *unit, *help;
  Block block;
  Unit cell_unit;
  double low, high;  ///< of the value
  Observation::Writer write;
  Observation::Writer write_level = nullptr;  ///< a column more for each level of the forecast
};

constexpr std::array column_table{
    ColumnRow{"site.day_sin", "", "sine of the local time of day", Block::site, Unit::one, -1, 1, write_site<day_sin>},
    ColumnRow{"site.day_cos", "", "cosine of the local time of day", Block::site, Unit::one, -1, 1,
              write_site<day_cos>},
    ColumnRow{"site.week_sin", "", "sine of the local time of week", Block::site, Unit::one, -1, 1,
              write_site<week_sin>},
    ColumnRow{"site.week_cos", "", "cosine of the local time of week", Block::site, Unit::one, -1, 1,
              write_site<week_cos>},
    ColumnRow{"site.until_end_h", "h", "until the run ends, where that terminates; else 0", Block::site, Unit::day_h, 0,
              infinite, write_site<until_end_h>},
    ColumnRow{"site.buy_per_kwh", "money/kWh", "buy price now", Block::site, Unit::price, -infinite, infinite,
              write_site<buy>},
    ColumnRow{"site.sell_per_kwh", "money/kWh", "sell price now", Block::site, Unit::price, -infinite, infinite,
              write_site<sell>},
    ColumnRow{"site.price_rank", "", "share of the horizon's steps that are cheaper than now", Block::site, Unit::one,
              0, 1, write_site<price_rank>},
    ColumnRow{"site.pv_kw", "kW", "PV now", Block::site, Unit::site_kw, 0, infinite, write_site<pv>},
    ColumnRow{"site.load_kw", "kW", "base load now", Block::site, Unit::site_kw, 0, infinite, write_site<load>},
    ColumnRow{"site.contract_kw", "kW", "import limit in force", Block::site, Unit::site_kw, 0, infinite,
              write_site<contract>},
    ColumnRow{"site.contract_known", "", "1 where there is an import limit", Block::site, Unit::one, 0, 1,
              write_site<contract_known>},
    ColumnRow{"site.headroom_kw", "kW", "import limit - load + PV - EVSEs and storages now, at their meters",
              Block::site, Unit::site_kw, -infinite, infinite, write_site<headroom>},
    ColumnRow{"site.running_peak_kw", "kW", "highest closed metering window of the month", Block::site, Unit::site_kw,
              0, infinite, write_site<running_peak>},
    ColumnRow{"site.billed_peak_kw", "kW", "what the month is billed for so far", Block::site, Unit::site_kw, 0,
              infinite, write_site<billed_peak>},
    ColumnRow{"site.window_mean_kw", "kW", "mean of the open metering window if nothing more is imported", Block::site,
              Unit::site_kw, 0, infinite, write_site<window_mean>},
    ColumnRow{"site.window_left_h", "h", "until the open metering window ends", Block::site, Unit::one, 0, 1,
              write_site<window_left>},
    ColumnRow{"site.demand_price_per_kw", "money/kW", "one more kW of billed peak costs this month", Block::site,
              Unit::price, 0, infinite, write_site<demand_price>},
    ColumnRow{"site.month_left_h", "h", "until the month ends", Block::site, Unit::day_h, 0, infinite,
              write_site<month_left_h>},
    ColumnRow{"site.power_setpoint_kw", "kW", "net import that the site should have", Block::site, Unit::site_kw,
              -infinite, infinite, write_site<setpoint>},
    ColumnRow{"site.power_setpoint_known", "", "1 where there is a set-point", Block::site, Unit::one, 0, 1,
              write_site<setpoint_known>},
    ColumnRow{"site.connected", "", "vehicles plugged in", Block::site, Unit::evses, 0, infinite,
              write_site<connected>},
    ColumnRow{"site.waiting", "", "vehicles in the queue", Block::site, Unit::evses, 0, infinite, write_site<waiting>},

    ColumnRow{"horizon.pv_kw", "kW", "mean PV foreseen for the step", Block::horizon, Unit::site_kw, 0, infinite,
              write_steps<foreseen_pv>, write_level<&evtwin_view::level_pv_kw>},
    ColumnRow{"horizon.load_kw", "kW", "mean base load foreseen for the step", Block::horizon, Unit::site_kw, 0,
              infinite, write_steps<foreseen_load>, write_level<&evtwin_view::level_load_kw>},
    ColumnRow{"horizon.buy_per_kwh", "money/kWh", "mean buy price foreseen for the step", Block::horizon, Unit::price,
              -infinite, infinite, write_steps<foreseen_buy>, write_level<&evtwin_view::level_buy_per_kwh>},
    ColumnRow{"horizon.sell_per_kwh", "money/kWh", "mean sell price foreseen for the step", Block::horizon, Unit::price,
              -infinite, infinite, write_steps<foreseen_sell>},

    ColumnRow{"storage.soc", "", "state of charge", Block::storage, Unit::one, 0, 1, write_storages<storage_soc>},
    ColumnRow{"storage.room_kwh", "kWh", "what it can still store", Block::storage, Unit::storage_kwh, 0, infinite,
              write_storages<storage_room>},
    ColumnRow{"storage.stored_kwh", "kWh", "what is stored above its lowest SoC", Block::storage, Unit::storage_kwh, 0,
              infinite, write_storages<storage_stored>},
    ColumnRow{"storage.power_kw", "kW", "metered now, below 0 out of it", Block::storage, Unit::storage_kw, -infinite,
              infinite, write_storages<storage_power>},
    ColumnRow{"storage.max_charge_kw", "kW", "most it can take", Block::storage, Unit::storage_kw, 0, infinite,
              write_storages<storage_max_charge>},
    ColumnRow{"storage.max_discharge_kw", "kW", "most it can give", Block::storage, Unit::storage_kw, 0, infinite,
              write_storages<storage_max_discharge>},

    ColumnRow{"evse.plugged", "", "1 where a vehicle is plugged in", Block::evse, Unit::one, 0, 1,
              write_evses<plugged>},
    ColumnRow{"evse.draws", "", "1 where it would take power if offered", Block::evse, Unit::one, 0, 1,
              write_evses<draws>},
    ColumnRow{"evse.laxity_h", "h", "claimed time left beyond what charging the rest at full power takes", Block::evse,
              Unit::day_h, -infinite, infinite, write_evses<laxity_h>},
    ColumnRow{"evse.remaining_kwh", "kWh", "requested and not got", Block::evse, Unit::evse_hour_kwh, 0, infinite,
              write_evses<remaining>},
    ColumnRow{"evse.stay_h", "h", "since it was plugged in", Block::evse, Unit::day_h, 0, infinite,
              write_evses<stay_h>},
    ColumnRow{"evse.left_h", "h", "until the claimed departure; once that has passed, until the next tick", Block::evse,
              Unit::day_h, 0, infinite, write_evses<left_h>},
    ColumnRow{"evse.claim_passed", "", "1 where the claimed departure has passed", Block::evse, Unit::one, 0, 1,
              write_evses<claim_passed>},
    ColumnRow{"evse.power_kw", "kW", "metered now, below 0 out of the vehicle", Block::evse, Unit::evse_kw, -infinite,
              infinite, write_evses<power>},
    ColumnRow{"evse.min_kw", "kW", "smallest offer to this vehicle", Block::evse, Unit::evse_kw, 0, infinite,
              write_evses<min_kw>},
    ColumnRow{"evse.max_kw", "kW", "largest offer to this vehicle", Block::evse, Unit::evse_kw, 0, infinite,
              write_evses<max_kw>},
    ColumnRow{"evse.max_discharge_kw", "kW", "most it lends", Block::evse, Unit::evse_kw, 0, infinite,
              write_evses<max_discharge>},
    ColumnRow{"evse.soc", "", "state of charge, where a charger would know it", Block::evse, Unit::one, 0, 1,
              write_evses<soc>},
    ColumnRow{"evse.soc_known", "", "1 where a charger would know it", Block::evse, Unit::one, 0, 1,
              write_evses<soc_known>},
};
static_assert(kernel::has_unique_keys(column_table, [](const ColumnRow& row) { return std::string_view(row.id); }));
static_assert(std::is_sorted(column_table.begin(), column_table.end(),
                             [](const ColumnRow& a, const ColumnRow& b) { return a.block < b.block; }),
              "a row of an observation is one block behind the other");
static_assert(std::all_of(column_table.begin(), column_table.end(),
                          [](const ColumnRow& row) { return row.low < row.high; }),
              "a column's range goes upwards");

double per_cell(Unit unit, const Nameplate& plate, const ObservationShape& shape) {
  switch (unit) {
    case Unit::one:
      return 1.0;
    case Unit::day_h:
      return 24.0;
    case Unit::evse_hour_kwh:
    case Unit::evse_kw:
      return plate.evse_kw;
    case Unit::site_kw:
      return plate.site_kw;
    case Unit::storage_kw:
      return plate.storage_kw;
    case Unit::storage_kwh:
      return plate.storage_kwh;
    case Unit::price:
      return plate.price_per_kwh;
    case Unit::evses:
      return std::max(1.0, static_cast<double>(shape.n_evses));
  }
  return 1.0;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return words;
    const std::size_t to = std::min(text.find(' ', from), text.size());
    words.push_back(text.substr(from, to - from));
    text.remove_prefix(to);
  }
}

/// Writes the whole table, each writer known to the compiler.
template <std::size_t... index>
void write_table(const Look& look, const evtwin_fleet_column* columns, std::uint32_t levels, float* row,
                 std::index_sequence<index...>) {
  std::size_t c = 0;
  const auto write_one = [&]<std::size_t i>() {
    constexpr Observation::Writer write = column_table[i].write, write_level = column_table[i].write_level;
    write(look, columns[c++], 0, row);
    if constexpr (write_level != nullptr) {
      for (std::uint32_t l = 0; l < levels; ++l) write_level(look, columns[c++], l, row);
    }
  };
  (write_one.template operator()<index>(), ...);
}

/// @returns of each column whether `observe` names it. @throws std::invalid_argument for an id that there is not
std::vector<bool> columns_named(std::string_view observe, std::span<const evtwin_fleet_column> columns) {
  std::vector<std::string_view> known;
  for (const evtwin_fleet_column& column : columns) known.emplace_back(column.id);
  std::vector<bool> wanted(columns.size());

  const std::vector<std::string_view> words = words_of(observe);
  if (words.empty()) throw std::invalid_argument("observe names nothing; NULL shows all");
  for (const std::string_view word : words) {
    const auto found = std::find(known.begin(), known.end(), word);
    if (found == known.end())
      throw std::invalid_argument(fmt::format("observe: there is no '{}'{}", word, kernel::did_you_mean(word, known)));
    wanted[static_cast<std::size_t>(found - known.begin())] = true;
  }
  return wanted;
}

/// Within a block all quantities of one thing stand together. @param counts  things of each block
/// @returns cells of a row
std::uint32_t lay_out_blocks(std::span<evtwin_fleet_column> columns, const std::vector<Block>& blocks,
                             const std::array<std::uint32_t, 4>& counts) {
  std::uint32_t size = 0;
  for (const Block block : {Block::site, Block::horizon, Block::storage, Block::evse}) {
    const auto stride = static_cast<std::uint32_t>(std::count(blocks.begin(), blocks.end(), block));
    std::uint32_t first = size;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (blocks[c] != block) continue;
      columns[c].offset = first++;
      columns[c].stride = stride;
    }
    size += stride * counts[static_cast<std::size_t>(block)];
  }
  return size;
}

}  // namespace

double round_price_per_kwh(std::string_view currency) {
  if (currency == "KRW") return 100.0;
  if (currency == "JPY") return 20.0;
  if (currency == "CNY" || currency == "SEK" || currency == "NOK" || currency == "DKK") return 1.0;
  return 0.1;
}

void Nameplate::add_site(const evtwin_view& first) {
  double all_kw = 0.0;
  for (std::uint32_t i = 0; i < first.n_evses; ++i) {
    all_kw += first.evse_max_kw[i];
    evse_kw = std::max(evse_kw, first.evse_max_kw[i]);
  }
  site_kw = std::max(site_kw, std::isfinite(first.contract_kw) ? first.contract_kw : all_kw);
  for (std::uint32_t s = 0; s < first.n_storages; ++s) {
    storage_kw = std::max({storage_kw, first.storage_max_charge_kw[s], first.storage_max_discharge_kw[s]});
    storage_kwh = std::max(storage_kwh, first.storage_kwh[s]);
  }
}

Observation::Observation(const ObservationShape& shape, const Nameplate& nameplate) : shape_(shape) {
  const std::array counts{1U, shape.horizon_steps, shape.n_storages, shape.n_evses};
  std::vector<Block> blocks;
  const auto add = [&](const ColumnRow& row, const char* id, const char* help, Writer writer, std::uint32_t level) {
    const double scale = 1.0 / per_cell(row.cell_unit, nameplate, shape);
    columns_.push_back({id, row.unit, help, 0, counts[static_cast<std::size_t>(row.block)], 0, 0, 0.0, scale,
                        row.low * scale, row.high * scale});
    parts_.push_back({writer, level});
    blocks.push_back(row.block);
  };
  for (const ColumnRow& row : column_table) {
    add(row, row.id, row.help, row.write, 0);
    if (row.write_level == nullptr) continue;
    for (std::uint32_t l = 0; l < shape.levels.size(); ++l) {
      const std::string& id = texts_.emplace_back(fmt::format("{}.q{}", row.id, shape.levels[l]));
      const std::string& help =
          texts_.emplace_back(fmt::format("{}: it stays below this with probability {}", row.help, shape.levels[l]));
      add(row, id.c_str(), help.c_str(), row.write_level, l);
    }
  }

  // Only what was asked for.
  is_whole_ = shape.observe.empty() || shape.observe == "standard/1";
  if (!is_whole_) {
    const std::vector<bool> wanted = columns_named(shape.observe, columns_);
    std::size_t kept = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (!wanted[c]) continue;
      columns_[kept] = columns_[c];
      parts_[kept] = parts_[c];
      blocks[kept++] = blocks[c];
    }
    columns_.resize(kept);
    parts_.resize(kept);
    blocks.resize(kept);
  }
  size_ = lay_out_blocks(columns_, blocks, counts);
  shape_.observe = {};
}

void Observation::write_row(const evtwin_view& view, float* row) const {
  Look look{view, std::min(shape_.horizon_steps, view.horizon_steps), shape_.ends, 0.0, circles_of(view)};
  for (std::uint32_t c = 0; c < view.n_connected; ++c) look.used_kw += view.evse_power_kw[view.connected_evse[c]];
  for (std::uint32_t s = 0; s < view.n_storages; ++s) look.used_kw += view.storage_power_kw[s];
  std::memset(row, 0, size_ * sizeof(float));
  if (is_whole_) {
    write_table(look, columns_.data(), static_cast<std::uint32_t>(shape_.levels.size()), row,
                std::make_index_sequence<column_table.size()>());
    return;
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) parts_[c].write(look, columns_[c], parts_[c].level, row);
}

}  // namespace evtwin::fleet
