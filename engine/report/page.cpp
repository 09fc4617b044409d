// The page: verdict, figures and tables in one document, with our own style and script inside.
#include <fmt/format.h>

#include <algorithm>

#include "kernel/text.hpp"
#include "report/page_parts.hpp"
#include "report/report.hpp"

namespace evtwin::report {
namespace {

std::string parts_html(const analysis::PartyVerdict& one) {
  std::string out;
  for (const analysis::VerdictPart& part : one.parts) {
    if (part.kpis.empty()) {
      out += escape_html(part.text);
      continue;
    }
    std::string keys;
    for (const std::string_view kpi : part.kpis) keys += (keys.empty() ? "" : " ") + std::string(kpi);
    out += fmt::format("<a href=\"#kpi-{}\" data-keys=\"{}\">{}</a>", part.kpis.front(), keys, escape_html(part.text));
  }
  return out;
}

std::string verdict_html(const Report& report) {
  std::string out = "<section id=verdict>\n";
  const Text trouble{report.verdict.trouble, report.verdict_ko.trouble};
  if (!trouble.en.empty()) out += fmt::format("<p class=trouble>{}</p>\n", html_of(trouble));
  for (std::size_t i = 0; i < report.verdict.parties.size(); ++i) {
    const analysis::PartyVerdict& en = report.verdict.parties[i];
    const analysis::PartyVerdict& ko = report.verdict_ko.parties[i];
    const char* tone = en.is_better()                           ? "good"
                       : en.service != analysis::Service::equal ? "unequal"
                       : en.gain < 0.0                          ? "bad"
                                                                : "even";
    out += fmt::format(
        "<div class=\"party {}\"><h2>{}</h2><p><span lang=en>{}</span><span lang=ko>{}</span></p></div>\n", tone,
        html_of({std::string(title_of(en.party, analysis::Language::english)),
                 std::string(title_of(en.party, analysis::Language::korean))}),
        parts_html(en), parts_html(ko));
  }
  std::size_t sites = 0;
  for (const RunRecord& run : report.runs) sites = std::max(sites, run.sites.size());
  if (sites > 1)
    out += fmt::format("<p class=note>{}</p>\n", html_of({fmt::format("Of all {} sites together.", sites),
                                                          fmt::format("사이트 {}곳을 합산한 값입니다.", sites)}));
  const Text note{report.verdict.note, report.verdict_ko.note};
  if (!note.en.empty()) out += fmt::format("<p class=note>{}</p>\n", html_of(note));
  if (report.verdict.parties.empty())
    out += fmt::format("<p class=trouble>{}</p>", html_of({"No run is complete: there are no figures to judge.",
                                                           "완료된 실행이 없어 판정할 지표가 없습니다."}));
  return out + "</section>\n";
}

/// Data that the script needs beside the drawings: EVSEs, who was plugged in when, and the local clock.
std::string data_json(const Report& report) {
  std::string out = fmt::format("{{\"start\":{},\"span\":{},\"clock\":[", report.frame.start_s, report.frame.span_s);
  for (std::size_t i = 0; i < report.frame.clock.size(); ++i)
    out += fmt::format("{}[{},{}]", i > 0 ? "," : "", std::max<std::int64_t>(0, report.frame.clock[i].first),
                       report.frame.clock[i].second);
  out += "],\"runs\":[";

  // Beyond so many sessions the page leaves out who was plugged in, and says so.
  constexpr std::size_t most_sessions = 8'000;
  std::size_t all = 0;
  for (const RunRecord& run : report.runs) all += run.sessions.size();

  for (std::size_t r = 0; r < report.runs.size(); ++r) {
    const RunRecord& run = report.runs[r];
    out += fmt::format("{}{{\"name\":{},\"evses\":[", r > 0 ? "," : "", json_string(report.names[r]));
    for (std::size_t i = 0; i < run.evses.size(); ++i)
      out += fmt::format("{}[{},{:.6g}]", i > 0 ? "," : "", json_string(run.evses[i].name),
                         run.evses[i].max_kw > 0.0 ? run.evses[i].max_kw : 1.0);

    out += "],\"sessions\":[";
    bool first = true;
    for (const Session& session : run.sessions) {
      if (session.number == 0 || all > most_sessions) continue;
      out += fmt::format("{}[{},{},{},{}]", first ? "" : ",", session.evse, session.plugged_in_s, session.departed_s,
                         json_string(session.vehicle.empty() ? session.name : session.vehicle));
      first = false;
    }

    out += fmt::format("],\"all\":{}}}", all > most_sessions ? "false" : "true");
  }
  return out + "]}";
}

std::string header_html(const Report& report) {
  const RunRecord& first = report.runs.front();
  std::string runs;
  for (const std::string& name : report.names) runs += (runs.empty() ? "" : " · ") + name;
  return fmt::format(
      "<header><h1>{}</h1><p>{} &ndash; {} ({})</p><p class=runs>{}</p>\n<nav><button id=lang>한국어</button><button "
      "id=theme "
      "aria-label=\"light or dark\">&#9680;</button></nav></header>\n",
      escape_html(first.summary.name), local_time(report.frame, 0), local_time(report.frame, report.frame.span_s),
      escape_html(first.summary.timezone), escape_html(runs));
}

}  // namespace

std::string page_of(const Report& report) {
  std::string out(page_mark);
  out +=
      "<html lang=en data-lang=en><head><meta charset=utf-8><meta name=viewport "
      "content=\"width=device-width,initial-scale=1\">\n";
  // Nothing may be fetched, sent or framed from here, whatever a name in a run file tries.
  out +=
      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';script-src 'unsafe-inline';style-src "
      "'unsafe-inline';"
      "img-src data: blob:;base-uri 'none';form-action 'none'\">\n";
  out += fmt::format("<title>evtwin: {}</title>\n<style>{}</style></head>\n<body>\n",
                     escape_html(report.runs.front().summary.name), page_style());
  out += header_html(report) + "<main>\n" + verdict_html(report);

  // The comparison, then what happened, then every table.
  for (const Table& table : report.tables) {
    if (table.id == "kpis") out += html_table(table);
  }
  for (const Figure& figure : report.figures) out += html_figure(figure, report.frame);
  for (const Table& table : report.tables) {
    if (table.id != "kpis") out += html_table(table);
  }

  out += fmt::format(
      "</main>\n<footer><p>{}</p></footer>\n",
      html_of({"Made by evtwin from the run files named above; it needs no network and sends nothing.",
               "위 실행 파일로 evtwin이 만든 문서입니다. 네트워크가 필요 없으며 아무것도 전송하지 않습니다."}));
  out += fmt::format(
      "<div id=tip role=status hidden></div>\n<script type=\"application/json\" "
      "id=data>{}</script>\n<script>{}</script>\n"
      "</body></html>\n",
      data_json(report), page_script());
  return out;
}

}  // namespace evtwin::report
