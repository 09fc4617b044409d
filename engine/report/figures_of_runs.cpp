// Which figures a report has, and of what.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/drawing.hpp"
#include "report/forecasts.hpp"
#include "report/report.hpp"
#include "report/reward_parts.hpp"
#include "report/tables_of_run.hpp"

namespace evtwin::report {
namespace {

constexpr std::size_t most_points = 1'500;  // of a line over the whole time
constexpr int limit_colour = 6;

/// Runs over whose time a figure can go: those of the same days as the first.
std::vector<std::size_t> runs_in_frame(const Report& report) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    if (report.runs[i].start_s == report.frame.start_s && report.runs[i].span_s == report.frame.span_s)
      rows.push_back(i);
  }
  return rows;
}

std::string span_text(std::int64_t seconds, bool korean) {
  if (seconds % 86'400 == 0) return fmt::format("{} {}", seconds / 86'400, korean ? "일" : "d");
  if (seconds % 3'600 == 0) return fmt::format("{} {}", seconds / 3'600, korean ? "시간" : "h");
  return fmt::format("{} {}", seconds / 60, korean ? "분" : "min");
}

Samples window_samples(const Site& site, std::int64_t span_s, double (*kwh)(const Window&)) {
  Samples samples;
  for (const Window& window : site.windows) {
    const double hours = static_cast<double>(window.end_s - window.start_s) / 3600.0;
    samples.push_back({window.start_s, window.end_s, kwh(window) / hours, unknown, unknown});
  }
  return thin_out(samples, span_s, most_points);
}

/// Note below lines that were put together.
Text decimation_note(const Site& site, std::int64_t span_s) {
  if (site.windows.size() <= most_points)
    return {fmt::format("Means of the site's metering windows of {}.", span_text(site.window_s, false)),
            fmt::format("계량 창({}) 평균.", span_text(site.window_s, true))};
  const std::int64_t bucket_s = bucket_for(span_s, most_points);
  return {
      fmt::format(
          "Lines are means over {}; the bands reach from the lowest to the highest mean of a metering window ({}) "
          "in it, so that no peak is lost. --csv has every window.",
          span_text(bucket_s, false), span_text(site.window_s, false)),
      fmt::format(
          "선은 {} 평균, 띠는 그 안의 계량 창({}) 평균의 최소~최대이므로 피크가 사라지지 않습니다. --csv에는 모든 창이 "
          "있습니다.",
          span_text(bucket_s, true), span_text(site.window_s, true))};
}

bool has_any(const Samples& samples) {
  return std::any_of(samples.begin(), samples.end(),
                     [](const Sample& s) { return s.value != 0.0 && !std::isnan(s.value); });
}

Text of_run(const Report& report, std::size_t run, const Text& what) {
  if (report.runs.size() == 1) return what;
  return {report.names[run] + ": " + what.en, report.names[run] + ": " + what.ko};
}

std::string site_suffix(const Report& report, std::size_t site) {
  return report.runs.front().sites.size() > 1 ? fmt::format("-{}", site + 1) : "";
}
Text at_site(const Report& report, std::size_t site, Text title) {
  const RunRecord& first = report.runs.front();
  if (first.sites.size() < 2) return title;
  return {first.sites[site].name + ": " + title.en, first.sites[site].name + ": " + title.ko};
}

