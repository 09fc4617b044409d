#include "replay/charger_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "market/calendar.hpp"

namespace evtwin::replay {
namespace {

using Json = nlohmann::ordered_json;
using analysis::number_or_null;
using analysis::number_text;

double larger(double a, double b) { return std::fmax(a, b); }  // NaN: the other

double hours_of_intervals(const std::vector<ocpp::Station::Interval>& intervals) {
  double hours = 0.0;
  for (const auto& interval : intervals) hours += kernel::hours_between(interval.from_ns, interval.to_ns);
  return hours;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [code, count] : counts) sum += count;
  return sum;
}

std::string faults_text(const std::map<std::string, std::uint64_t>& faults) {
  std::string text;
  for (const auto& [code, count] : faults) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, code);
  return text.empty() ? "-" : text;
}

/// "1.2 > 1.3" of a charger that was updated in the log.
std::string firmware_text(const ChargerRow& row) {
  std::string text;
  for (const FirmwareSince& since : row.firmwares) text += (text.empty() ? "" : " > ") + since.firmware;
  return text.empty() ? row.firmware : text;
}

Json history_json(const std::vector<FirmwareSince>& firmwares) {
  Json json = Json::array();
  for (const FirmwareSince& since : firmwares)
    json.push_back({{"since", market::Calendar().format_iso(since.time_ns)}, {"firmware", since.firmware}});
  return json;
}

/// The firmware that a charger ran then: by its boots, before the first of them what that told.
const std::string& firmware_at(const ChargerRow& row, kernel::TimeNs t) {
  const std::string* now = row.firmwares.empty() ? &row.firmware : &row.firmwares.front().firmware;
  for (const FirmwareSince& since : row.firmwares) {
    if (since.time_ns <= t) now = &since.firmware;
  }
  return *now;
}
bool ever_ran(const ChargerRow& row, const std::string& firmware) {
  return row.firmware == firmware ||
         std::ranges::any_of(row.firmwares, [&](const FirmwareSince& since) { return since.firmware == firmware; });
}

/// Firmwares of one model are what is compared: what chargers did is added up by vendor, model and the firmware that
/// they ran then. Hours offline go to the last.
class FirmwareRows {
 public:
  FirmwareRow& row(const ChargerRow& of, const std::string& firmware) {
    FirmwareRow& all = rows_[{of.vendor, of.model, firmware}];
    all.vendor = of.vendor;
    all.model = of.model;
    all.firmware = firmware;
    return all;
  }
  void add_charger(const ChargerRow& charger, const ocpp::Station& station) {
    std::set<std::string> ran{charger.firmware};
    for (const FirmwareSince& since : charger.firmwares) ran.insert(since.firmware);
    for (const std::string& firmware : ran) {
      FirmwareRow& all = row(charger, firmware);
      ++all.stations;
      all.most_evses = std::max(all.most_evses, charger.evses);
    }
    for (const ocpp::Station::Boot& boot : station.boots) ++row(charger, firmware_at(charger, boot.time_ns)).boots;
    row(charger, charger.firmware).offline_h += charger.offline_h;

    // A fault from before the firmware was told is the last one's.
    std::map<std::string, std::uint64_t> rest = station.faults;
    for (const auto& [firmware, faults] : station.faults_of_firmware) {
      for (const auto& [code, count] : faults) {
        row(charger, firmware).faults[code] += count;
        rest[code] -= std::min(rest[code], count);
      }
    }
    for (const auto& [code, count] : rest) {
      if (count > 0) row(charger, charger.firmware).faults[code] += count;
    }
  }
  void add_transaction(const ChargerRow& charger, const ocpp::Transaction& transaction) {
    FirmwareRow& all = row(charger, firmware_at(charger, transaction.start_ns));
    ++all.transactions;
    if (!std::isnan(transaction.energy_kwh)) all.kwh += transaction.energy_kwh;
    for (const ocpp::Sample& sample : transaction.samples) all.largest_kw = larger(all.largest_kw, sample.power_kw);
  }
  void move_to(std::vector<FirmwareRow>& out) {
    for (auto& [key, made] : rows_) out.push_back(std::move(made));
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, FirmwareRow> rows_;
};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }
Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

std::uint64_t ChargerRow::fault_count() const { return sum_of(faults); }

double FirmwareRow::faults_per_100_transactions() const {
  if (transactions == 0) return kernel::unknown;
  return 100.0 * static_cast<double>(sum_of(faults)) / static_cast<double>(transactions);
}

