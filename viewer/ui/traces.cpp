#include "viewer/ui/traces.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "viewer/model/state.hpp"
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::no_row;
using model::Piece;
using model::Series;

void add_scaled(Series& to, const Series& from, double factor) {
  for (Piece piece : from.pieces()) {
    piece.value *= factor;
    piece.rate_per_h *= factor;
    to.add_piece(piece);
  }
}

EvseTrace make_trace(const model::Run& run, std::uint32_t evse) {
  EvseTrace trace;
  bool any = false;
  for (const std::uint32_t row : run.evses[evse].sessions) {
    const model::Session& session = run.sessions[row];
    const Series soc = model::session_soc(run, row);
    if (soc.empty()) continue;
    any = true;
    add_scaled(trace.soc_percent, soc, 100.0);
    trace.soc_percent.add_piece(soc.end_ns(), model::none);
    const double wanted = session.wanted_kwh * session.charge_efficiency / session.battery_kwh;
    trace.target_percent.add_piece(soc.start_ns(), 100.0 * std::min(1.0, session.soc_start + wanted));
    trace.target_percent.add_piece(soc.end_ns(), model::none);
  }
  if (!any) return {};
  trace.soc_percent.finish_at(run.known_until_ns);
  trace.target_percent.finish_at(run.known_until_ns);
  return trace;
}

Stack make_stack(const model::Run& run, std::uint32_t site, const std::string& station) {
  std::vector<std::uint32_t> rows = model::ordered_evses(run, site, station, model::EvseOrder::energy);
  std::erase_if(rows, [&](std::uint32_t row) { return run.evses[row].kw.empty(); });
  Stack stack;
  constexpr std::size_t most_evses = 24, most_stations = 12;
  // One block says nothing: a single station is stacked by its EVSEs, the smallest of them together.
  const auto first_station = [&](std::uint32_t row) {
    return run.evses[row].station == run.evses[rows.front()].station;
  };
  stack.by_station =
      rows.size() > most_evses && station.empty() && !std::all_of(rows.begin(), rows.end(), first_station);

  std::vector<std::pair<std::string, std::vector<const Series*>>> groups;
  for (const std::uint32_t row : rows) {
    const model::Evse& evse = run.evses[row];
    const std::string& name = stack.by_station ? evse.station : evse.name;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.first == name; });
    const bool full = groups.size() == (stack.by_station ? most_stations : most_evses) - 1 && group == groups.end();

    if (full) {
      groups.emplace_back(std::string(), std::vector<const Series*>());
    } else if (group != groups.end()) {
      group->second.push_back(&evse.kw);
      continue;
    } else if (groups.empty() || !groups.back().first.empty()) {
      groups.emplace_back(name, std::vector<const Series*>());
    }
    groups.back().second.push_back(&evse.kw);
  }

  for (auto& [name, parts] : groups) {
    const Series* sum = parts.front();
    if (parts.size() > 1) sum = &stack.made.emplace_back(model::sum_of(parts, run.start_ns, run.known_until_ns));
    stack.parts.push_back({name, sum});
  }
  return stack;
}

}  // namespace

const EvseTrace& evse_trace(const Ui& ui, const model::Run& run, std::uint32_t evse) {
  return panel_state(ui).traces.evses.get_or_make(run.serial, evse, [&] { return make_trace(run, evse); });
}

const Series& storage_soc_percent(const Ui& ui, const model::Run& run, std::uint32_t storage) {
  return panel_state(ui).traces.storages.get_or_make(run.serial, storage, [&] {
    Series percent;
    add_scaled(percent, run.storages[storage].soc, 100.0);
    percent.finish_at(run.storages[storage].soc.end_ns());
    return percent;
  });
}

const Stack& power_stack(const Ui& ui, const model::Run& run, std::uint32_t site, const std::string& station) {
  return panel_state(ui).traces.stacks.get_or_make(run.serial, {site, station},
                                                   [&] { return make_stack(run, site, station); });
}

SharedSignals shared_signals(const Ui& ui, const model::Run& a, const model::Run& b, std::uint32_t site) {
  const auto same = [](const Series& one, const Series& other) {
    return std::equal(one.pieces().begin(), one.pieces().end(), other.pieces().begin(), other.pieces().end(),
                      [](const Piece& x, const Piece& y) {
                        const bool both_gaps = std::isnan(x.value) && std::isnan(y.value);
                        return x.start_ns == y.start_ns && (x.value == y.value || both_gaps);
                      });
  };
  return panel_state(ui).traces.shared.get_or_make(a.serial, {b.serial, site}, [&]() -> SharedSignals {
    const std::uint32_t of_b = model::same_site(a, site, b);
    if (of_b >= b.sites.size()) return {};
    const model::Site &x = a.sites[site], &y = b.sites[of_b];
    return {same(x.pv_kw, y.pv_kw), same(x.load_kw, y.load_kw), same(x.contract_kw, y.contract_kw),
            same(x.power_setpoint_kw, y.power_setpoint_kw)};
  });
}

const std::vector<std::uint32_t>& shown_evses(const Ui& ui, const model::Run& run, std::uint32_t site,
                                              const std::string& station, model::EvseOrder order) {
  return panel_state(ui).traces.shown.get_or_make(run.serial, {{site, station}, order},
                                                  [&] { return model::ordered_evses(run, site, station, order); });
}

}  // namespace evtwin::viewer::ui
