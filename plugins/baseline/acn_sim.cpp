#include "acn_sim.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace evtwin::baseline {
namespace {

constexpr double ns_per_minute = 6e10;
static_assert(ns_per_hour == 60.0 * ns_per_minute);

constexpr std::array only_acn_sim{acn_param::active_above_kwh, acn_param::min_pilot_a,
                                  acn_param::guaranteed_a,     acn_param::uninterrupted,
                                  acn_param::bisection_eps_a,  acn_param::continuous_inc_a,
                                  acn_param::limit_slack_a,    acn_param::limit_slack_fraction};
/// Of evtwin's own rules: requests, priorities and steps are handled ACN-Sim's way.
constexpr std::array<std::string_view, 4> only_evtwin{"beyond_request", "follow_setpoint", "step_a", "step_kw"};

bool changed(const evtwin_param_info& row, const evtwin_param_value& value) {
  if (value.text != nullptr) return std::string_view(value.text) != row.default_text;
  return value.number != row.default_number && !(std::isnan(value.number) && std::isnan(row.default_number));
}

/// A of a power, as the EVSE was configured in A: the last digits that multiplying by volts left are taken off, so that
/// 16 A are 16 A.
double amperes(double kw, double kw_per_a) { return std::round(kw / kw_per_a * 1e9) / 1e9; }

/// A mean power without the digits that a difference of meter readings leaves: the offer where the car took all of it,
/// else the car's own figure, which has few decimals; a tapering car's stays as it is.
double as_given(double kw, double offer_kw) {
  constexpr double reading_kw = 1e-11;
  if (std::abs(kw - offer_kw) < reading_kw) return offer_kw;
  const double rounded_kw = std::round(kw * 1e6) / 1e6;
  return std::abs(kw - rounded_kw) < reading_kw ? rounded_kw : kw;
}

constexpr std::uint32_t books_version = 1;

AcnOrder order_of(std::string_view id) {
  constexpr std::array<std::string_view, 5> ids{"fcfs", "lcfs", "edf", "llf", "lrpt"};
  static_assert(ids[static_cast<std::size_t>(AcnOrder::fcfs)] == "fcfs" &&
                ids[static_cast<std::size_t>(AcnOrder::lcfs)] == "lcfs" &&
                ids[static_cast<std::size_t>(AcnOrder::edf)] == "edf" &&
                ids[static_cast<std::size_t>(AcnOrder::llf)] == "llf" &&
                ids[static_cast<std::size_t>(AcnOrder::lrpt)] == "lrpt");
  return static_cast<AcnOrder>(std::find(ids.begin(), ids.end(), id) - ids.begin());
}

void sort_by_key(std::vector<AcnCar>& cars) {
  for (std::uint32_t i = 0; i < cars.size(); ++i) cars[i].position = i;
  std::sort(cars.begin(), cars.end(),
            [](const AcnCar& a, const AcnCar& b) { return a.key != b.key ? a.key < b.key : a.position < b.position; });
}

}  // namespace

bool wants_acn_sim(std::span<const evtwin_param_value> checked) {
  return std::any_of(checked.begin(), checked.end(), [](const evtwin_param_value& value) {
    return std::string_view(value.id) == compat.id && std::string_view(value.text) == "acn-sim";
  });
}

std::string compat_fault(const evtwin_info& info, std::span<const evtwin_param_value> checked) {
  const bool acn_sim = wants_acn_sim(checked);
  for (std::size_t k = 0; k < checked.size(); ++k) {
    if (!changed(info.params[k], checked[k])) continue;
    const std::string_view id = checked[k].id;
    const bool theirs =
        std::any_of(only_acn_sim.begin(), only_acn_sim.end(), [&](const auto& p) { return id == p.id; });
    const bool ours = std::find(only_evtwin.begin(), only_evtwin.end(), id) != only_evtwin.end();
    if (theirs && !acn_sim)
      return std::string(info.id) + ": parameter '" + std::string(id) + "' counts only with compat=acn-sim";
    if (ours && acn_sim)
      return std::string(info.id) + ": parameter '" + std::string(id) + "' does not count with compat=acn-sim";
  }
  return {};
}

