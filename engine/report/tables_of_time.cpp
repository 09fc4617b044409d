// Tables whose rows are days, months, sessions and metering windows.
#include "report/tables_of_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace evtwin::report {
namespace {

void add_day(Day& sum, const Day& day) {
  sum.energy_cost += day.energy_cost, sum.demand_charge += day.demand_charge;
  sum.driver_revenue += day.driver_revenue, sum.v2g_payment += day.v2g_payment;
  sum.import_kwh += day.import_kwh, sum.export_kwh += day.export_kwh, sum.pv_kwh += day.pv_kwh;
  sum.ev_kwh += day.ev_kwh, sum.unmet_kwh += day.unmet_kwh, sum.arrivals += day.arrivals;
  sum.peak_kw.resize(day.peak_kw.size(), 0.0);
  for (std::size_t i = 0; i < day.peak_kw.size(); ++i) sum.peak_kw[i] = std::max(sum.peak_kw[i], day.peak_kw[i]);
}

Row day_row(const std::string& date, const std::string& name, const Day& day, const std::string& currency) {
  double peak_kw = 0.0;
  for (const double kw : day.peak_kw) peak_kw += kw;
  Row row;
  row.head = same_text(date);
  row.cells = {cell_of_words(same_text(name)),
               cell_of_number(day.arrivals, 0),
               cell_of_number(day.ev_kwh, 1),
               cell_of_number(day.unmet_kwh, 1),
               cell_of_number(day.import_kwh, 1),
               cell_of_number(day.export_kwh, 1),
               cell_of_number(day.pv_kwh, 1),
               cell_of_number(peak_kw, 1),
               cell_of_money(day.energy_cost, currency),
               cell_of_money(day.demand_charge, currency),
               cell_of_money(day.driver_revenue, currency),
               cell_of_money(day.v2g_payment, currency)};
  return row;
}

std::vector<Text> day_heads(const std::string& first, const std::string& currency) {
  const std::string in = " " + currency;
  return {{first, first == "day" ? "날짜" : "월"},
          {"run", "실행"},
          {"vehicles came", "방문 차량"},
          {"charged kWh", "충전 kWh"},
          {"missing kWh", "미충전 kWh"},
          {"import kWh", "수전 kWh"},
          {"export kWh", "송전 kWh"},
          {"PV kWh", "태양광 kWh"},
          {"peak kW", "최대 kW"},
          {"energy" + in, "전력량요금" + in},
          {"demand" + in, "기본요금" + in},
          {"drivers pay" + in, "충전 수입" + in},
          {"V2G paid" + in, "V2G 지급" + in}};
}

}  // namespace

Table days_table(const Report& report) {
  Table table;
  table.id = "by-day";
  table.title = {"Day by day", "일별"};
  table.heads = day_heads("day", currency_of(report));
  std::map<std::int64_t, std::vector<Row>> by_day;
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    for (const Day& day : report.runs[i].days)
      by_day[day.number].push_back(
          day_row(date_text(day.number), report.names[i], day, report.runs[i].summary.currency));
  }
  for (auto& [number, rows] : by_day) std::move(rows.begin(), rows.end(), std::back_inserter(table.rows));
  table.folded = table.rows.size() > 31;
  return table;
}

Table months_table(const Report& report) {
  Table table;
  table.id = "by-month";
  table.title = {"Month by month", "월별"};
  table.heads = day_heads("month", currency_of(report));
  std::map<std::pair<std::string, std::size_t>, Day> months;
  for (std::size_t i = 0; i < report.runs.size(); ++i)
    for (const Day& day : report.runs[i].days) add_day(months[{date_text(day.number).substr(0, 7), i}], day);
  for (const auto& [key, month] : months)
    table.rows.push_back(day_row(key.first, report.names[key.second], month, report.runs[key.second].summary.currency));
  return table;
}

