#include "run_so_far.hpp"

#include <algorithm>

#include "blocks.hpp"

namespace evtwin::milp {

void RunSoFar::look(const evtwin_view& view) {
  if (view.n_storages == 0) return;
  if (start_kwh_.empty()) {
    for (std::uint32_t s = 0; s < view.n_storages; ++s) start_kwh_.push_back(view.storage_soc[s] * view.storage_kwh[s]);
    last_per_kwh_ = view.buy_per_kwh;
  }

  // Before the first decision lies the start of the run.
  if (view.now_ns > view.last_decision_ns)
    add_hours(last_per_kwh_, hours(view.now_ns - view.last_decision_ns), refill_h(view));
  last_per_kwh_ = view.buy_per_kwh;
}

double RunSoFar::refill_h(const evtwin_view& view) const {
  double longest_h = 0.0;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    const double lacks_kwh = start_kwh_[s] - view.storage_soc_min[s] * view.storage_kwh[s];
    const double refill_kw = view.storage_max_charge_kw[s] * view.storage_charge_efficiency[s];
    if (lacks_kwh > 0.0 && refill_kw > 0.0) longest_h = std::max(longest_h, lacks_kwh / refill_kw);
  }
  return longest_h;
}

void RunSoFar::add_hours(double price_per_kwh, double held_h, double enough_h) {
  dearest_per_kwh_ = std::max(dearest_per_kwh_, price_per_kwh);
  const auto at = std::lower_bound(cheapest_per_kwh_.begin(), cheapest_per_kwh_.end(), price_per_kwh);
  const auto hours_at = cheapest_h_.begin() + (at - cheapest_per_kwh_.begin());
  if (at != cheapest_per_kwh_.end() && *at == price_per_kwh) {
    *hours_at += held_h;
  } else {
    cheapest_h_.insert(hours_at, held_h);
    cheapest_per_kwh_.insert(at, price_per_kwh);
  }

  // Hours beyond those that refill everything are never bought in; the cheapest price stays in any case.
  double sum_h = 0.0;
  std::size_t kept = 0;
  while (kept < cheapest_h_.size() && (kept == 0 || sum_h < enough_h)) sum_h += cheapest_h_[kept++];
  cheapest_h_.resize(kept);
  cheapest_per_kwh_.resize(kept);
}

std::vector<market::RefillBlock> RunSoFar::slots(double max_charge_kw) const {
  std::vector<market::RefillBlock> slots;
  slots.reserve(cheapest_h_.size() + 1);
  for (std::size_t i = 0; i < cheapest_h_.size(); ++i)
    slots.push_back({max_charge_kw * cheapest_h_[i], cheapest_per_kwh_[i]});
  if (!cheapest_h_.empty()) slots.push_back({0.0, dearest_per_kwh_});
  return slots;
}

void RunSoFar::save(sdk::StateWriter& writer) const {
  writer.put(start_kwh_);
  writer.put(cheapest_per_kwh_);
  writer.put(cheapest_h_);
  writer.put(dearest_per_kwh_);
  writer.put(last_per_kwh_);
}

void RunSoFar::load(sdk::StateReader& reader, std::size_t storages) {
  reader.get(start_kwh_);
  reader.get(cheapest_per_kwh_);
  reader.get(cheapest_h_);
  reader.get(dearest_per_kwh_);
  reader.get(last_per_kwh_);
  if (!start_kwh_.empty() && start_kwh_.size() != storages)
    throw sdk::BadState("the state is of a site with another number of storages");
  if (cheapest_per_kwh_.size() != cheapest_h_.size()) throw sdk::BadState("the state has prices without their hours");
}

}  // namespace evtwin::milp