double AcnBooks::delivered_kwh(const evtwin_view& view, std::uint32_t i) {
  Book& book = books_[i];
  const double metered_kwh = view.evse_got_kwh[i];
  if (book.session != view.evse_session[i]) {
    book = {view.evse_session[i], view.now_ns, metered_kwh, metered_kwh, 0.0};
  } else if (view.now_ns > book.until_ns) {
    const double volts = view.evse_kw_per_a[i] * 1000.0;
    const double period_h = static_cast<double>(view.now_ns - book.until_ns) / ns_per_minute / 60.0;
    const double kw = as_given((metered_kwh - book.metered_kwh) / period_h, book.pilot_a * volts / 1000.0);
    const double mean_a = kw * 1000.0 / volts;
    book.delivered_kwh += mean_a * volts / 1000.0 * period_h;
    book.metered_kwh = metered_kwh;
    book.until_ns = view.now_ns;
    book.pilot_a = 0.0;
  }
  return book.delivered_kwh;
}

void AcnBooks::save(sdk::StateWriter& writer) const {
  writer.put(books_version);
  writer.put(books_);
}

void AcnBooks::load(sdk::StateReader& reader) {
  std::uint32_t version = 0;
  reader.get(version);
  if (version != books_version) throw sdk::BadState("the books are of another version");
  reader.get_as_long(books_);
}

AcnPeriod::AcnPeriod(sdk::Setup& setup)
    : planner_(setup),
      active_above_kwh_(setup.shared().number("active_above_kwh")),
      slack_a_(setup.shared().number("limit_slack_a")),
      slack_fraction_(setup.shared().number("limit_slack_fraction")),
      min_pilot_a_(setup.shared().number("min_pilot_a")),
      guaranteed_a_(setup.shared().number("guaranteed_a")),
      uninterrupted_(setup.shared().number("uninterrupted") == 1.0) {
  setup.subscribes = EVTWIN_WHY_TICK;  // once per period, and at no event
  const evtwin_view& first = setup.first().raw;
  for (std::uint32_t i = 0; i < first.n_evses; ++i) {
    if (first.evse_phases[i] == 0) {
      throw sdk::BadParameter(std::string("compat=acn-sim: EVSE ") + first.evse_id[i] +
                              " is DC; ACN-Sim knows AC only");
    }
  }
  cars_.reserve(first.n_evses);
  books_.reserve_rows(first.n_evses);
}

void AcnPeriod::begin(const evtwin_view& view) {
  view_ = &view;
  planner_.begin(view);
  cars_.clear();
  const double period_min = static_cast<double>(view.tick_ns) / ns_per_minute;
  for (std::uint32_t k = 0; k < view.n_connected; ++k) {
    const std::uint32_t i = view.connected_evse[k];
    const double wanted_kwh = view.evse_requested_kwh[i] - books_.delivered_kwh(view, i);
    if (!(wanted_kwh > active_above_kwh_)) continue;
    AcnCar car;
    car.row = i;
    car.wanted_kwh = wanted_kwh;
    car.kw_per_a = view.evse_kw_per_a[i];
    // Multiplied in ACN-Sim's order, so that ties are ties.
    car.wanted_a = wanted_kwh * 1000.0 / (car.kw_per_a * 1000.0) * 60.0 / period_min;
    car.evse_max_a = amperes(view.evse_max_kw[i], view.evse_kw_per_a[i]);
    car.max_a = std::min(car.evse_max_a, amperes(view.evse_car_max_kw[i], car.kw_per_a));
    car.rates_kw = {view.rate_kw + view.evse_rate_start[i], view.rate_kw + view.evse_rate_start[i + 1]};
    car.min_pilot_a = std::isnan(min_pilot_a_) || !car.rates_kw.empty() ? amperes(view.evse_car_min_kw[i], car.kw_per_a)
                                                                        : min_pilot_a_;
    cars_.push_back(car);
  }
}

