#include "replay/scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "replay/known_energy.hpp"
#include "replay/score_table.hpp"
#include "replay/session_pair.hpp"

namespace evtwin::replay {
namespace {

constexpr double small_session_kwh = 1.0;
constexpr double timed_share = 0.95;  ///< of an hour's or minute's energy must be timed for it to count
constexpr std::string_view foretold_prefix = "held_out_";
constexpr double least_share_of_good = 0.95;  ///< of the energy foretold: less may be the easier part
constexpr double limit_tolerance = 1.02;      ///< meters and rounding of amperes
constexpr double least_reference_min = 50.0;
constexpr std::size_t least_months = 12;
constexpr int most_lag_min = 15;

Score blank(std::string_view name) {
  const ScoreInfo& info = score_info(name);
  Score score;
  score.name = info.name;
  score.value = kernel::unknown;
  score.unit = info.unit;
  score.n_of = info.n_of;
  score.pass = info.pass;
  score.good = info.good;
  score.higher_is_better = info.higher_is_better;
  score.told = info.told;
  score.help = info.help;
  score.help_ko = info.help_ko;
  return score;
}

Gate gate_of(const Score& score) {
  if (std::isnan(score.value) || std::isnan(score.pass)) return Gate::not_scorable;
  const auto within = [&](double limit) {
    return score.higher_is_better ? score.value >= limit : std::abs(score.value) <= limit;
  };
  if (within(score.good)) return Gate::good;
  return within(score.pass) ? Gate::pass : Gate::fail;
}

/// Root mean square and mean of what the twin has more, over the mean of the metered; ASHRAE Guideline 14 with p = 1.
struct LoadError {
  std::size_t n = 0;
  double squares = 0.0, sum = 0.0, metered = 0.0;

  void add(double metered_value, double twin_value) {
    ++n;
    squares += (twin_value - metered_value) * (twin_value - metered_value);
    sum += twin_value - metered_value;
    metered += metered_value;
  }
  double cv_rmse() const { return std::sqrt(squares / degrees()) / mean(); }
  double nmbe() const { return sum / degrees() / mean(); }
  bool scorable() const { return n >= 2 && metered > 0.0; }