/// Power at the grid connection of every run against its limit; what flows behind it one click away.
Figure power_figure(const Report& report, const std::vector<std::size_t>& rows, std::size_t site) {
  Figure figure;
  figure.id = "power" + site_suffix(report, site);
  figure.title = at_site(report, site, {"Power at the grid connection and its limit", "수전점 전력과 한도"});
  figure.unit = "kW";

  const std::int64_t span_s = report.frame.span_s;
  struct Flow {
    Text name;
    double (*kwh)(const Window&);
    bool shown;
  };

  const Flow flows[] = {
      {{"net import", "순수전"}, [](const Window& w) { return w.import_kwh - w.export_kwh; }, true},
      {{"vehicles", "차량"}, [](const Window& w) { return w.ev_kwh; }, false},
      {{"PV", "태양광"}, [](const Window& w) { return w.pv_kwh; }, false},
      {{"building", "건물"}, [](const Window& w) { return w.load_kwh; }, false},
      {{"storage (charging)", "저장장치(충전)"}, [](const Window& w) { return w.storage_kwh; }, false}};
  for (const Flow& flow : flows) {
    for (const std::size_t run : rows) {
      const RunRecord& record = report.runs[run];
      // PV and building are the same in all runs of one world.
      const bool given = flow.name.en == "PV" || flow.name.en == "building";
      if (site >= record.sites.size() || (given && run != rows.front())) continue;
      Series series;
      series.name = given ? flow.name : of_run(report, run, flow.name);
      series.samples = window_samples(record.sites[site], span_s, flow.kwh);
      series.shown = flow.shown;

      // One run: a colour per flow. Several: a colour per run, and dashes for the flows behind the connection.
      series.dashed = !flow.shown && rows.size() > 1 && !given;
      series.colour = rows.size() == 1 || given ? static_cast<int>(&flow - flows) : static_cast<int>(run % 6);
      if (flow.shown || has_any(series.samples)) figure.series.push_back(std::move(series));
    }
  }

  const Site& first = report.runs[rows.front()].sites[site];
  for (const std::size_t run : rows) {
    const RunRecord& record = report.runs[run];
    if (site >= record.sites.size() || !has_any(record.sites[site].limit_kw)) continue;
    const Samples& limit = record.sites[site].limit_kw;
    // Once where it is the same everywhere.
    const auto same_limit = [](const Sample& a, const Sample& b) {
      return a.start_s == b.start_s && a.value == b.value;
    };
    if (run != rows.front() &&
        std::equal(limit.begin(), limit.end(), first.limit_kw.begin(), first.limit_kw.end(), same_limit))
      continue;
    Series series;
    const Text name{"limit (contract, demand response)", "한도(계약전력, 수요반응)"};
    series.name = run == rows.front() ? name : of_run(report, run, name);
    series.samples = limit;
    series.colour = limit_colour;
    series.dashed = true;
    figure.series.push_back(std::move(series));
  }
  figure.note = decimation_note(first, span_s);
  return figure;
}

Figure price_figure(const Report& report, std::size_t site) {
  const RunRecord& first = report.runs.front();
  Figure figure;
  figure.id = "price" + site_suffix(report, site);
  figure.title = at_site(report, site, {"Tariff", "요금"});
  figure.unit = first.summary.currency + "/kWh";
  figure.decimals = first.summary.currency == "KRW" || first.summary.currency == "JPY" ? 1 : 3;
  figure.tall = false;
  figure.series.push_back({{"buying", "구매"}, 0, false, true, false, first.sites[site].buy_price, {}});
  if (has_any(first.sites[site].sell_price))
    figure.series.push_back({{"selling", "판매"}, 2, true, true, false, first.sites[site].sell_price, {}});
  const std::string source =
      first.sites[site].tariff_source.empty() ? "" : " (" + first.sites[site].tariff_source + ")";
  figure.note = same_text(first.sites[site].tariff + source);
  return figure;
}

Figure heat_figure(const Report& report, std::size_t run) {
  const RunRecord& record = report.runs[run];
  Figure figure;
  figure.id = report.runs.size() == 1 ? "evses" : fmt::format("evses-{}", run + 1);
  figure.kind = FigureKind::heat;
  figure.title = of_run(report, run, {"Every EVSE over time", "시간별 EVSE 충전"});
  for (const Evse& evse : record.evses) {
    figure.heat.rows.push_back(evse.name);
    figure.heat.max_kw.push_back(evse.max_kw > 0.0 ? evse.max_kw : 1.0);
  }
  figure.heat.grid = &record.power;
  figure.heat.plan = record.plan.kwh.empty() ? nullptr : &record.plan;
  figure.heat.run = run;
  figure.note = {
      fmt::format("A cell is the mean power of {}, as a share of what its EVSE can give; orange: energy flows back.",
                  span_text(record.power.bucket_s, false)),
      fmt::format("한 칸은 {} 평균 전력(EVSE 최대 출력 대비). 주황색: 방전.", span_text(record.power.bucket_s, true))};
  return figure;
}

/// Cells of a day or more are pale beside what an EVSE can give, and a figure of them would be, too: the full colour is
/// the lowest of some round shares that no cell of any run is above. One for all, so that runs compare.
void set_full_colours(std::vector<Figure>& figures) {
  double highest = 0.0;
  for (const Figure& figure : figures) {
    const Heat& heat = figure.heat;
    if (heat.grid != nullptr) highest = std::max(highest, highest_share(*heat.grid, heat.max_kw));
    if (heat.plan != nullptr) highest = std::max(highest, highest_share(*heat.plan, heat.max_kw));
  }
  double full = 1.0;
  for (const double share : {0.5, 0.25, 0.1}) {
    if (highest > 0.0 && highest <= share) full = share;
  }
  for (Figure& figure : figures) figure.heat.full_share = full;
}

Series soc_line(const Corners& corners, std::int64_t span_s) {
  Series series;
  series.smooth = true;
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    if (corners[i + 1].first <= corners[i].first || corners[i].first >= span_s) continue;
    series.samples.push_back(
        {corners[i].first, corners[i + 1].first, 100.0 * corners[i].second, unknown, 100.0 * corners[i + 1].second});
  }
  return series;
}

