#include "analysis/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/paired.hpp"
#include "analysis/prose.hpp"
#include "analysis/verdict_parts.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {
namespace {

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

double kwh_by_the_end(const VerdictRun& run) { return value_of(run.kpis, "energy_served_kwh"); }

double all_wanted_kwh(const VerdictRun& run) {
  const double fraction = value_of(run.kpis, "served_of_all_fraction");
  return fraction > 0.0 ? kwh_by_the_end(run) / fraction : not_there;
}

/// The rule of equal service, for two.
bool alike(double a_kwh, double b_kwh) {
  if (std::isnan(a_kwh) || std::isnan(b_kwh)) return true;
  return serves_alike(std::min(a_kwh, b_kwh), std::max(a_kwh, b_kwh));
}

Service service_of(const VerdictRun& run, const VerdictRun& base) {
  if (alike(kwh_by_the_end(run), kwh_by_the_end(base))) return Service::equal;
  return alike(service_kwh(run.kpis), service_kwh(base.kpis)) ? Service::later : Service::unequal;
}

/// Why the two can not be held against each other; empty: they can.
std::string trouble_between(const VerdictRun& base, const VerdictRun& run, bool korean) {
  const std::string a = kernel::make_printable(base.name), b = kernel::make_printable(run.name);
  if (base.currency != run.currency)
    return in_language(korean, "{} and {} are not compared: one is in {}, the other in {}.",
                       "{}와(과) {}은(는) 비교하지 않습니다: 통화가 {}와(과) {}입니다.", a, b,
                       kernel::make_printable(base.currency), kernel::make_printable(run.currency));
  if (base.start_ns != run.start_ns || base.end_ns != run.end_ns)
    return in_language(korean, "{} and {} are not compared: they are not of the same days.",
                       "{}와(과) {}은(는) 비교하지 않습니다: 기간이 다릅니다.", a, b);
  const double a_kwh = all_wanted_kwh(base), b_kwh = all_wanted_kwh(run);
  constexpr double same = 0.001;
  if (std::abs(a_kwh - b_kwh) > same * std::max(a_kwh, b_kwh))
    return in_language(
        korean,
        "{} and {} are not compared: other vehicles came, which wanted {} kWh in the one and {} kWh in the other.",
        "{}와(과) {}은(는) 비교하지 않습니다: 온 차량이 다릅니다 (희망량 {} kWh와 {} kWh).", a, b,
        number_text(a_kwh, 1), number_text(b_kwh, 1));
  return {};
}

/// Runs that may be spoken of beside the reference, and those that serve too little to be.
struct Field {
  std::vector<std::size_t> candidates;  // beside the reference
  std::vector<char> competes;           // by run
};

Field field_of(std::span<const VerdictRun> runs, std::size_t reference, const std::vector<char>& has_figures) {
  Field field;
  double most_kwh = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (has_figures[i] != 0) most_kwh = std::fmax(most_kwh, kwh_by_the_end(runs[i]));
  }
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double kwh = kwh_by_the_end(runs[i]);
    field.competes.push_back(has_figures[i] != 0 && (std::isnan(kwh) || serves_alike(kwh, most_kwh)) ? 1 : 0);
    if (i == reference || has_figures[i] == 0) continue;
    others.push_back(i);
    if (field.competes[i] != 0) field.candidates.push_back(i);
  }
  // Where all others serve less, they are spoken of all the same: the sentences say so.
  if (field.candidates.empty()) field.candidates = std::move(others);
  return field;
}

/// Of equals the first.
std::size_t best_for(Party party, std::span<const VerdictRun> runs, const std::vector<std::size_t>& candidates) {
  std::size_t best = candidates.front();
  for (const std::size_t i : candidates) {
    const double worth = worth_for(party, runs[i]), best_worth = worth_for(party, runs[best]);
    if (worth > best_worth || (std::isnan(best_worth) && !std::isnan(worth))) best = i;
  }
  return best;
}