 private:
  double degrees() const { return static_cast<double>(n) - 1.0; }
  double mean() const { return metered / static_cast<double>(n); }
};

void score_closure(ScoreCard& card) {
  Score score = blank("ledger_closure");
  double difference = 0.0, counted = 0.0;
  bool all_within_steps = true;
  for (const SessionPair& pair : card.sessions) {
    if (std::isnan(pair.ledger_closure)) {
      ++score.excluded[pair.ledger_not_scorable];
      continue;
    }
    ++score.n;
    difference += std::abs(pair.ledger_closure) * pair.metered_kwh;
    counted += pair.metered_kwh;
    all_within_steps = all_within_steps && pair.within_register_steps;
  }
  if (counted > 0.0) score.value = difference / counted;
  score.gate = gate_of(score);
  if (score.gate == Gate::fail && all_within_steps) score.gate = Gate::pass;
  card.scores.push_back(std::move(score));
}

void score_energy(ScoreCard& card) {
  Score mape = blank("session_energy_mape"), bias = blank("session_energy_bias"),
        small = blank("small_session_energy_mae");
  double relative = 0.0, absolute = 0.0, metered = 0.0, twin = 0.0;
  for (const SessionPair& pair : card.sessions) {
    if (!std::isfinite(pair.metered_kwh)) {
      for (Score* score : {&mape, &bias, &small}) ++score->excluded["energy not known"];
      continue;
    }
    // A part counts as no session: taking a stop out of a log makes none.
    if (pair.part) {
      for (Score* score : {&mape, &bias, &small}) ++score->excluded["cut by the log's edges"];
      continue;
    }

    ++bias.n;
    metered += pair.metered_kwh;
    twin += pair.twin_kwh;

    // Sessions below 1 kWh are judged in kWh: a percentage of so little would be mostly rounding.
    if (pair.metered_kwh >= small_session_kwh) {
      ++mape.n;
      ++small.excluded["1 kWh or more"];
      relative += std::abs(pair.twin_kwh - pair.metered_kwh) / pair.metered_kwh;
    } else {
      ++small.n;
      ++mape.excluded["below 1 kWh"];
      absolute += std::abs(pair.twin_kwh - pair.metered_kwh);
    }
  }

  if (mape.n > 0) mape.value = relative / static_cast<double>(mape.n);
  if (metered > 0.0) bias.value = (twin - metered) / metered;
  if (small.n > 0) small.value = absolute / static_cast<double>(small.n);

  card.judged_sessions = bias.n;
  for (Score* score : {&mape, &bias, &small}) {
    score->gate = gate_of(*score);
    card.scores.push_back(std::move(*score));
  }
}

void score_profiles(ScoreCard& card) {
  Score score = blank("power_profile_cv_rmse");
  double sum = 0.0;
  for (const SessionPair& pair : card.sessions) {
    if (std::isnan(pair.profile_cv_rmse)) {
      ++score.excluded[pair.not_scorable];
      continue;
    }
    ++score.n;
    sum += pair.profile_cv_rmse;
  }
  if (score.n > 0) score.value = sum / static_cast<double>(score.n);
  score.gate = gate_of(score);
  card.scores.push_back(std::move(score));
}

void score_site_load(ScoreCard& card, const market::Calendar& calendar) {
  BinMeans by_hour([&](TimeNs t) { return calendar.tick_at_or_before(t, kernel::hour_ns); },
                   [&](TimeNs t) { return calendar.next_tick(t, kernel::hour_ns); });
  for (const SiteStep& step : card.site) by_hour.add_step(step);
  const std::vector<BinMean> hours = by_hour.take_bins();
  Score cv_rmse = blank("site_load_cv_rmse"), nmbe = blank("site_load_nmbe"), month = blank("site_load_month_cv_rmse");
  LoadError error;
  std::map<market::LocalMonth, std::pair<double, double>> months;
  for (const BinMean& hour : hours) {
    // An hour counts where readings time 95 % of its energy to the hour.
    if (hour.hourly_kw < timed_share * hour.metered_kw) {
      for (Score* score : {&cv_rmse, &nmbe, &month}) ++score->excluded["hours with readings more than an hour apart"];
      continue;
    }

    error.add(hour.metered_kw, hour.twin_kw);
    const double h = kernel::hours_between(hour.from_ns, hour.to_ns);
    auto& [metered, twin] = months[calendar.local_month(hour.from_ns)];
    metered += h * hour.metered_kw;
    twin += h * hour.twin_kw;
  }

  cv_rmse.n = nmbe.n = error.n;
  month.n = months.size();
  if (error.scorable()) {
    cv_rmse.value = error.cv_rmse();
    nmbe.value = error.nmbe();
  }

  // Months are compared by their energies, and only from a year on.
  LoadError by_month;
  for (const auto& [key, energies] : months) by_month.add(energies.first, energies.second);
  if (months.size() < least_months) {
    month.excluded["fewer than 12 months"] = months.size();
  } else if (by_month.scorable()) {
    month.value = by_month.cv_rmse();
  }

  for (Score* score : {&cv_rmse, &nmbe, &month}) {
    score->gate = gate_of(*score);
    card.scores.push_back(std::move(*score));
  }
}

/// Powers by the minute. They are asked for only where readings are dense: of longer steps the ends are enough.
std::vector<BinMean> minutes_of(const std::vector<SiteStep>& steps) {
  const auto floor = [](TimeNs t) { return t - ((t % kernel::minute_ns) + kernel::minute_ns) % kernel::minute_ns; };
  BinMeans by_minute(floor, [&](TimeNs t) { return floor(t) + kernel::minute_ns; });
  for (const SiteStep& step : steps) {
    if (step.to_ns - step.from_ns <= fine_ns) {
      by_minute.add_step(step);
      continue;
    }
    SiteStep end = step;
    end.to_ns = step.from_ns + kernel::minute_ns;
    by_minute.add_step(end);
    end = step;
    end.from_ns = step.to_ns - kernel::minute_ns;
    by_minute.add_step(end);
  }
  return by_minute.take_bins();
}

double rmse_at_lag(const std::vector<BinMean>& minutes, int lag) {
  // Both ascend: the twin's minute at metered minute + lag is found in passing. Where there is none, power was 0.
  double squares = 0.0;
  std::size_t j = 0;
  for (const BinMean& minute : minutes) {
    const TimeNs wanted = minute.from_ns + lag * kernel::minute_ns;
    while (j < minutes.size() && minutes[j].from_ns < wanted) ++j;
    const double twin = j < minutes.size() && minutes[j].from_ns == wanted ? minutes[j].twin_kw : 0.0;
    squares += (twin - minute.metered_kw) * (twin - minute.metered_kw);
  }
  return std::sqrt(squares / static_cast<double>(minutes.size()));
}

void score_minutes(ScoreCard& card) {
  std::vector<BinMean> minutes = minutes_of(card.site);
  const std::size_t all = minutes.size();
  std::erase_if(minutes, [](const BinMean& minute) { return minute.dense_kw < timed_share * minute.metered_kw; });

  Score peak = blank("peak_error"), lag = blank("timing_lag"), rmse = blank("timing_rmse"),
        aligned = blank("timing_rmse_aligned");
  double metered = 0.0, twin = 0.0;
  for (const BinMean& minute : minutes) {
    metered = std::max(metered, minute.metered_kw);
    twin = std::max(twin, minute.twin_kw);
  }
  for (Score* score : {&peak, &lag, &rmse, &aligned}) {
    score->n = minutes.size();
    if (all > minutes.size()) score->excluded["minutes without dense readings of every session"] = all - minutes.size();
  }
  // Where some minutes are not known, a higher one may lie among them.
  if (metered > 0.0 && minutes.size() * 100 >= all * 99) card.metered_peak_1min_kw = metered;

  if (metered > 0.0) {
    peak.value = (twin - metered) / metered;
    int best = 0;
    rmse.value = aligned.value = rmse_at_lag(minutes, 0);
    for (int shift = 1; shift <= most_lag_min; ++shift) {
      for (const int signed_shift : {shift, -shift}) {
        const double error = rmse_at_lag(minutes, signed_shift);
        if (error >= aligned.value) continue;
        aligned.value = error;
        best = signed_shift;
      }
    }
    lag.value = best;
  }

  peak.gate = gate_of(peak);
  for (Score* score : {&peak, &lag, &rmse, &aligned}) card.scores.push_back(std::move(*score));
}

void score_full(ScoreCard& card) {
  Score score = blank("time_to_90_percent");
  double sum = 0.0;
  for (const SessionPair& pair : card.sessions) {
    if (std::isnan(pair.full_difference_min)) {
      ++score.excluded[pair.full_not_scorable];
      continue;
    }
    ++score.n;
    sum += std::abs(pair.full_difference_min) / std::max(pair.full_after_min, least_reference_min);
  }
  if (score.n > 0) score.value = sum / static_cast<double>(score.n);
  score.gate = gate_of(score);
  card.scores.push_back(std::move(score));
}

/// Limits of one EVSE, ascending.
using LimitsOf = std::map<std::string, std::vector<const LimitStretch*>, std::less<>>;

LimitsOf by_evse(const std::vector<LimitStretch>& limits) {
  LimitsOf of;
  for (const LimitStretch& limit : limits) of[limit.evse].push_back(&limit);
  for (auto& [evse, list] : of)
    std::stable_sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return a->from_ns < b->from_ns; });
  return of;
}

