// Less evidence, no better verdict: readings are taken out of logs, more and more of them, and no verdict, share or
// error bar may get better by it.
#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "analysis/kpi.hpp"
#include "logged_site.hpp"
#include "replay/held_out.hpp"
#include "replay/judge.hpp"
#include "replay/whatif.hpp"
#include "sessions/log_parts.hpp"
#include "support/paths.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::replay {
namespace {

using evtwin::testing::eight_ns;
using evtwin::testing::LogWriter;
using evtwin::testing::minute;
using evtwin::testing::TemporaryFolder;

/// What a log and its site have to say for themselves.
struct Claims {
  std::string verdict, limits;  ///< limits: the scores that do not pass as good
  double coverage = 0.0, kwh_share = 0.0;
  /// Half-widths by name, with the figure they are of; NaN: not known.
  std::map<std::string, std::pair<double, double>> bars;
  bool saving_told = false;
};

int rank_of(const std::string& verdict) { return verdict == "good" ? 2 : verdict == "pass" ? 1 : 0; }

Claims claims_of(const std::string& text, const std::string& site) {
  PrepareRequest request;
  request.logs = {"site.log"};
  request.load.library_dir = paths::source_dir + "/scenarios/lib";
  request.site = site;
  ocpp::SiteLog log = ocpp::read_site_log_text("site.log", text);
  sessions::settle_parts(log);
  sessions::LogSessions sessions = sessions::sessions_of(log);
  const Prepared prepared = prepare_replay(request, std::move(log), std::move(sessions));
  const ReplayResult replayed = replay(prepared);
  const ScoreCard card = judge(prepared, replayed, {}, held_out(prepared, replayed));

  // A strategy that would cost a tenth less, whatever the log still has.
  WhatIfRow logged = row_of_run(WhatIfRow::Kind::as_logged, "as_logged",
                                analysis::kpis_of_run(world_of(prepared), replayed.result), 0);
  WhatIfRow asap = logged, other;
  asap.kind = other.kind = WhatIfRow::Kind::strategy;
  asap.name = "asap";
  other.name = "other";
  other.energy_cost = 0.9 * logged.energy_cost;
  other.demand_charge = 0.9 * logged.demand_charge;
  other.peak_kw = 0.9 * logged.peak_kw;
  other.served_kwh = other.service_kwh = logged.service_kwh;
  const WhatIf result =
      what_if({prepared, card, replayed_sessions(prepared.sessions.sessions, replayed), 1.0, replayed.terms},
              {logged, asap, other});

  Claims claims;
  claims.verdict = card.verdict_word();
  for (const Score& score : card.scores) {
    if (score.gate == Gate::pass || score.gate == Gate::fail)
      claims.limits += " " + score.name + " " + std::to_string(score.value);
  }
  claims.coverage = card.find_score("coverage")->value;
  claims.kwh_share = card.kwh_replayed_share();
  for (const WhatIfRow& row : result.rows) {
    claims.bars[row.name + " cost"] = {row.bar.cost, row.cost()};
    claims.bars[row.name + " peak"] = {row.bar.peak_kw, row.peak_kw};
    claims.bars[row.name + " energy"] = {row.bar.energy_kwh, row.served_kwh};
  }
  const std::string words = what_if_text(result, {}, "EUR", analysis::Language::english);
  claims.saving_told = words.find("other would have saved") != std::string::npos;
  return claims;
}

/// As the judge of ../shared/falsify has it: a bar that is more than 2 % and half a percent of its figure narrower.
bool is_narrower(const std::pair<double, double>& before, const std::pair<double, double>& after) {
  if (std::isnan(after.first)) return false;
  const double scale = std::max(std::abs(before.second), std::abs(after.second));
  if (std::isnan(before.first)) return true;
  return after.first < 0.98 * before.first - 0.005 * scale;
}

/// Registers of starts are whole Wh, those of readings finer.
constexpr double rounding = 1e-6;

void expect_no_better(const Claims& before, const Claims& after, const std::string& what) {
  EXPECT_LE(after.coverage, before.coverage + 1e-9) << what;
  EXPECT_LE(after.kwh_share, before.kwh_share + rounding) << what;
  EXPECT_LE(after.saving_told, before.saving_told) << what;
  for (const auto& [name, bar] : before.bars)
    EXPECT_FALSE(is_narrower(bar, after.bars.at(name)))
        << what << ": " << name << " ±" << bar.first << " (" << bar.second << ") -> ±" << after.bars.at(name).first
        << " (" << after.bars.at(name).second << ")";
}

/// A reading within a log: one MeterValues message of a transaction.
struct Reading {
  std::string station, transaction, hour;
  std::size_t number = 0;  ///< within its transaction
};

std::string between(const std::string& line, const std::string& before, char until) {
  const std::size_t at = line.find(before);
  if (at == std::string::npos) return {};
  const std::size_t from = at + before.size();
  return line.substr(from, line.find(until, from) - from);
}

/// The log without the readings, and their answers, that are told to go.
std::string without(const std::string& text, const std::function<bool(const Reading&)>& goes) {
  std::istringstream lines(text);
  std::ostringstream out;
  std::map<std::string, std::size_t> count;
  std::string answer, line;
  while (std::getline(lines, line)) {
    if (!answer.empty() && line.find(answer) != std::string::npos) {
      answer.clear();
      continue;
    }
    if (line.find("\"MeterValues\"") != std::string::npos) {
      Reading reading{between(line, "INFO - ", ':'), between(line, "\"transactionId\":", ','),
                      between(line, "\"timestamp\":\"", ':'), 0};
      reading.number = count[reading.transaction]++;
      if (goes(reading)) {
        answer = reading.station + ": send [3,\"" + between(line, "[2,\"", '"') + "\"";
        continue;
      }
    }
    out << line << '\n';
  }
  return out.str();
}

using Goes = std::function<bool(const Reading&)>;

/// Ways to take out more and more.
std::map<std::string, std::vector<Goes>> chains(const std::vector<std::string>& stations, std::size_t transactions) {
  std::map<std::string, std::vector<Goes>> made;
  for (const std::size_t kept : {2U, 4U, 8U})
    made["every second"].push_back([kept](const Reading& r) { return r.number % kept != 0; });
  made["every second"].push_back([](const Reading&) { return true; });
  for (std::size_t n = 1; n <= stations.size(); ++n)
    made["stations"].push_back([&stations, n](const Reading& r) {
      return std::find(stations.begin(), stations.begin() + static_cast<std::ptrdiff_t>(n), r.station) !=
             stations.begin() + static_cast<std::ptrdiff_t>(n);
    });
  for (const int last : {0, 3, 6, 9, 12})
    made["hours of the day"].push_back([last](const Reading& r) { return std::stoi(r.hour.substr(11)) <= last; });
  for (const std::size_t share : {1U, 2U, 3U, 4U})
    made["transactions"].push_back([share, transactions](const Reading& r) {
      return !r.transaction.empty() && std::stoul(r.transaction) <= share * transactions / 4;
    });
  return made;
}

void expect_monotone(const std::string& text, const std::string& site, const std::vector<std::string>& stations,
                     std::size_t transactions) {
  const Claims whole = claims_of(text, site);
  EXPECT_GE(rank_of(whole.verdict), 1) << whole.verdict << whole.limits;
  for (const auto& [name, steps] : chains(stations, transactions)) {
    Claims before = whole;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Claims after = claims_of(without(text, steps[i]), site);
      const std::string what = name + ", step " + std::to_string(i + 1);
      expect_no_better(before, after, what);
      EXPECT_LE(rank_of(after.verdict), rank_of(whole.verdict))
          << what << ": " << whole.verdict << whole.limits << ", " << after.verdict << after.limits;
      before = after;
    }
  }
}