ChargerTable charger_table(const ocpp::SiteLog& log, const std::string& firmware) {
  ChargerTable table;
  FirmwareRows firmwares;
  std::map<std::string, std::size_t> rows;
  for (const ocpp::Station& station : log.stations) {
    ChargerRow row;
    row.station = station.id;
    row.vendor = station.vendor;
    row.model = station.model;
    row.serial = station.serial;
    row.firmware = station.firmware;
    row.version = station.version;
    row.evses = station.evses;
    row.boots = station.boots.size();

    for (const ocpp::Station::Boot& boot : station.boots) {
      // A boot that tells another firmware is an update.
      const bool is_new = row.firmwares.empty() || row.firmwares.back().firmware != boot.firmware;
      if (!boot.firmware.empty() && is_new) row.firmwares.push_back({boot.time_ns, boot.firmware});
    }
    if (!firmware.empty() && !ever_ran(row, firmware)) continue;

    row.offline_h = hours_of_intervals(station.offline);
    row.out_of_service_h = hours_of_intervals(station.out_of_service);
    row.faults = station.faults;
    firmwares.add_charger(row, station);
    rows[station.id] = table.chargers.size();
    table.chargers.push_back(std::move(row));
  }

  for (const ocpp::Transaction& transaction : log.transactions) {
    const auto found = rows.find(transaction.station);
    if (found == rows.end()) continue;
    ChargerRow& row = table.chargers[found->second];
    firmwares.add_transaction(row, transaction);
    ++row.transactions;
    if (!std::isnan(transaction.energy_kwh)) row.kwh += transaction.energy_kwh;
    for (const ocpp::Sample& sample : transaction.samples) {
      row.largest_kw = larger(row.largest_kw, sample.power_kw);
      for (const double amps : sample.current_a) row.largest_amps = larger(row.largest_amps, amps);
    }
  }
  firmwares.move_to(table.firmwares);
  return table;
}

Json charger_json(const ChargerTable& table) {
  Json json;
  json["chargers"] = Json::array();
  for (const ChargerRow& row : table.chargers) {
    json["chargers"].push_back({{"station", row.station},
                                {"vendor", or_null(row.vendor)},
                                {"model", or_null(row.model)},
                                {"serial", or_null(row.serial)},
                                {"firmware", or_null(row.firmware)},
                                {"firmware_history", history_json(row.firmwares)},
                                {"ocpp", or_null(std::string(ocpp::name_of(row.version)))},
                                {"evses", row.evses},
                                {"transactions", row.transactions},
                                {"kwh", row.kwh},
                                {"largest_kw", number_or_null(row.largest_kw)},
                                {"largest_amps", number_or_null(row.largest_amps)},
                                {"boots", row.boots},
                                {"offline_h", row.offline_h},
                                {"out_of_service_h", row.out_of_service_h},
                                {"faults", Json(row.faults)}});
  }

  // Firmwares are compared by faults per 100 transactions: counts alone would blame the busiest.
  json["firmwares"] = Json::array();
  for (const FirmwareRow& row : table.firmwares) {
    json["firmwares"].push_back({{"vendor", or_null(row.vendor)},
                                 {"model", or_null(row.model)},
                                 {"firmware", or_null(row.firmware)},
                                 {"stations", row.stations},
                                 {"most_evses", row.most_evses},
                                 {"transactions", row.transactions},
                                 {"kwh", row.kwh},
                                 {"largest_kw", number_or_null(row.largest_kw)},
                                 {"boots", row.boots},
                                 {"offline_h", row.offline_h},
                                 {"faults", Json(row.faults)},
                                 {"faults_per_100_transactions", number_or_null(row.faults_per_100_transactions())}});
  }
  return json;
}

std::string charger_text(const ChargerTable& table) {
  analysis::TextTable chargers({"station", "vendor", "model", "serial", "firmware", "OCPP", "EVSEs", "transactions",
                                "kWh", "largest kW", "largest A", "boots", "offline h", "faults"},
                               analysis::LastColumn::prose);
  for (const ChargerRow& row : table.chargers) {
    chargers.add_row({row.station, or_dash(row.vendor), or_dash(row.model), or_dash(row.serial),
                      or_dash(firmware_text(row)), or_dash(std::string(ocpp::name_of(row.version))),
                      std::to_string(row.evses), std::to_string(row.transactions), number_text(row.kwh, 1),
                      number_text(row.largest_kw, 1), number_text(row.largest_amps, 1), std::to_string(row.boots),
                      number_text(row.offline_h, 1), faults_text(row.faults)});
  }
  analysis::TextTable firmwares({"vendor", "model", "firmware", "stations", "transactions", "kWh", "largest kW",
                                 "boots", "offline h", "faults per 100", "faults"},
                                analysis::LastColumn::prose);
  for (const FirmwareRow& row : table.firmwares) {
    firmwares.add_row({or_dash(row.vendor), or_dash(row.model), or_dash(row.firmware), std::to_string(row.stations),
                       std::to_string(row.transactions), number_text(row.kwh, 1), number_text(row.largest_kw, 1),
                       std::to_string(row.boots), number_text(row.offline_h, 1),
                       number_text(row.faults_per_100_transactions(), 1), faults_text(row.faults)});
  }
  return chargers.to_text() + "\nBy model and firmware, faults per 100 transactions:\n" + firmwares.to_text();
}

}  // namespace evtwin::replay