void score_limits(ScoreCard& card, const Evidence& evidence) {
  Score logged = blank("limit_compliance_log"), twin = blank("limit_compliance_twin");
  const LimitsOf limits = by_evse(evidence.limits);
  std::size_t kept = 0;
  double kept_h = 0.0, all_h = 0.0;
  for (const ReplayedSession& session : evidence.twin) {
    const auto found = limits.find(session.evse);
    if (found == limits.end()) {
      for (Score* score : {&logged, &twin}) ++score->excluded["sessions without a limit in the log"];
      continue;
    }

    const auto& list = found->second;
    const auto first_after = [&](TimeNs t) {
      return std::upper_bound(list.begin(), list.end(), t,
                              [](TimeNs time, const LimitStretch* limit) { return time < limit->to_ns; });
    };

    // Readings of the log, each against the limit of its instant. That of the stop tells of the time until then: what
    // is set as the transaction ends was never its limit.
    const ocpp::Transaction& transaction = evidence.log.transactions[session.transaction];
    for (const ocpp::Sample& sample : transaction.samples) {
      if (sample.time_ns < transaction.start_ns || sample.time_ns > transaction.stop_ns) continue;
      const TimeNs at = std::min(sample.time_ns, transaction.stop_ns - 1);
      const auto limit = first_after(at);
      if (limit == list.end() || (*limit)->from_ns > at || std::isnan(sample.power_kw)) continue;
      ++logged.n;
      if (sample.power_kw <= (*limit)->kw * limit_tolerance) ++kept;
    }

    // Time of the twin's charging under a limit, and the part of it within the limit.
    const double before_h = all_h;
    for (const twin::PowerSegment& segment : session.power) {
      for (auto limit = first_after(segment.start_ns); limit != list.end() && (*limit)->from_ns < segment.end_ns;
           ++limit) {
        const TimeNs from = std::max(segment.start_ns, (*limit)->from_ns);
        const TimeNs to = std::min(segment.end_ns, (*limit)->to_ns);
        const double kw = segment.kw + segment.slope_kw_per_kwh * energy_until(segment, from);
        const double hours = kernel::hours_between(from, to);
        all_h += hours;
        if (kw <= (*limit)->kw * limit_tolerance) kept_h += hours;
      }
    }
    if (all_h > before_h) ++twin.n;
  }

  if (logged.n > 0) logged.value = static_cast<double>(kept) / static_cast<double>(logged.n);
  if (all_h > 0.0) twin.value = kept_h / all_h;
  twin.gate = gate_of(twin);
  card.scores.push_back(std::move(logged));
  card.scores.push_back(std::move(twin));
}

