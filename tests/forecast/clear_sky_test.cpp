// clear-sky-persistence against cases worked out by hand.
#include <gtest/gtest.h>

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

/// A clear day of 10, 40, 60, 40, 10 kW at 10 to 14 h; `share` of it on each day.
double noon_kw(double hour) {
  constexpr std::array kw{10.0, 40.0, 60.0, 40.0, 10.0};
  return hour >= 10.0 && hour < 15.0 ? kw[static_cast<std::size_t>(hour) - 10] : 0.0;
}
Series days_of(const std::vector<double>& share) {
  return {{}, 24 * share.size(), [&](const When& when) {
            return share[static_cast<std::size_t>(when.day)] * noon_kw(when.hour());
          }};
}

TEST(ClearSky, TheLastHoursOfLightTellTheSkyAheadAlsoOverNight) {
  // One clear day among clouds, then half the sun.
  const Series series = days_of({0.7, 1.0, 0.7, 0.5, 0.5, 1.0});
  Forecaster five_hours("clear-sky-persistence", EVTWIN_QUANTITY_PV_KW, {{"hours_of_light", 5.0, nullptr}});
  const Foreseen at_midnight = five_hours.ask(series, 24 * 4, 24);
  for (std::size_t k = 0; k < 24; ++k)
    EXPECT_NEAR(at_midnight.mean[k], 0.5 * noon_kw(static_cast<double>(k)), 1e-12) << k;

  // At 12:00 of the last day: its two hours (0.5 of 50 kW) and the three before (0.5 of 110 kW), had yesterday been
  // 0.7.
  const Series changed = days_of({0.7, 1.0, 0.7, 0.7, 0.5, 1.0});
  const double index = (0.5 * 50.0 + 0.7 * 110.0) / 160.0;
  const Foreseen at_noon = five_hours.ask(changed, 24 * 4 + 12, 24);
  EXPECT_NEAR(at_noon.mean[0], index * 60.0, 1e-12);
  EXPECT_NEAR(at_noon.mean[2], index * 10.0, 1e-12);
  EXPECT_NEAR(at_noon.mean[22], index * 10.0, 1e-12);  // 10:00 of the next day
}

TEST(ClearSky, OfACloudySkyThatStaysNothingIsOff) {
  std::vector<double> share(30, 0.3);
  share[15] = 1.0;
  const Series series = days_of(share);
  Forecaster forecaster("clear-sky-persistence", EVTWIN_QUANTITY_PV_KW);
  for (const std::size_t now : {24U * 20U, 24U * 25U + 11U, 24U * 28U + 19U}) {
    const Foreseen foreseen = forecaster.ask(series, now, 24);
    for (std::size_t k = 0; k < 24; ++k) EXPECT_NEAR(foreseen.mean[k], series[now + k], 1e-9) << now << " + " << k;
  }
}

}  // namespace
}  // namespace evtwin::forecast::test
