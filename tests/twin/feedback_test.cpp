// Strategies are shown in their columns what the run tells of its corrections, row by row.
#include <gtest/gtest.h>

#include "kernel/random.hpp"
#include "twin/random_world.hpp"

namespace evtwin::testing {
namespace {

/// Asks every member for random powers, many of them impossible, and one nanosecond later looks at what became of them.
class Feedback {
 public:
  explicit Feedback(std::uint64_t seed) : seed_(seed) {
    world_ = random_world(seed);
    twin::Site& site = world_.sites[0];
    Dice dice(1000 + seed);
    site.contract_kw = dice.real(3.0, 15.0);
    site.export_limit_kw = dice.real(0.0, 5.0);
  }

  void run() {
    twin::RunOptions options;
    options.observer = &seen_;
    twin::simulate(world_,
                   strategy([this](const evtwin_view& view, evtwin_decision& decision) { look(view, decision); }),
                   options);
  }

  std::size_t held = 0;   ///< rows whose reason was one that was told before
  std::size_t shown = 0;  ///< corrections that the view of the next nanosecond showed

 private:
  struct Row {
    std::uint64_t session = 1;
    std::int64_t since_ns = 0;
    double setpoint_kw, asked_kw;
    std::uint32_t reason;
    std::int32_t limit;
  };
  Row row_of(const evtwin_view& view, const twin::CorrectionRecord& told) const {
    const auto i = static_cast<std::size_t>(told.row);
    if (told.subject == twin::Subject::evse) {
      return {view.evse_session[i],  view.evse_arrived_ns[i], view.evse_setpoint_kw[i],
              view.evse_asked_kw[i], view.evse_reason[i],     view.evse_limit_row[i]};
    }
    return {
        1, 0, view.storage_setpoint_kw[i], view.storage_asked_kw[i], view.storage_reason[i], view.storage_limit_row[i]};
  }

  void look(const evtwin_view& view, evtwin_decision& decision) {
    compare_last(view);
    if (view.now_ns == asked_ns_ + 1) compare_news(view);
    if ((view.why & EVTWIN_WHY_WAKE) != 0) return;
    asked_ns_ = view.now_ns;
    told_before_ = seen_.corrections.size();
    decision.wake_ns = view.now_ns + 1;
    const auto wish_kw = [&](std::uint32_t member) {
      const double unit = kernel::draw_unit(seed_, member, 77, view.decision_number);
      return unit < 0.1 ? physics::unknown : -30.0 + 70.0 * unit;
    };
    for (std::uint32_t k = 0; k < view.n_connected; ++k)
      decision.evse_kw[view.connected_evse[k]] = wish_kw(view.connected_evse[k]);
    for (std::uint32_t s = 0; s < view.n_storages; ++s) decision.storage_kw[s] = wish_kw(view.n_evses + s);
  }

  /// A reason in a view is the last that was told of that row, with that set-point, in this session.
  void compare_last(const evtwin_view& view) {
    const auto find_last = [&](twin::Subject subject, std::uint32_t row) -> const twin::CorrectionRecord* {
      for (std::size_t c = seen_.corrections.size(); c-- > 0;) {
        const twin::CorrectionRecord& told = seen_.corrections[c];
        if (told.subject == subject && told.row == static_cast<std::int32_t>(row)) return &told;
      }
      return nullptr;
    };
    const auto expect_told = [&](twin::Subject subject, std::uint32_t row) {
      const twin::CorrectionRecord* told = find_last(subject, row);
      ASSERT_NE(told, nullptr) << seed_ << " " << row;
      const Row now = row_of(view, *told);
      EXPECT_EQ(static_cast<std::uint32_t>(told->reason), now.reason) << seed_ << " " << row;
      EXPECT_EQ(told->given_kw, now.setpoint_kw) << seed_ << " " << row;
      EXPECT_GE(told->time_ns, now.since_ns) << seed_ << " " << row;
      ++held;
    };
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      if (view.evse_reason[i] != EVTWIN_REASON_NONE) expect_told(twin::Subject::evse, i);
    }
    for (std::uint32_t s = 0; s < view.n_storages; ++s) {
      if (view.storage_reason[s] != EVTWIN_REASON_NONE) expect_told(twin::Subject::storage, s);
    }
  }

  /// All that was told at the last answer's instant is what the rows show now, but of vehicles that have left.
  void compare_news(const evtwin_view& view) {
    for (std::size_t c = told_before_; c < seen_.corrections.size(); ++c) {
      const twin::CorrectionRecord& told = seen_.corrections[c];
      EXPECT_EQ(told.time_ns, asked_ns_) << seed_;
      if (told.row < 0) continue;  // of the site itself
      const Row now = row_of(view, told);
      if (now.session == 0) continue;
      EXPECT_EQ(now.reason, static_cast<std::uint32_t>(told.reason)) << seed_ << " " << told.row;
      EXPECT_EQ(now.setpoint_kw, told.given_kw) << seed_ << " " << told.row;
      EXPECT_EQ(now.asked_kw, told.asked_kw) << seed_ << " " << told.row;
      const std::string& limit = seen_.limit_names[c];
      EXPECT_EQ(now.limit < 0 ? "" : std::string(view.limit_name[now.limit]), limit) << seed_ << " " << told.row;
      ++shown;
    }
  }

  std::uint64_t seed_;
  twin::World world_;
  KeepingObserver seen_;
  std::int64_t asked_ns_ = 0;
  std::size_t told_before_ = 0;
};

TEST(FeedbackColumns, ShowRowByRowWhatTheRunTellsOfItsCorrections) {
  std::size_t held = 0, shown = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Feedback feedback(seed);
    feedback.run();
    held += feedback.held;
    shown += feedback.shown;
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(held, 5000U);
  EXPECT_GT(shown, 2000U);
  RecordProperty("held", std::to_string(held));
  RecordProperty("shown", std::to_string(shown));
}

}  // namespace
}  // namespace evtwin::testing
