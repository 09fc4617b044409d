#include "analysis/forecast_trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <evtwin/forecaster.hpp>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "control/issued_forecast.hpp"
#include "control/strategy.hpp"
#include "kernel/log.hpp"
#include "twin/arrival_streams.hpp"

namespace evtwin::analysis {

using kernel::TimeNs;

namespace {

std::int64_t day_of(const market::Calendar& calendar, TimeNs t) {
  return market::days_since_epoch(calendar.local_date(t));
}

}  // namespace

control::ForecastHistory history_of_site(const twin::World& world, std::uint32_t site, TimeNs period_ns,
                                         int history_days) {
  const twin::Site& at = world.sites[site];
  const auto clocks = market::clocks_for(at.clocks, at.signals(), world.calendar, world.start_ns);
  std::vector<demand::ArrivalStream> arrivals;
  twin::begin_arrivals(world, site, twin::episode_of(world), arrivals);
  return {world.calendar, at.tariff.holidays, period_ns,
          world.start_ns, history_days,       {clocks->pv(), clocks->load(), clocks->tariff(), std::move(arrivals)}};
}

struct ForecastTrials::Parts {
  const twin::World& world;
  std::uint32_t site;
  TrialRules rules;
  control::ForecastHistory history;
  evtwin_history all{};        // up to the end of the run
  std::int64_t first_day = 0;  // judged, since 1970
  std::size_t days = 0;        // judged

  /// The first step of the history that does not begin before t.
  std::size_t step_at(TimeNs t) const {
    const auto* begin = all.steps.start_ns;
    return static_cast<std::size_t>(std::lower_bound(begin, begin + all.steps.n, t) - begin);
  }
  evtwin_steps part(std::size_t from, std::size_t to) const { return sdk::part_of(all.steps, from, to); }
};

ForecastTrials::ForecastTrials(const twin::World& world, std::uint32_t site, const TrialRules& rules)
    : parts_(new Parts{world, site, rules, history_of_site(world, site, rules.period_ns, rules.history_days)}) {
  parts_->history.reach_to(world.end_ns);
  parts_->all = parts_->history.history_view();
  const std::int64_t begin = day_of(world.calendar, world.start_ns);
  const std::int64_t end = day_of(world.calendar, world.end_ns - 1) + 1;
  const std::int64_t warm = rules.days > 0 ? std::max<std::int64_t>(0, end - begin - rules.days)
                                           : std::min<std::int64_t>(7, std::max<std::int64_t>(0, end - begin - 1));
  parts_->first_day = begin + warm;
  if (end - parts_->first_day < 1) throw std::invalid_argument("the scenario has no day to judge forecasts on");
  parts_->days = static_cast<std::size_t>(end - parts_->first_day);
}

ForecastTrials::~ForecastTrials() = default;

std::size_t ForecastTrials::judged_days() const { return parts_->days; }

bool ForecastTrials::quantity_varies(std::uint32_t quantity) const {
  const double* values = parts_->all.values[quantity];
  std::optional<double> first;
  for (std::size_t k = parts_->step_at(parts_->world.start_ns); k < parts_->all.steps.n; ++k) {
    if (std::isnan(values[k])) continue;
    if (first && values[k] != *first) return true;
    first = values[k];
  }
  return false;
}

double ForecastTrials::mase_scale(std::uint32_t quantity) const {
  const evtwin_steps& steps = parts_->all.steps;
  const double* values = parts_->all.values[quantity];
  const auto mean_until = [&](std::size_t end) {
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t k = 0, before = 0; k < end; ++k) {
      // The step of the day before at the same time of the local clock; days that have none are left out.
      while (before < k &&
             (steps.local_day[before] < steps.local_day[k] - 1 || (steps.local_day[before] == steps.local_day[k] - 1 &&
                                                                   steps.local_minute[before] < steps.local_minute[k])))
        ++before;
      if (steps.local_day[before] != steps.local_day[k] - 1 || steps.local_minute[before] != steps.local_minute[k])
        continue;
      const double difference = std::abs(values[k] - values[before]);
      if (std::isnan(difference)) continue;
      sum += difference;
      ++count;
    }
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
  };

