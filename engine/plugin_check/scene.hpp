// A scene: a random site and a sequence of decisions at it, shown as the host shows them. One seed gives it all, and
// what a strategy answers changes nothing, so that two strategies, or one twice, see the very same views.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "control/guard.hpp"
#include "control/view.hpp"
#include "plugin_check/random_site.hpp"

namespace evtwin::plugin_check {

class Scene {
 public:
  explicit Scene(std::uint64_t seed, const SceneShape& shape = {});
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// The view in memory that can not be written: at first the one for create(), nobody plugged in.
  const evtwin_view& view() const { return columns_->shown; }
  /// On to the next decision of a strategy that asked for these. @returns false when there are no more.
  bool next_decision(const evtwin_strategy& asked);
  std::uint64_t decision_count() const { return decisions_; }
  control::ViewColumns& columns() { return *columns_; }

 private:
  struct Guest {
    const physics::Vehicle* vehicle = nullptr;
    physics::Coupling coupling;
    double soc = 0.0;
    double v2g_min_price_per_kwh = 0.0;
  };
  void move_time(std::uint32_t subscribes);
  void come_and_go(std::uint32_t subscribes);
  void add_departed_before();
  void plug_in(std::uint32_t evse);
  void draw_power(std::uint32_t evse);
  void show_site();
  void show_money();
  void show_what_was_granted();
  void show_queue();
  void show_horizon(const evtwin_strategy& asked);
  std::int64_t tick_after(std::int64_t t_ns, std::int64_t every_ns) const;
  double draw_price();

  Dice dice_;
  RandomSite site_;
  bool limits_;
  std::unique_ptr<control::Guard> guard_;
  std::unique_ptr<control::ViewColumns> columns_;
  std::vector<Guest> guests_;
  double occupancy_ = 0.5, base_price_ = 0.2;
  std::uint64_t decisions_ = 0, sessions_ = 0;
  bool started_ = false;
  bool limits_change_ = false;  ///< bounds of its rows follow curves
};

}  // namespace evtwin::plugin_check
