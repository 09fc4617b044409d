#include "examples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "../model.hpp"

namespace evtwin::learned {

namespace {

std::string date_of(std::int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

[[noreturn]] void refuse(const evtwin_series& series, const std::string& why) {
  throw std::runtime_error(
      fmt::format("{} of {}: {}", quantity_ids[series.quantity], series.name == nullptr ? "?" : series.name, why));
}

/// Steps [first, last) between the first and the last known value.
struct Known {
  std::size_t first = 0, last = 0;
};

Known known_part(const evtwin_series& series, std::size_t steps_a_day, const SplitRules& rules) {
  Known part{series.steps.n, 0};
  bool varies = false;
  double before = std::nan("");
  for (std::size_t k = 0; k < series.steps.n; ++k) {
    const double value = series.values[k];
    if (std::isnan(value)) continue;
    if (value < 0.0 && series.quantity != EVTWIN_QUANTITY_BUY_PER_KWH)
      refuse(series, fmt::format("{} on {} is below 0; {}", value, date_of(series.steps.local_day[k]),
                                 series.quantity == EVTWIN_QUANTITY_PV_KW
                                     ? "PV counts what is produced: mend its sign, or set such values to 0"
                                     : "it can not be"));
    varies = varies || (!std::isnan(before) && value != before);
    before = value;
    part.first = std::min(part.first, k);
    part.last = k + 1;
  }
  const std::size_t least = 2 * rules.warm_days + 7;
  if (part.last <= part.first) refuse(series, "it has no known value");
  if (part.last - part.first < least * steps_a_day)
    refuse(series,
           fmt::format("{} known day(s); at least {} are needed: {} to look back on, the rest to learn from and "
                       "to judge by",
                       (part.last - part.first) / steps_a_day, least, rules.warm_days));
  if (!varies) refuse(series, fmt::format("it is {} all the time: there is nothing to learn", before));
  return part;
}

}  // namespace

void look_at_series(Looker& looker, const evtwin_series& series, std::size_t from, const Shape& shape, Window& window) {
  // All that is shown lies before the window's time: what comes is not there to be looked at.
  evtwin_history past{sizeof past, 1, sdk::part_of(series.steps, 0, from), {}};
  for (const double*& values : past.values) values = series.values;
  const std::size_t to = std::min<std::size_t>(from + shape.horizon_steps, series.steps.n);
  const evtwin_question question{sizeof question,
                                 series.quantity,
                                 series.steps.start_ns[from],
                                 sdk::part_of(series.steps, from, to),
                                 nullptr,
                                 0,
                                 0};
  looker.look(sdk::History(past), sdk::Question(question), shape.past_steps, shape.horizon_steps, window);
}

Split split_series(std::span<const evtwin_series> series, std::uint32_t quantity, const Shape& shape,
                   const SplitRules& rules) {
  Split split;
  Window window;
  for (const evtwin_series& one : series) {
    if (one.quantity != quantity) continue;
    const auto steps_a_day = static_cast<std::size_t>(86'400'000'000'000 / one.steps.step_ns);
    const Known known = known_part(one, steps_a_day, rules);
    const std::size_t steps = known.last - known.first;
    const auto kept_back = static_cast<std::size_t>(std::ceil(rules.validation_share * static_cast<double>(steps)));
    // Days are not cut: the validation begins at a local midnight.
    std::size_t validation = known.last - kept_back;
    while (validation < known.last && one.steps.local_minute[validation] != 0) ++validation;

    SeriesUse use{one.name == nullptr ? "?" : one.name,
                  date_of(one.steps.local_day[known.first]),
                  date_of(one.steps.local_day[std::min(validation, known.last - 1)]),
                  date_of(one.steps.local_day[known.last - 1]),
                  0,
                  0};
    Looker looker(quantity, rules.weather.get());
    for (std::size_t from = known.first + rules.warm_days * steps_a_day; from + shape.horizon_steps <= known.last;
         ++from) {
      const std::int32_t minute = one.steps.local_minute[from];
      if (minute % 60 != 0) continue;
      const auto hour = static_cast<std::size_t>(minute / 60);
      const bool judges = from >= validation;
      const auto later = static_cast<std::size_t>(one.steps.local_day[from]) % rules.every_h;
      if (judges ? hour % rules.judged_every_h != 0 : (hour + later) % rules.every_h != 0) continue;
      if (!judges && from + shape.horizon_steps > validation) continue;

      look_at_series(looker, one, from, shape, window);
      (judges ? split.judged : split.learnt).add(window, {one.values + from, shape.horizon_steps});
      ++(judges ? use.judged : use.learnt);
    }
    if (use.learnt == 0 || use.judged == 0)
      refuse(one, "too short for a day to learn from and one to judge by; give a longer series");
    split.uses.push_back(std::move(use));
  }
  return split;
}

}  // namespace evtwin::learned
