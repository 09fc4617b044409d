#include "intraday.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::forecast {
namespace {

constexpr double prior_h = 1.0;
constexpr double prior_days = 2.0;
/// Errors this far beyond what the model said are no guide: at most tripled.
constexpr double largest_proportional = 2.0;

}  // namespace

Intraday::Settings Intraday::settings_of(const sdk::ForecasterSetup& setup) {
  const bool counts = setup.quantity() == EVTWIN_QUANTITY_ARRIVALS || setup.quantity() == EVTWIN_QUANTITY_ARRIVALS_KWH;
  return {setup.number(counts ? "arrivals_recent_h" : "recent_h"), setup.number("persist_h")};
}

Intraday::Intraday(Settings settings, const Grid& grid, std::size_t from, std::vector<double> base)
    : proportional_(grid.pv() || grid.counts()),
      from_(from),
      base_(std::move(base)),
      fade_(std::exp(-grid.step_h / settings.recent_h)) {
  if (proportional_) {
    double sum = 0.0;
    std::size_t known = 0;
    for (const double b : base_) {
      if (std::isnan(b)) continue;
      sum += b;
      ++known;
    }
    if (known > 0) prior_ = prior_h / grid.step_h * sum / static_cast<double>(known);
  }
  for (std::size_t c = from_; c < grid.past_cells(); ++c) {
    error_before_.push_back(error_of(at_midnight_));
    add_error(at_midnight_, grid.value[c], base_[c - from_]);
  }
  learn_gains(grid, settings.persist_h);
}

void Intraday::add_error(Sums& sums, double actual, double base) const {
  sums.error *= fade_;
  sums.weight *= fade_;
  if (std::isnan(actual) || std::isnan(base)) return;
  sums.error += actual - base;
  sums.weight += proportional_ ? base : 1.0;
}

double Intraday::error_of(const Sums& sums) const {
  const double weight = sums.weight + prior_;
  if (!(weight > 0.0)) return 0.0;
  const double error = sums.error / weight;
  return proportional_ ? std::clamp(error, -1.0, largest_proportional) : error;
}

void Intraday::learn_gains(const Grid& grid, double persist_h) {
  const std::size_t cells = error_before_.size();
  const std::size_t slots = grid.slots;
  // Of each cell: unit x error and unit^2, 0 where not known.
  std::vector<double> product(cells, 0.0);
  std::vector<double> square(cells, 0.0);
  double values = 0.0;
  for (std::size_t c = 0; c < cells; ++c) {
    const double error = grid.value[from_ + c] - base_[c];
    if (std::isnan(error)) continue;
    const double unit = proportional_ ? base_[c] : 1.0;
    product[c] = unit * error;
    square[c] = unit * unit;
    values += grid.value[from_ + c] * grid.value[from_ + c];
  }
  // A millionth of the values: errors that small are rounding and teach nothing.
  const double rounding = cells == 0 ? 0.0 : 1e-12 * values / static_cast<double>(cells);

  const std::size_t apart = std::max<std::size_t>(1, slots / 24);
  const std::size_t samples_a_day = slots / apart;
  const double prior_samples = prior_days * static_cast<double>(samples_a_day);

  gain_.assign(slots, 0.0);
  double most = 1.0;
  for (std::size_t lead = 0; lead < slots; ++lead) {
    double xy = 0.0;
    double xx = 0.0;
    double samples = 0.0;
    for (std::size_t c = 0; c + lead < cells; c += apart) {
      const double x = error_before_[c];
      xy += x * product[c + lead];
      xx += x * x * square[c + lead];
      samples += 1.0;
    }

    // The slope of the data is drawn to the prior by the weight of some days of data.
    const double prior = std::exp(-static_cast<double>(lead) * grid.step_h / persist_h);
    double gain = prior;
    if (xx > 0.0) {
      const double weight = prior_samples * (xx / samples + rounding);
      gain = (xy + weight * prior) / (xx + weight);
    }

    // In [0, 1], and not rising with the lead time.
    most = std::clamp(gain, 0.0, most);
    gain_[lead] = most;
  }
}

double Intraday::recent_error(const Grid& grid, std::size_t now) const {
  if (now < from_) return 0.0;
  if (now < grid.past_cells()) return error_before_[now - from_];
  Sums sums = at_midnight_;
  for (std::size_t c = grid.past_cells(); c < now; ++c) add_error(sums, grid.value[c], base_[c - from_]);
  return error_of(sums);
}

double Intraday::correct_base(double base, double recent_error, std::size_t lead_cells) const {
  if (lead_cells >= gain_.size()) return base;
  const double correction = gain_[lead_cells] * recent_error;
  return proportional_ ? base * (1.0 + correction) : base + correction;
}

}  // namespace evtwin::forecast