TEST(LessEvidence, OfTheMadeSiteMakesNothingBetter) {
  std::ifstream file(paths::source_dir + "/scenarios/made_site.log");
  std::ostringstream text;
  text << file.rdbuf();
  expect_monotone(text.str(), paths::source_dir + "/scenarios/made_site.lua", {"P3", "F1", "P1", "P2"}, 36);
}

/// Forty sessions of eight cars on four outlets, some with a taper, read every `step_min`.
std::string generated(std::uint32_t seed, int step_min) {
  std::mt19937 random(seed);
  const auto pick = [&](double least, double most) {
    return least + (most - least) * static_cast<double>(random() % 1000U) / 999.0;
  };
  const std::array<double, 4> rated_w{7400.0, 11000.0, 22000.0, 50000.0};
  std::array<double, 4> wh{};
  LogWriter log;
  struct Event {
    kernel::TimeNs at;
    std::function<void()> write;
  };
  std::vector<Event> events;
  for (int n = 0; n < 40; ++n) {
    const auto evse = static_cast<std::size_t>(n % 4);
    const std::string station(1, static_cast<char>('A' + n % 4));
    const kernel::TimeNs from =
        eight_ns + (n / 4) * kernel::day_ns + static_cast<kernel::TimeNs>(pick(0, 240)) * minute;
    const double w = rated_w[evse] * (n % 8 < 4 ? 0.95 : 0.8);  // of one car each
    const int plateau_min = static_cast<int>(pick(60, 150)), taper_min = n % 3 == 0 ? 40 : 0;
    const auto power_at = [=](int m) {
      if (m <= plateau_min) return w;
      return m < plateau_min + taper_min ? w * (1.0 - 0.8 * (m - plateau_min) / taper_min) : 0.0;
    };
    const int stop_min = plateau_min + taper_min + static_cast<int>(pick(0, 60));
    events.push_back({from, [&log, from, station, n, at = wh[evse]] {
                        log.start(from, station, n + 1, at, fmt::format("CARD{}", n % 8));
                      }});
    double counted = wh[evse];
    const int offset = static_cast<int>(random() % static_cast<std::uint32_t>(step_min));
    for (int m = 0; m <= stop_min; ++m) {
      const kernel::TimeNs at = from + m * minute;
      if (m % step_min == offset)
        events.push_back({at, [&log, at, station, n, counted, power = power_at(m)] {
                            log.reading(at, station, n + 1, counted, power);
                          }});
      if (m < stop_min) counted += 0.5 * (power_at(m) + power_at(m + 1)) / 60.0;
    }
    wh[evse] = std::round(counted);
    const kernel::TimeNs stop = from + stop_min * minute;
    events.push_back({stop, [&log, stop, station, n, at = wh[evse]] { log.stop(stop, station, n + 1, at); }});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  for (const Event& event : events) event.write();
  return log.text();
}

constexpr const char* generated_site = R"(
return scenario { start = "2025-06-02", days = 11, timezone = "UTC",
  site { contract_kw = 100, load = 3,
    tariff = { currency = "EUR", periods = { { from = "00:00", to = "10:30", price_per_kwh = 0.2 },
                                             { from = "10:30", to = "24:00", price_per_kwh = 0.3 } },
               demand = { price_per_kw = 10 } },
    stations = { { name = "A", evses = 1, kw = 7.4 }, { name = "B", evses = 1, kw = 11 },
                 { name = "C", evses = 1, kw = 22 }, { name = "D", evses = 1, kind = "dc", kw = 50, efficiency = 0.95 } } },
  arrivals = arrivals.poisson { per_hour = 0, energy_kwh = 1, stay_h = 1 },
})";

