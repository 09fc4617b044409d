// Observation of an agent: cells of a row, written from its evtwin_view and nothing else.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::fleet {

/// Quantities by which cells are scaled to about 1: nameplates and round figures, nothing measured.
struct Nameplate {
  double site_kw = 1.0;        ///< contract power, else all EVSEs at once
  double evse_kw = 1.0;        ///< of the largest EVSE
  double storage_kw = 1.0;     ///< of the largest storage
  double storage_kwh = 1.0;    ///< likewise
  double price_per_kwh = 0.1;  ///< what a kWh roughly costs in the currency

  /// @param first  the view of the empty site
  void add_site(const evtwin_view& first);
};

/// Rough cost of a kWh: 100 of KRW, 20 of JPY, 0.1 of most others. It only brings prices near 1.
double round_price_per_kwh(std::string_view currency);

/// How large a row is, and what it shows.
struct ObservationShape {
  std::uint32_t n_evses = 0, n_storages = 0, horizon_steps = 0;
  std::vector<double> levels{};
  bool ends = false;         ///< runs terminate: how much time is left is seen
  std::string_view observe;  ///< ids with blanks between; empty or "standard/1": all
};

/// Sines and cosines of the local time of day and of week.
struct Circles {
  double day_sin = 0.0, day_cos = 0.0, week_sin = 0.0, week_cos = 0.0;
};

/// Facts that the values of one row are worked out from.
struct Look {
  const evtwin_view& view;
  std::uint32_t horizon_steps = 0;
  bool ends = false;
  double used_kw = 0.0;  ///< EVSEs and storages now, at their meters
  Circles circles{};
};

class Observation {
 public:
  /// @throws std::invalid_argument for an id that there is not.
  Observation(const ObservationShape& shape, const Nameplate& nameplate);
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;

  std::uint32_t size() const { return size_; }
  std::span<const evtwin_fleet_column> columns() const { return columns_; }

  /// Writes size() cells.
  void write_row(const evtwin_view& view, float* row) const;

  /// Writes one quantity of all things of its block.
  using Writer = void (*)(const Look& look, const evtwin_fleet_column& column, std::uint32_t level, float* row);

 private:
  struct Part {
    Writer write = nullptr;
    std::uint32_t level = 0;
  };

  ObservationShape shape_;
  std::deque<std::string> texts_;  // of ids that are made here
  std::vector<evtwin_fleet_column> columns_;
  std::vector<Part> parts_;  // [columns]
  std::uint32_t size_ = 0;
  bool is_whole_ = true;
};

}  // namespace evtwin::fleet
