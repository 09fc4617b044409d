// Strategies that answer for the sites of a run, one each.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/archive.hpp"
#include "twin/run.hpp"

namespace evtwin::twin {

class Hosts {
 public:
  /// Makes an instance per site from the view of the empty site, and tells the run what they want to be told.
  Hosts(Run& run, const World& world, const control::StrategyFactory& make);

  /// Lets the strategies of asked sites decide, and answers. Those of one batch decide in one call, each at its place.
  /// @throws control::StrategyError with decision and time.
  void ask_sites(std::span<const std::uint32_t> sites);
  /// The run came to its end, and its books are closed. Remarks made then are told `observer`, which may be null.
  /// @throws control::StrategyError.
  void end(Result& result, Observer* observer);

  /// Of the first site's strategy, for messages.
  std::string name_in_messages() const { return strategies_.front()->name_in_messages(); }

  /// Whether every strategy can write down what it remembers, or remembers nothing.
  bool can_save() const;
  void save_memories(kernel::ArchiveWriter& a) const;
  /// @param take_up  false: what is stored is passed over
  void load_memories(kernel::ArchiveReader& a, bool take_up);

 private:
  void hear_last_words(std::uint32_t site, SiteResult& result, Observer* observer);
  void decide_site(std::uint32_t site, std::span<const std::uint32_t> later_sites);
  [[noreturn]] void throw_failure(const control::StrategyError& error, std::uint32_t site) const;

  Run& run_;
  const World& world_;
  std::vector<std::unique_ptr<control::Strategy>> strategies_;  // [sites]
  std::vector<std::uint8_t> decided_;                           // [sites] at this instant, in a batch
  std::vector<control::Strategy::Asked> batch_;                 // scratch
};

}  // namespace evtwin::twin