std::string run_names(std::span<const VerdictRun> runs, const std::vector<std::size_t>& rows) {
  std::string names;
  for (const std::size_t row : rows) names += (names.empty() ? "" : ", ") + kernel::make_printable(runs[row].name);
  return names;
}

std::string note_on(std::span<const VerdictRun> runs, const Verdict& verdict, bool korean) {
  std::string note;
  if (!verdict.serve_less.empty() && runs.size() - verdict.left_out.size() > 2)
    note += in_language(
        korean, "Not compared, as they served over 0.5 % less by the end than the run that served most: {}.",
        "비교에서 제외 (종료까지 최다 충전 전략보다 0.5 % 넘게 적게 충전): {}.", run_names(runs, verdict.serve_less));
  if (!verdict.left_out.empty())
    note +=
        (note.empty() ? "" : " ") + in_language(korean, "No figures, as they are not complete: {}.",
                                                "완료되지 않아 지표가 없음: {}.", run_names(runs, verdict.left_out));
  return note;
}

}  // namespace

std::string_view title_of(Party party, Language language) {
  constexpr std::string_view titles[party_count][2] = {
      {"site", "사업자"}, {"drivers", "운전자"}, {"grid company", "전력회사"}, {"vehicle owners", "차량 소유자"}};
  return titles[static_cast<std::size_t>(party)][language == Language::korean ? 1 : 0];
}

std::string PartyVerdict::join_parts() const {
  std::string text;
  for (const VerdictPart& part : parts) text += part.text;
  return text;
}

Verdict give_verdict(std::span<const VerdictRun> runs, Language language) {
  const bool korean = language == Language::korean;
  Verdict out;

  // The reference is the first with figures; those that are of another world than it end the comparison.
  std::vector<char> has_figures;
  std::optional<std::size_t> reference;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    has_figures.push_back(std::isnan(value_of(runs[i].kpis, "site_money")) ? 0 : 1);
    if (has_figures[i] == 0) {
      out.left_out.push_back(i);
    } else if (!reference) {
      reference = i;
    } else if (const std::string trouble = trouble_between(runs[*reference], runs[i], korean); !trouble.empty()) {
      out.trouble += (out.trouble.empty() ? "" : " ") + trouble;
    }
  }

  if (!reference) {
    out.note = note_on(runs, out, korean);
    return out;
  }

  const bool alone = !out.trouble.empty() || out.left_out.size() + 1 == runs.size();
  const Field field = alone ? Field{} : field_of(runs, *reference, has_figures);
  for (std::size_t i = 0; !alone && i < runs.size(); ++i)
    if (has_figures[i] != 0 && field.competes[i] == 0) out.serve_less.push_back(i);
  out.note = note_on(runs, out, korean);

  for (std::size_t p = 0; p < party_count; ++p) {
    PartyVerdict one;
    one.party = static_cast<Party>(p);
    one.reference = *reference;
    one.run = alone ? *reference : best_for(one.party, runs, field.candidates);
    VerdictPair pair{&runs[one.run], alone ? nullptr : &runs[*reference], Service::equal, false, language};
    if (!alone) {
      one.gain = difference_beyond_rounding(worth_for(one.party, *pair.run), worth_for(one.party, *pair.base));
      pair.service = one.service = service_of(*pair.run, *pair.base);
      pair.stays_best = field.candidates.size() > 1 && one.gain < 0.0;
    }
    one.parts = sentence_for(one.party, pair);
    out.parties.push_back(std::move(one));
  }
  return out;
}

std::string verdict_text(const Verdict& verdict, Language language) {
  std::string text;
  if (!verdict.trouble.empty()) text += wrap_words(verdict.trouble);
  for (const PartyVerdict& one : verdict.parties)
    text += wrap_words(std::string(title_of(one.party, language)) + ": " + one.join_parts());
  if (!verdict.note.empty()) text += wrap_words(verdict.note);
  return text;
}

}  // namespace evtwin::analysis
