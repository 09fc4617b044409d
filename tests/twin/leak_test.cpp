// No truth is shown before its time: two worlds that are the same up to noon and differ in everything after it show the
// same views up to noon, column by column and field by field.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "control/view_layout.hpp"
#include "twin/worlds.hpp"

namespace evtwin::twin::leak_test {
namespace {

using testing::hour_ns;
using testing::monday_ns;
using testing::small_world;
using testing::visit;

constexpr kernel::TimeNs noon_ns = monday_ns + 36 * hour_ns;  // of the second day

/// Hours of a signal that is the same up to noon.
market::Series hourly(double scale_after_noon) {
  std::vector<kernel::TimeNs> times;
  std::vector<double> values;
  for (int h = 0; h < 72; ++h) {
    times.push_back(monday_ns + h * hour_ns);
    values.push_back((1.0 + h % 7) * (times.back() > noon_ns ? scale_after_noon : 1.0));
  }
  return market::Series(times, values);
}

World world_with(bool other_future, control::Forecast::Kind kind) {
  World world = small_world(4, 3);
  Site& site = world.sites[0];
  site.pv_kw = hourly(other_future ? 3.0 : 1.0);
  site.load_kw = hourly(other_future ? 5.0 : 1.0);
  site.contract_kw = 16.0;
  site.forecast = control::Forecast{kind, 0.0, 0.0};
  site.tariff.demand.price_per_kw.fill(10.0);
  // Those that are there at noon leave otherwise in the other world, those that came within two hours, none of which is
  // finished, take more, and all that come later are others.
  std::vector<demand::Visit> visits;
  for (int day = 0; day < 3; ++day) {
    for (int n = 0; n < 6; ++n) {
      demand::Visit v = visit(day * 24.0 + 7.0 + 1.3 * n, day * 24.0 + 15.2 + 0.7 * n, 30.0 + n, n % 4);
      v.id = "stay-" + std::to_string(visits.size());
      v.taken_kwh = v.requested_kwh - 2.0;
      if (v.arrival_ns > noon_ns && other_future) {
        v.arrival_ns += hour_ns / 5;
        v.requested_kwh += 3.0;
        v.id += "-other";
      }
      if (v.departure_ns > noon_ns && other_future) {
        v.departure_ns += hour_ns / 3;
        if (v.arrival_ns > noon_ns - 2 * hour_ns) v.taken_kwh += 1.5;
      }
      visits.push_back(v);
    }
  }
  testing::add_visits(world, visits);
  return world;
}

/// Everything a view shows, by the name of the column; the scalars under "".
std::map<std::string, std::string> shown(const evtwin_view& view) {
  std::map<std::string, std::string> all;
  evtwin_view scalars = view;
  for (const control::ColumnPlace& column : control::view_columns()) {
    const void* cells = control::column_of(column, view);
    control::set_column(column, scalars, nullptr);
    if (cells == nullptr) continue;
    const std::size_t length = control::length_of(column, view);
    std::string& bytes = all[std::string(column.name)];
    if (column.cell == control::Cell::text) {
      for (std::size_t k = 0; k < length; ++k) bytes += std::string(static_cast<const char* const*>(cells)[k]) + "\n";
    } else {
      bytes.assign(static_cast<const char*>(cells), length * control::size_of(column.cell));
    }
  }
  all[""].assign(reinterpret_cast<const char*>(&scalars), sizeof scalars);
  return all;
}

std::vector<std::map<std::string, std::string>> views_up_to_noon(bool other_future, control::Forecast::Kind kind) {
  std::vector<std::map<std::string, std::string>> views;
  testing::run_world(world_with(other_future, kind),
                     testing::strategy(
                         [&](const evtwin_view& view, evtwin_decision& decision) {
                           if (view.now_ns <= noon_ns) views.push_back(shown(view));
                           for (std::uint32_t k = 0; k < view.n_connected; ++k)
                             decision.evse_kw[view.connected_evse[k]] = view.evse_car_max_kw[view.connected_evse[k]];
                         },
                         EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 96));
  return views;
}

TEST(NoLeak, AViewIsTheSameWhateverComesAfterIt) {
  const auto a = views_up_to_noon(false, control::Forecast::Kind::yesterday);
  const auto b = views_up_to_noon(true, control::Forecast::Kind::yesterday);
  ASSERT_GT(a.size(), 140U);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    for (const auto& [name, bytes] : a[n]) EXPECT_EQ(bytes, b[n].at(name)) << name << " of decision " << n;
    if (::testing::Test::HasFailure()) return;
  }
}

// Who is granted perfect knowledge has it in the horizon and nowhere else; and the two worlds are told apart by it.
TEST(NoLeak, PerfectKnowledgeIsInTheHorizonAlone) {
  const auto a = views_up_to_noon(false, control::Forecast::Kind::perfect);
  const auto b = views_up_to_noon(true, control::Forecast::Kind::perfect);
  ASSERT_EQ(a.size(), b.size());
  std::map<std::string, int> differing;
  for (std::size_t n = 0; n < a.size(); ++n) {
    for (const auto& [name, bytes] : a[n]) differing[name] += bytes == b[n].at(name) ? 0 : 1;
  }
  for (const auto& [name, count] : differing) {
    const bool foreseen = name == "horizon_pv_kw" || name == "horizon_load_kw" || name == "horizon_arrivals" ||
                          name == "horizon_arrivals_kwh";
    if (!foreseen) {
      EXPECT_EQ(count, 0) << name;
    } else {
      EXPECT_GT(count, 0) << name;
    }
  }
}

}  // namespace
}  // namespace evtwin::twin::leak_test
