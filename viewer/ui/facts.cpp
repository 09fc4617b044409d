#include "viewer/ui/facts.hpp"

#include <fmt/format.h>

#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/status_look.hpp"

namespace evtwin::viewer::ui {
namespace {

std::string written(const Ui& ui, const model::Run& run, double value, Unit unit, bool with_sign) {
  const auto write = [&](double v, std::string_view u, int decimals) {
    return with_sign ? signed_figure(v, u, decimals) : figure_text(v, u, decimals);
  };
  switch (unit) {
    case Unit::text:
      break;
    case Unit::kw:
      return write(value, "kW", 1);
    case Unit::kwh:
      return write(value, "kWh", 2);
    case Unit::fraction:
      return write(value * 100.0, "%", 0);
    case Unit::money:
      return with_sign ? signed_money(ui, run, value) : money_text(ui, run, value);
    case Unit::price:
      return write(value, run.currency.empty() ? "per kWh" : currency_name(ui, run) + "/kWh", 3);
  }
  return {};
}

/// As much of the plan as is listed; the plot shows the rest.
constexpr std::size_t most_text_pieces = 6;

}  // namespace

Fact number_fact(const Ui& ui, const model::Run& run, Word label, double value, Unit unit) {
  return {ui.tr(label), written(ui, run, value, unit, false), value, unit};
}

Fact text_fact(const Ui& ui, Word label, std::string text) {
  return {ui.tr(label), text.empty() ? "-" : std::move(text), model::none, Unit::text};
}

std::string unrecorded_text(const Ui& ui, std::size_t evses) {
  return evses == 0 ? std::string() : fmt::format(", {} {}", evses, ui.tr(Word::status_unknown));
}

std::string difference_text(const Ui& ui, const model::Run& run, const Fact& a, const Fact& b) {
  if (std::isnan(a.number) || std::isnan(b.number) || a.unit != b.unit) return {};
  return written(ui, run, b.number - a.number, a.unit, true);
}

std::string causes_text(const Ui& ui, std::uint32_t why) {
  constexpr std::array<Word, 6> words{Word::cause_tick,  Word::cause_arrival, Word::cause_departure,
                                      Word::cause_price, Word::cause_limit,   Word::cause_asked};
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((why >> i & 1U) == 0) continue;
    if (!text.empty()) text += ", ";
    text += ui.tr(words.at(i));
  }
  return text;
}

void add_why(const Ui& ui, const model::Run& run, const model::Why& why, double now_kw, TimeNs t, Facts& out) {
  FactGroup group{Word::why, {}, {}};
  const model::Clock& clock = run.clock;

  if (why.decision == no_row) {
    group.sentence = ui.tr(Word::no_decision_yet);
  } else {
    const model::Decision& decision = run.decisions[why.decision];
    group.facts.push_back(
        text_fact(ui, Word::decision, fmt::format("#{}  {}", decision.number, clock.date_time_text(decision.time_ns))));
    group.facts.push_back(text_fact(ui, Word::caused_by, causes_text(ui, decision.why)));
    if (!std::isnan(decision.expected_cost))
      group.facts.push_back(number_fact(ui, run, Word::expected_cost, decision.expected_cost, Unit::money));
  }

  group.facts.push_back(number_fact(ui, run, Word::asked_for, why.asked_kw, Unit::kw));
  if (why.setpoint != no_row && why.setpoint < run.setpoints.size()) {
    const model::Decision& asker = run.decisions[run.setpoints[why.setpoint].decision];
    group.facts.push_back(text_fact(ui, Word::asked_since, clock.date_time_text(asker.time_ns)));
  }
  group.facts.push_back(number_fact(ui, run, Word::flows, now_kw, Unit::kw));
  // Only a correction that still binds.
  if (why.correction != no_row) {
    const model::Correction& correction = run.corrections[why.correction];
    const Word* reason = reason_word(correction.reason);
    std::string text = reason != nullptr ? ui.tr(*reason) : correction.reason;
    if (!correction.limit_name.empty()) text += ": " + correction.limit_name;
    group.facts.push_back(text_fact(ui, Word::corrected_by, std::move(text)));
    group.facts.push_back(text_fact(ui, Word::corrected_to,
                                    fmt::format("{} > {}  {}", figure_text(correction.asked_kw, "", 1),
                                                kw_text(correction.given_kw), clock.time_text(correction.time_ns))));
  }
  out.push_back(std::move(group));

  if (why.plan.empty()) return;
  FactGroup plan{Word::plan_from_here, {}, {}};
  for (const std::uint32_t row : why.plan) {
    if (plan.facts.size() == most_text_pieces) {
      plan.facts.push_back({"...", fmt::format(fmt::runtime(ui.tr(Word::n_more)), why.plan.size() - most_text_pieces)});
      break;
    }
    const model::Plan& piece = run.plans[row];
    const TimeNs from = std::max(piece.start_ns, t);
    plan.facts.push_back({fmt::format("{} - {}", clock.time_text(from), clock.time_text(piece.end_ns)),
                          kw_text(piece.kw), piece.kw, Unit::kw});
  }
  out.push_back(std::move(plan));
}

}  // namespace evtwin::viewer::ui
