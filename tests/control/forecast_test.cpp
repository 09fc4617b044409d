// What may be foreseen: the truth, what was known yesterday, or the truth with an error of its own.
#include "control/forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace evtwin::control {
namespace {

using kernel::hour_ns;

constexpr TimeNs monday_ns = 1748790000LL * 1'000'000'000LL;  // 2025-06-02T00:00 in Seoul
const market::Calendar seoul("Asia/Seoul");

/// A signal whose value is the number of the hour since three days before Monday, 144 hours long.
market::Signal hours_counted() {
  std::vector<TimeNs> times;
  std::vector<double> values;
  for (int h = 0; h < 144; ++h) {
    times.push_back(monday_ns + (h - 72) * hour_ns);
    values.push_back(h);
  }
  return market::Series(times, values);
}

Horizon seen(Forecast forecast, TimeNs now_ns, std::uint32_t steps, double now_kw) {
  const market::SignalClock pv(hours_counted(), seoul), none(0.0, seoul);
  Forecaster forecaster(forecast, seoul, hour_ns, 7, 0, pv, none, none,
                        market::TariffClock(market::free_energy(), seoul));
  Horizon horizon;
  forecaster.fill(now_ns, steps, now_kw, 0.0, horizon);
  return horizon;
}

TEST(Forecaster, PerfectIsTheTruth) {
  const Horizon h = seen({Forecast::Kind::perfect, 0.0, 0.0}, monday_ns, 48, 72);
  for (std::size_t k = 0; k < 48; ++k) EXPECT_EQ(h.pv_kw[k], 72.0 + static_cast<double>(k));
  EXPECT_EQ(h.start_ns[48], monday_ns + 48 * hour_ns);
}

// Value k of the horizon was known when it was issued: the hour shown is never later than now.
TEST(Forecaster, YesterdayShowsNothingLaterThanNow) {
  const Horizon h = seen({Forecast::Kind::yesterday, 0.0, 0.0}, monday_ns + 5 * hour_ns, 60, 77);
  EXPECT_EQ(h.pv_kw[0], 77.0);
  for (std::size_t k = 1; k < 60; ++k) {
    EXPECT_LE(h.pv_kw[k], 77.0);
    const double days_back = std::ceil(static_cast<double>(k) / 24.0);
    EXPECT_EQ(h.pv_kw[k], 77.0 + static_cast<double>(k) - 24.0 * days_back);
  }
  EXPECT_EQ(h.issued_ns, monday_ns + 5 * hour_ns);
}

TEST(Forecaster, NoiseIsDrawnOncePerIssueAndNoNoiseIsTheTruth) {
  const Horizon exact = seen({Forecast::Kind::noisy, 0.0, 0.0}, monday_ns + 5 * hour_ns, 24, 77);
  for (std::size_t k = 0; k < 24; ++k) EXPECT_EQ(exact.pv_kw[k], 77.0 + static_cast<double>(k));
  EXPECT_EQ(exact.issued_ns, monday_ns);

  const Forecast noisy{Forecast::Kind::noisy, 0.1, 0.3};
  const Horizon five = seen(noisy, monday_ns + 5 * hour_ns, 24, 77);
  const Horizon six = seen(noisy, monday_ns + 6 * hour_ns, 24, 78);
  for (std::size_t k = 1; k < 23; ++k) EXPECT_EQ(five.pv_kw[k + 1], six.pv_kw[k]);  // the same issue, the same figures
  const Horizon next_day = seen(noisy, monday_ns + 24 * hour_ns, 3, 96);
  EXPECT_NE(next_day.pv_kw[2], five.pv_kw[21]);
  double bias = 0.0;
  for (std::size_t k = 1; k < 24; ++k) bias += five.pv_kw[k] / (77.0 + static_cast<double>(k)) - 1.0;
  EXPECT_NEAR(bias / 23, 0.1, 4 * 0.3 / std::sqrt(23.0));  // four standard errors
}

}  // namespace
}  // namespace evtwin::control
