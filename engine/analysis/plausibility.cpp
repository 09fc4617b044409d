#include "analysis/plausibility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"

namespace evtwin::analysis {
namespace {

double drawn_at_most_kw(const twin::Site& site) {
  double sum = 0.0;
  for (const physics::Evse& evse : site.evses) sum += physics::rated_kw(evse) / evse.efficiency;
  for (const physics::Storage& storage : site.storages) sum += storage.max_charge_kw;
  return sum;
}

}  // namespace

std::vector<Doubt> doubts_about(const twin::World& world) {
  std::vector<Doubt> doubts;
  const auto left_out = static_cast<std::size_t>(
      std::count_if(world.flags.begin(), world.flags.end(), [](const twin::Flag& flag) { return flag.left_out; }));
  std::size_t recorded = 0;
  for (const twin::Site& site : world.sites) {
    for (const auto& law : site.arrivals) {
      if (const auto* list = std::get_if<demand::Recorded>(law.get())) recorded += list->visits.size();
    }
    // A limit that equipment and any sane load stay far below binds nobody, and yet a demand charge may go by it.
    const double most_kw = drawn_at_most_kw(site);
    if (std::isfinite(site.contract_kw) && site.contract_kw > 20.0 * most_kw + 1000.0)
      doubts.push_back(
          {site.name, fmt::format("contract_kw = {}: all EVSEs and storages together draw {} kW at most; W for kW?",
                                  number_text(site.contract_kw, 0), number_text(most_kw, 1))});
  }
  if (left_out > 0 && 10 * left_out >= left_out + recorded && recorded > 0)
    doubts.push_back({"", fmt::format("{} of {} recorded sessions are left out; the figures are of the others",
                                      left_out, left_out + recorded)});
  return doubts;
}

PlausibilityWatch::PlausibilityWatch(const twin::World& world) : world_(&world) {
  for (const twin::Site& site : world.sites) evses_.emplace_back(site.evses.size());
  most_load_kw_.resize(world.sites.size(), 0.0);
}

void PlausibilityWatch::on_session(const twin::SessionRecord& session) {
  if (session.number == 0 || session.evse < 0) {
    ++away_;
    return;
  }
  ++sessions_;
  const double hours =
      static_cast<double>(session.departed_ns - session.plugged_in_ns) / static_cast<double>(kernel::hour_ns);
  const double possible_kwh = session.max_kw * hours;
  OfEvse& evse = evses_[session.site][static_cast<std::size_t>(session.evse)];
  ++evse.sessions;
  evse.wanted_kwh += session.wanted_kwh;
  if (hours > 0.0) evse.needed_kw = std::max(evse.needed_kw, session.wanted_kwh / hours);
  if (session.wanted_kwh <= possible_kwh * 1.001 + 1e-9) return;
  ++impossible_;
  impossible_kwh_ += session.wanted_kwh - possible_kwh;
  evse.beyond_kwh += session.wanted_kwh - possible_kwh;
}

void PlausibilityWatch::on_signal(const twin::SignalRecord& signal) {
  if (signal.kind == twin::SignalKind::load_kw)
    most_load_kw_[signal.site] = std::max(most_load_kw_[signal.site], signal.value);
}

std::vector<Doubt> PlausibilityWatch::find_doubts(const twin::Result& result) const {
  std::vector<Doubt> doubts;
  if (sessions_ == 0) doubts.push_back({"", "nobody plugs in during the whole run; do dates and arrivals meet?"});
  if (away_ > sessions_)
    doubts.push_back({"", fmt::format("{} of {} vehicles never plug in", away_, away_ + sessions_)});
  if (impossible_ > 0 && 4 * impossible_ >= sessions_)
    doubts.push_back({"", fmt::format("{} of {} sessions want {} kWh more than could flow at full power all the time; "
                                      "Wh for kWh, or stays too short?",
                                      impossible_, sessions_, number_text(impossible_kwh_, 1))});

  for (std::size_t s = 0; s < evses_.size(); ++s) {
    const twin::Site& site = world_->sites[s];
    // EVSEs and storages give the scale: a building is rarely twenty times as large.
    const double most_kw = drawn_at_most_kw(site);
    if (most_load_kw_[s] > 20.0 * most_kw && most_load_kw_[s] > 1000.0)
      doubts.push_back(
          {site.name, fmt::format("the base load reaches {} kW beside EVSEs and storages of {} kW; W for kW?",
                                  number_text(most_load_kw_[s], 0), number_text(most_kw, 1))});

    const double peak_kw = result.sites[s].peak_instant_kw;
    if (std::isfinite(site.contract_kw) && sessions_ > 0 && site.contract_kw > 10.0 * std::max(peak_kw, 1.0))
      doubts.push_back(
          {site.name, fmt::format("contract_kw = {} is never reached: the highest import, charging at once, "
                                  "is {} kW",
                                  number_text(site.contract_kw, 0), number_text(peak_kw, 1))});

    // Of drawn arrivals it is chance who plugs in where; a record says what an EVSE gave.
    const bool recorded = std::any_of(site.arrivals.begin(), site.arrivals.end(),
                                      [](const auto& law) { return std::holds_alternative<demand::Recorded>(*law); });

    for (std::size_t e = 0; recorded && e < evses_[s].size(); ++e) {
      const OfEvse& evse = evses_[s][e];
      if (evse.beyond_kwh <= 0.1 * evse.wanted_kwh) continue;
      doubts.push_back(
          {site.evses[e].id,
           fmt::format("its {} session(s) want {} of {} kWh more than it can give (rated {} kW, up to {} kW "
                       "would be needed); is it a stronger EVSE?",
                       evse.sessions, number_text(evse.beyond_kwh, 1), number_text(evse.wanted_kwh, 1),
                       number_text(physics::rated_kw(site.evses[e]), 1), number_text(evse.needed_kw, 1))});
    }
  }
  return doubts;
}

}  // namespace evtwin::analysis
