// Remarks of strategy and forecasters beside their answers, and the vehicles that it leaves standing.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "twin/context.hpp"
#include "twin/result.hpp"

namespace evtwin::twin {

class Conduct {
 public:
  /// Remarks that are recorded at most: a strategy that talks without end must not fill a disk.
  static constexpr std::size_t most_of_a_decision = 100;
  static constexpr std::uint64_t most_of_a_run = 10'000;
  /// Decisions of a site that are recorded, the first: a strategy may wake itself a thousand times a second for a year.
  static constexpr std::uint64_t most_decisions = 2'000'000;

  explicit Conduct(const SiteContext& context) : context_(context), left_(context.site.evses.size(), 0) {}

  void begin();
  void plug_in(std::uint32_t evse) { left_[evse] = 0; }

  enum class Speaker : std::uint8_t { strategy, forecaster };
  /// Remarks of one decision, to be recorded with it. What forecasters say is in the same bounds, but no warning of the
  /// strategy's.
  void hear_remarks(std::span<const control::Strategy::Remark> remarks, TimeNs t, Speaker speaker = Speaker::strategy);
  /// Remarks that did not reach this process.
  void leave_out_remarks(std::uint64_t count) { left_out_ += count; }
  /// A vehicle that draws power, on an EVSE at 0 kW, got no set-point (NaN) in an answer.
  void leave_standing(std::uint32_t evse) {
    ++left_standing_;
    left_[evse] = 1;
  }
  /// @param got_kwh  the session's, when it ends or is open at the end
  void end_session(std::uint32_t evse, double got_kwh) {
    if (left_[evse] != 0 && got_kwh == 0.0) ++sessions_left_;
  }
  /// Adds what is counted here to the result, and tells what was not recorded.
  void add_to_result(SiteResult& result, TimeNs t) const;

  template <class A>
  void archive_fields(A& a) {
    a.begin_section("conduct");
    a(warnings_, first_warning_, recorded_, left_out_, left_standing_, sessions_left_);
    a.archive_elements(left_);
  }

 private:
  void tell_remark(const control::Strategy::Remark& remark, TimeNs t, Speaker speaker);

  const SiteContext context_;
  std::uint64_t warnings_ = 0;
  std::string first_warning_;
  std::uint64_t recorded_ = 0, left_out_ = 0;            // remarks
  std::uint64_t left_standing_ = 0, sessions_left_ = 0;  // answers, sessions that got nothing
  std::vector<std::uint8_t> left_;                       // [evses] 1: this session was left standing
};
static_assert(kernel::has_size<Conduct>(144), "a new field must be archived or made anew after loading");

}  // namespace evtwin::twin
