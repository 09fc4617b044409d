#include "peak_target.hpp"

#include <algorithm>
#include <cmath>

#include "blocks.hpp"

namespace evtwin::milp {

namespace {

constexpr std::int64_t most_kept_ns = 4 * day_ns;  // yesterday and today, and a clock that changes

struct Store {
  double kwh = 0.0, kw = 0.0;
};

/// Energy and power that full storages give.
Store store_of(const evtwin_view& view) {
  Store store;
  for (std::uint32_t s = 0; s < view.n_storages && view.storage_policy != EVTWIN_STORAGE_OFF; ++s) {
    store.kwh += (view.storage_soc_max[s] - view.storage_soc_min[s]) * view.storage_kwh[s] *
                 view.storage_discharge_efficiency[s];
    store.kw += view.storage_max_discharge_kw[s];
  }
  return store;
}

/// Load less PV by the clock, kWh of each quarter of a day, as the horizon foresees its first day; as now where it does
/// not reach.
std::vector<double> foreseen_day(const evtwin_view& view, std::int64_t midnight_ns) {
  constexpr auto quarters = static_cast<std::size_t>(day_ns / quarter_ns);
  const double quarter_h = hours(quarter_ns);
  std::vector<double> net_kwh(quarters, (view.load_kw - view.pv_kw) * quarter_h);
  const std::vector<Block> blocks = blocks_of(view);
  for (std::size_t q = 0; q < quarters && view.horizon_steps > 0; ++q) {
    std::int64_t at_ns = midnight_ns + static_cast<std::int64_t>(q) * quarter_ns;
    if (at_ns < view.now_ns) at_ns += day_ns;
    for (const Block& block : blocks) {
      if (at_ns < block.start_ns || at_ns >= block.end_ns) continue;
      net_kwh[q] = quarter_h * (mean_over(view, block, view.horizon_load_kw, view.load_kw) -
                                mean_over(view, block, view.horizon_pv_kw, view.pv_kw));
    }
  }
  return net_kwh;
}

}  // namespace

NeededPeak needed_peak(const std::vector<PastStay>& stays, std::int64_t begin_ns, const std::vector<double>& net_kwh,
                       double storage_kwh, double storage_kw) {
  const std::size_t quarters = net_kwh.size();
  // Energy by quarter of arrival and of departure; stays shorter than a quarter fill one.
  std::vector<std::vector<std::pair<std::size_t, double>>> ending(quarters);  // [last quarter] (first quarter, kWh)
  for (const PastStay& stay : stays) {
    if (stay.arrived_ns < begin_ns || !(stay.got_kwh > 0.0)) continue;
    const auto first = static_cast<std::size_t>((stay.arrived_ns - begin_ns) / quarter_ns);
    const auto last =
        static_cast<std::size_t>((std::max(stay.left_ns, stay.arrived_ns + 1) - begin_ns - 1) / quarter_ns);
    if (last < quarters) ending[last].emplace_back(first, stay.got_kwh);
  }

  // A peak can not be lower than the energy that must flow between two quarters, less what storage gives, over their
  // time.
  NeededPeak needed;
  for (std::size_t from = 0; from < quarters; ++from) {
    double cars_kwh = 0.0, other_kwh = 0.0;
    for (std::size_t last = from; last < quarters; ++last) {
      other_kwh += net_kwh[last];
      for (const auto& [first, kwh] : ending[last]) cars_kwh += first >= from ? kwh : 0.0;
      const double h = hours(static_cast<std::int64_t>(last + 1 - from) * quarter_ns);
      const double stored_kwh = std::min(storage_kwh, storage_kw * h);
      needed.kw = std::max(needed.kw, (cars_kwh + other_kwh - stored_kwh) / h);
      needed.without_cars_kw = std::max(needed.without_cars_kw, (other_kwh - stored_kwh) / h);
    }
  }
  return needed;
}

void PeakTarget::add_day(const NeededPeak& needed) {
  target_kw_.push_back(needed.without_cars_kw + over_hindsight * (needed.kw - needed.without_cars_kw));
  if (target_kw_.size() > most_days) target_kw_.erase(target_kw_.begin());
}

/// The days of those who left before the run. Their PV and load are not known: as foreseen for the first day.
void PeakTarget::learn_history(const evtwin_view& view, const Drivers& drivers, std::int64_t midnight_ns) {
  const std::vector<PastStay>& stays = drivers.stays();
  if (stays.empty()) return;
  const Store store = store_of(view);
  std::vector<double> two_days_kwh = foreseen_day(view, midnight_ns);
  const std::size_t quarters = two_days_kwh.size();
  two_days_kwh.resize(2 * quarters);
  std::copy_n(two_days_kwh.begin(), quarters, two_days_kwh.begin() + static_cast<std::ptrdiff_t>(quarters));
  for (std::int64_t day = static_cast<std::int64_t>(most_days); day >= 1; --day) {
    const std::int64_t begin_ns = midnight_ns - day * day_ns;
    const auto of_day = [&](const PastStay& stay) {
      return stay.arrived_ns >= begin_ns && stay.arrived_ns < begin_ns + day_ns;
    };
    if (std::any_of(stays.begin(), stays.end(), of_day))
      add_day(needed_peak(stays, begin_ns - day_ns, two_days_kwh, store.kwh, store.kw));
  }
}

void PeakTarget::learn_from(const evtwin_view& view, const Drivers& drivers) {
  const std::int64_t midnight_ns = local_day(view.now_ns, view.utc_offset_ns) * day_ns - view.utc_offset_ns;
  if (last_ns_ == 0) {
    begin_ns_ = midnight_ns;
    learn_history(view, drivers, midnight_ns);
  } else {
    // Load and PV as shown at the last decision held until now.
    for (std::int64_t at_ns = last_ns_; at_ns < view.now_ns;) {
      const auto quarter = static_cast<std::size_t>((at_ns - begin_ns_) / quarter_ns);
      const std::int64_t end_ns =
          std::min(view.now_ns, begin_ns_ + static_cast<std::int64_t>(quarter + 1) * quarter_ns);
      if (quarter >= net_kwh_.size()) net_kwh_.resize(quarter + 1, 0.0);
      net_kwh_[quarter] += last_net_kw_ * hours(end_ns - at_ns);
      at_ns = end_ns;
    }
    if (midnight_ns > begin_ns_ && last_ns_ < midnight_ns) {
      const Store store = store_of(view);
      add_day(needed_peak(drivers.stays(), begin_ns_, net_kwh_, store.kwh, store.kw));
      // Yesterday stays: cars that came then may leave today.
      const std::int64_t yesterday_ns = std::max(begin_ns_, midnight_ns - day_ns);
      const auto gone = std::min(net_kwh_.size(), static_cast<std::size_t>((yesterday_ns - begin_ns_) / quarter_ns));
      net_kwh_.erase(net_kwh_.begin(), net_kwh_.begin() + static_cast<std::ptrdiff_t>(gone));
      begin_ns_ += static_cast<std::int64_t>(gone) * quarter_ns;
    }
  }
  last_ns_ = view.now_ns;
  last_net_kw_ = view.load_kw - view.pv_kw;
}

double PeakTarget::target_kw() const {
  if (target_kw_.size() < 2) return 0.0;
  return *std::max_element(target_kw_.begin(), target_kw_.end());
}

double PeakTarget::share_of_days(double days_left) const {
  const double others = std::max(0.0, days_left) / (1.0 + static_cast<double>(target_kw_.size()));
  return 1.0 / (1.0 + others);
}

void PeakTarget::save(sdk::StateWriter& writer) const {
  writer.put(last_ns_);
  writer.put(begin_ns_);
  writer.put(last_net_kw_);
  writer.put(net_kwh_);
  writer.put(target_kw_);
}

void PeakTarget::load(sdk::StateReader& reader) {
  reader.get(last_ns_);
  reader.get(begin_ns_);
  reader.get(last_net_kw_);
  reader.get(net_kwh_);
  reader.get(target_kw_);
  if (begin_ns_ > last_ns_ || last_ns_ - begin_ns_ > most_kept_ns || target_kw_.size() > most_days ||
      static_cast<std::int64_t>(net_kwh_.size()) > most_kept_ns / quarter_ns)
    throw sdk::BadState("the state's peak target is damaged");
}

}  // namespace evtwin::milp
