#include "analysis/foresight.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace evtwin::analysis {

namespace {

class Collector final : public twin::Observer {
 public:
  explicit Collector(const twin::World& world) : world_(world), sites_(world.sites.size()) {}

  void on_session(const twin::SessionRecord& record) override {
    if (record.number == 0) return;  // never plugged in: no strategy could have helped
    Stay stay;
    stay.session = record.number;
    stay.evse = static_cast<std::uint32_t>(record.evse);
    stay.vehicle = record.vehicle_row;
    stay.v2g = record.v2g;
    stay.ended = record.end == twin::SessionEnd::departed;
    stay.from_ns = record.plugged_in_ns;
    stay.to_ns = std::min(record.departed_ns, world_.end_ns);
    stay.departure_ns = record.departed_ns;
    stay.wanted_kwh = record.wanted_kwh;
    if (!std::isnan(record.taken_kwh)) stay.taken_kwh = record.taken_kwh;
    if (!std::isnan(record.soc_start)) stay.soc_start = record.soc_start;
    sites_[record.site].stays.push_back(stay);
  }

  void on_signal(const twin::SignalRecord& record) override {
    if (record.kind == twin::SignalKind::buy_price_beyond_end) return;  // not of the run
    std::vector<SignalPiece>& pieces = sites_[record.site].signals;
    if (pieces.empty() || pieces.back().from_ns != record.start_ns) {
      pieces.push_back(pieces.empty() ? SignalPiece{} : pieces.back());
      pieces.back().from_ns = record.start_ns;
    }
    SignalPiece& now = pieces.back();
    switch (record.kind) {
      case twin::SignalKind::buy_price:
        now.buy_per_kwh = record.value;
        break;
      case twin::SignalKind::sell_price:
        now.sell_per_kwh = record.value;
        break;
      case twin::SignalKind::pv_kw:
        now.pv_kw = record.value;
        break;
      case twin::SignalKind::load_kw:
        now.load_kw = record.value;
        break;

      case twin::SignalKind::contract_kw:
        now.contract_kw = record.value;
        break;
      case twin::SignalKind::uncut_contract_kw:
        now.uncut_contract_kw = record.value;
        break;
      case twin::SignalKind::export_limit_kw:
        now.export_limit_kw = record.value;
        break;

      case twin::SignalKind::co2_kg_per_kwh:
      case twin::SignalKind::power_setpoint_kw:
      case twin::SignalKind::driver_price_per_kwh:
      case twin::SignalKind::v2g_price_per_kwh:
        break;  // neither is in the objective
      case twin::SignalKind::buy_price_beyond_end:
        break;  // refused above
    }
  }

  void on_event(const twin::EventRecord& record) override {
    const bool back = record.kind == "evse_available";
    if (!back && record.kind != "evse_unavailable") return;
    std::vector<Unavailable>& list = sites_[record.site].unavailable;
    const std::uint32_t evse = row_of(record.site, record.text);
    if (!back) {
      list.push_back({evse, record.time_ns, world_.end_ns});
      return;
    }
    const auto open = std::find_if(list.rbegin(), list.rend(), [&](const Unavailable& u) { return u.evse == evse; });
    if (open != list.rend()) open->to_ns = record.time_ns;
  }

  std::vector<SiteForesight> take() {
    for (SiteForesight& site : sites_)
      std::sort(site.stays.begin(), site.stays.end(),
                [](const Stay& a, const Stay& b) { return a.session < b.session; });
    return std::move(sites_);
  }

 private:
  std::uint32_t row_of(std::uint32_t site, std::string_view id) const {
    const auto& evses = world_.sites[site].evses;
    const auto found = std::find_if(evses.begin(), evses.end(), [&](const physics::Evse& e) { return e.id == id; });
    return static_cast<std::uint32_t>(found - evses.begin());
  }

  const twin::World& world_;
  std::vector<SiteForesight> sites_;
};

}  // namespace

Foresight foresee(const twin::World& world, const control::StrategyFactory& strategy, const twin::RunOptions& options) {
  Collector collector(world);
  twin::RunOptions watched = options;
  watched.observer = &collector;
  Foresight foresight;
  foresight.result = twin::simulate(world, strategy, watched);
  foresight.sites = collector.take();
  return foresight;
}

}  // namespace evtwin::analysis
