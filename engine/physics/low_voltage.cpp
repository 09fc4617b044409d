#include "physics/low_voltage.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::physics {
namespace {

constexpr double w_per_kw = 1000.0;

/// The walk from instant to instant.
class Stand {
 public:
  Stand(const LowVoltageBattery& battery, const LowVoltageCare* care, double hours)
      : battery_(battery), care_(care), hours_(hours), wh_(battery.soc_start * battery.capacity_wh) {
    out_.soc_lowest = battery.soc_start;
  }

  Standing walk() {
    while (t_h_ < hours_) {
      drain();
      if (care_ != nullptr && t_h_ < hours_) top_up();
    }
    if (care_ != nullptr) test_itself();
    out_.soc_end = wh_ / battery_.capacity_wh;
    return out_;
  }

 private:
  /// What stands by takes from it until the care's threshold, until nothing is left, or to the end.
  void drain() {
    const double floor_wh = care_ != nullptr ? care_->from_soc * battery_.capacity_wh : 0.0;
    const double to_floor_h = battery_.drain_w > 0.0 ? std::max(0.0, wh_ - floor_wh) / battery_.drain_w : infinite;
    const bool reaches = to_floor_h < hours_ - t_h_;
    const double after_wh = reaches ? std::min(wh_, floor_wh) : wh_ - battery_.drain_w * (hours_ - t_h_);
    note_fall(after_wh);
    out_.drained_wh += wh_ - after_wh;
    wh_ = after_wh;
    t_h_ = reaches && care_ != nullptr ? t_h_ + to_floor_h : hours_;  // flat: nothing moves any more
  }

  /// Instants at which a fall to `after_wh` from now on passes the limit, and nothing.
  void note_fall(double after_wh) {
    const double limit_wh = battery_.soc_limit * battery_.capacity_wh;
    if (out_.hours_to_limit == infinite && after_wh < limit_wh)
      out_.hours_to_limit = t_h_ + std::max(0.0, wh_ - limit_wh) / battery_.drain_w;
    if (out_.hours_to_flat == infinite && after_wh <= 0.0) out_.hours_to_flat = t_h_ + wh_ / battery_.drain_w;
    out_.soc_lowest = std::min(out_.soc_lowest, after_wh / battery_.capacity_wh);
  }

  /// Awake: the converter feeds what stands by, and the battery with the rest.
  void top_up() {
    const double rise_w = (care_->charge_w - battery_.drain_w) * battery_.charge_efficiency;
    const double full_h = (care_->to_soc * battery_.capacity_wh - wh_) / rise_w;
    const double awake_h = std::min(full_h, hours_ - t_h_);
    wh_ += rise_w * awake_h;
    out_.stored_wh += rise_w * awake_h;
    out_.traction_kwh += (care_->charge_w / care_->converter_efficiency + care_->awake_w) / w_per_kw * awake_h;
    if (awake_h == full_h) ++out_.top_ups;
    t_h_ += awake_h;
  }

  void test_itself() {
    if (!(care_->self_test_every_h < infinite)) return;
    const double tests = std::floor(hours_ / care_->self_test_every_h);
    out_.self_tests = static_cast<std::uint64_t>(tests);
    out_.traction_kwh += tests * care_->self_test_h * care_->awake_w / w_per_kw;
  }

  const LowVoltageBattery& battery_;
  const LowVoltageCare* care_;
  double hours_, wh_;
  double t_h_ = 0.0;
  Standing out_;
};

}  // namespace

Standing stand_parked(const LowVoltageBattery& battery, const LowVoltageCare* care, double hours) {
  return Stand(battery, care, hours).walk();
}

}  // namespace evtwin::physics