/// Sessions, those that missed most first; with what was planned for them where plans were recorded.
Table sessions_table(const Report& report, std::size_t run, bool whole) {
  const RunRecord& record = report.runs[run];
  const TimeFrame frame{record.start_s, record.span_s, record.clock};
  Table table;
  table.id = report.runs.size() == 1 ? "sessions" : fmt::format("sessions-{}", run + 1);
  const std::string of = report.runs.size() == 1 ? "" : report.names[run] + ": ";

  const bool planned = !record.plan.kwh.empty();
  table.title = planned ? Text{of + "Sessions, plan against outcome", of + "세션별 계획과 실제"}
                        : Text{of + "Sessions", of + "세션"};

  table.heads = {{"session", "세션"},         {"vehicle", "차량"},     same_text("EVSE"),
                 {"plugged in", "접속"},      {"left", "출발"},        {"ended", "종료"},
                 {"wanted kWh", "희망 kWh"},  {"got kWh", "충전 kWh"}, {"missing kWh", "미충전 kWh"},
                 {"planned kWh", "계획 kWh"}, {"paid", "지불"}};

  // Worst first: by missing energy, or by distance from the plan, whichever is larger.
  std::vector<const Session*> order;
  for (const Session& session : record.sessions) order.push_back(&session);
  const auto off = [&](const Session& s) {
    return std::isnan(s.planned_kwh) ? 0.0 : std::abs(s.planned_kwh - s.got_kwh);
  };
  std::stable_sort(order.begin(), order.end(), [&](const Session* a, const Session* b) {
    return std::max(a->unmet_kwh, off(*a)) > std::max(b->unmet_kwh, off(*b));
  });

  table.total = order.size();
  constexpr std::size_t in_page = 25;
  if (!whole && order.size() > in_page) order.resize(in_page);

  for (const Session* session : order) {
    const bool plugged_in = session->number > 0;
    Row row;
    row.head = same_text(session->name);
    row.cells = {
        cell_of_words(same_text(session->vehicle)),
        cell_of_words(same_text(plugged_in ? record.evses[session->evse].name : "-")),
        cell_of_words(same_text(
            plugged_in ? local_time(frame, std::clamp<std::int64_t>(session->plugged_in_s, 0, record.span_s)) : "-")),
        cell_of_words(same_text(plugged_in && session->departed_s <= record.span_s
                                    ? local_time(frame, std::max<std::int64_t>(0, session->departed_s))
                                    : "-")),
        cell_of_words(same_text(session->ended)),
        cell_of_number(session->wanted_kwh, 1),
        cell_of_number(session->got_kwh, 1),
        cell_of_number(session->unmet_kwh, 1),
        cell_of_number(session->planned_kwh, 1),
        cell_of_money(session->paid, record.summary.currency)};
    table.rows.push_back(std::move(row));
  }

  table.note = {"Those first that missed most or were furthest from their plan.",
                "미충전이나 계획과의 차이가 큰 순서."};
  table.folded = true;
  table.shown = in_page;
  return table;
}

Table windows_table(const Report& report, std::size_t run) {
  const RunRecord& record = report.runs[run];
  const TimeFrame frame{record.start_s, record.span_s, record.clock};
  Table table;
  table.id = report.runs.size() == 1 ? "windows" : fmt::format("windows-{}", run + 1);
  table.heads = {same_text("start"),        same_text("site"),         same_text("minutes"),
                 same_text("import kWh"),   same_text("export kWh"),   same_text("PV kWh"),
                 same_text("building kWh"), same_text("vehicles kWh"), same_text("storage kWh")};
  for (const Site& site : record.sites) {
    for (const Window& window : site.windows) {
      Row row;
      row.head = same_text(local_time(frame, window.start_s));
      row.cells = {cell_of_words(same_text(site.name)),
                   cell_of_number(static_cast<double>(window.end_s - window.start_s) / 60.0, 0),
                   cell_of_number(window.import_kwh, 3),
                   cell_of_number(window.export_kwh, 3),
                   cell_of_number(window.pv_kwh, 3),
                   cell_of_number(window.load_kwh, 3),
                   cell_of_number(window.ev_kwh, 3),
                   cell_of_number(window.storage_kwh, 3)};
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace evtwin::report
