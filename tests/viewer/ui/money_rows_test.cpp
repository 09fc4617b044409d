#include "viewer/ui/money_rows.hpp"

#include <gtest/gtest.h>

namespace evtwin::viewer::ui {
namespace {

using Rows = std::vector<std::uint32_t>;

model::Run run_with_sessions() {
  model::Run run;
  run.evses.resize(2);
  run.evses[0].name = run.evses[0].station = "A";
  run.evses[1].name = run.evses[1].station = "B";
  const auto session = [&](std::uint32_t evse, model::TimeNs from, model::TimeNs to, double paid) {
    model::Session s;
    s.evse = evse;
    s.plugged_in_ns = from;
    s.departed_ns = to;
    s.paid = paid;
    run.sessions.push_back(std::move(s));
  };
  session(0, 10, 20, 5.0);
  session(1, 15, 40, 7.0);
  session(0, 30, 50, 5.0);
  session(model::no_row, 0, 60, 0.0);
  run.sessions.back().plugged_in_ns = kernel::time_never;  // turned away
  return run;
}

TEST(MoneyOrder, ListsWhoWasPluggedInByTheColumnAskedFor) {
  const model::Run run = run_with_sessions();
  MoneyQuery query;
  EXPECT_EQ(money_order(run, query).rows, (Rows{0, 1, 2}));
  query.by = MoneyColumn::paid;
  EXPECT_EQ(money_order(run, query).rows, (Rows{0, 2, 1}));
  query.descending = true;
  EXPECT_EQ(money_order(run, query).rows, (Rows{1, 0, 2}));
  query.station = "A";
  EXPECT_EQ(money_order(run, query).rows, (Rows{0, 2}));
}

TEST(MoneyOrder, AWindowHasTheSessionsThatTouchIt) {
  const MoneyOrder order = money_order(run_with_sessions(), {});
  EXPECT_EQ(sessions_within(order, 20, 30), (Rows{1}));
  EXPECT_EQ(sessions_within(order, 19, 31), (Rows{0, 1, 2}));
  EXPECT_EQ(sessions_within(order, 60, 70), Rows{});
}

TEST(MoneyOrder, UpToTheCursorThoseThereComeFirst) {
  const MoneyOrder order = money_order(run_with_sessions(), {});
  EXPECT_EQ(sessions_until(order, 9), Rows{});
  EXPECT_EQ(sessions_until(order, 20), (Rows{1, 0}));
  EXPECT_EQ(sessions_until(order, 30), (Rows{1, 2, 0}));
  EXPECT_EQ(sessions_until(order, 50), (Rows{0, 1, 2}));
}

}  // namespace
}  // namespace evtwin::viewer::ui