void AcnPeriod::prepare_cars() {
  const double period_min = static_cast<double>(view_->tick_ns) / ns_per_minute;
  std::erase_if(cars_, [&](const AcnCar& car) {
    const double rest_kwh = car.min_pilot_a * (car.kw_per_a * 1000.0) / (60.0 / period_min) / 1000.0;
    return !(car.wanted_kwh > rest_kwh);
  });
  for (AcnCar& car : cars_) {
    car.min_a = guaranteed_a_;
    car.max_a = std::max(car.max_a, car.min_a);
  }
  if (uninterrupted_) keep_uninterrupted();
}

/// The smallest offer to those with the least time left as long as it fits; the others get nothing this period. The
/// list stays in that order, which decides ties of the order that follows.
void AcnPeriod::keep_uninterrupted() {
  for (AcnCar& car : cars_) {
    car.key = static_cast<double>(std::max(view_->now_ns, view_->evse_claimed_departs_ns[car.row]) - view_->now_ns);
  }
  sort_by_key(cars_);
  for (AcnCar& car : cars_) {
    set_pilot(car, car.min_pilot_a);
    if (car.min_pilot_a <= car.wanted_a && is_feasible()) {
      car.min_a = std::max(car.min_pilot_a, car.min_a);
      car.max_a = std::max(car.max_a, car.min_a);
    } else {
      set_pilot(car, 0.0);
      car.min_a = car.max_a = 0.0;
    }
  }
  for (AcnCar& car : cars_) set_pilot(car, 0.0);
}

void AcnPeriod::put_in_order(AcnOrder order) {
  for (AcnCar& car : cars_) {
    const auto since_arrival = static_cast<double>(view_->now_ns - view_->evse_arrived_ns[car.row]);
    const auto until_departure = static_cast<double>(view_->evse_claimed_departs_ns[car.row] - view_->now_ns);
    // Periods at the EVSE's full current, whatever the car can take.
    const double periods_needed = car.wanted_a / car.evse_max_a;
    switch (order) {
      case AcnOrder::fcfs:
        car.key = -since_arrival;
        break;
      case AcnOrder::lcfs:
        car.key = since_arrival;
        break;
      case AcnOrder::edf:
        car.key = until_departure;
        break;
      case AcnOrder::llf:
        car.key = until_departure / static_cast<double>(view_->tick_ns) - periods_needed;
        break;
      case AcnOrder::lrpt:
        car.key = -periods_needed;
        break;
    }
  }
  sort_by_key(cars_);
}

void AcnPeriod::require_feasible_start() const {
  if (!is_feasible()) {
    throw std::runtime_error(
        "compat=acn-sim: charging all sessions at their lower bound is not feasible; a smaller guaranteed_a or a "
        "larger "
        "limit is needed");
  }
}

void AcnPeriod::set_pilot(AcnCar& car, double pilot_a) {
  if (pilot_a != car.pilot_a) planner_.rows().add_power(car.row, (pilot_a - car.pilot_a) * car.kw_per_a);
  car.pilot_a = pilot_a;
}

void AcnPeriod::write_decision(sdk::Decision& decision) {
  planner_.cars().clear();
  for (const AcnCar& car : cars_) {
    planner_.cars().push_back(car_at(*view_, car.row));
    planner_.cars().back().power_kw = car.pilot_a * car.kw_per_a;
    books_.note_offer(car.row, car.pilot_a);
  }
  planner_.write_powers(decision);
  planner_.close_decision(decision);
  decision.wake_ns = 0;
}

void AcnUncontrolled::decide(const sdk::View& view, sdk::Decision& decision) {
  period_.begin(view.raw);
  for (AcnCar& car : period_.cars()) period_.set_pilot(car, car.evse_max_a);
  period_.write_decision(decision);
}

void AcnSorted::decide(const sdk::View& view, sdk::Decision& decision) {
  period_.begin(view.raw);
  period_.prepare_cars();
  period_.put_in_order(order_);
  for (AcnCar& car : period_.cars()) period_.set_pilot(car, car.min_a);
  period_.require_feasible_start();
  below_minimum_ = false;
  for (AcnCar& car : period_.cars()) {
    if (below_minimum_) period_.require_feasible_start();
    if (car.rates_kw.empty())
      bisect_pilot(car);
    else
      give_largest_rate(car);
  }
  period_.write_decision(decision);
}

