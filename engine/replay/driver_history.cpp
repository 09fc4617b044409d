#include "replay/driver_history.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "kernel/running_median.hpp"

namespace evtwin::replay {
namespace {

constexpr std::size_t memory_visits = 60;

/// @returns NaN for none. NaN members are passed over.
double median(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return kernel::unknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

double hour_of_day(TimeNs t, const market::Calendar& calendar) {
  const market::LocalTime local = calendar.local_time(t);
  return local.hour + local.minute / 60.0 + local.second / 3600.0;
}

// The clock is a circle: 23:30 and 00:30 have midnight between them, not noon. Median of the distances from the mean
// direction; NaN where the hours have no direction.
double usual_hour(std::span<const DriverVisit> visits, const market::Calendar& calendar) {
  double x = 0.0, y = 0.0;
  for (const DriverVisit& visit : visits) {
    const double angle = hour_of_day(visit.arrival_ns, calendar) / 12.0 * std::numbers::pi;
    x += std::cos(angle);
    y += std::sin(angle);
  }
  if (visits.empty() || std::hypot(x, y) < 1e-9) return kernel::unknown;
  const double middle = std::atan2(y, x) / std::numbers::pi * 12.0;
  std::vector<double> distances;
  for (const DriverVisit& visit : visits)
    distances.push_back(std::remainder(hour_of_day(visit.arrival_ns, calendar) - middle, 24.0));
  const double hour = middle + median(std::move(distances));
  return hour - 24.0 * std::floor(hour / 24.0);
}

double usual_gap_h(std::span<const DriverVisit> visits) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < visits.size(); ++i)
    gaps.push_back(kernel::hours_between(visits[i - 1].arrival_ns, visits[i].arrival_ns));
  return median(std::move(gaps));
}

template <class Member>
double usual_of_visits(std::span<const DriverVisit> visits, Member member) {
  std::vector<double> values;
  for (const DriverVisit& visit : visits) values.push_back(visit.*member);
  return median(std::move(values));
}

TimeNs guess_arrival(std::span<const DriverVisit> visits, const market::Calendar& calendar) {
  const TimeNs last = visits.back().arrival_ns;
  const double gap_h = usual_gap_h(visits), hour = usual_hour(visits, calendar);
  constexpr double several_a_day_h = 18.0;
  if (gap_h < several_a_day_h || std::isnan(hour)) return last + std::llround(gap_h * 3600e9);

  // So many days on, and further to a weekday on which it comes, if two weeks have shown which those are.
  std::array<bool, 7> comes{};
  for (const DriverVisit& visit : visits) comes[static_cast<std::size_t>(calendar.weekday_at(visit.arrival_ns))] = true;
  const bool weekdays_known = kernel::hours_between(visits.front().arrival_ns, last) >= 14 * 24.0;
  std::int64_t day =
      market::days_since_epoch(calendar.local_date(last)) + std::max<std::int64_t>(1, std::llround(gap_h / 24.0));
  for (int tries = 0; weekdays_known && tries < 6; ++tries) {
    if (comes[static_cast<std::size_t>(market::weekday_of(market::date_of_days(day)))]) break;
    ++day;
  }
  const market::LocalDate date = market::date_of_days(day);
  const int second = static_cast<int>(std::min(86399L, std::lround(hour * 3600.0)));
  return calendar.to_utc(date.year, date.month, date.day, second / 3600, second / 60 % 60, second % 60).first_ns;
}

/// Visits of one token, with its place in the order of appearance.
struct Driver {
  std::string token, token_type;
  std::vector<DriverVisit> visits;
};

struct BackTester {
  explicit BackTester(const market::Calendar& zone) : calendar(zone) {}

  void test(const Driver& driver, std::size_t i, double everybody_kwh) {
    const std::span<const DriverVisit> before(driver.visits.data(), i);
    const DriverVisit& visit = driver.visits[i];
    const VisitGuess guess = guess_next(before, calendar);
    if (guess.arrival_ns != kernel::time_never) {
      const auto error = [&](TimeNs t) { return std::abs(kernel::hours_between(t, visit.arrival_ns)); };
      arrival.push_back(error(guess.arrival_ns));
      plain_arrival.push_back(error(before.back().arrival_ns + kernel::day_ns));
    }
    const double off = std::abs(guess.kwh - visit.kwh), plain_off = std::abs(everybody_kwh - visit.kwh);
    if (!std::isnan(off) && !std::isnan(plain_off)) {
      ++energies;
      energy += off;
      plain_energy += plain_off;
    }
  }

