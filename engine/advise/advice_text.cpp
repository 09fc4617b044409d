#include "advise/advice_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/run_report.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::advise {

namespace {

using analysis::Language;
using analysis::money_text;
using analysis::number_text;
using Json = nlohmann::ordered_json;

std::string kwh(double value) { return number_text(value, 2) + " kWh"; }

/// Words of one language, figures of one world.
struct Say {
  const twin::World& world;
  Language language;

  const char* operator()(const char* english, const char* korean) const {
    return language == Language::korean ? korean : english;
  }
  std::string money(double value) const { return money_text(value, world.currency); }
  std::string time(TimeNs t) const { return world.calendar.format_local(t); }
};

/// Why the target can not be reached; empty where it can.
std::string reason_of(const Advice& advice, const Say& say) {
  if (advice.reachable) return {};
  const VehicleRequest& r = advice.request;
  std::string text = fmt::format(
      fmt::runtime(say("the target can not be reached: it needs {}, and at most {} fit between {} and {} at {} kW ({})",
                       "목표에 도달할 수 없음: {} 필요하나 최대 {}만 가능 ({} ~ {}, {} kW, {})")),
      kwh(r.wanted_kwh), kwh(advice.reach.most_kwh), say.time(r.arrive_ns), say.time(r.leave_ns),
      number_text(advice.reach.kw, 1), kernel::make_printable(advice.existing.stay.evse));
  if (!advice.better_evse.empty())
    text += fmt::format(fmt::runtime(say("; evse={} could", "; evse={}이면 가능")),
                        kernel::make_printable(advice.better_evse));
  return text;
}

/// The advice and its reason: one sentence with both figures.
std::string why_of(const Advice& advice, const Say& say) {
  const Outcome &was = advice.existing, &plan = advice.proposed;
  const std::string existing = kernel::make_printable(was.strategy), proposed = kernel::make_printable(plan.strategy);
  const auto amount = [&](double less, double more) { return say.money(more - less); };
  const auto share = [](double less, double more) {
    return more > 0.0 ? fmt::format(" ({} %)", number_text(100.0 * (more - less) / more, 1)) : std::string();
  };

  // Each verdict names the figure that decided it, on both sides.
  switch (advice.verdict) {
    case Verdict::cheaper:
      if (was.cost - plan.cost > 1e-9 * std::abs(was.cost)) {
        return fmt::format(fmt::runtime(say("charge with {0}: it costs {1}{2} less than {3} and serves no less",
                                            "{0} 권장: {3}보다 {1}{2} 저렴하고 충전량은 줄지 않음")),
                           proposed, amount(plan.cost, was.cost), share(plan.cost, was.cost), existing);
      }
      return fmt::format(
          fmt::runtime(
              say("charge with {0}: the driver pays the same as with {2}, and the site pays {1} less over the run",
                  "{0} 권장: 운전자 요금은 {2}와(과) 같고 사이트 비용은 전체 기간에 {1} 적음")),
          proposed, amount(plan.site.objective, was.site.objective), existing);

    case Verdict::same_cost:
      return fmt::format(fmt::runtime(say("{} and {} cost and serve the same", "{}와(과) {}의 비용과 충전량이 같음")),
                         proposed, existing);

    case Verdict::serves_less:
      return fmt::format(
          fmt::runtime(say("keep the existing way ({1}): {0} would deliver {2} less ({3} instead of {4}, for {5} "
                           "instead of {6})",
                           "기존 방식({1}) 유지: {0}은(는) {2} 덜 충전함 ({4} 대신 {3}, {6} 대신 {5})")),
          proposed, existing, kwh(was.stay.got_kwh - plan.stay.got_kwh), kwh(plan.stay.got_kwh), kwh(was.stay.got_kwh),
          say.money(plan.cost), say.money(was.cost));

    case Verdict::dearer:
      return fmt::format(fmt::runtime(say("keep the existing way ({1}): {0} would cost {2} more ({3} instead of {4})",
                                          "기존 방식({1}) 유지: {0}은(는) {2} 더 비쌈 ({4} 대신 {3})")),
                         proposed, existing, amount(was.cost, plan.cost), say.money(plan.cost), say.money(was.cost));

    case Verdict::site_serves_less:
      return fmt::format(fmt::runtime(say("keep the existing way ({1}): under {0} the other cars get {2} less",
                                          "기존 방식({1}) 유지: {0}에서는 다른 차량이 {2} 덜 충전함")),
                         proposed, existing, kwh(plan.site.unmet_kwh - was.site.unmet_kwh));

    case Verdict::site_dearer:
      return fmt::format(
          fmt::runtime(say(
              "keep the existing way ({1}): {0} would cost the site {2} more over the run ({3} instead "
              "of {4}, unmet energy priced)",
              "기존 방식({1}) 유지: {0}은(는) 전체 기간의 사이트 비용이 {2} 더 큼 ({4} 대신 {3}, 미충전 비용 포함)")),
          proposed, existing, amount(was.site.objective, plan.site.objective), say.money(plan.site.objective),
          say.money(was.site.objective));
  }
  return {};
}

/// Figures of the ways side by side.
std::string figures_table(const Advice& advice, const std::vector<const Outcome*>& ways, const Say& say) {
  std::vector<std::string> heads{""};
  for (const Outcome* way : ways)
    heads.push_back(way == &advice.existing ? fmt::format("{}: {}", say("existing way", "기존 방식"), way->strategy)
                                            : way->strategy);
  analysis::TextTable table(heads);

  const auto row = [&](const std::string& name, auto&& cell) {
    std::vector<std::string> cells{name};
    for (const Outcome* way : ways) cells.push_back(cell(*way));
    table.add_row(std::move(cells));
  };

  row("EVSE", [](const Outcome& way) { return way.stay.evse; });
  row(say("plugged in", "접속"), [&](const Outcome& way) { return say.time(way.stay.plugged_in_ns); });
  row(say("ready", "완료"), [&](const Outcome& way) {
    return way.stay.ready ? say.time(*way.stay.ready) : std::string(say("not reached", "미달"));
  });

  row(say("energy", "충전량"), [](const Outcome& way) { return kwh(way.stay.got_kwh); });
  row(say("not met", "미충전"), [](const Outcome& way) { return kwh(way.stay.unmet_kwh); });
  row(say("state of charge", "출차 시 SoC"),
      [](const Outcome& way) { return number_text(100.0 * way.stay.soc_end, 1) + " %"; });

  // Drivers compare by what they pay; without a price for them, by what the energy costs the site.
  row(advice.driver_price ? say("cost: driver pays", "비용: 운전자 요금")
                          : say("cost: energy at the buy price", "비용: 구매 단가 기준"),
      [&](const Outcome& way) { return say.money(way.cost); });
  if (ways.front()->stay.wear_cost != 0.0 || ways.back()->stay.wear_cost != 0.0)
    row(say("of it battery wear by V2G", "그중 V2G 배터리 마모비"),
        [&](const Outcome& way) { return say.money(way.stay.wear_cost); });

  if (advice.driver_price) {
    row(say("energy at the buy price", "구매 단가 기준"),
        [&](const Outcome& way) { return say.money(way.stay.energy_cost); });
  }

  // No CO2 series, no row: 0 kg would be a claim.
  if (!std::isnan(advice.existing.stay.co2_kg))
    row("CO2", [](const Outcome& way) { return number_text(way.stay.co2_kg, 2) + " kg"; });

  row(say("adds to the site's bill", "사이트 요금 증가"),
      [&](const Outcome& way) { return say.money(way.added.bill); });
  row(say("adds to others' unmet energy", "다른 차량 미충전 증가"),
      [](const Outcome& way) { return kwh(way.added.unmet_kwh - way.stay.unmet_kwh); });
  return table.to_text();
}

std::string schedule_table(const Outcome& way, const Say& say) {
  analysis::TextTable table({fmt::format("{} {}", way.strategy, say("from", "시작")), say("to", "끝"), "kW", "kWh"});
  constexpr std::size_t most_rows = 24;
  for (std::size_t i = 0; i < way.stay.schedule.size() && i < most_rows; ++i) {
    const Piece& piece = way.stay.schedule[i];
    const std::string begin = number_text(piece.kw, 2), end = number_text(piece.kw_end, 2);
    table.add_row({say.time(piece.from_ns), say.time(piece.to_ns),
                   begin == end ? begin : fmt::format("{} > {}", begin, end), number_text(piece.kwh, 2)});
  }
  std::string text = table.to_text();
  if (way.stay.schedule.size() > most_rows)
    text += fmt::format(fmt::runtime(say("... and {} more (all are in --json)\n", "... 외 {}개 (전체는 --json)\n")),
                        way.stay.schedule.size() - most_rows);
  return text;
}

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 6> names{"cheaper", "same_cost",        "serves_less",
                                                  "dearer",  "site_serves_less", "site_dearer"};
  static_assert(kernel::names_each<Verdict>(names));
  return names[static_cast<std::size_t>(verdict)];
}