/// The largest rate within the car's bounds that is feasible, else 0.
void AcnSorted::give_largest_rate(AcnCar& car) {
  for (auto rate = car.rates_kw.rbegin(); rate != car.rates_kw.rend(); ++rate) {
    const double a = amperes(*rate, car.kw_per_a);
    if (a > car.upper_a()) continue;
    if (a < car.min_a) break;
    period_.set_pilot(car, a);
    if (period_.is_feasible()) return;
  }
  period_.set_pilot(car, 0.0);
  below_minimum_ = below_minimum_ || car.min_a > 0.0;
}

/// Gives what the car still wants if that is feasible, else halves between its bounds; the answer is the lower end.
void AcnSorted::bisect_pilot(AcnCar& car) {
  double lower_a = car.min_a;
  double upper_a = car.upper_a();
  period_.set_pilot(car, upper_a);
  if (period_.is_feasible()) return;
  while (upper_a - lower_a > eps_a_) {
    const double middle_a = (lower_a + upper_a) / 2.0;
    period_.set_pilot(car, middle_a);
    (period_.is_feasible() ? lower_a : upper_a) = middle_a;
  }
  period_.set_pilot(car, lower_a);
}

AcnRoundRobin::AcnRoundRobin(sdk::Setup& setup)
    : AcnStrategy(setup),
      order_(order_of(setup.shared().text("order"))),
      inc_a_(setup.shared().number("continuous_inc_a")) {
  ladders_.reserve(setup.first().evse_count());
  queue_.reserve(setup.first().evse_count());
}

/// Step 0 is 0 A on finite rates, the lower bound on continuous ones.
double AcnRoundRobin::rate_a(const AcnCar& car, std::int32_t step) const {
  if (!car.rates_kw.empty()) {
    return step == 0 ? 0.0 : amperes(car.rates_kw[static_cast<std::size_t>(step) - 1], car.kw_per_a);
  }
  // As numpy's arange counts: multiples of the difference of its first two values.
  return car.min_a + step * ((car.min_a + inc_a_) - car.min_a);
}

AcnRoundRobin::Ladder AcnRoundRobin::ladder_of(const AcnCar& car) const {
  Ladder ladder;
  ladder.last = car.rates_kw.empty()
                    ? static_cast<std::int32_t>(std::ceil((car.max_a + inc_a_ / 2.0 - car.min_a) / inc_a_)) - 1
                    : static_cast<std::int32_t>(car.rates_kw.size());
  while (ladder.last >= 0 && rate_a(car, ladder.last) > car.upper_a()) --ladder.last;
  while (ladder.step <= ladder.last && rate_a(car, ladder.step) < car.min_a) ++ladder.step;
  return ladder;
}

void AcnRoundRobin::decide(const sdk::View& view, sdk::Decision& decision) {
  period_.begin(view.raw);
  period_.prepare_cars();
  period_.put_in_order(order_);
  std::vector<AcnCar>& cars = period_.cars();
  ladders_.clear();
  queue_.clear();
  for (std::uint32_t i = 0; i < cars.size(); ++i) {
    const Ladder ladder = ladder_of(cars[i]);
    period_.set_pilot(cars[i], ladder.step <= ladder.last ? rate_a(cars[i], ladder.step) : 0.0);
    ladders_.push_back(ladder);
    queue_.push_back(i);
  }
  period_.require_feasible_start();

  // A pass over the queue in order is the same as taking from its front and putting those that rose at its back.
  while (!queue_.empty()) {
    std::erase_if(queue_, [&](std::uint32_t i) {
      Ladder& ladder = ladders_[i];
      if (ladder.step >= ladder.last) return true;

      const double before_a = cars[i].pilot_a;
      period_.set_pilot(cars[i], rate_a(cars[i], ladder.step + 1));
      if (!period_.is_feasible()) {
        period_.set_pilot(cars[i], before_a);
        return true;
      }
      ++ladder.step;
      return false;
    });
  }
  period_.write_decision(decision);
}

}  // namespace evtwin::baseline