void score_coverage(ScoreCard& card, const Evidence& evidence) {
  Score coverage = blank("coverage"), frames = blank("frames_decoded"), alike = blank("determinism");
  std::vector<bool> replayed(evidence.log.transactions.size(), false);
  for (const ReplayedSession& session : evidence.twin) replayed[session.transaction] = true;

  std::size_t covered = 0, parts = 0;
  Score energy = blank("kwh_replayed");
  const std::vector<KnownEnergy> known = known_energies(evidence.log);
  for (std::size_t t = 0; t < replayed.size(); ++t) {
    const ocpp::Transaction& transaction = evidence.log.transactions[t];
    card.kwh_known += known[t].kwh;
    if (known[t].supposed) ++energy.excluded["energy not known: counted as the most of any other"];
    ++coverage.n;

    if (replayed[t]) {
      ++covered;
      parts += transaction.is_part() ? 1U : 0U;
      card.kwh_replayed += known[t].kwh;
    } else if (transaction.is_whole()) {
      ++coverage.excluded["complete, and left out of the replay"];
    } else if (!transaction.start_seen) {
      ++coverage.excluded["not replayed: the log has no start"];
    } else if (!transaction.stop_seen) {
      ++coverage.excluded["not replayed: the log has no stop"];
    } else {
      ++coverage.excluded["not replayed: energy not known"];
    }
  }

  // What registers counted between transactions was one at least.
  for (const LostEnergy& lost : lost_energies(evidence.log)) {
    ++coverage.n;
    ++coverage.excluded["not in the log: a register counted between two transactions"];
    card.kwh_known += lost.kwh;
  }

  if (coverage.n > 0) coverage.value = static_cast<double>(covered) / static_cast<double>(coverage.n);
  if (parts > 0) coverage.excluded["replayed in part: cut by the log's edges"] = parts;
  energy.n = static_cast<std::size_t>(std::lround(card.kwh_known));
  energy.value = card.kwh_replayed_share();

  const ocpp::LogReport& report = evidence.log.report;
  const std::uint64_t decoded = report.calls + report.results + report.errors + report.other;
  frames.n = static_cast<std::size_t>(decoded + report.undecodable);
  if (frames.n > 0) frames.value = static_cast<double>(decoded) / static_cast<double>(frames.n);
  for (const auto& [reason, group] : report.unused) frames.excluded[reason] = static_cast<std::size_t>(group.count);

  if (evidence.repeated_alike) {
    alike.n = 2;
    alike.value = *evidence.repeated_alike ? 1.0 : 0.0;
  }
  for (Score* score : {&coverage, &energy, &frames, &alike}) {
    score->gate = gate_of(*score);
    // What is not in the log may be the harder part.
    if (score == &coverage && parts > 0 && score->gate == Gate::good) score->gate = Gate::pass;
    card.scores.push_back(std::move(*score));
  }
}

