#include "learned.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evtwin::learned {

namespace {

constexpr std::size_t watched_days = 14, banded_days = 28, asked_a_day = 2;
/// Below which an hour's own ratios tell no tenth of them.
constexpr std::size_t ratios_needed = 40;
/// Variance of the logarithm of the 0.9 quantile of 11 values, p (1 - p) / (n f(q)^2 q^2) of a normal distribution (q =
/// 1.28, f(q) = 0.175): so much four weeks tell of an hour, whose days are alike. 11, for 28, was chosen by WIS on
/// months of JPL that nothing is judged by (scenarios/studies/learned_forecasts.md).
constexpr double chance = 0.09 / (11.0 * 0.175 * 0.175 * 1.28 * 1.28);

Model model_of(const sdk::ForecasterSetup& setup, const char* kind) {
  const std::string file(setup.text("model"));
  if (file.empty())
    throw sdk::BadParameter(
        fmt::format("{0} needs a model: {0}:model=FILE, as `evtwin forecast train` writes it", kind));
  try {
    return read_model(policy::read_policy_file(file, policy::forecast_sort), kind, setup.quantity());
  } catch (const policy::PolicyError& error) {
    throw sdk::BadParameter(fmt::format("model {}: {}", file, error.what()));
  }
}

/// What was learnt with the weather in sight knows nothing without it, and the other way round.
std::optional<forecast::WeatherFile> weather_of(const sdk::ForecasterSetup& setup, const Model& model,
                                                const char* kind) {
  const std::string file(setup.text("weather"));
  if (file.empty() && model.sees_weather)
    throw sdk::BadParameter(
        fmt::format("model {} was learnt with weather forecasts; give {}:weather=FILE", setup.text("model"), kind));
  if (!file.empty() && !model.sees_weather)
    throw sdk::BadParameter(
        fmt::format("model {} was learnt without weather forecasts; leave weather out, or learn one "
                    "with --model {}:weather=FILE",
                    setup.text("model"), kind));
  if (file.empty()) return std::nullopt;
  return forecast::WeatherFile(file);
}

/// Distances of what came from the median, to those of the outermost quantiles from it; by hour of the day.
class Ratios {
 public:
  /// @param moved  all quantiles are moved by it first
  void add(std::size_t hour, double truth, const Spread& spread, double moved) {
    const double middle = spread.quantile[spread.quantile.size() / 2], error = truth - middle - moved;
    add(error, spread.quantile.back() - middle, above_[hour]);
    add(-error, middle - spread.quantile.front(), below_[hour]);
  }
  std::array<Widening, day_hours> widening(double spread) const {
    std::array<Widening, day_hours> widening;
    const std::array above = factors_of(above_), below = factors_of(below_);
    for (std::size_t hour = 0; hour < day_hours; ++hour) widening[hour] = {spread * above[hour], spread * below[hour]};
    return widening;
  }

 private:
  using ByHour = std::array<std::vector<double>, day_hours>;
  static void add(double error, double distance, std::vector<double>& ratios) {
    if (distance > 0.0 && std::isfinite(error / distance)) ratios.push_back(error / distance);
  }
  /// What an hour and the two beside it ask for, drawn to what all hours do: in logarithms, as far as hours differ by
  /// no more than four weeks' chance (Efron and Morris, J. Am. Stat. Assoc. 70, 1975).
  static std::array<double, day_hours> factors_of(const ByHour& by_hour) {
    std::vector<double> ratios;
    const auto take = [&](std::size_t hour) {
      ratios.insert(ratios.end(), by_hour[hour].begin(), by_hour[hour].end());
    };
    for (std::size_t hour = 0; hour < day_hours; ++hour) take(hour);
    const double of_all = nine_tenths_of(ratios);
    std::array<double, day_hours> apart{};  // logarithms
    double squares = 0.0, hours = 0.0;
    for (std::size_t hour = 0; hour < day_hours; ++hour) {
      ratios.clear();
      for (const std::size_t beside : {day_hours - 1, day_hours, day_hours + 1}) take((hour + beside) % day_hours);
      if (ratios.size() < ratios_needed) continue;
      apart[hour] = std::log(nine_tenths_of(ratios) / of_all);
      squares += apart[hour] * apart[hour];
      hours += 1.0;
    }
    const double own = squares > 0.0 ? std::max(0.0, 1.0 - chance * hours / squares) : 0.0;
    std::array<double, day_hours> factors;
    for (std::size_t hour = 0; hour < day_hours; ++hour) factors[hour] = of_all * std::exp(own * apart[hour]);
    return factors;
  }
  /// What nine tenths stay below, the k-th of n at k / (n + 1); kept to what a band can be: 1 of none.
  static double nine_tenths_of(std::vector<double>& ratios) {
    if (ratios.empty()) return 1.0;
    const std::size_t at = std::min(ratios.size(), (9 * (ratios.size() + 1) + 9) / 10) - 1;
    std::ranges::nth_element(ratios, ratios.begin() + static_cast<std::ptrdiff_t>(at));
    return std::clamp(ratios[at], 0.01, 10.0);
  }

  ByHour above_, below_;
};

}  // namespace

Learned::Learned(const sdk::ForecasterSetup& setup, const char* kind)
    : host_(setup.host()),
      kind_(kind),
      drift_(setup.flag("drift")),
      follow_(setup.flag("follow")),
      model_(model_of(setup, kind)),
      weather_file_(weather_of(setup, model_, kind)),
      looker_(setup.quantity(), weather_file_ ? &*weather_file_ : nullptr) {}