Json site_json(const SiteFigures& figures) {
  return {
      {"bill", figures.bill},           {"objective", figures.objective},         {"peak_kw", figures.peak_kw},
      {"unmet_kwh", figures.unmet_kwh}, {"delivered_kwh", figures.delivered_kwh}, {"turned_away", figures.turned_away},
      {"co2_kg", figures.co2_kg}};
}

Json outcome_json(const twin::World& world, const Outcome& way, bool whole) {
  Json json{{"strategy", way.strategy},
            {"cost", way.cost},
            {"got_kwh", way.stay.got_kwh},
            {"unmet_kwh", way.stay.unmet_kwh},
            {"site", site_json(way.site)}};

  // The way that is not advised is shown in one line: its schedule is of no use.
  if (!whole) return json;
  const auto time = [&](TimeNs t) { return world.calendar.format_iso(t); };

  json["driver_pays"] = way.stay.paid;
  json["wear_cost"] = way.stay.wear_cost;
  json["energy_at_buy_price"] = way.stay.energy_cost;
  json["co2_kg"] = analysis::number_or_null(way.stay.co2_kg);
  json["soc_end"] = way.stay.soc_end;

  json["evse"] = way.stay.evse;
  json["plugged_in"] = time(way.stay.plugged_in_ns);
  json["waited_h"] = way.stay.waited_h;
  json["ready"] = way.stay.ready ? Json(time(*way.stay.ready)) : Json(nullptr);
  json["leaves"] = time(way.stay.departed_ns);

  json["added"] = site_json(way.added);
  json["schedule"] = Json::array();
  for (const Piece& piece : way.stay.schedule) {
    json["schedule"].push_back({{"from", time(piece.from_ns)},
                                {"to", time(piece.to_ns)},
                                {"kw", piece.kw},
                                {"kw_end", piece.kw_end},
                                {"kwh", piece.kwh}});
  }
  return json;
}

}  // namespace

