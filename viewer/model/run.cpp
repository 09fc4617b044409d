#include "viewer/model/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "analysis/kpi.hpp"
#include "kernel/parallel.hpp"
#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "viewer/model/read_parts.hpp"
#include "viewer/model/run_feed.hpp"

namespace evtwin::viewer::model {
namespace {

std::string kw_text(double kw) { return std::isnan(kw) ? std::string("-") : fmt::format("{:.4g}", kw); }

// More connections than this bring little: rows are read faster than they become series.
constexpr std::size_t most_threads = 4;
constexpr std::int64_t rows_worth_threads = 50'000;

std::size_t threads_for(const std::string& file) {
  const Source source(file, 1);
  if (source.row_count("power") + source.row_count("session") < rows_worth_threads) return 1;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_threads);
}

bool read_details(const Source& source, Run& run, const Progress& progress) {
  double before = 0.0;
  for (const DetailStep& step : detail_steps()) {
    const auto of_all = [&](double done) { return progress(before + (step.done - before) * done); };
    if (!step.read(source, run, of_all) || !progress(step.done)) return false;
    before = step.done;
  }
  return true;
}

}  // namespace

void read_overview(const Source& source, Run& run) {
  read_header(source, run);
  read_meter(source, run);
  read_signals(source, run);
  read_sessions(source, run);
  read_figures(source, run);
  read_roads(source, run);
  add_session_events(run);
}

std::span<const DetailStep> detail_steps() {
  static constexpr std::array<DetailStep, 4> steps{{{read_power, 0.8},
                                                    {[](const Source& source, Run& run, const Progress&) {
                                                       read_decisions(source, run);
                                                       return true;
                                                     },
                                                     0.85},
                                                    {[](const Source& source, Run& run, const Progress&) {
                                                       read_plans(source, run);
                                                       read_forecasts(source, run);
                                                       read_reward(source, run);
                                                       return true;
                                                     },
                                                     0.9},
                                                    {[](const Source& source, Run& run, const Progress&) {
                                                       read_corrections(source, run);
                                                       read_events(source, run);
                                                       run.loaded = Loaded::all;
                                                       return true;
                                                     },
                                                     1.0}}};
  return steps;
}

RunPtr read_run(const std::string& file, const std::function<bool(double)>& progress,
                const std::function<void(RunPtr)>& overview) {
  const Progress told = progress ? progress : [](double) { return true; };
  try {
    const Source source(file, threads_for(file));
    auto first = std::make_shared<Run>();
    read_overview(source, *first);
    std::shared_ptr<Run> run = first;
    if (overview) {
      overview(first);
      run = std::make_shared<Run>(*first);
      run->serial = next_run_serial();
      first.reset();
    }
    if (!told(0.0) || !read_details(source, *run, told)) return nullptr;
    return run;
  } catch (const std::bad_alloc&) {
    throw record::RunFileError(kernel::make_printable(file) + ": it does not fit into memory");
  } catch (const std::length_error&) {
    throw record::RunFileError(kernel::make_printable(file) + ": it does not fit into memory");
  }
}

std::string event_text(const Run& run, const Event& event) {
  if (event.correction < run.corrections.size()) {
    const Correction& correction = run.corrections[event.correction];
    return fmt::format("{}: {} -> {} kW{}{}", correction.reason, kw_text(correction.asked_kw),
                       kw_text(correction.given_kw), correction.limit_name.empty() ? "" : ", ", correction.limit_name);
  }
  if (event.session < run.sessions.size()) {
    const Session& session = run.sessions[event.session];
    if (event.kind == EventKind::missed_target) return fmt::format("-{:.2f} kWh", session.unmet_kwh);
    if (event.kind == EventKind::turned_away) return session.ended;
  }
  return event.text;
}

std::uint32_t same_site(const Run& from, std::uint32_t row, const Run& to) {
  if (row >= from.sites.size()) return no_such_site;
  if (from.sites.size() == 1 && to.sites.size() == 1) return 0;
  const std::string& name = from.sites[row].name;
  if (row < to.sites.size() && to.sites[row].name == name) return row;
  const auto found =
      std::find_if(to.sites.begin(), to.sites.end(), [&](const Site& site) { return site.name == name; });
  return found == to.sites.end() ? no_such_site : static_cast<std::uint32_t>(found - to.sites.begin());
}

double kpi_value(const Run& run, std::string_view name, std::int32_t site) {
  for (const record::Kpi& kpi : run.kpis) {
    if (kpi.site == site && kpi.name == name) return kpi.value;
  }
  return none;
}

double window_mean_kw(const Run& run, const Site& site, const Meter& window) {
  const bool whole = window.start_ns > run.start_ns && window.end_ns < run.end_ns;
  const TimeNs length_ns = window.end_ns - window.start_ns;
  return window.import_kwh / kernel::hours_between(0, whole ? length_ns : std::max(site.metering_window_ns, length_ns));
}

double service_kwh(const Run& run) {
  return analysis::service_kwh(kpi_value(run, "energy_served_kwh"), kpi_value(run, "open_to_come_kwh"));
}

}  // namespace evtwin::viewer::model
