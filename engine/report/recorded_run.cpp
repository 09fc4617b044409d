#include "report/recorded_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "report/forecasts.hpp"
#include "report/tables_of_run.hpp"

namespace evtwin::report {
namespace {

using kernel::TimeNs;
using record::Statement;

[[noreturn]] void malformed(const std::string& file, std::string_view what) {
  record::refuse_file(file, fmt::format("malformed: {}", what));
}

double finite(const RunReader& reader, double value, std::string_view what) {
  if (!std::isfinite(value)) malformed(reader.run.file, fmt::format("{} is no finite number", what));
  return value;
}

/// Fewer cells where more runs share the page, more where time is long.
Detail detail_for(std::size_t runs, std::int64_t span_s) {
  const bool is_long = span_s > 40 * 86'400;
  return {(is_long ? 150'000U : 60'000U) / runs, 600U / runs};
}

void read_clock(RunReader& reader) {
  Statement rows(reader.database, "SELECT start_ns, utc_offset_s FROM clock ORDER BY start_ns");
  while (rows.next_row()) {
    if (std::abs(rows.column_integer(1)) > 2 * 86'400)
      malformed(reader.run.file, "an offset of the clock is beyond two days");
    reader.run.clock.emplace_back(reader.second_of(rows.column_integer(0)), rows.column_integer(1));
  }
  if (reader.run.clock.empty()) reader.run.clock.emplace_back(0, 0);
}

void read_sites(RunReader& reader) {
  Statement rows(reader.database, "SELECT name, tariff, tariff_source, metering_window_ns FROM site ORDER BY id");
  while (rows.next_row()) {
    Site site;
    site.name = kernel::make_printable(rows.column_text(0));
    site.tariff = kernel::make_printable(rows.column_text(1));
    site.tariff_source = kernel::make_printable(rows.column_text(2));
    site.window_s = std::clamp<std::int64_t>(rows.column_integer(3) / kernel::second_ns, 1, 86'400);
    reader.run.sites.push_back(std::move(site));
  }
  if (reader.run.sites.empty()) malformed(reader.run.file, "it has no site");
}

void read_equipment(RunReader& reader) {
  RunRecord& run = reader.run;

  Statement evses(reader.database, "SELECT site, name, max_kw FROM evse ORDER BY id");
  while (evses.next_row()) {
    const std::string name = kernel::make_printable(evses.column_text(1));
    const std::size_t site = reader.site_row(evses.column_integer(0));
    run.evses.push_back({run.sites.size() > 1 ? run.sites[site].name + " / " + name : name, site,
                         std::max(0.0, finite(reader, evses.column_real(2), "max_kw of an EVSE"))});
  }

  Statement storages(
      reader.database,
      "SELECT name, capacity_kwh, soc_start, charge_efficiency, discharge_efficiency FROM storage ORDER BY id");
  while (storages.next_row()) {
    Storage storage{kernel::make_printable(storages.column_text(0)),
                    storages.column_real(1),
                    storages.column_real(2),
                    storages.column_real(3),
                    storages.column_real(4),
                    {}};

    // A capacity or an efficiency of 0 would spread infinity or NaN through every state of charge.
    for (const double value : {storage.capacity_kwh, storage.charge_efficiency, storage.discharge_efficiency}) {
      if (!(finite(reader, value, "a storage's figure") > 0.0))
        malformed(reader.run.file, "a storage's figure is not above 0");
    }
    finite(reader, storage.soc_start, "soc_start of a storage");
    run.storages.push_back(std::move(storage));
  }
}

void read_scores(RunReader& reader) {
  Statement rows(
      reader.database,
      "SELECT name, value, unit, n, n_of, gate, indicative, pass, good, excluded, help, help_ko, told FROM score "
      "ORDER BY id");
  while (rows.next_row()) {
    Score score;
    score.name = kernel::make_printable(rows.column_text(0)), score.value = rows.column_real(1);
    score.unit = kernel::make_printable(rows.column_text(2)), score.n = rows.column_integer(3);
    score.n_of = kernel::make_printable(rows.column_text(4)), score.gate = kernel::make_printable(rows.column_text(5));
    score.indicative = rows.column_integer(6) != 0, score.pass = rows.column_real(7), score.good = rows.column_real(8);
    score.excluded = kernel::make_printable(rows.column_text(9));
    score.help = kernel::make_printable(rows.column_text(10)),
    score.help_ko = kernel::make_printable(rows.column_text(11));
    score.told = kernel::make_printable(rows.column_text(12));
    reader.run.scores.push_back(std::move(score));
  }
  Statement verdict(reader.database, "SELECT sentence, sentence_ko FROM certificate");
  if (verdict.next_row())
    reader.run.verdict = {kernel::make_printable(verdict.column_text(0)),
                          kernel::make_printable(verdict.column_text(1))};
}

/// Steps of a signal; more than are drawn become buckets with their range.
Samples signal_of(RunReader& reader, std::size_t site, const char* kind, std::size_t most) {
  Statement rows(reader.database,
                 "SELECT start_ns, value FROM signal WHERE site = ?1 AND kind = ?2 ORDER BY start_ns, id");
  rows.bind_value(1, static_cast<std::int64_t>(site) + 1);
  rows.bind_value(2, std::string_view(kind));
  Samples steps;
  while (rows.next_row()) {
    const std::int64_t at = std::clamp<std::int64_t>(reader.second_of(rows.column_integer(0)), 0, reader.run.span_s);
    const double value = std::isfinite(rows.column_real(1)) ? rows.column_real(1) : unknown;
    if (!steps.empty()) steps.back().end_s = at;
    if (!steps.empty() && steps.back().end_s == steps.back().start_s) steps.pop_back();
    steps.push_back({at, reader.run.span_s, value, unknown, unknown});
  }
  return thin_out(steps, reader.run.span_s, most);
}

void read_signals(RunReader& reader) {
  constexpr std::size_t most_steps = 1'600;
  for (std::size_t site = 0; site < reader.run.sites.size(); ++site) {
    Site& of = reader.run.sites[site];
    of.limit_kw = signal_of(reader, site, "contract_kw", most_steps);
    of.buy_price = signal_of(reader, site, "buy_price", most_steps);
    of.sell_price = signal_of(reader, site, "sell_price", most_steps);
  }
}

}  // namespace

std::int64_t RunRecord::offset_at(std::int64_t second) const {
  std::int64_t offset = clock.front().second;
  for (const auto& [from, of] : clock) {
    if (from <= second) offset = of;
  }
  return offset;
}

std::size_t RunReader::site_row(std::int64_t id) const {
  if (id < 1 || id > static_cast<std::int64_t>(run.sites.size()))
    malformed(run.file, fmt::format("a row is of site {}, which is not there", id));
  return static_cast<std::size_t>(id) - 1;
}

std::int64_t RunReader::second_of(TimeNs t) const { return kernel::floor_divide(t, kernel::second_ns) - run.start_s; }

std::int64_t bucket_for(std::int64_t span_s, std::size_t most) {
  constexpr std::array<std::int64_t, 17> lengths{900,       1'800,     3'600,     7'200,      10'800,     14'400,
                                                 21'600,    43'200,    86'400,    172'800,    345'600,    604'800,
                                                 1'209'600, 2'592'000, 7'776'000, 31'536'000, 315'360'000};
  static_assert(kernel::is_ascending(lengths), "the first that is long enough is taken");
  static_assert(lengths[8] == kernel::day_ns / kernel::second_ns && lengths.back() == 10 * 365 * lengths[8]);
  for (const std::int64_t length : lengths) {
    if ((span_s + length - 1) / length <= static_cast<std::int64_t>(most)) return length;
  }
  return span_s;
}

Samples thin_out(const Samples& steps, std::int64_t span_s, std::size_t most) {
  if (steps.size() <= most) return steps;
  const std::int64_t bucket_s = bucket_for(span_s, most);
  Samples out;
  for (const Sample& step : steps) {
    for (std::int64_t from = step.start_s; from < step.end_s;) {
      const std::int64_t bucket = from / bucket_s;
      const std::int64_t to = std::min(step.end_s, (bucket + 1) * bucket_s);
      if (out.empty() || out.back().start_s != bucket * bucket_s)
        out.push_back({bucket * bucket_s, std::min(span_s, (bucket + 1) * bucket_s), 0.0, step.value, step.value});
      Sample& sum = out.back();
      sum.value += step.value * static_cast<double>(to - from);
      sum.low = std::fmin(sum.low, std::isnan(step.low) ? step.value : step.low);
      sum.high = std::fmax(sum.high, std::isnan(step.high) ? step.value : step.high);
      from = to;
    }
  }
  for (Sample& sample : out) sample.value /= static_cast<double>(sample.end_s - sample.start_s);
  return out;
}

RunRecord read_run(const std::string& file, std::size_t runs) {
  RunRecord run;
  run.file = file;
  run.summary = record::read_summary(file);
  const std::string incomplete = record::describe_incompleteness(run.summary);
  if (!incomplete.empty()) record::refuse_file(file, incomplete + "; a report is of complete runs");
  // A page goes to people who can not look into the file: what was changed since it was written is not shown to them.
  const std::vector<std::string> wrong = record::check_run_file(file);
  if (!wrong.empty())
    record::refuse_file(
        file, wrong.front() + (wrong.size() > 1 ? fmt::format(" (and {} more: evtwin check)", wrong.size() - 1) : ""));

  constexpr TimeNs latest = kernel::time_never / 2;
  if (run.summary.start_ns < -latest || run.summary.end_ns > latest || run.summary.end_ns <= run.summary.start_ns)
    malformed(file, "its end does not follow its start");
  const TimeNs span_ns = run.summary.end_ns - run.summary.start_ns;
  run.start_s = kernel::floor_divide(run.summary.start_ns, kernel::second_ns);
  run.span_s = std::max<std::int64_t>(1, (span_ns + kernel::second_ns - 1) / kernel::second_ns);

  RunReader reader{run, record::open_run_file(file), detail_for(runs, run.span_s)};
  read_clock(reader);
  read_sites(reader);
  read_equipment(reader);
  read_signals(reader);
  read_meter(reader);
  read_sessions(reader);
  read_power(reader);
  read_plan(reader);
  read_metered(reader);
  read_forecasts(reader);
  read_scores(reader);
  run.reward = analysis::reward_over_time(reader.database, [&](TimeNs t) {
    const std::int64_t second = reader.second_of(t);
    return kernel::floor_divide(run.start_s + second + run.offset_at(second), 86'400);
  });

  Statement flags(reader.database, "SELECT count(*) FROM flag WHERE left_out = 1");
  if (flags.next_row()) run.left_out = flags.column_integer(0);
  return run;
}

double mean_done_before_departure_h(const RunRecord& run) {
  double sum_h = 0.0;
  int count = 0;
  for (const Session& session : run.sessions) {
    if (session.ended != "departed" || session.charged_until_s < 0) continue;
    sum_h += static_cast<double>(session.departed_s - session.charged_until_s) / 3600.0;
    ++count;
  }
  return count > 0 ? sum_h / count : unknown;
}

}  // namespace evtwin::report
