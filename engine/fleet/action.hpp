// Answers of agents: cells of a row become the columns of its decision, and masks say which cells matter.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <span>
#include <vector>

#include "fleet/split.hpp"

namespace evtwin::fleet {

/// The table of a fleet's actions.
/// @param lends  any of its EVSEs is bidirectional
std::vector<evtwin_fleet_column> action_columns(std::uint32_t act, std::uint32_t n_evses, std::uint32_t n_storages,
                                                bool lends);

/// Power of storage s for a share of what it can take, below 0 of what it can give; 0 where it is full or empty.
double storage_kw_of(const evtwin_view& view, std::uint32_t s, double share);

/// Reads actions for one site. Allocates at construction alone.
class ActionReader {
 public:
  /// @param first     the view of the empty site
  /// @param n_evses   of a row, at least the site's
  ActionReader(std::uint32_t act, std::uint32_t n_evses, const evtwin_view& first)
      : act_(act), n_evses_(n_evses), storage_kw_(first.n_storages), split_(first) {}

  /// Writes every connected EVSE and every storage. @returns how many cells lay beyond their bounds, NaN among them.
  std::uint32_t write_decision(const evtwin_view& view, const float* cells, evtwin_decision& decision);

  /// @param size  of the row
  void write_masks(const evtwin_view& view, std::uint8_t* masks, std::uint32_t size) const;

 private:
  std::uint32_t storage_cell() const { return act_ == EVTWIN_ACT_SITE ? 1 : n_evses_; }

  std::uint32_t act_, n_evses_;
  std::vector<double> storage_kw_;
  Split split_;
};

}  // namespace evtwin::fleet
