#include "control/issued_forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "control/forecast_arrivals.hpp"
#include "control/strategy.hpp"
#include "kernel/log.hpp"

namespace evtwin::control {

namespace {

bool is_count(std::uint32_t quantity) {
  return quantity == EVTWIN_QUANTITY_ARRIVALS || quantity == EVTWIN_QUANTITY_ARRIVALS_KWH;
}

/// Column of a quantity, and of its levels.
struct Columns {
  std::vector<double>&value, &level;
};
Columns columns_of(Horizon& horizon, std::uint32_t quantity) {
  switch (quantity) {
    case EVTWIN_QUANTITY_PV_KW:
      return {horizon.pv_kw, horizon.level_pv_kw};
    case EVTWIN_QUANTITY_LOAD_KW:
      return {horizon.load_kw, horizon.level_load_kw};
    case EVTWIN_QUANTITY_ARRIVALS:
      return {horizon.arrivals, horizon.level_arrivals};
    case EVTWIN_QUANTITY_ARRIVALS_KWH:
      return {horizon.arrivals_kwh, horizon.level_arrivals_kwh};
    default:
      return {horizon.buy_per_kwh, horizon.level_buy_per_kwh};
  }
}

/// The bit of evtwin_strategy.horizon_reads.
std::uint32_t read_bit(std::uint32_t quantity) {
  if (is_count(quantity)) return EVTWIN_READS_ARRIVALS;
  if (quantity == EVTWIN_QUANTITY_PV_KW) return EVTWIN_READS_PV;
  return quantity == EVTWIN_QUANTITY_LOAD_KW ? EVTWIN_READS_LOAD : EVTWIN_READS_PRICES;
}

/// Price of selling as a fraction of that of buying; empty where it is a price of its own.
std::optional<double> sell_of_buy(const market::Tariff& tariff) {
  const auto* factor = std::get_if<market::SellFactor>(&tariff.sell);
  return factor == nullptr ? std::nullopt : std::optional(factor->of_buy);
}

}  // namespace

std::string trouble_of_forecast(const evtwin_question& question, std::span<const double> mean,
                                std::span<const double> quantile, std::size_t& at) {
  const std::size_t steps = question.steps.n, levels = question.n_levels;
  const bool any = question.quantity == EVTWIN_QUANTITY_BUY_PER_KWH;
  const auto wrong = [&](double value) { return !(std::abs(value) <= EVTWIN_MOST_FORESEEN) || (!any && value < 0.0); };
  const char* const due = any ? "a number from -1e9 to 1e9 is due" : "a number from 0 to 1e9 is due";

  for (at = 0; at < steps; ++at) {
    if (std::isnan(mean[at])) return fmt::format("it left the mean out; {}", due);
    if (wrong(mean[at])) return fmt::format("it foresaw a mean of {}; {}", mean[at], due);
  }

  // Quantiles may be left out, but all of them: the first alone says whether there is a spread.
  const auto is_blank = [](double value) { return std::isnan(value); };
  const auto blank = static_cast<std::size_t>(std::count_if(quantile.begin(), quantile.end(), is_blank));
  if (blank == quantile.size()) return {};
  if (blank > 0) {
    const auto first = std::find_if(quantile.begin(), quantile.end(), is_blank);
    at = static_cast<std::size_t>(first - quantile.begin()) % steps;
    return fmt::format("it left {} of {} quantiles out; all or none are due", blank, quantile.size());
  }

  // Levels ascend, and so must their quantiles.
  for (at = 0; at < steps; ++at) {
    for (std::size_t l = 0; l < levels; ++l) {
      const double value = quantile[l * steps + at];
      if (wrong(value)) return fmt::format("the quantile of level {} is {}; {}", question.level[l], value, due);
      if (l > 0 && value < quantile[(l - 1) * steps + at])
        return fmt::format("its quantiles cross: {} at level {}, {} at level {}", quantile[(l - 1) * steps + at],
                           question.level[l - 1], value, question.level[l]);
    }
  }
  return {};
}

void check_forecast(const ForecastModel& model, const evtwin_question& question, const evtwin_answer& answer,
                    const market::Calendar& calendar) {
  std::size_t at = 0;
  const std::size_t steps = question.steps.n;
  const std::string trouble =
      trouble_of_forecast(question, {answer.mean, steps}, {answer.quantile, question.n_levels * steps}, at);
  if (trouble.empty()) return;
  throw StrategyError(fmt::format("{}: {} for {}, issued {}: {}", model.name_in_messages(),
                                  quantity_names[question.quantity], calendar.format_local(question.steps.start_ns[at]),
                                  calendar.format_local(question.issued_ns), trouble));
}

IssuedForecast::IssuedForecast(const SiteForecast& forecast, const market::Calendar& calendar,
                               std::span<const market::LocalDate> holidays, TimeNs tick_ns, TimeNs run_start_ns,
                               std::uint64_t seed, std::uint32_t site, ForecastHistory::Signals signals)
    : calendar_(calendar),
      tick_ns_(tick_ns),
      period_ns_(forecast.period_ns),
      sell_of_buy_(sell_of_buy(signals.tariff.tariff())),
      history_(calendar, holidays, forecast.period_ns, run_start_ns, forecast.history_days, std::move(signals)),
      ahead_(calendar, holidays, forecast.period_ns) {
  const auto add = [&](const Forecast& rule, std::uint32_t quantity) {
    if (rule.kind != Forecast::Kind::model) return;
    auto heard = std::make_unique<Talker>();
    auto model = rule.source->make_model(quantity, seed, site);
    model->report_to(heard.get());
    all_.push_back({quantity, std::move(heard), std::move(model), {}, {}, false});
  };
  add(forecast.pv, EVTWIN_QUANTITY_PV_KW);
  add(forecast.load, EVTWIN_QUANTITY_LOAD_KW);
  add(forecast.arrivals, EVTWIN_QUANTITY_ARRIVALS);
  add(forecast.arrivals, EVTWIN_QUANTITY_ARRIVALS_KWH);
  add(forecast.price, EVTWIN_QUANTITY_BUY_PER_KWH);
}

bool IssuedForecast::asks_all(std::span<const double> levels) const {
  return std::all_of(levels.begin(), levels.end(), [this](double level) {
    return std::binary_search(asked_levels_.begin(), asked_levels_.end(), level);
  });
}

void IssuedForecast::issue_forecast(TimeNs issued_ns, TimeNs until_ns, std::uint32_t reads) {
  history_.reach_to(issued_ns);
  ahead_.clear(issued_ns);
  while (ahead_.end_ns() < until_ns) ahead_.append_step();
  evtwin_question question{};
  question.struct_size = sizeof question;
  question.issued_ns = issued_ns;
  question.steps = ahead_.steps_view();
  question.level = asked_levels_.data();
  question.n_levels = static_cast<std::uint32_t>(asked_levels_.size());
  words_ = {};
  for (Foreseen& foreseen : all_) {
    if ((reads & read_bit(foreseen.quantity)) == 0) continue;
    question.quantity = foreseen.quantity;
    ask_model(foreseen, question);
    keep_words(*foreseen.heard);
  }
  issued_ns_ = issued_ns;
  ++work_.issued;
}

void IssuedForecast::ask_model(Foreseen& foreseen, const evtwin_question& question) {
  constexpr double blank = std::numeric_limits<double>::quiet_NaN();
  foreseen.mean.assign(ahead_.size(), blank);
  foreseen.quantile.assign(question.n_levels * ahead_.size(), blank);
  const evtwin_answer answer{sizeof(evtwin_answer), 0, foreseen.mean.data(), foreseen.quantile.data()};
  const kernel::Stopwatch watch;
  foreseen.model->forecast(history_.history_view(), question, answer);
  const double seconds = watch.elapsed_ms() / 1000.0;
  ++work_.calls;
  work_.seconds += seconds;
  work_.longest_call_s = std::max(work_.longest_call_s, seconds);
  check_forecast(*foreseen.model, question, answer, calendar_);
  foreseen.has_spread = !std::isnan(foreseen.quantile.front());
}

void IssuedForecast::keep_words(Talker& heard) {
  std::move(heard.remarks.begin(), heard.remarks.end(), std::back_inserter(words_.remarks));
  words_.unheard += heard.unheard;
  heard = {};
}

/// Brings an answer into the steps of the horizon: means over the step, and counts by the share of time.
void IssuedForecast::write_columns(const Foreseen& foreseen, double now_value, Horizon& horizon) const {
  const bool count = is_count(foreseen.quantity);
  auto [value, level] = columns_of(horizon, foreseen.quantity);
  const std::size_t steps = horizon.start_ns.size() - 1, levels = horizon.level.size(), cells = ahead_.size();
  value.resize(steps);
  level.resize(levels * steps);

  const TimeNs now_ns = horizon.start_ns[0];
  std::size_t first = 0;
  for (std::size_t k = 0; k < steps; ++k) {
    const TimeNs to_ns = horizon.start_ns[k + 1];
    TimeNs from_ns = horizon.start_ns[k];
    const auto whole = static_cast<double>(to_ns - from_ns);
    double sum = 0.0, known = 0.0;

    // The value of now goes on for a period at most. A count has none: it is of a stretch of time.
    if (k == 0 && !count) {
      const TimeNs known_until_ns = std::min(to_ns, now_ns + period_ns_);
      known = now_value * (static_cast<double>(known_until_ns - now_ns) / whole);
      from_ns = known_until_ns;
    }

    // Cells ascend as steps do: those before this step are passed for good.
    while (first < cells && ahead_.start_ns(first + 1) <= from_ns) ++first;
    const auto each_piece = [&](auto&& take) {
      for (std::size_t c = first; c < cells && ahead_.start_ns(c) < to_ns; ++c) {
        const TimeNs piece_ns = std::min(to_ns, ahead_.start_ns(c + 1)) - std::max(from_ns, ahead_.start_ns(c));
        if (piece_ns <= 0) continue;
        const auto of_ns = count ? static_cast<double>(ahead_.start_ns(c + 1) - ahead_.start_ns(c)) : whole;
        take(c, static_cast<double>(piece_ns) / of_ns);
      }
    };

    each_piece([&](std::size_t c, double share) { sum += foreseen.mean[c] * share; });
    value[k] = known + sum;
    // A model without a spread shows its mean at every level.
    for (std::size_t l = 0; l < levels; ++l) {
      if (!foreseen.has_spread) {
        level[l * steps + k] = value[k];
        continue;
      }
      const auto asked = std::lower_bound(asked_levels_.begin(), asked_levels_.end(), horizon.level[l]);
      const auto row = static_cast<std::size_t>(asked - asked_levels_.begin()) * cells;
      double of_level = 0.0;
      each_piece([&](std::size_t c, double share) { of_level += foreseen.quantile[row + c] * share; });
      level[l * steps + k] = known + of_level;
    }
  }
}

void IssuedForecast::fill_horizon(TimeNs now_ns, double pv_now_kw, double load_now_kw, double buy_now_per_kwh,
                                  Horizon& horizon) {
  const auto wanted = [&](const Foreseen& foreseen) { return horizon.wants_columns(read_bit(foreseen.quantity)); };
  if (std::none_of(all_.begin(), all_.end(), wanted)) return;
  const TimeNs issued_ns = calendar_.tick_at_or_before(now_ns, period_ns_);
  // An issue reaches to the end of the horizon at the end of its period, whenever in it it is first needed.
  const auto steps = static_cast<TimeNs>(horizon.start_ns.size());
  const TimeNs until_ns = std::max(horizon.start_ns.back(), issued_ns + period_ns_ + steps * tick_ns_);
  const bool known_levels = asks_all(horizon.level);
  if (!known_levels) {
    const std::vector<double> before = std::exchange(asked_levels_, {});
    std::set_union(before.begin(), before.end(), horizon.level.begin(), horizon.level.end(),
                   std::back_inserter(asked_levels_));
  }
  if (issued_ns_ != issued_ns || ahead_.end_ns() < horizon.start_ns.back() || !known_levels)
    issue_forecast(issued_ns, until_ns, horizon.reads);

  horizon.issued_ns = std::min(horizon.issued_ns, issued_ns);
  bool counts_known = true, kwh_known = true;
  for (const Foreseen& foreseen : all_) {
    if (!wanted(foreseen)) continue;
    const double now_value = foreseen.quantity == EVTWIN_QUANTITY_PV_KW     ? pv_now_kw
                             : foreseen.quantity == EVTWIN_QUANTITY_LOAD_KW ? load_now_kw
                                                                            : buy_now_per_kwh;
    write_columns(foreseen, now_value, horizon);
    if (foreseen.quantity == EVTWIN_QUANTITY_ARRIVALS) counts_known = foreseen.has_spread;
    if (foreseen.quantity == EVTWIN_QUANTITY_ARRIVALS_KWH) kwh_known = foreseen.has_spread;

    // A sell price that is a fraction of the buy price follows the foreseen one.
    if (foreseen.quantity == EVTWIN_QUANTITY_BUY_PER_KWH && sell_of_buy_) {
      std::transform(horizon.buy_per_kwh.begin(), horizon.buy_per_kwh.end(), horizon.sell_per_kwh.begin(),
                     [&](double buy) { return *sell_of_buy_ * buy; });
    }
  }
  // Without a spread of its own a number of vehicles is one of Poisson's; each asks for the mean.
  if (!horizon.wants_columns(EVTWIN_READS_ARRIVALS)) return;
  if (!counts_known) fill_poisson_counts(horizon);
  if (!kwh_known) fill_kwh_of_counts(horizon);
}

}  // namespace evtwin::control
