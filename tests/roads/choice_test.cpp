#include "roads/choice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernel/random.hpp"

namespace evtwin::roads {
namespace {

// Two stations alike but for 100 KRW/kWh: V differs by 1, so P = 1 / (1 + e^-1) = 0.7310586.
TEST(Choice, OfTwoStationsIsTheLogisticFunction) {
  const std::array<Offer, 2> offers{Offer{0.5, 300.0, 0.0, 0.0}, Offer{0.5, 400.0, 0.0, 0.0}};
  std::array<double, 2> chances{};
  choice_chances({}, offers, chances);
  EXPECT_NEAR(chances[0], 0.73105857863, 1e-10);
  EXPECT_NEAR(chances[1], 0.26894142137, 1e-10);
}

TEST(Choice, IsTheClosedFormForRandomOffers) {
  const ChoiceModel model;
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    const auto u = [&](std::uint64_t k) { return kernel::draw_unit(5, trial, 1, k); };
    std::vector<Offer> offers(2 + trial % 9);
    for (std::size_t i = 0; i < offers.size(); ++i)
      offers[i] = {0.9 * u(4 * i), 500.0 * u(4 * i + 1), std::floor(5 * u(4 * i + 2)), u(4 * i + 3) < 0.2 ? 1.0 : 0.0};
    std::vector<double> chances(offers.size());
    choice_chances(model, offers, chances);
    double sum = 0.0;
    for (const Offer& o : offers)
      sum += std::exp(-1.5 * o.hours - 0.01 * o.price_per_kwh - 0.3 * o.queue + 0.7 * o.habit);
    for (std::size_t i = 0; i < offers.size(); ++i) {
      const Offer& o = offers[i];
      EXPECT_NEAR(chances[i], std::exp(-1.5 * o.hours - 0.01 * o.price_per_kwh - 0.3 * o.queue + 0.7 * o.habit) / sum,
                  1e-12);
    }
  }
}

// The share that changes with the price, by a difference quotient of the chances themselves.
TEST(Choice, ElasticityIsTheSlopeOfTheLogChance) {
  const ChoiceModel model;
  std::vector<Offer> offers{{0.5, 300, 0, 1}, {0.7, 250, 2, 0}, {0.4, 350, 1, 0}};
  std::vector<double> chances(3), low(3), high(3);
  choice_chances(model, offers, chances);
  for (std::size_t k = 0; k < 3; ++k) {
    const double price = offers[k].price_per_kwh, step = price * 1e-5;
    offers[k].price_per_kwh = price - step;
    choice_chances(model, offers, low);
    offers[k].price_per_kwh = price + step;
    choice_chances(model, offers, high);
    offers[k].price_per_kwh = price;
    for (std::size_t i = 0; i < 3; ++i) {
      const double slope = (std::log(high[i]) - std::log(low[i])) / (std::log(price + step) - std::log(price - step));
      EXPECT_NEAR(price_elasticity(model, offers, chances, i, k), slope, 1e-6) << i << " to " << k;
    }
  }
  EXPECT_LT(price_elasticity(model, offers, chances, 0, 0), 0.0);
  EXPECT_GT(price_elasticity(model, offers, chances, 0, 1), 0.0);
}

TEST(Choice, DrawsFollowTheChancesAndNobodyThinksOfFarStations) {
  const std::array<Offer, 3> offers{Offer{0.5, 300, 0, 0}, Offer{1.6, 0, 0, 0}, Offer{0.5, 400, 0, 0}};
  std::array<double, 3> chances{};
  choice_chances({}, offers, chances);
  EXPECT_EQ(chances[1], 0.0) << "1.1 h later than the fastest";
  int counts[3] = {};
  for (std::uint64_t i = 0; i < 100'000; ++i) ++counts[drawn_offer(chances, kernel::draw_unit(1, i, 2, 0))];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[0], 73106, 4 * 141) << "four standard deviations";
  EXPECT_EQ(drawn_offer(std::array{0.5, 0.5, 0.0}, 1.0 - 1e-17), 1U) << "never one without a chance";
}

TEST(Choice, HugeUtilitiesDoNotOverflow) {
  const std::array<Offer, 2> offers{Offer{0.5, 1e6, 0, 0}, Offer{0.5, 1e6 + 100, 0, 0}};
  std::array<double, 2> chances{};
  choice_chances({}, offers, chances);
  EXPECT_NEAR(chances[0], 0.73105857863, 1e-9);
}

}  // namespace
}  // namespace evtwin::roads
