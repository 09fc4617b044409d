// The book-keeper: sums, differences, and the balance of a right world.
#include "control/ledger.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>

namespace evtwin::control {
namespace {

constexpr std::size_t fields = sizeof(Ledger) / sizeof(double);
using Figures = std::array<double, fields>;

Ledger ledger_of(const Figures& figures) { return std::bit_cast<Ledger>(figures); }
Figures figures_of(const Ledger& ledger) { return std::bit_cast<Figures>(ledger); }

/// Field i holds i + 1 times `unit`.
Ledger counted(double unit) {
  Figures figures{};
  for (std::size_t i = 0; i < fields; ++i) figures[i] = static_cast<double>(i + 1) * unit;
  return ledger_of(figures);
}

TEST(Ledger, EveryFieldTakesPartInSumAndDifference) {
  Ledger sum = counted(1.0);
  sum += counted(10.0);
  const Ledger difference = counted(10.0) - counted(1.0);
  for (std::size_t i = 0; i < fields; ++i) {
    EXPECT_EQ(figures_of(sum)[i], 11.0 * static_cast<double>(i + 1)) << "field " << i;
    EXPECT_EQ(figures_of(difference)[i], 9.0 * static_cast<double>(i + 1)) << "field " << i;
  }
}

TEST(Ledger, StartsEmpty) {
  for (const double figure : figures_of(Ledger{})) EXPECT_EQ(figure, 0.0);
}

// 0.25 is exact in binary, so the order of the sums leaves no trace.
TEST(Ledger, IncrementsAddUpToTheTotal) {
  Ledger total, before;
  for (int decision = 0; decision < 96; ++decision) {
    total += counted(0.25);
    const Ledger increment = total - before;
    EXPECT_EQ(figures_of(increment), figures_of(counted(0.25)));
    before = total;
  }
  EXPECT_EQ(figures_of(total), figures_of(counted(24.0)));
}

// PV 30 + import 50 + car 5 + storage 4 = load 20 + cars 40 + storage 8 + export 15 + losses 6.
TEST(Ledger, ARightWorldBalances) {
  Ledger l;
  l.pv_kwh = 30.0;
  l.import_kwh = 50.0;
  l.ev_discharge_kwh = 5.0;
  l.storage_discharge_kwh = 4.0;
  l.load_kwh = 20.0;
  l.ev_charge_kwh = 40.0;
  l.storage_charge_kwh = 8.0;
  l.export_kwh = 15.0;
  l.losses_kwh = 6.0;
  EXPECT_EQ(imbalance_kwh(l), 0.0);
  EXPECT_EQ(turnover_kwh(l), 89.0);
  l.losses_kwh = 0.0;
  EXPECT_EQ(imbalance_kwh(l), 6.0);  // 6 kWh came from somewhere and went nowhere
  EXPECT_EQ(turnover_kwh(l), 89.0);
}

TEST(Ledger, TheBalanceIsOfEnergiesBetweenTheMetersAndOfNothingElse) {
  const auto imbalance_of = [](double Ledger::*field) {
    Ledger l;
    l.*field = 1.0;
    return imbalance_kwh(l);
  };
  for (const auto source :
       {&Ledger::pv_kwh, &Ledger::import_kwh, &Ledger::ev_discharge_kwh, &Ledger::storage_discharge_kwh}) {
    EXPECT_EQ(imbalance_of(source), 1.0);
  }
  for (const auto sink : {&Ledger::load_kwh, &Ledger::export_kwh, &Ledger::ev_charge_kwh, &Ledger::storage_charge_kwh,
                          &Ledger::losses_kwh}) {
    EXPECT_EQ(imbalance_of(sink), -1.0);
  }
  for (const auto other :
       {&Ledger::pv_used_kwh, &Ledger::energy_cost, &Ledger::demand_charge, &Ledger::driver_revenue,
        &Ledger::v2g_payment, &Ledger::co2_kg, &Ledger::unmet_kwh, &Ledger::wear_cost, &Ledger::overload_kwh,
        &Ledger::export_overload_kwh, &Ledger::feeder_overload_kwh, &Ledger::ev_wear_calendar, &Ledger::ev_wear_cyclic,
        &Ledger::storage_wear_calendar, &Ledger::storage_wear_cyclic}) {
    EXPECT_EQ(imbalance_of(other), 0.0);
  }
  EXPECT_EQ(fields, 4U + 5U + 15U);  // a new field belongs to one of the three lists
}

}  // namespace
}  // namespace evtwin::control