std::string advice_text(const twin::World& world, const Advice& advice, Language language) {
  const Say say{world, language};
  const bool keep = keep_existing(advice.verdict);
  std::vector<const Outcome*> ways{&advice.existing};
  if (!keep) ways.push_back(&advice.proposed);

  const VehicleRequest& r = advice.request;
  std::string text =
      fmt::format(fmt::runtime(say("{} kWh battery from {} % to {} %: {} at the meter, {} to {}\n\n",
                                   "배터리 {} kWh, {} %에서 {} %까지: 계량 기준 {}, {} ~ {}\n\n")),
                  number_text(r.car.battery.capacity_kwh, 1), number_text(100.0 * r.soc, 0),
                  number_text(100.0 * r.target, 0), kwh(r.wanted_kwh), say.time(r.arrive_ns), say.time(r.leave_ns));
  text += figures_table(advice, ways, say);
  for (const Outcome* way : ways) {
    if (!way->stay.schedule.empty()) text += "\n" + schedule_table(*way, say);
  }
  text += "\n";
  if (const std::string reason = reason_of(advice, say); !reason.empty()) text += reason + "\n";
  return text + why_of(advice, say) + "\n";
}

Json advice_json(const twin::World& world, const Advice& advice, Language language) {
  const Say say{world, language};
  const VehicleRequest& r = advice.request;
  const twin::Site& site = world.sites[r.site];
  const bool keep = keep_existing(advice.verdict);
  const std::string reason = reason_of(advice, say);

  // The way that is not advised is shown in short, see outcome_json.
  Json json{{"scenario", world.name},
            {"site", site.name},
            {"currency", world.currency},
            {"timezone", world.calendar.zone_name()}};

  json["request"] = {{"battery_kwh", r.car.battery.capacity_kwh},
                     {"soc", r.soc},
                     {"target", r.target},
                     {"wanted_kwh", r.wanted_kwh},
                     {"arrive", world.calendar.format_iso(r.arrive_ns)},
                     {"leave", world.calendar.format_iso(r.leave_ns)},
                     {"evse", r.evse < 0 ? "any" : site.evses[static_cast<std::size_t>(r.evse)].id},
                     {"v2g", r.v2g},
                     {"priority", r.priority}};

  json["reachable"] = advice.reachable;
  json["reason"] = reason.empty() ? Json(nullptr) : Json(reason);
  json["advice"] = keep ? "keep_existing" : "strategy";
  json["verdict"] = name_of(advice.verdict);
  json["why"] = why_of(advice, say);

  json["recommended"] = (keep ? advice.existing : advice.proposed).strategy;
  json["cost_is"] = advice.driver_price ? "driver_price" : "buy_price";
  json["existing"] = outcome_json(world, advice.existing, true);
  json["proposed"] = outcome_json(world, advice.proposed, !keep);
  return json;
}

