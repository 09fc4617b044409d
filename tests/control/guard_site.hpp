// A small site for the guard, its answers worked out by hand.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "control/guard.hpp"

namespace evtwin::control {

using physics::infinite;

inline constexpr double kw_of_1_a = 0.23;  // one phase of 230 V

/// EVSEs of 32 A at 230 V (7.36 kW) with batteries that take and give anything.
struct TestSite {
  explicit TestSite(std::size_t n, std::vector<physics::LimitRow> rows = {}, double contract_kw = infinite,
                    double export_kw = infinite, std::vector<physics::Feeder> feeders = {},
                    std::vector<physics::Storage> stores = {})
      : evses(n), storages(std::move(stores)), couplings(n + storages.size()), tree(std::move(feeders)) {
    for (std::uint32_t i = 0; i < n; ++i) {
      evses[i].max_a = 32.0;
      evses[i].min_a = 6.0;
      evses[i].bidirectional = true;
      evses[i].max_discharge_a = 32.0;
      couplings[i] = {0.23, 6 * 0.23, 32 * 0.23, 32 * 0.23, {}};
    }
    limits = std::move(rows);
    contract = contract_kw;
    exports = export_kw;
  }
  /// The site outlives the guard, which looks at its columns.
  Guard make() {
    Guard guard(evses, storages, physics::FeederTree(tree), limits, contract, exports);
    for (std::uint32_t i = 0; i < guard.member_count(); ++i) {
      guard.members[i].charge = guard.members[i].discharge = {1e6, 1e6, false};
      active.push_back(i);
    }
    return guard;
  }
  std::vector<physics::Evse> evses;
  std::vector<physics::Storage> storages;
  std::vector<physics::Coupling> couplings;
  std::vector<physics::Feeder> tree;
  std::vector<physics::LimitRow> limits;
  std::vector<std::uint32_t> active;
  double contract, exports;
};

}  // namespace evtwin::control