  // The days before those judged, so that no truth of theirs goes into the scale.
  std::size_t judged = 0;
  while (judged < steps.n && steps.local_day[judged] < parts_->first_day) ++judged;
  const double before = mean_until(judged);
  return before > 0.0 ? before : mean_until(steps.n);
}

Trial ForecastTrials::operator()(const control::ForecastSource& forecaster, std::uint32_t quantity) const {
  const Parts& p = *parts_;
  control::Talker heard;  // outlives the model, which may speak to the last
  const auto model = forecaster.make_model(quantity, p.world.seed, p.site);
  model->report_to(&heard);
  Trial trial;
  trial.days.resize(p.days);
  std::vector<double> mean, quantile, of_step(judged_levels.size()), ms;
  const double* truth = p.all.values[quantity];
  const market::Calendar& calendar = p.world.calendar;
  const TimeNs first_ns = std::max(p.world.start_ns, calendar.start_of(market::date_of_days(p.first_day)));
  for (TimeNs t = calendar.next_tick(first_ns - 1, p.rules.every_ns); t < p.world.end_ns;
       t = calendar.next_tick(t, p.rules.every_ns)) {
    const std::size_t from = p.step_at(t), to = p.step_at(t + p.rules.lead_ns);

    // Unknown beforehand: quantiles that stay so were not told.
    if (from >= to || p.all.steps.start_ns[from] != t) continue;
    const std::size_t n = to - from;
    mean.assign(n, std::numeric_limits<double>::quiet_NaN());
    quantile.assign(n * judged_levels.size(), std::numeric_limits<double>::quiet_NaN());
    // The past ends where the question begins: nothing of the truth is shown.
    evtwin_history past = p.all;
    past.steps = p.part(0, from);
    const evtwin_question question{sizeof question,      quantity, t, p.part(from, to), judged_levels.data(),
                                   judged_levels.size(), 0};
    const evtwin_answer answer{sizeof answer, 0, mean.data(), quantile.data()};

    const kernel::Stopwatch watch;
    model->forecast(past, question, answer);
    ms.push_back(model->call_ms().value_or(watch.elapsed_ms()));
    control::check_forecast(*model, question, answer, calendar);
    for (const control::Talker::Remark& remark : heard.remarks) trial.remarks.push_back(remark.text);
    heard = {};

    const bool spread = !std::isnan(quantile.front());
    trial.has_spread = trial.has_spread || spread;
    ForecastDay& day = trial.days[static_cast<std::size_t>(day_of(calendar, t) - p.first_day)];
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t l = 0; l < of_step.size(); ++l) of_step[l] = quantile[l * n + k];
      add_step(day, mean[k], spread ? std::span<const double>(of_step) : std::span<const double>(), truth[from + k]);
    }
  }

  trial.calls = ms.size();
  if (!ms.empty()) {
    std::sort(ms.begin(), ms.end());
    trial.median_ms = ms[ms.size() / 2];
    trial.longest_ms = ms.back();
  }
  return trial;
}

DailyCost::DailyCost(const twin::World& world) : world_(world), first_day_(day_of(world.calendar, world.start_ns)) {
  cost_.resize(static_cast<std::size_t>(day_of(world.calendar, world.end_ns - 1) - first_day_ + 1));
}

void DailyCost::on_meter(const twin::MeterRecord& record) {
  const control::Ledger& l = *record.increment;
  cost_[static_cast<std::size_t>(day_of(world_.calendar, record.start_ns) - first_day_)] +=
      l.energy_cost + l.demand_charge + l.wear_cost + l.unmet_kwh * world_.sites[record.site].unmet_price_per_kwh;
}

std::vector<double> DailyCost::cost_by_day(double objective) const {
  std::vector<double> days = cost_;
  days.back() += objective - std::accumulate(days.begin(), days.end(), 0.0);
  return days;
}

}  // namespace evtwin::analysis