std::string bookings_text(const twin::World& world, const BookingAdvice& advice, Language language) {
  const Say say{world, language};
  std::string text =
      fmt::format(fmt::runtime(say("{} bookings are fixed, {} may be moved within their windows; {}, {} runs\n\n",
                                   "고정 예약 {}건, 시간대 안에서 변경 가능한 예약 {}건; {}, 시뮬레이션 {}회\n\n")),
                  advice.fixed, advice.flexible, kernel::make_printable(advice.strategy), advice.runs);

  const double saves = advice.before.objective - advice.after.objective;
  if (advice.moves.empty()) {
    return text + fmt::format(fmt::runtime(say("no move saves anything: keep the bookings as they are ({})\n",
                                               "옮겨도 절감 없음: 예약을 그대로 유지 ({})\n")),
                              say.money(advice.before.objective));
  }

  analysis::TextTable table(
      {say("booking", "예약"), "EVSE", say("from", "변경 전"), say("to", "변경 후"), say("window", "가능 시간대")},
      analysis::LastColumn::prose);
  const auto span = [&](TimeNs from_ns, TimeNs to_ns) { return say.time(from_ns) + " ~ " + say.time(to_ns); };
  for (const BookingMove& move : advice.moves) {
    const BookingRow& was = move.booking;
    table.add_row(
        {was.id, was.evse < 0 ? say("any", "임의") : world.sites[was.site].evses[static_cast<std::size_t>(was.evse)].id,
         span(was.from_ns, was.to_ns), span(move.from_ns, move.to_ns), span(was.window.from_ns, was.window.to_ns)});
  }
  text += table.to_text() + "\n";

  // Figures are those of all sites together.
  analysis::TextTable cost({"", say("before", "변경 전"), say("after", "변경 후")});
  const auto row = [&](const char* name, auto&& cell) {
    cost.add_row({name, cell(advice.before), cell(advice.after)});
  };

  row(say("cost (bill, wear, unmet, storage)", "비용 (요금, 마모, 미충전, 저장)"),
      [&](const SiteFigures& f) { return say.money(f.objective); });
  row(say("bill", "전기요금"), [&](const SiteFigures& f) { return say.money(f.bill); });
  row(say("peak", "최대전력"), [](const SiteFigures& f) { return number_text(f.peak_kw, 1) + " kW"; });
  row(say("not met", "미충전"), [](const SiteFigures& f) { return kwh(f.unmet_kwh); });
  return text + cost.to_text() +
         fmt::format(fmt::runtime(say("\nmoving {} saves {}\n", "\n{}건을 옮기면 {} 절감\n")), advice.moves.size(),
                     say.money(saves));
}