/// State of charge of storages, and one of vehicles where a run knows of few enough.
void add_soc_figures(std::vector<Figure>& figures, const Report& report, const std::vector<std::size_t>& rows) {
  Figure storages;
  storages.id = "storage";
  storages.title = {"State of charge of storage", "저장장치 충전상태"};
  storages.unit = "%", storages.tall = false;

  const std::int64_t span_s = report.frame.span_s, bucket_s = bucket_for(span_s, most_points);
  for (const std::size_t run : rows) {
    for (const Storage& storage : report.runs[run].storages) {
      Series series;
      series.name = of_run(report, run, same_text(storage.name));
      series.colour = static_cast<int>(run % 6);
      series.samples = sample_corners(storage.soc, span_s, bucket_s);
      for (Sample& sample : series.samples) sample.value *= 100.0, sample.low *= 100.0, sample.high *= 100.0;
      storages.series.push_back(std::move(series));
    }
  }

  storages.note = {fmt::format("Means over {}, with the range within.", span_text(bucket_s, false)),
                   fmt::format("{} 평균과 그 안의 범위.", span_text(bucket_s, true))};

  // More than two dozen lines can not be told apart: they are left out.
  if (!storages.series.empty() && storages.series.size() <= 24) figures.push_back(std::move(storages));

  for (const std::size_t run : rows) {
    const RunRecord& record = report.runs[run];
    if (!record.has_soc) continue;

    Figure vehicles;
    vehicles.id = report.runs.size() == 1 ? "soc" : fmt::format("soc-{}", run + 1);
    vehicles.title = of_run(report, run, {"State of charge of vehicles", "차량 충전상태"});
    vehicles.unit = "%", vehicles.tall = false;

    for (const Session& session : record.sessions) {
      if (session.soc.size() < 2) continue;
      Series series = soc_line(session.soc, span_s);
      series.colour = static_cast<int>(session.evse % 6);

      const std::string text = fmt::format(
          "{}, {}: {:.0f} % -> {:.0f} %", session.vehicle.empty() ? session.name : session.vehicle,
          record.evses[session.evse].name, 100.0 * session.soc.front().second, 100.0 * session.soc.back().second);
      series.hint = same_text(text);
      vehicles.series.push_back(std::move(series));
    }

    vehicles.note = {"Corners are exact; within a taper the line is straight. Rest on a line for its vehicle.",
                     "꺾이는 점은 정확하고, 그 사이는 직선입니다. 선 위에 머물면 차량이 표시됩니다."};
    if (!vehicles.series.empty()) figures.push_back(std::move(vehicles));
  }
}

Samples sum_of_rows(const Grid& grid) {
  Samples samples;
  for (std::size_t column = 0; column < grid.columns; ++column) {
    double kwh = 0.0;
    for (std::size_t at = column; at < grid.kwh.size(); at += grid.columns) kwh += grid.kwh[at];
    const std::int64_t start_s = static_cast<std::int64_t>(column) * grid.bucket_s;
    samples.push_back({start_s, std::min(grid.span_s, start_s + grid.bucket_s), kwh / grid.hours_of_column(column),
                       unknown, unknown});
  }
  return samples;
}

/// Two sums of the same time, one of them dashed: plan and outcome, meter and twin.
Figure pair_figure(std::string id, Text title, const std::int64_t span_s, std::pair<Text, const Grid*> meant,
                   std::pair<Text, const Grid*> came) {
  Figure figure;
  figure.id = std::move(id), figure.title = std::move(title), figure.unit = "kW";
  figure.series.push_back(
      {meant.first, 1, true, true, false, thin_out(sum_of_rows(*meant.second), span_s, most_points), {}});
  figure.series.push_back(
      {came.first, 0, false, true, false, thin_out(sum_of_rows(*came.second), span_s, most_points), {}});
  return figure;
}

