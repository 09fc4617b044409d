// Who answers for the sites of a run: a strategy each.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/archive.hpp"
#include "twin/run.hpp"

namespace evtwin::twin {

class Hosts {
 public:
  /// Makes an instance per site from the view of the empty site, and tells the run what they want to be told.
  Hosts(Run& run, const World& world, const control::StrategyFactory& make);

  /// Lets the strategy of an asked site decide, and answers. @throws control::StrategyError with decision and time.
  void ask(std::uint32_t site);

  /// Whether every strategy can write down what it remembers, or remembers nothing.
  bool can_save() const;
  void save(kernel::ArchiveWriter& a) const;
  /// @param take_up  false: what is stored is passed over
  void load(kernel::ArchiveReader& a, bool take_up);

 private:
  Run& run_;
  const World& world_;
  std::vector<std::unique_ptr<control::Strategy>> strategies_;  // [sites]
};

}  // namespace evtwin::twin