/// Each session beside its readings, all of them together, and how much of their energy readings tell of.
void pair_sessions(ScoreCard& card, const ocpp::SiteLog& log, std::span<const ReplayedSession> twin) {
  std::vector<Metered> readings;
  readings.reserve(twin.size());
  double all_kwh = 0.0, tested_kwh = 0.0, read_kwh = 0.0;

  for (const ReplayedSession& session : twin) {
    const ocpp::Transaction& transaction = log.transactions[session.transaction];
    readings.push_back(metered_of(transaction));
    card.sessions.push_back(pair_of(transaction, readings.back(), session));
    SessionPair& pair = card.sessions.back();

    // Start and stop alone tell a sum; a reading between them tells when energy flowed.
    const bool read_within =
        std::any_of(transaction.samples.begin(), transaction.samples.end(), [&](const ocpp::Sample& sample) {
          return sample.time_ns > transaction.start_ns && sample.time_ns < transaction.stop_ns &&
                 (std::isfinite(sample.power_kw) || std::isfinite(sample.register_kwh));
        });
    if (read_within) {
      for (const MeteredPiece& piece : readings.back().pieces)
        if (piece.widest_ns() <= kernel::hour_ns) pair.timed_kwh += piece.kwh;
    }

    pair.power_read = readings.back().shaped_by_power;
    if (!std::isfinite(pair.metered_kwh)) continue;
    all_kwh += pair.metered_kwh;
    tested_kwh += std::isnan(pair.profile_cv_rmse) ? pair.timed_kwh : pair.metered_kwh;
    if (pair.power_read) read_kwh += pair.metered_kwh;
  }

  if (all_kwh > 0.0) {
    card.tested_share = tested_kwh / all_kwh;
    card.power_read_share = read_kwh / all_kwh;
  }
  card.site = site_steps(twin, readings);
}

/// The foretold lines; without sessions held out none of them can be scored.
void score_held_out(ScoreCard& card, const HeldOut& held_out) {
  card.held_out = held_out;
  for (std::size_t line = 0; line < power_lines.size(); ++line) {
    Score score = blank(std::string(foretold_prefix) + std::string(power_lines[line]));
    const HeldOut::Figure& figure = held_out.figure_of(Way::foretold, line);
    score.value = figure.value;
    score.n = figure.n;
    if (std::isnan(score.value))
      score.excluded[held_out.why_not.empty() ? "not metered" : held_out.why_not] = held_out.judged;
    score.gate = gate_of(score);
    if (score.gate == Gate::good && held_out.tested_share < least_share_of_good) score.gate = Gate::pass;
    card.scores.push_back(std::move(score));
  }
}

/// Of the energy compared: in sessions whose power was scored.
double profile_share(const ScoreCard& card) {
  double all = 0.0, scored = 0.0;
  for (const SessionPair& pair : card.sessions) {
    if (!std::isfinite(pair.metered_kwh)) continue;
    all += pair.metered_kwh;
    if (!std::isnan(pair.profile_cv_rmse)) scored += pair.metered_kwh;
  }
  return all > 0.0 ? scored / all : 0.0;
}

}  // namespace

namespace {

constexpr std::string_view word_of(Told told) {
  switch (told) {
    case Told::given:
      return "given";
    case Told::fitted:
      return "fitted";
    case Told::predicted:
      return "predicted";
    case Told::check:
      break;
  }
  return "check";
}
static_assert(kernel::names_differ<Told>([](Told told) { return word_of(told); }));

}  // namespace