Figure days_figure(const Report& report, const std::vector<std::size_t>& rows) {
  Figure figure;
  figure.id = "days";
  figure.title = {"Bill by day", "일별 전기요금"};
  const std::string& currency = report.runs.front().summary.currency;
  figure.unit = currency, figure.tall = false;

  // Won and yen have no decimals.
  figure.decimals = currency == "KRW" || currency == "JPY" ? 0 : 2;

  for (const std::size_t run : rows) {
    Series series;
    series.name = same_text(report.names[run]);
    series.colour = static_cast<int>(run % 6);

    // Days are local: midnights are placed by the offset in force, so that days of 23 and 25 h keep their length.
    for (const Day& day : report.runs[run].days) {
      const std::int64_t midnight = day.number * 86'400 - report.frame.start_s;
      const auto local = [&](std::int64_t at) {
        return std::clamp<std::int64_t>(at - report.frame.offset_at(at), 0, report.frame.span_s);
      };
      series.samples.push_back(
          {local(midnight), local(midnight + 86'400), day.energy_cost + day.demand_charge, unknown, unknown});
    }
    figure.series.push_back(std::move(series));
  }
  figure.note = {"Energy and demand charge; the demand charge stands on the day that it is booked.",
                 "전력량요금과 기본요금. 기본요금은 기록된 날에 표시됩니다."};
  return figure;
}

Figure money_figure(const Report& report) {
  Figure figure;
  figure.id = "money";
  figure.kind = FigureKind::bars;
  const std::string& currency = report.runs.front().summary.currency;
  figure.title = {"Money by party", "당사자별 손익"};
  figure.unit = currency;
  figure.decimals = currency == "KRW" || currency == "JPY" ? 0 : 2;
  figure.bars.runs = report.names;
  figure.bars.groups = {
      {"site keeps", "사업자 손익"}, {"grid company is paid", "전력회사 수입"}, {"vehicle owners", "차량 소유자 손익"}};
  for (const char* kpi : {"site_money", "total_cost", "owner_money"}) {
    std::vector<double>& values = figure.bars.values.emplace_back();
    for (const RunRecord& run : report.runs)
      values.push_back(run.summary.currency == currency ? analysis::value_of(run.summary.kpis, kpi) : unknown);
  }
  figure.note = {fmt::format("{}; battery wear counted, energy owed at the end and left in storage not.", currency),
                 fmt::format("{}; 배터리 마모 포함, 종료 시 남은 희망량과 저장 에너지는 제외.", currency)};
  return figure;
}

Figure points_figure(const Report& report) {
  Figure figure;
  figure.id = "quadrant";
  figure.kind = FigureKind::points;
  figure.title = {"Strategies by any two figures", "두 지표로 본 전략"};
  figure.points.runs = report.names;
  figure.points.x_kpi = "total_cost", figure.points.y_kpi = "peak_kw";
  for (const RunRecord& run : report.runs) {
    figure.points.x.push_back(analysis::value_of(run.summary.kpis, figure.points.x_kpi));
    figure.points.y.push_back(analysis::value_of(run.summary.kpis, figure.points.y_kpi));
  }
  return figure;
}

}  // namespace

Text full_colour_text(const Heat& heat) {
  const double percent = 100.0 * heat.full_share;
  return {fmt::format("{:.0f} % of what the EVSE can give", percent),
          fmt::format("EVSE 최대 출력의 {:.0f} %", percent)};
}

std::vector<Figure> figures_of(const Report& report) {
  const std::vector<std::size_t> rows = runs_in_frame(report);
  const bool is_priced = has_prices(report);

  // The order of the page: power and prices, EVSE x time, plans, forecasts, days, states of charge, money.
  std::vector<Figure> figures;
  constexpr std::size_t most_sites = 6;
  for (std::size_t site = 0; site < std::min(most_sites, report.runs.front().sites.size()); ++site) {
    figures.push_back(power_figure(report, rows, site));
    if (is_priced) figures.push_back(price_figure(report, site));
  }

  for (const std::size_t run : rows) {
    if (!report.runs[run].evses.empty()) figures.push_back(heat_figure(report, run));
  }
  set_full_colours(figures);

  for (const std::size_t run : rows) {
    const RunRecord& record = report.runs[run];
    const std::string suffix = report.runs.size() == 1 ? "" : fmt::format("-{}", run + 1);
    if (!record.plan.kwh.empty())
      figures.push_back(pair_figure(
          "plan" + suffix, of_run(report, run, {"Plan against outcome, all vehicles", "계획과 실제(차량 전체)"}),
          record.span_s, {{"planned", "계획"}, &record.plan}, {{"flowed", "실제"}, &record.power}));
    if (!record.metered.kwh.empty())
      figures.push_back(pair_figure(
          "metered" + suffix, of_run(report, run, {"Metered against twin, all vehicles", "계량값과 트윈(차량 전체)"}),
          record.span_s, {{"metered", "계량"}, &record.metered}, {{"twin", "트윈"}, &record.twin}));
  }

  add_forecast_figures(figures, report, rows);
  if (is_priced) figures.push_back(days_figure(report, rows));
  for (const std::size_t run : rows) {
    if (!report.runs[run].reward) continue;
    Figure reward = reward_figure(report.runs[run], report.frame);
    if (report.runs.size() > 1) reward.id += fmt::format("-{}", run + 1);
    reward.title = of_run(report, run, reward.title);
    if (!reward.series.empty()) figures.push_back(std::move(reward));
  }
  add_soc_figures(figures, report, rows);
  if (is_priced) figures.push_back(money_figure(report));
  if (report.runs.size() > 1) figures.push_back(points_figure(report));
  return figures;
}

}  // namespace evtwin::report
