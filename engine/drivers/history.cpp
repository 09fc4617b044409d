#include "drivers/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "calibrate/calibration.hpp"
#include "kernel/text.hpp"

namespace evtwin::drivers {
namespace {

/// Rows for names, in order of appearance.
class Rows {
 public:
  explicit Rows(std::vector<std::string>& names) : names_(names) {}
  std::uint32_t row_of(const std::string& name) {
    const auto [place, is_new] = rows_.emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return place->second;
  }

 private:
  std::vector<std::string>& names_;
  std::map<std::string, std::uint32_t> rows_;
};

/// Tables name outlets as the site does; a log names a station and the number of an EVSE.
std::string evse_id_of(const ocpp::Transaction& t, bool of_table) {
  const std::string station = kernel::make_printable(t.station, 500);
  return of_table ? station : fmt::format("{}-{}", station, t.evse);
}

}  // namespace

Histories histories_of(const calibrate::Records& records, const market::Calendar& calendar) {
  Histories out;
  out.calendar = calendar;
  std::vector<const ocpp::Transaction*> ordered;
  for (const ocpp::Transaction& t : records.log.transactions) {
    if (!t.start_seen) continue;
    if (t.id_tag.empty()) {
      ++out.without_token;
    } else {
      ordered.push_back(&t);
    }
  }
  if (ordered.empty() && out.without_token == 0)
    throw std::runtime_error("these records hold no session: no transaction begins in them");
  if (ordered.empty())
    throw std::runtime_error(fmt::format(
        "no session of these records names a driver ({} without); a table names one in a column driver, or in another "
        "by --column driver=NAME",
        out.without_token));
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->plugged_in_ns < b->plugged_in_ns; });

  // A table becomes transactions of stations that never spoke.
  const bool of_table = records.log.stations.empty();
  Rows evses(out.evse_ids);
  std::map<std::string, std::size_t> by_token;
  market::LocalClock clock(calendar);
  for (const ocpp::Transaction* t : ordered) {
    const auto [place, is_new] = by_token.emplace(t->id_tag, out.drivers.size());
    if (is_new) out.drivers.push_back({t->id_tag, t->token_type, {}});
    DriverVisit visit;
    visit.arrival_ns = t->plugged_in_ns;
    visit.local_ns = clock.local_ns(t->plugged_in_ns);
    if (t->stop_seen) visit.stay_h = kernel::hours_between(t->plugged_in_ns, t->plugged_out_ns);
    if (t->stop_seen) visit.kwh = t->energy_kwh;
    visit.evse = evses.row_of(evse_id_of(*t, of_table));
    out.drivers[place->second].visits.push_back(visit);
    out.last_ns = std::max({out.last_ns, t->plugged_in_ns, t->stop_seen ? t->plugged_out_ns : t->plugged_in_ns});
  }

  out.first_ns = ordered.front()->plugged_in_ns;
  out.last_ns = std::max(out.last_ns, records.log.last_ns);
  std::stable_sort(out.drivers.begin(), out.drivers.end(),
                   [](const Driver& a, const Driver& b) { return a.visits.size() > b.visits.size(); });
  return out;
}

std::span<const DriverVisit> visits_before(const Driver& driver, TimeNs now_ns) {
  const auto end = std::partition_point(driver.visits.begin(), driver.visits.end(),
                                        [&](const DriverVisit& visit) { return visit.arrival_ns < now_ns; });
  return {driver.visits.begin(), end};
}

TimeNs instant_of_local(const market::Calendar& calendar, TimeNs local_ns) {
  const std::int64_t day = local_day(local_ns);
  const market::LocalDate date = market::date_of_days(day);
  const TimeNs of_day_ns = local_ns - day * kernel::day_ns;
  const auto second = static_cast<int>(of_day_ns / kernel::second_ns);
  const market::LocalLookup found =
      calendar.to_utc(date.year, date.month, date.day, second / 3600, second / 60 % 60, second % 60);
  return found.exists == market::LocalExists::never ? found.first_ns : found.first_ns + of_day_ns % kernel::second_ns;
}

double median_of(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return kernel::unknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

}  // namespace evtwin::drivers
