#include "plugin_check/forecast_scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "plugin_check/random_site.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::int64_t minute_ns = 60'000'000'000;
static_assert(minute_ns == kernel::minute_ns);
constexpr int week_min = 7 * 24 * 60;
constexpr int four_weeks_of_hours = 28 * 24, four_weeks_of_quarters = 28 * 96;

const std::vector<double>& nine_levels() {
  static const std::vector<double> levels{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  return levels;
}

const std::vector<ForecastShape>& corner_shapes() {
  constexpr market::LocalDate winter{2025, 1, 6};
  // The clocks of Berlin change on 30 March and 26 October 2025: four weeks of history end the day before.
  constexpr market::LocalDate before_23_h{2025, 3, 1}, before_25_h{2025, 9, 27};
  constexpr const char* berlin = "Europe/Berlin";
  static const std::vector<ForecastShape> shapes{
      {"an empty history, then one step, then two", Signal::periodic, 15, berlin, winter, 0, 0, 3, 1, 96, {0.5}},
      {"an empty history of steps of 1 h", Signal::constant, 60, berlin, winter, 0, 0, 3, 1, 24, nine_levels()},
      {"a history of NaN alone", Signal::nothing, 15, berlin, winter, 0, 14 * 96, 3, 4, 96, nine_levels()},
      {"NaN but for the last day", Signal::late, 60, berlin, winter, 0, 20 * 24, 3, 6, 24, nine_levels()},
      {"a history with gaps", Signal::gaps, 15, berlin, winter, 0, 21 * 96, 4, 4, 200, nine_levels()},
      {"a constant", Signal::constant, 60, berlin, winter, 0, four_weeks_of_hours, 3, 1, 48, nine_levels()},
      {"zeros", Signal::zeros, 15, berlin, winter, 0, 14 * 96, 3, 4, 96, nine_levels()},
      {"spikes", Signal::spikes, 15, berlin, winter, 0, 14 * 96, 3, 4, 96, nine_levels()},
      {"four weeks of a periodic signal", Signal::periodic, 15, berlin, winter, 0, four_weeks_of_quarters, 4, 4, 96,
       nine_levels()},
      {"four weeks of steps of 1 h", Signal::periodic, 60, berlin, winter, 0, four_weeks_of_hours, 4, 6, 200, {0.5}},
      {"a day of 23 h ahead and behind", Signal::periodic, 15, berlin, before_23_h, 0, four_weeks_of_quarters, 5, 24,
       200, nine_levels()},
      {"a day of 25 h ahead and behind", Signal::periodic, 60, berlin, before_25_h, 0, four_weeks_of_hours, 7, 6, 48,
       nine_levels()},
      {"a horizon of one step", Signal::noise, 15, berlin, winter, 0, 7 * 96, 4, 1, 1, {0.5}},
      {"no levels", Signal::noise, 60, berlin, winter, 0, 14 * 24, 3, 1, 200, {}},
      {"a history that begins amid a day", Signal::noise, 60, berlin, winter, 13, 50, 3, 1, 48, nine_levels()},
      {"the first days of 1970", Signal::periodic, 60, "UTC", {1970, 1, 1}, 0, 30, 3, 5, 24, {0.5}},
  };
  return shapes;
}

template <class T>
const T& one_of(Dice& dice, const std::vector<T>& all) {
  return all[static_cast<std::size_t>(dice.draw_whole(0, static_cast<int>(all.size()) - 1))];
}

ForecastShape random_shape(std::uint64_t number) {
  Dice dice(number);
  ForecastShape shape;
  shape.words = "random";
  shape.signal = static_cast<Signal>(dice.draw_whole(0, static_cast<int>(Signal::late)));
  shape.step_min = one_of<int>(dice, {15, 15, 30, 60});
  shape.zone = one_of<const char*>(dice, {"UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York"});
  shape.first_day = market::date_of_days(20'089 + dice.draw_whole(0, 364));  // of 2025
  const int day = 24 * 60 / shape.step_min;
  shape.first_step = dice.draw_chance(0.7) ? 0 : dice.draw_whole(1, day - 1);
  shape.history_steps = dice.draw_chance(0.3) ? dice.draw_whole(0, 3) : dice.draw_whole(4, 21 * day);
  shape.questions = dice.draw_whole(2, 4);
  shape.advance_steps = dice.draw_chance(0.2) ? day : dice.draw_whole(1, 8);
  shape.horizon_steps = dice.draw_whole(1, 200);
  shape.levels = one_of<std::vector<double>>(dice, {{}, {0.5}, {0.05, 0.5, 0.95}, nine_levels()});
  return shape;
}

const ForecastShape& shape_of(std::uint64_t number) { return corner_shapes()[static_cast<std::size_t>(number - 1)]; }

/// Between 0 and 1: a profile of the day and, less, of the week.
double profile(std::uint32_t quantity, int minute_of_day, int weekday) {
  constexpr double turn = 2.0 * std::numbers::pi;
  const double day = 0.5 - 0.5 * std::cos(turn * minute_of_day / (24.0 * 60.0));
  if (quantity == EVTWIN_QUANTITY_PV_KW) return std::max(0.0, 2.0 * day - 1.0);
  const double week = 0.5 + 0.5 * std::cos(turn * (weekday * 24.0 * 60.0 + minute_of_day) / week_min);
  return 0.2 + 0.6 * day + 0.2 * week;
}

}  // namespace

std::uint64_t ForecastScene::corner_count() { return corner_shapes().size(); }

ForecastScene::ForecastScene(std::uint64_t number)
    : ForecastScene(number, number <= corner_count() ? shape_of(number) : random_shape(number)) {}

ForecastScene ForecastScene::long_run() {
  constexpr int questions = 1000;
  return {
      0,
      {"a thousand hours", Signal::periodic, 60, "Europe/Berlin", {2025, 3, 1}, 0, 0, questions, 1, 48, nine_levels()}};
}

std::string ForecastScene::scene_name() const {
  return number_ == 0 ? "the long run" : fmt::format("scene {} ({})", number_, shape_.words);
}

ForecastScene::ForecastScene(std::uint64_t number, ForecastShape shape)
    : number_(number),
      shape_(std::move(shape)),
      calendar_(shape_.zone),
      holidays_{{2025, 1, 1}, {2025, 1, 15}, {2025, 4, 18}, {2025, 10, 3}},
      steps_(calendar_, holidays_, shape_.step_min * minute_ns) {
  steps_.clear(calendar_.start_of(shape_.first_day));
  for (int k = 0; k < shape_.first_step; ++k) steps_.append_step();
  steps_.clear(steps_.end_ns());
  const int last = shape_.history_steps + (shape_.questions - 1) * shape_.advance_steps + shape_.horizon_steps;
  for (int k = 0; k < last; ++k) steps_.append_step();
  fill_history(number);
}

void ForecastScene::fill_history(std::uint64_t seed) {
  constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
  const evtwin_steps steps = steps_.steps_view();
  const auto day = static_cast<std::uint32_t>(24 * 60 / shape_.step_min);
  // Largest values: a large site's PV and load, vehicles and kWh in a step, a price.
  constexpr std::array<double, EVTWIN_QUANTITIES> scale{400.0, 250.0, 12.0, 300.0, 0.6};

  Dice dice(seed + 1'000'003);
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
    values_[q].resize(steps.n);
    for (std::uint32_t k = 0; k < steps.n; ++k) {
      const double smooth = profile(q, steps.local_minute[k], steps.weekday[k]);
      const double rough = dice.draw_real(0.0, 1.0);
      double value = 0.0;
      switch (shape_.signal) {
        case Signal::nothing:
          value = not_known;
          break;
        case Signal::zeros:
          break;
        case Signal::constant:
          value = 0.3;
          break;
        case Signal::spikes:
          value = rough < 0.02 ? 40.0 : 0.01 * smooth;
          break;
        case Signal::noise:
          // Prices may be negative.
          value = q == EVTWIN_QUANTITY_BUY_PER_KWH ? 2.0 * rough - 1.0 : rough;
          break;
        case Signal::periodic:
          value = smooth * (0.9 + 0.2 * rough);
          break;
        case Signal::gaps:
          value = (k / day) % 5 == 2 || rough < 0.1 ? not_known : smooth;
          break;
        case Signal::late:
          value = static_cast<int>(k + day) < shape_.history_steps ? not_known : smooth;
          break;
      }

      if (q == EVTWIN_QUANTITY_ARRIVALS) value = std::floor(value * scale[q] + rough);
      values_[q][k] = q == EVTWIN_QUANTITY_ARRIVALS ? value : value * scale[q];
    }
  }
}

ForecastScene::Call ForecastScene::call_of_question(std::size_t k, std::uint32_t quantity) const {
  const evtwin_steps all = steps_.steps_view();
  const auto now = static_cast<std::uint32_t>(shape_.history_steps + static_cast<int>(k) * shape_.advance_steps);
  Call call{};
  call.history.struct_size = sizeof call.history;
  call.history.steps = all;
  call.history.steps.n = now;
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) call.history.values[q] = values_[q].data();

  evtwin_question& question = call.question;
  question.struct_size = sizeof question;
  question.quantity = quantity;
  question.issued_ns = all.start_ns[now];
  question.steps = {all.struct_size,     static_cast<std::uint32_t>(shape_.horizon_steps),
                    all.step_ns,         all.start_ns + now,
                    all.local_day + now, all.local_minute + now,
                    all.weekday + now,   all.holiday + now};
  question.level = shape_.levels.data();
  question.n_levels = static_cast<std::uint32_t>(shape_.levels.size());
  return call;
}

}  // namespace evtwin::plugin_check