namespace {

std::vector<BookingRow> listed_bookings(const twin::World& world) {
  std::vector<BookingRow> rows = bookings_of(world);
  if (rows.empty())
    throw AdviseError("--bookings: the scenario has none; arrivals = bookings { { arrive = ..., leave = ... }, ... }");
  return rows;
}

const demand::Visit& visit_of(const twin::World& world, const BookingRow& row) {
  return std::get<demand::Recorded>(*world.sites[row.site].arrivals[row.law]).visits[row.visit];
}

std::string evse_of(const twin::World& world, const BookingRow& row, const char* any) {
  return row.evse < 0 ? any : world.sites[row.site].evses[static_cast<std::size_t>(row.evse)].id;
}

}  // namespace

std::string booking_list_text(const twin::World& world, Language language) {
  const Say say{world, language};
  analysis::TextTable table(
      {say("booking", "예약"), "EVSE", say("priority", "우선순위"), say("time", "시간"), say("window", "가능 시간대")},
      analysis::LastColumn::prose);
  const auto span = [&](TimeNs from_ns, TimeNs to_ns) { return say.time(from_ns) + " ~ " + say.time(to_ns); };
  for (const BookingRow& row : listed_bookings(world)) {
    table.add_row({row.id, evse_of(world, row, say("any", "임의")), number_text(visit_of(world, row).priority, 0),
                   span(row.from_ns, row.to_ns),
                   row.may_move ? span(row.window.from_ns, row.window.to_ns) : say("fixed", "고정")});
  }
  return table.to_text();
}

Json booking_list_json(const twin::World& world) {
  const auto iso = [&](TimeNs t) { return Json(world.calendar.format_iso(t)); };
  Json json{{"scenario", world.name}, {"timezone", world.calendar.zone_name()}};
  json["bookings"] = Json::array();
  for (const BookingRow& row : listed_bookings(world)) {
    const demand::Visit& visit = visit_of(world, row);
    const bool at_start = visit.announced_ns == world.start_ns || visit.announced_ns == kernel::time_never;
    Json window;
    if (row.may_move) window = {{"from", iso(row.window.from_ns)}, {"to", iso(row.window.to_ns)}};
    json["bookings"].push_back({{"id", row.id},
                                {"site", world.sites[row.site].name},
                                {"evse", evse_of(world, row, "any")},
                                {"arrive", iso(row.from_ns)},
                                {"leave", iso(row.to_ns)},
                                {"priority", visit.priority},
                                {"v2g", visit.v2g},
                                {"booked_at", at_start ? Json() : iso(visit.announced_ns)},
                                {"window", window}});
  }
  return json;
}

Json bookings_json(const twin::World& world, const BookingAdvice& advice) {
  const auto span = [&](TimeNs from_ns, TimeNs to_ns) {
    return Json{{"arrive", world.calendar.format_iso(from_ns)}, {"leave", world.calendar.format_iso(to_ns)}};
  };

  Json json{{"scenario", world.name},      {"currency", world.currency}, {"timezone", world.calendar.zone_name()},
            {"strategy", advice.strategy}, {"fixed", advice.fixed},      {"flexible", advice.flexible},
            {"runs", advice.runs}};

  json["moves"] = Json::array();
  for (const BookingMove& move : advice.moves) {
    const BookingRow& was = move.booking;
    const twin::Site& site = world.sites[was.site];
    json["moves"].push_back({{"id", was.id},
                             {"site", site.name},
                             {"evse", was.evse < 0 ? "any" : site.evses[static_cast<std::size_t>(was.evse)].id},
                             {"from", span(was.from_ns, was.to_ns)},
                             {"to", span(move.from_ns, move.to_ns)},
                             {"window",
                              {{"from", world.calendar.format_iso(was.window.from_ns)},
                               {"to", world.calendar.format_iso(was.window.to_ns)}}}});
  }

  json["before"] = site_json(advice.before);
  json["after"] = site_json(advice.after);
  json["saves"] = advice.before.objective - advice.after.objective;
  return json;
}

}  // namespace evtwin::advise