std::string_view name_of(Told told) { return word_of(told); }

std::string_view ScoreCard::verdict_word() const {
  if (gate == Gate::fail || gate == Gate::not_scorable) return name_of(gate);
  return has_enough() ? name_of(gate) : "indicative";
}

namespace {

constexpr std::string_view word_of(Gate gate) {
  switch (gate) {
    case Gate::good:
      return "good";
    case Gate::pass:
      return "pass";
    case Gate::fail:
      return "fail";
    case Gate::not_scorable:
      break;
  }
  return "not_scorable";
}
static_assert(kernel::names_differ<Gate>([](Gate gate) { return word_of(gate); }));

}  // namespace

std::string_view name_of(Gate gate) { return word_of(gate); }

const Score* ScoreCard::find_score(std::string_view name) const {
  const auto found = std::find_if(scores.begin(), scores.end(), [&](const Score& score) { return score.name == name; });
  return found == scores.end() ? nullptr : &*found;
}

namespace {

constexpr std::string_view word_of(Way way) {
  switch (way) {
    case Way::fitted:
      return "fitted";
    case Way::foretold:
      return "foretold";
    case Way::rectangle:
      return "rectangle";
    case Way::mean_shape:
      break;
  }
  return "mean_shape";
}
static_assert(kernel::names_differ<Way>([](Way way) { return word_of(way); }));

}  // namespace

std::string_view name_of(Way way) { return word_of(way); }

double HeldOut::skill_of_line(std::size_t line) const {
  const double naive =
      std::fmin(std::abs(figure_of(Way::rectangle, line).value), std::abs(figure_of(Way::mean_shape, line).value));
  const double foretold = std::abs(figure_of(Way::foretold, line).value);
  const double larger = std::max(naive, foretold);
  return larger > 0.0 ? (naive - foretold) / larger : kernel::unknown;  // NaN: one of them is not known
}

ScoreCard score_power(const ocpp::SiteLog& log, std::span<const ReplayedSession> twin,
                      const market::Calendar& calendar) {
  ScoreCard card;
  pair_sessions(card, log, twin);
  score_profiles(card);
  score_site_load(card, calendar);
  score_minutes(card);
  score_full(card);
  return card;
}

ScoreCard score_evidence(const Evidence& evidence) {
  ScoreCard card;
  pair_sessions(card, evidence.log, evidence.twin);
  score_closure(card);
  score_energy(card);
  score_profiles(card);
  score_site_load(card, evidence.calendar);
  score_minutes(card);
  score_full(card);
  score_limits(card, evidence);
  score_held_out(card, evidence.held_out);
  score_coverage(card, evidence);

  // On few sessions nothing is held out, and there is no verdict anyway.
  const bool foretold = !card.has_enough() || card.held_out.tested_share >= least_tested_share;
  const bool tested = card.tested_share >= least_tested_share && foretold;
  for (Score& score : card.scores) {
    const bool of_sessions = score.n_of == "sessions";
    const bool about_frames = score.name == "frames_decoded" || score.name == "determinism";
    score.indicative = !about_frames && score.n > 0 &&
                       (of_sessions && score.told != Told::predicted ? score.n : card.judged_sessions) < least_sessions;
    if (score.gate == Gate::not_scorable || score.told == Told::given) continue;
    if (tested || score.gate == Gate::fail)
      card.gate = card.gate == Gate::not_scorable ? score.gate : std::max(card.gate, score.gate);
  }
  // Loads by the hour fit more easily than power within sessions, and what is not foretold fails at nothing: no log
  // gets better by leaving readings out.
  const bool foretold_well = std::any_of(card.scores.begin(), card.scores.end(), [](const Score& score) {
    return score.name.starts_with(foretold_prefix) && score.gate == Gate::good;
  });
  if (card.gate == Gate::good && (profile_share(card) < least_tested_share || !foretold_well)) card.gate = Gate::pass;
  return card;
}

}  // namespace evtwin::replay