void Learned::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  if (question.steps.size() == 0) return;
  const std::int64_t step_min = question.steps.raw.step_ns / 60'000'000'000;
  if (step_min != model_.step_min)
    throw std::runtime_error(
        fmt::format("its model was trained on steps of {} min, and is asked for steps of {} min; set forecast = {{ "
                    "period_min = {} }}, or train one for them (--period {})",
                    model_.step_min, step_min, model_.step_min, step_min));

  looker_.look(history, question, model_.shape.past_steps, model_.shape.horizon_steps, window_);
  if ((drift_ || follow_) && looker_.has_new_day()) {
    watch_ = watch_over();
    replaced_ = drift_ && watch_.is_worse();
  }
  // At midnight alone: a run that goes on from a checkpoint later in the day says nothing twice.
  if (replaced_ && question.steps.local_minute()[0] < step_min) {
    const std::string words = fmt::format(
        "{}: {} was worse than the week before for {} days (off by {:.3g} {} in the mean, the week before by {:.3g}): "
        "the "
        "week before stands in for it",
        quantity_ids[question.quantity()], kind_, watch_.days, watch_.error / static_cast<double>(watch_.steps),
        quantity_units[question.quantity()], watch_.naive / static_cast<double>(watch_.steps));
    host_.report(&host_, EVTWIN_WARNING, words.c_str());
  }
  if (replaced_) return answer_naively(question, answer);

  const Matrix out = model_.network->run(window_);
  const forecast::Grid& grid = looker_.grid();
  const forecast::Bounds& bounds = looker_.bounds();
  for (std::size_t k = 0; k < question.steps.size(); ++k) {
    const std::size_t slot = grid.slot_of(looker_.targets()[k].cell);
    const Spread spread = spread_of(window_, out, k, widening_at(slot));
    answer.mean[k] = bounds.clip_value(spread.mean, slot);
    double before = -forecast::largest_value;
    for (std::size_t l = 0; l < question.levels().size(); ++l) {
      before = std::max(before, bounds.clip_value(quantile_at(spread, question.levels()[l]), slot));
      answer.quantile(l)[k] = before;
    }
  }
}

Watch Learned::watch_over() {
  Watch watch;
  const forecast::Grid& grid = looker_.grid();
  if (grid.today <= watched_days) return watch;
  const std::size_t first = grid.today - std::min(grid.today, banded_days);
  const std::size_t day = grid.slots;
  std::vector<forecast::Target> targets;
  std::vector<double> naive(day);
  Ratios learnt, instead;
  const forecast::Bounds& bounds = looker_.past_bounds();
  forecast::NaivePredictor week(grid, 7);
  for (std::size_t row = first; row < grid.today; ++row) {
    const bool watched = row + watched_days >= grid.today;
    bool any = false;
    for (std::size_t part = 0; part < asked_a_day; ++part) {
      const std::size_t now = row * day + part * day / asked_a_day;
      looker_.look_back(now, day, model_.shape.past_steps, model_.shape.horizon_steps, earlier_);
      const Matrix out = model_.network->run(earlier_);
      targets.clear();
      for (std::size_t k = 0; k < earlier_.steps; ++k) targets.push_back({now + k, grid.kind[grid.row_of(now + k)]});
      week.foresee_means(grid, now, targets, {naive.data(), targets.size()});
      for (std::size_t k = 0; k < targets.size(); ++k) {
        const double truth = now + k < grid.past_cells() ? grid.value[now + k] : std::nan("");
        if (std::isnan(truth)) continue;
        any = watched;
        const Spread spread = spread_of(earlier_, out, k, {model_.spread, model_.spread});
        const auto clipped = [&](double value) { return bounds.clip_value(value, grid.slot_of(now + k)); };
        const double mean = clipped(spread.mean);
        if (clipped(spread.quantile.front()) < clipped(spread.quantile.back())) {
          const std::size_t hour = grid.slot_of(now + k) * day_hours / day;
          learnt.add(hour, truth, spread, 0.0);
          instead.add(hour, truth, spread, naive[k] - mean);
        }
        if (!watched) continue;
        ++watch.steps;
        watch.error += std::abs(mean - truth);
        watch.naive += std::abs(naive[k] - truth);
      }
    }
    if (any) ++watch.days;
  }
  watch.widening = (drift_ && watch.is_worse() ? instead : learnt).widening(model_.spread);
  return watch;
}

Widening Learned::widening_at(std::size_t slot) const {
  return follow_ && watch_.is_whole() ? watch_.widening[slot * day_hours / looker_.grid().slots]
                                      : Widening{model_.spread, model_.spread};
}

void Learned::answer_naively(const sdk::Question& question, sdk::Answer& answer) {
  const forecast::Grid& grid = looker_.grid();
  forecast::NaivePredictor week(grid, 7);
  week.foresee_means(grid, grid.now, looker_.targets(), answer.mean);
  const Matrix out = model_.network->run(window_);
  // The mean is the naive one, the spread that was learnt lies around it.
  for (std::size_t k = 0; k < question.steps.size(); ++k) {
    const std::size_t slot = grid.slot_of(looker_.targets()[k].cell);
    answer.mean[k] = looker_.bounds().clip_value(answer.mean[k], slot);
    const Spread spread = spread_of(window_, out, k, widening_at(slot));
    const double moved = answer.mean[k] - spread.mean;
    double before = -forecast::largest_value;
    for (std::size_t l = 0; l < question.levels().size(); ++l) {
      before = std::max(before, looker_.bounds().clip_value(quantile_at(spread, question.levels()[l]) + moved, slot));
      answer.quantile(l)[k] = before;
    }
  }
}

}  // namespace evtwin::learned
