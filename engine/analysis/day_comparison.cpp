#include "analysis/day_comparison.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/kpi.hpp"
#include "kernel/random.hpp"

namespace evtwin::analysis {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Contenders that finished any day.
std::vector<char> who_finished(std::span<const DayRuns> days) {
  std::vector<char> finished(days.front().contenders.size(), 0);
  for (const DayRuns& day : days) {
    for (std::size_t c = 0; c < finished.size(); ++c)
      if (day.contenders[c].error.empty()) finished[c] = 1;
  }
  return finished;
}

bool all_finished(const DayRuns& day, const std::vector<char>& finished) {
  for (std::size_t c = 0; c < finished.size(); ++c)
    if (finished[c] != 0 && !day.contenders[c].error.empty()) return false;
  return std::any_of(finished.begin(), finished.end(), [](char any) { return any != 0; });
}

/// Its possible saving is known, and shares of it are: unmet energy has a price.
bool is_bounded(const DayRuns& day) {
  if (std::isnan(day.bound) || std::isnan(day.reference)) return false;
  return std::none_of(day.contenders.begin(), day.contenders.end(), [](const Contender& run) {
    return run.error.empty() && std::isnan(value_of(run.kpis, "regret"));
  });
}

/// Figures of a day that go into sums.
struct Figures {
  double objective = 0.0;
  double asap = 0.0, bound = 0.0;  ///< 0 both, and `saved` too, where the day has no bound
  double saved = 0.0;
};

/// By member and day.
using Table = std::vector<std::vector<Figures>>;

/// The days that count.
class Days {
 public:
  Days(std::span<const DayRuns> days, DayComparison& comparison) {
    const std::vector<char> finished = who_finished(days);
    for (const DayRuns& day : days) {
      const bool counts = all_finished(day, finished);
      (counts ? comparison.counted : comparison.left_out).push_back(day.date);
      if (!counts) continue;
      days_.push_back(&day);
      bounded_.push_back(is_bounded(day) ? 1 : 0);
      if (bounded_.back() == 0) comparison.unbounded.push_back(day.date);
    }
    finished_ = finished;
  }

  std::size_t size() const { return days_.size(); }
  bool finished(std::size_t contender) const { return finished_[contender] != 0; }
  bool any_bounded() const {
    return std::any_of(bounded_.begin(), bounded_.end(), [](char has) { return has != 0; });
  }

  /// Of a contender, by day; what does not apply is left out.
  std::vector<double> of(std::size_t contender, std::string_view kpi) const {
    std::vector<double> values;
    for (const DayRuns* day : days_) {
      const double value = value_of(day->contenders[contender].kpis, kpi);
      if (!std::isnan(value)) values.push_back(value);
    }
    return values;
  }

  Table table(const DayRow& row) const {
    Table table;
    for (const std::size_t member : row.members) {
      std::vector<Figures>& of_member = table.emplace_back();
      for (std::size_t d = 0; d < days_.size(); ++d) {
        Figures figures{value_of(days_[d]->contenders[member].kpis, "objective")};
        if (bounded_[d] != 0) {
          figures.asap = days_[d]->reference;
          figures.bound = days_[d]->bound;
          figures.saved = figures.asap - figures.objective;
        }
        of_member.push_back(figures);
      }
    }
    return table;
  }

