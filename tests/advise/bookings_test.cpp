// Which bookings to move: only flexible ones, only inside their windows, only where it saves something.
#include "advise/bookings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "advise/advice_text.hpp"
#include "twin/worlds.hpp"

namespace evtwin::advise {
namespace {

using evtwin::testing::hour_ns;
using evtwin::testing::monday_ns;
using ::testing::HasSubstr;

struct Booking {
  const char* id;
  double from_h, to_h, kwh;
  std::int32_t evse;
  std::optional<std::pair<double, double>> window_h;
};

TimeNs at_h(double hours) { return monday_ns + static_cast<TimeNs>(hours * static_cast<double>(hour_ns)); }

/// A day; 200 from 08:00 to 22:00, 50 at night.
twin::World world_with(const std::vector<Booking>& bookings, std::size_t evses = 2) {
  twin::World world = evtwin::testing::small_world(evses);
  world.currency = "KRW";
  world.sites[0].tariff.rates = {{market::all_months, market::all_day_types, 8 * 60, 22 * 60, 200.0, "day"},
                                 {market::all_months, market::all_day_types, 22 * 60, 8 * 60, 50.0, "night"}};
  world.sites[0].tariff_given = true;
  demand::Recorded law;
  for (const Booking& b : bookings) {
    demand::Visit visit = evtwin::testing::visit(b.from_h, b.to_h, b.kwh, b.evse);
    visit.id = b.id;
    visit.announced_ns = monday_ns;
    visit.reserved_from_ns = visit.arrival_ns;
    visit.reserved_until_ns = visit.departure_ns;
    law.visits.push_back(visit);
    law.windows.push_back(b.window_h
                              ? std::optional(demand::MoveWindow{at_h(b.window_h->first), at_h(b.window_h->second)})
                              : std::nullopt);
  }
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  return world;
}

const Way charged_at_once{"at-once", evtwin::testing::full_power()};

std::string booking_refusal(const twin::World& world) {
  try {
    (void)advise_bookings(world, charged_at_once);
  } catch (const AdviseError& error) {
    return error.what();
  }
  return "advised";
}

TEST(BookingAdvice, AFlexibleOneMovesToTheCheapHoursAndAFixedOneStays) {
  const twin::World world = world_with({{"fixed", 10, 12, 10, 0, {}}, {"flexible", 12, 14, 10, 1, {{5, 16}}}});
  const BookingAdvice advice = advise_bookings(world, charged_at_once);
  EXPECT_EQ(advice.fixed, 1U);
  EXPECT_EQ(advice.flexible, 1U);
  ASSERT_EQ(advice.moves.size(), 1U);
  EXPECT_EQ(advice.moves[0].booking.id, "flexible");
  // 10 kWh take 1.42 h: from 06:30 on, on a grid of half hours (22 of them in the window), all of it is at night.
  EXPECT_EQ(advice.moves[0].from_ns, at_h(6.5));
  EXPECT_EQ(advice.moves[0].to_ns, at_h(8.5));
  EXPECT_NEAR(advice.before.objective, 20 * 200, 1e-6);
  EXPECT_NEAR(advice.after.objective, 10 * 200 + 10 * 50, 1e-6);
  const std::string text = bookings_text(world, advice, analysis::Language::english);
  EXPECT_THAT(text, HasSubstr("1 bookings are fixed, 1 may be moved within their windows; at-once, "));
  EXPECT_THAT(text, HasSubstr("2025-06-02 12:00 ~ 2025-06-02 14:00  2025-06-02 06:30 ~ 2025-06-02 08:30"));
  EXPECT_THAT(text, HasSubstr("moving 1 saves 1,500 KRW"));
  EXPECT_THAT(bookings_text(world, advice, analysis::Language::korean), HasSubstr("1건을 옮기면 1,500 KRW 절감"));
  const auto json = bookings_json(world, advice);
  EXPECT_EQ(json["moves"][0]["to"]["arrive"], "2025-06-02T06:30:00+09:00");
  EXPECT_NEAR(json["saves"].get<double>(), 1500, 1e-6);
}

TEST(BookingAdvice, NothingIsProposedThatSavesNothing) {
  const twin::World world = world_with({{"flexible", 12, 14, 10, 1, {{9, 21}}}});  // all of it at 200
  const BookingAdvice advice = advise_bookings(world, charged_at_once);
  EXPECT_TRUE(advice.moves.empty());
  EXPECT_EQ(advice.before.objective, advice.after.objective);
  EXPECT_THAT(bookings_text(world, advice, analysis::Language::english),
              HasSubstr("no move saves anything: keep the bookings as they are (2,000 KRW)"));
}

TEST(BookingAdvice, NobodyIsServedLessForIt) {
  // At night on the same EVSE somebody else stands who may not be moved; beyond him there is half an hour.
  const twin::World taken = world_with({{"fixed", 0, 7.5, 10, 0, {}}, {"flexible", 12, 14, 10, 0, {{0, 14}}}});
  const BookingAdvice advice = advise_bookings(taken, charged_at_once);
  for (const BookingMove& move : advice.moves) EXPECT_GE(move.from_ns, at_h(7.5));
  EXPECT_EQ(advice.after.turned_away, 0);
  EXPECT_NEAR(advice.after.unmet_kwh, 0, 1e-9);
  // In the last hour of the run all is cheap, and cut off by its end.
  const twin::World late = world_with({{"flexible", 12, 14, 10, 0, {{9, 30}}}});
  for (const BookingMove& move : advise_bookings(late, charged_at_once).moves) EXPECT_LT(move.to_ns, at_h(24));
}

TEST(BookingAdvice, WhatCanNotMoveIsSaid) {
  EXPECT_THAT(booking_refusal(evtwin::testing::small_world()), HasSubstr("--bookings: the scenario has none"));
  EXPECT_THAT(booking_refusal(world_with({{"fixed", 10, 12, 10, 0, {}}})), HasSubstr("all of them are fixed"));
  const twin::World world = world_with({{"fixed", 10, 12, 10, 0, {}}, {"flexible", 12, 14, 10, 1, {{5, 16}}}});
  const std::vector<BookingRow> rows = bookings_of(world);
  EXPECT_THROW(with_moved(world, rows[0], at_h(9)), std::logic_error);
  EXPECT_THROW(with_moved(world, rows[1], at_h(4)), std::logic_error);
  EXPECT_THROW(with_moved(world, rows[1], at_h(15)), std::logic_error);
}

TEST(BookingAdvice, AMovedBookingKeepsAllButItsTimes) {
  const twin::World world = world_with({{"fixed", 10, 12, 10, 0, {}}, {"flexible", 12, 14, 10, 1, {{5, 16}}}});
  const twin::World moved = with_moved(world, bookings_of(world)[1], at_h(6));
  const auto& law = std::get<demand::Recorded>(*moved.sites[0].arrivals[0]);
  ASSERT_EQ(law.visits.size(), 2U);
  const demand::Visit& visit = law.visits[0];  // now the first to come
  EXPECT_EQ(visit.id, "flexible");
  EXPECT_EQ(visit.arrival_ns, at_h(6));
  EXPECT_EQ(visit.departure_ns, at_h(8));
  EXPECT_EQ(visit.reserved_from_ns, at_h(6));
  EXPECT_EQ(visit.reserved_until_ns, at_h(8));
  EXPECT_EQ(visit.announced_ns, monday_ns);
  EXPECT_EQ(visit.requested_kwh, 10);
  EXPECT_EQ(visit.evse, 1);
  EXPECT_TRUE(law.windows[0].has_value());
  EXPECT_FALSE(law.windows[1].has_value());
}

/// Whatever is booked: moves are of flexible bookings, inside their windows, of the same length, and lower the cost
/// with nobody served less; the moved world costs what was said.
RC_GTEST_PROP(BookingAdvice, MovesStayInTheirWindowsAndSaveWhatIsSaid, ()) {
  std::vector<Booking> bookings;
  const std::vector<const char*> ids{"a", "b", "c", "d"};
  std::map<std::string, bool> fixed;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    // One booking in each quarter of the day, in order, so that none overlaps as booked.
    const double from = 6.0 * static_cast<double>(i) + *rc::gen::inRange(0, 3);
    const double to = from + *rc::gen::inRange(1, 4);
    const bool may_move = *rc::gen::arbitrary<bool>();
    fixed[ids[i]] = !may_move;
    bookings.push_back({ids[i], from, to, 1.0 * *rc::gen::inRange(1, 20), *rc::gen::inRange(0, 2), {}});
    if (may_move)
      bookings.back().window_h = {std::max(0.0, from - *rc::gen::inRange(0, 8)), to + *rc::gen::inRange(0, 8)};
  }
  RC_PRE(std::any_of(fixed.begin(), fixed.end(), [](const auto& f) { return !f.second; }));
  twin::World world = world_with(bookings);
  if (*rc::gen::arbitrary<bool>()) world.sites[0].tariff.demand.price_per_kw.fill(3000);
  const BookingAdvice advice = advise_bookings(world, charged_at_once);
  RC_ASSERT(advice.after.unmet_kwh <= advice.before.unmet_kwh + 1e-6);
  RC_ASSERT(advice.after.turned_away <= advice.before.turned_away);
  RC_ASSERT(advice.moves.empty() || advice.before.objective - advice.after.objective >= 1.0);
  twin::World moved = world;
  for (const BookingMove& move : advice.moves) {
    RC_ASSERT(!fixed.at(move.booking.id));
    RC_ASSERT(move.from_ns >= move.booking.window.from_ns && move.to_ns <= move.booking.window.to_ns);
    RC_ASSERT(move.to_ns - move.from_ns == move.booking.to_ns - move.booking.from_ns);
    for (const BookingRow& row : bookings_of(moved)) {
      if (row.id == move.booking.id) {
        moved = with_moved(moved, row, move.from_ns);
        break;
      }
    }
  }
  const twin::Result result = twin::simulate(moved, charged_at_once.factory);
  RC_ASSERT(std::abs(figures_of(moved, result, -1).objective - advice.after.objective) < 1e-6);
}

}  // namespace
}  // namespace evtwin::advise
