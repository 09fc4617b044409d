#include "same_kind.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::forecast {
namespace {

/// Fills what no day tells from the known slots before and after it, round the clock.
void fill_gaps(std::span<double> profile) {
  const std::size_t n = profile.size();
  const auto first = static_cast<std::size_t>(
      std::find_if(profile.begin(), profile.end(), [](double v) { return !std::isnan(v); }) - profile.begin());
  if (first == n) return;
  std::size_t before = first;
  for (std::size_t ahead = 1; ahead <= n; ++ahead) {
    const std::size_t at = first + ahead;
    if (std::isnan(profile[at % n])) continue;
    const double from = profile[before % n];
    const double step = (profile[at % n] - from) / static_cast<double>(at - before);
    for (std::size_t k = before + 1; k < at; ++k) profile[k % n] = from + step * static_cast<double>(k - before);
    before = at;
  }
}

}  // namespace

SameKindPredictor::SameKindPredictor(const Grid& grid, const Settings& settings)
    : slots_(grid.slots),
      from_row_(grid.today == 0 ? 0 : std::max<std::size_t>(1, grid.today - std::min(grid.today, days_learnt_from))),
      profile_((grid.today + 1 - from_row_) * kinds * slots_) {
  const double fade = std::exp2(-1.0 / settings.half_life_days);
  Means means{std::vector<double>(kinds * slots_, 0.0), std::vector<double>(kinds * slots_, 0.0)};
  for (std::size_t row = 0; row <= grid.today; ++row) {
    if (row >= from_row_) keep_profile(row, means, grid.pv());
    if (row == grid.today) break;
    for (double& sum : means.sum) sum *= fade;
    for (double& weight : means.weight) weight *= fade;
    const std::size_t at = static_cast<std::size_t>(grid.kind[row]) * slots_;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      const double value = grid.value[row * slots_ + slot];
      if (std::isnan(value)) continue;
      means.sum[at + slot] += value;
      means.weight[at + slot] += 1.0;
    }
  }

  std::vector<double> base;
  for (std::size_t row = from_row_; row <= grid.today; ++row)
    for (std::size_t slot = 0; slot < slots_; ++slot) base.push_back(profile_cell(row, grid.kind[row], slot));
  intraday_.emplace(settings.intraday, grid, from_row_ * slots_, std::move(base));
}

void SameKindPredictor::keep_profile(std::size_t row, const Means& means, bool pv) {
  for (const Kind kind : {Kind::workday, Kind::saturday, Kind::off}) {
    const Kind other = kind == Kind::saturday ? Kind::off : kind == Kind::off ? Kind::saturday : Kind::workday;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      const auto sum = [&](Kind k) { return means.sum[static_cast<std::size_t>(k) * slots_ + slot]; };
      const auto weight = [&](Kind k) { return means.weight[static_cast<std::size_t>(k) * slots_ + slot]; };
      double& out = profile_cell(row, kind, slot);
      if (weight(kind) > 0.0) {
        out = sum(kind) / weight(kind);
      } else if (weight(other) > 0.0) {
        out = sum(other) / weight(other);
      } else {
        out = (sum(Kind::workday) + sum(Kind::saturday) + sum(Kind::off)) /
              (weight(Kind::workday) + weight(Kind::saturday) + weight(Kind::off));  // NaN without any
      }
    }
    if (!pv) fill_gaps({&profile_cell(row, kind, 0), slots_});
  }
}

void SameKindPredictor::foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                                      std::span<double> mean) {
  const std::size_t row = std::max(grid.row_of(now), from_row_);
  const Intraday& intraday = *intraday_;
  const double recent_error = intraday.recent_error(grid, now);
  const WithoutPast without_past(grid, now);
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::size_t slot = grid.slot_of(targets[k].cell);
    const double base = profile_cell(row, targets[k].kind, slot);
    mean[k] = std::isnan(base) ? without_past.value_at(targets[k].cell)
                               : intraday.correct_base(base, recent_error, targets[k].cell - now);
  }
}

SameKindOfDay::SameKindOfDay(const sdk::ForecasterSetup& setup)
    : settings_{setup.number(setup.quantity() == EVTWIN_QUANTITY_PV_KW         ? "pv_half_life_days"
                             : setup.quantity() == EVTWIN_QUANTITY_BUY_PER_KWH ? "price_half_life_days"
                                                                               : "half_life_days"),
                Intraday::settings_of(setup)} {}

void SameKindOfDay::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  daily_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<SameKindPredictor>(grid, settings_); });
}

}  // namespace evtwin::forecast
