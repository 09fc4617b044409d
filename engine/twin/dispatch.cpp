#include "twin/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "kernel/random.hpp"

namespace evtwin::twin {
namespace {

constexpr double least_kw = 1e-9;         // below it nothing is promised
constexpr std::uint64_t most_named = 50;  // cars in the text of an event

double drawn_for(const Episode& episode, std::uint32_t site, std::string_view purpose, std::uint64_t index) {
  return kernel::draw_unit(episode.seed, site, kernel::purpose_of(purpose), index);
}

}  // namespace

void Dispatch::begin() {
  promises_.clear();
  sums_ = {};
  call_sums_.assign(context_.site.calls.size(), {});
}

/// Such a car is not asked again.
bool Dispatch::has_promised(const CallableCar& car) const {
  return std::any_of(promises_.begin(), promises_.end(), [&](const DispatchPromise& p) { return p.evse == car.evse; });
}

void Dispatch::ask_cars(std::uint32_t c, std::span<const CallableCar> cars, TimeNs t) {
  const DispatchCall& call = context_.site.calls[c];
  const double hours = kernel::hours_between(call.from_ns, call.to_ns);
  DispatchSums& sums = call_sums_[c];
  std::string who;
  double left_kw = call.kw;
  for (const CallableCar& car : cars) {
    const std::uint64_t driver = kernel::digest64(car.id);
    const bool enrolled =
        drawn_for(context_.episode, context_.number, "dispatch.enrolled", driver) < call.enrolled_share;
    if (!enrolled || car.leaves_ns <= call.from_ns || has_promised(car) || left_kw < least_kw) continue;
    sums.asked += 1;
    if (!(drawn_for(context_.episode, context_.number, "dispatch.yes", kernel::mix_bits(driver + c)) < call.yes))
      continue;

    // What it can give for the whole call, where that is above the smallest offer.
    double give_kw = std::min(car.max_discharge_kw, car.spare_kwh / hours);
    if (give_kw < car.smallest_discharge_kw) give_kw = 0.0;
    const double promised_kw = std::min(left_kw, std::max(0.0, car.draws_kw) + give_kw);
    sums.yes += 1;
    if (promised_kw < least_kw) continue;
    left_kw -= promised_kw;
    sums.promised_kwh += promised_kw * hours;
    promises_.push_back({c, car.evse, car.session, promised_kw});
    if (sums.yes <= most_named)
      fmt::format_to(std::back_inserter(who), "{} {} {:.6g} kW", who.empty() ? "" : ",",
                     context_.site.evses[car.evse].id, promised_kw);
  }
  sums.calls = 1;
  sums.called_kwh = call.kw * hours;
  if (context_.observer == nullptr) return;
  const std::string text = fmt::format("call {} of {:.6g} kW: {} asked, {} yes, {:.6g} kW promised:{}", c + 1, call.kw,
                                       sums.asked, sums.yes, sums.promised_kwh / hours, who.empty() ? " nobody" : who);
  context_.observer->on_event({context_.number, t, "dispatch_call", text});
}

/// The meter before: cars that have gone by now give nothing.
void Dispatch::begin_call(std::uint32_t c, std::span<const CallableCar> cars) {
  std::erase_if(promises_, [&](DispatchPromise& p) {
    if (p.call != c) return false;
    const auto car = std::find_if(cars.begin(), cars.end(), [&](const CallableCar& one) {
      return one.evse == p.evse && one.session == p.session;
    });
    if (car == cars.end()) return true;
    p.baseline_kw = car->draws_kw;
    p.got_at_begin_kwh = car->got_kwh;
    return false;
  });
}

void Dispatch::end_part(const DispatchPromise& p, double got_kwh, TimeNs t) {
  const double hours = kernel::hours_between(context_.site.calls[p.call].from_ns, t);
  call_sums_[p.call].delivered_kwh += p.baseline_kw * hours - (got_kwh - p.got_at_begin_kwh);
}

void Dispatch::end_call(std::uint32_t c, TimeNs t) {
  std::erase_if(promises_, [&](const DispatchPromise& p) { return p.call == c; });
  const DispatchSums sums = std::exchange(call_sums_[c], {});
  if (sums.calls == 0) return;  // announced before the episode
  sums_ += sums;
  if (context_.observer == nullptr) return;
  const DispatchCall& call = context_.site.calls[c];
  const double hours = kernel::hours_between(call.from_ns, call.to_ns);
  const std::string text = fmt::format("call {} of {:.6g} kW: {:.6g} kW promised, {:.6g} kW delivered", c + 1, call.kw,
                                       sums.promised_kwh / hours, sums.delivered_kwh / hours);
  context_.observer->on_event({context_.number, t, "dispatch_end", text});
}

void Dispatch::plug_out(std::uint32_t evse, double got_kwh, TimeNs t) {
  std::erase_if(promises_, [&](const DispatchPromise& p) {
    if (p.evse != evse) return false;
    if (p.in_force()) end_part(p, got_kwh, t);
    return true;
  });
}

void Dispatch::add_to_result(SiteResult& result, std::span<const double> got_kwh, TimeNs t) {
  for (const DispatchPromise& p : promises_) {
    if (p.in_force()) end_part(p, got_kwh[p.evse], t);
  }
  for (std::uint32_t c = 0; c < call_sums_.size(); ++c) end_call(c, t);
  result.dispatch = sums_;
}

}  // namespace evtwin::twin
