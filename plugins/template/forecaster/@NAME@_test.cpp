// Calls the forecaster as evtwin would, on days made by hand: steps of 1 h, 10 kW at noon and 2 kW else.
#include <evtwin/forecaster.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;
constexpr double noon_kw = 10.0, else_kw = 2.0;
int failures = 0;

void expect(bool holds, const char* promise) {
  std::printf("%s: %s\n", holds ? "ok" : "FAILED", promise);
  if (!holds) ++failures;
}

// Functions that the host gives to a forecaster.
void report(const evtwin_host*, std::uint32_t, const char* text) { std::printf("the forecaster says: %s\n", text); }
std::uint64_t random_u64(const evtwin_host*, std::uint64_t, std::uint64_t index) { return index; }
const void* extension(const evtwin_host*, const char*) { return nullptr; }

/// Hours of UTC from the first of January 1970, a Thursday.
struct Hours {
  std::vector<std::int64_t> start_ns;
  std::vector<std::int32_t> local_day, local_minute;
  std::vector<std::uint8_t> weekday, holiday;

  Hours(int from, int n) {
    for (int h = from; h <= from + n; ++h) start_ns.push_back(h * hour_ns);
    for (int h = from; h < from + n; ++h) {
      local_day.push_back(h / 24);
      local_minute.push_back(h % 24 * 60);
      weekday.push_back(static_cast<std::uint8_t>((h / 24 + 3) % 7));
      holiday.push_back(0);
    }
  }
  evtwin_steps steps() const {
    return {sizeof(evtwin_steps),
            static_cast<std::uint32_t>(local_day.size()),
            hour_ns,
            start_ns.data(),
            local_day.data(),
            local_minute.data(),
            weekday.data(),
            holiday.data()};
  }
};

struct Foreseen {
  std::array<double, 24> mean;
  std::array<std::array<double, 24>, 2> quantile;  // of 0.1 and 0.9
};

/// The 24 hours after so many, with this load.
Foreseen foresee(const std::vector<double>& load_kw, double half_life_days) {
  Foreseen foreseen;
  foreseen.mean.fill(NAN);
  for (auto& level : foreseen.quantile) level.fill(NAN);

  const evtwin_host host{sizeof host, EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, nullptr, report, random_u64, extension};
  const evtwin_param_value half_life{"half_life_days", half_life_days, nullptr};
  evtwin_forecaster* forecaster = nullptr;
  if (evtwin_forecasters.create(&host, "@ID@", &half_life, 1, EVTWIN_QUANTITY_LOAD_KW, &forecaster) != EVTWIN_OK)
    return foreseen;

  const int n = static_cast<int>(load_kw.size());
  const Hours past(0, n), ahead(n, 24);
  const std::vector<double> unknown(load_kw.size(), NAN);
  evtwin_history history{sizeof history, 0, past.steps(), {}};
  for (auto& column : history.values) column = unknown.data();
  history.values[EVTWIN_QUANTITY_LOAD_KW] = load_kw.data();
  const std::array<double, 2> levels{0.1, 0.9};
  const evtwin_question question{
      sizeof question, EVTWIN_QUANTITY_LOAD_KW, n * hour_ns, ahead.steps(), levels.data(), 2, 0};
  const evtwin_answer answer{sizeof answer, 0, foreseen.mean.data(), foreseen.quantile[0].data()};
  if (forecaster->forecast(forecaster, &history, &question, &answer) != EVTWIN_OK) foreseen.mean.fill(NAN);
  forecaster->destroy(forecaster);
  return foreseen;
}

std::vector<double> days(int n) {
  std::vector<double> load_kw(static_cast<std::size_t>(24 * n), else_kw);
  for (int day = 0; day < n; ++day) load_kw[static_cast<std::size_t>(24 * day + 12)] = noon_kw;
  return load_kw;
}

}  // namespace

int main() {
  Foreseen foreseen = foresee(days(7), 7.0);
  expect(std::abs(foreseen.mean[12] - noon_kw) < 1e-9 && std::abs(foreseen.mean[0] - else_kw) < 1e-9,
         "what every day had is foreseen");
  expect(foreseen.quantile[0][12] == noon_kw && foreseen.quantile[1][12] == noon_kw, "without a spread");

  // Two days, then the third: weights 1/4 and 1/2 where a day counts half as much as the next one.
  std::vector<double> load_kw = days(2);
  load_kw[24 + 12] = 4.0;
  foreseen = foresee(load_kw, 1.0);
  expect(std::abs(foreseen.mean[12] - (0.25 * noon_kw + 0.5 * 4.0) / 0.75) < 1e-9, "yesterday counts twice");
  expect(foreseen.quantile[0][12] == 4.0 && foreseen.quantile[1][12] == noon_kw, "and both days are the spread");

  load_kw[24 + 12] = NAN;
  expect(std::abs(foresee(load_kw, 1.0).mean[12] - noon_kw) < 1e-9, "what is not known is left out");
  expect(foresee({}, 7.0).mean[12] == 0.0, "without a history there is an answer, too");
  return failures == 0 ? 0 : 1;
}