TEST(LessEvidence, OfGeneratedLogsMakesNothingBetter) {
  const TemporaryFolder folder;
  const std::string site = folder.write("site.lua", generated_site);
  for (const auto& [seed, step_min] : {std::pair<std::uint32_t, int>{1, 1}, {2, 5}, {3, 10}})
    expect_monotone(generated(seed, step_min), site, {"A", "B", "C", "D"}, 40);
}

/// Lines of the log up to a share of them.
std::string first_lines(const std::string& text, double share) {
  std::size_t end = static_cast<std::size_t>(share * static_cast<double>(text.size()));
  return text.substr(0, text.find('\n', end) + 1);
}

TEST(LessEvidence, ALogThatIsCutIsReplayedInPartAndNoBetter) {
  const TemporaryFolder folder;
  const std::string site = folder.write("site.lua", generated_site);
  const std::string text = generated(2, 5);
  const Claims whole = claims_of(text, site);
  EXPECT_EQ(whole.coverage, 1.0);
  EXPECT_EQ(whole.verdict, "good");

  // Cut within a charging session: all that the log has is replayed, and it is at most "pass".
  const std::string cut = first_lines(text, 0.9);
  const Claims part = claims_of(cut, site);
  EXPECT_EQ(part.coverage, 1.0);
  EXPECT_EQ(part.kwh_share, 1.0);
  EXPECT_EQ(part.verdict, "pass") << part.limits;

  // A stop that is lost in the middle is not excused.
  const std::size_t at = text.find("\"StopTransaction\"", text.size() / 2);
  const std::size_t from = text.rfind('\n', at) + 1, to = text.find('\n', text.find('\n', at) + 1) + 1;
  const Claims lost = claims_of(text.substr(0, from) + text.substr(to), site);
  EXPECT_LT(lost.coverage, 1.0);
  EXPECT_LT(lost.kwh_share, 1.0);
  EXPECT_GE(lost.bars.at("metered energy").first, 1.0);
}

/// Times of readings to the nearest `minutes`; what the log's own clock says stays.
std::string with_rounded_readings(const std::string& text, int minutes) {
  std::istringstream lines(text);
  std::ostringstream out;
  std::string line;
  const std::string key = "\"timestamp\":\"";
  while (std::getline(lines, line)) {
    const std::size_t at = line.find(key);
    if (at != std::string::npos && line.find("\"MeterValues\"") != std::string::npos) {
      const std::size_t hour = at + key.size() + 11;
      const int of_day = 60 * std::stoi(line.substr(hour, 2)) + std::stoi(line.substr(hour + 3, 2));
      const int rounded = (of_day + minutes / 2) / minutes * minutes;
      line.replace(hour, 8, fmt::format("{:02d}:{:02d}:00", rounded / 60, rounded % 60));
    }
    out << line << '\n';
  }
  return out.str();
}

TEST(LessEvidence, TimesThatAreRoundedMakeNothingBetter) {
  const TemporaryFolder folder;
  const std::string site = folder.write("site.lua", generated_site);
  const std::string text = generated(2, 5);
  Claims before = claims_of(text, site);
  int rank = rank_of(before.verdict);
  for (const int minutes : {15, 60}) {
    const Claims after = claims_of(with_rounded_readings(text, minutes), site);
    EXPECT_LE(rank_of(after.verdict), rank) << minutes << after.limits;
    expect_no_better(before, after, fmt::format("rounded to {} min", minutes));
    rank = rank_of(after.verdict);
    before = after;
  }
  EXPECT_EQ(before.verdict, "not_scorable");
  EXPECT_FALSE(before.saving_told);
  // No clock is to blame.
  const ocpp::SiteLog log = ocpp::read_site_log_text("site.log", with_rounded_readings(text, 60));
  for (const ocpp::LogFlag& flag : log.flags) EXPECT_NE(flag.code, "clock_off") << flag.text;
}

}  // namespace
}  // namespace evtwin::replay