 private:
  std::vector<const DayRuns*> days_;
  std::vector<char> bounded_, finished_;
};

double sum(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return values.empty() ? nan : total;
}

/// Which days and members a resample holds; the identity for the figure itself.
struct Draw {
  std::vector<std::size_t> days, members;
};

Figures total(const Table& table, const Draw& draw) {
  Figures all;
  for (const std::size_t member : draw.members) {
    for (const std::size_t day : draw.days) {
      const Figures& one = table[member][day];
      all.objective += one.objective;
      all.asap += one.asap;
      all.bound += one.bound;
      all.saved += one.saved;
    }
  }
  const double n = static_cast<double>(draw.members.size());
  return {all.objective / n, all.asap / n, all.bound / n, all.saved / n};
}

double share_of(const Figures& all) {
  const double possible = all.asap - all.bound;
  return possible > 1e-9 * std::abs(all.asap) ? all.saved / possible : nan;
}

Ranged ranged(double value, std::vector<double> drawn, bool varies) {
  std::erase_if(drawn, [](double one) { return std::isnan(one); });
  if (!varies || drawn.size() < resamples / 2) return {value, nan, nan};
  std::sort(drawn.begin(), drawn.end());
  const auto at = [&](double quantile) {
    return drawn[static_cast<std::size_t>(quantile * static_cast<double>(drawn.size() - 1) + 0.5)];
  };
  return {value, at(0.025), at(0.975)};
}

std::vector<std::size_t> whole(std::size_t count) {
  std::vector<std::size_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = i;
  return all;
}

/// So many of as many, with putting back. The bias of the remainder is below 2^-40.
std::vector<std::size_t> drawn(std::size_t count, std::uint64_t seed, std::uint64_t whose, std::uint64_t resample) {
  constexpr std::uint32_t purpose = kernel::purpose_of("analysis.resample");
  std::vector<std::size_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = kernel::draw_u64(seed, whose, purpose, resample * count + i) % count;
  return all;
}

/// On one day the members alone vary; of fewer the interval would be no more than their range.
constexpr std::size_t fewest_members = 5;
constexpr std::uint64_t draws_of_days = 0, draws_of_members = 1;

void add_intervals(const std::vector<Table>& tables, DayComparison& comparison, std::size_t days, std::uint64_t seed) {
  std::vector<std::vector<double>> shares(tables.size()), differences(tables.size());
  for (std::size_t k = 0; k < resamples; ++k) {
    const std::vector<std::size_t> some_days = drawn(days, seed, draws_of_days, k);
    double of_reference = nan;
    for (std::size_t r = 0; r < tables.size(); ++r) {
      if (tables[r].empty()) continue;
      // Rows of as many members have the same of them: what stands in two rows is the same draw in both.
      const Draw draw{some_days, drawn(tables[r].size(), seed, draws_of_members, k)};
      const Figures all = total(tables[r], draw);
      if (r == comparison.reference) of_reference = all.objective;
      shares[r].push_back(share_of(all));
      differences[r].push_back((all.objective - of_reference) / static_cast<double>(days));
    }
  }
  for (std::size_t r = 0; r < tables.size(); ++r) {
    const auto has_enough = [&](const Table& table) { return days > 1 || table.size() >= fewest_members; };
    const bool varies = has_enough(tables[r]);
    DaySummary& row = comparison.rows[r];
    row.saving_share = ranged(row.saving_share.value, std::move(shares[r]), varies);
    const bool pairs_vary = varies || has_enough(tables[comparison.reference]);
    if (r != comparison.reference) row.difference = ranged(row.difference.value, std::move(differences[r]), pairs_vary);
  }
}

/// The figures that have no interval.
void add_sums(const Days& days, const DayRow& row, DaySummary& summary) {
  const double n = static_cast<double>(row.members.size());
  const auto mean_of = [&](std::string_view kpi) {
    double all = 0.0;
    for (const std::size_t member : row.members) all += sum(days.of(member, kpi));
    return all / n;
  };
  summary.energy_served_kwh = mean_of("energy_served_kwh");
  summary.service_kwh = service_kwh(summary.energy_served_kwh, mean_of("open_to_come_kwh"));
  summary.unmet_kwh = mean_of("unmet_kwh") + mean_of("open_kwh") + mean_of("turned_away_kwh");
  const double wanted = summary.energy_served_kwh + summary.unmet_kwh;
  if (wanted > 0.0) summary.served_fraction = summary.energy_served_kwh / wanted;
  summary.mean_peak_kw = mean_of("peak_kw") / static_cast<double>(days.size());
  summary.storage_cycles = mean_of("storage_cycles");
  for (const std::size_t member : row.members) {
    const std::vector<double> peaks = days.of(member, "peak_kw");
    for (const double peak : peaks) summary.highest_peak_kw = std::fmax(summary.highest_peak_kw, peak);
  }
}

void mark_compared(DayComparison& comparison) {
  double most = 0.0;
  for (const DaySummary& row : comparison.rows) most = std::fmax(most, row.service_kwh);
  for (DaySummary& row : comparison.rows)
    row.compared = !std::isnan(row.service_kwh) && serves_alike(row.service_kwh, most);
}

}  // namespace

DayComparison compare_days(std::span<const DayRuns> all, std::span<const DayRow> rows, std::uint64_t seed) {
  DayComparison comparison;
  const Days days(all, comparison);
  std::vector<Table> tables;
  for (const DayRow& row : rows) {
    DaySummary& summary = comparison.rows.emplace_back();
    summary.name = row.name;
    summary.members = row.members.size();
    // One member without any finished day leaves the row without figures: a mean of the others would be of other
    // policies.
    const bool finished =
        std::all_of(row.members.begin(), row.members.end(), [&](std::size_t member) { return days.finished(member); });
    if (!finished) comparison.failed.push_back(comparison.rows.size() - 1);
    tables.push_back(finished && days.size() > 0 ? days.table(row) : Table{});
    if (tables.back().empty()) continue;

    // All rows are summed over the same days.
    const Figures sums = total(tables.back(), {whole(days.size()), whole(row.members.size())});
    summary.objective = sums.objective;
    summary.saving_share.value = share_of(sums);
    if (days.any_bounded()) {
      comparison.bound = sums.bound;
      comparison.asap_objective = sums.asap;
    }

    const DaySummary& reference = comparison.rows[comparison.reference];
    if (&summary != &reference)
      summary.difference.value = (summary.objective - reference.objective) / static_cast<double>(days.size());
    add_sums(days, row, summary);
  }

  if (days.size() > 0) add_intervals(tables, comparison, days.size(), seed);
  mark_compared(comparison);
  return comparison;
}

}  // namespace evtwin::analysis