  BackTest result() {
    BackTest test;
    test.arrivals = arrival.size();
    test.energies = energies;
    test.arrival_error_h = median(std::move(arrival));
    test.plain_arrival_error_h = median(std::move(plain_arrival));
    if (energies > 0) {
      test.energy_error_kwh = energy / static_cast<double>(energies);
      test.plain_energy_error_kwh = plain_energy / static_cast<double>(energies);
    }
    return test;
  }

  const market::Calendar& calendar;
  std::vector<double> arrival, plain_arrival;
  double energy = 0.0, plain_energy = 0.0;
  std::size_t energies = 0;
};

DriverHistory history_of(const Driver& driver, const market::Calendar& calendar) {
  DriverHistory history;
  history.token = driver.token;
  history.token_type = driver.token_type;
  history.visits = driver.visits.size();
  for (const DriverVisit& visit : driver.visits) {
    history.total_kwh += std::isnan(visit.kwh) ? 0.0 : visit.kwh;
    ++history.by_weekday[static_cast<std::size_t>(calendar.weekday_at(visit.arrival_ns))];
  }
  history.stay_h = usual_of_visits(driver.visits, &DriverVisit::stay_h);
  history.kwh = usual_of_visits(driver.visits, &DriverVisit::kwh);
  history.days_between = usual_gap_h(driver.visits) / 24.0;
  history.arrival_hour = usual_hour(driver.visits, calendar);
  history.next = guess_next(driver.visits, calendar);
  return history;
}

}  // namespace

VisitGuess guess_next(std::span<const DriverVisit> visits, const market::Calendar& calendar) {
  if (visits.size() > memory_visits) visits = visits.last(memory_visits);
  VisitGuess guess;
  if (visits.empty()) return guess;
  guess.stay_h = usual_of_visits(visits, &DriverVisit::stay_h);
  guess.kwh = usual_of_visits(visits, &DriverVisit::kwh);
  if (visits.size() >= 2) guess.arrival_ns = guess_arrival(visits, calendar);
  return guess;
}

DriverHistories driver_histories(const ocpp::SiteLog& log, const market::Calendar& calendar) {
  DriverHistories result;
  std::vector<Driver> drivers;
  std::map<std::string, std::size_t> by_token;
  BackTester tester(calendar);
  kernel::RunningMedian<double> everybody_kwh;

  std::vector<const ocpp::Transaction*> ordered;
  for (const ocpp::Transaction& transaction : log.transactions) {
    if (!transaction.start_seen) continue;
    if (transaction.id_tag.empty()) {
      ++result.without_token;
    } else {
      ordered.push_back(&transaction);
    }
  }

  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->plugged_in_ns < b->plugged_in_ns; });

  // Each visit is guessed from those before it: no guess knows its own visit.
  for (const ocpp::Transaction* transaction : ordered) {
    const auto [place, is_new] = by_token.emplace(transaction->id_tag, drivers.size());
    if (is_new) drivers.push_back({transaction->id_tag, transaction->token_type, {}});
    Driver& driver = drivers[place->second];
    const double stay_h = transaction->stop_seen
                              ? kernel::hours_between(transaction->plugged_in_ns, transaction->plugged_out_ns)
                              : kernel::unknown;
    driver.visits.push_back({transaction->plugged_in_ns, stay_h, transaction->energy_kwh});
    tester.test(driver, driver.visits.size() - 1,
                everybody_kwh.empty() ? kernel::unknown : everybody_kwh.mean_of_middle());
    if (!std::isnan(transaction->energy_kwh)) everybody_kwh.add_value(transaction->energy_kwh);
  }

  for (const Driver& driver : drivers) result.drivers.push_back(history_of(driver, calendar));
  std::stable_sort(result.drivers.begin(), result.drivers.end(),
                   [](const DriverHistory& a, const DriverHistory& b) { return a.visits > b.visits; });
  result.back_test = tester.result();
  return result;
}

}  // namespace evtwin::replay
