#include "replay/doubts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "kernel/text.hpp"
#include "replay/bill.hpp"
#include "replay/metered.hpp"

namespace evtwin::replay {

namespace {

constexpr kernel::TimeNs longest_gap_ns = 5 * kernel::minute_ns;
constexpr double most_disagreement = 0.15, reached = 0.9, exceeded = 1.05;
constexpr std::size_t least_of_station = 3, least_to_reach = 5, least_still = 5;
constexpr double steps_of_piece = 20.0;  ///< of the register: below that its rounding is what one sees

/// Sums of one transaction's readings, register beside power.
struct Books {
  double apart_kwh = 0.0, counted_kwh = 0.0, integral_kwh = 0.0;
  bool compared = false, stands_still = false;
};

Books books_of(const ocpp::Transaction& transaction) {
  Books books;
  const ocpp::Sample* before = nullptr;
  double integral = 0.0, register_from = kernel::unknown;
  std::size_t pieces = 0, still = 0;

  for (const ocpp::Sample& sample : transaction.samples) {
    if (!std::isfinite(sample.power_kw) || is_after_the_end(sample, transaction)) continue;
    if (before != nullptr && sample.time_ns - before->time_ns > longest_gap_ns) {
      // The powers do not say how much flowed in between.
      register_from = kernel::unknown;
    } else if (before != nullptr && sample.time_ns > before->time_ns) {
      const double hours = kernel::hours_between(before->time_ns, sample.time_ns);
      const double flowed = 0.5 * (before->power_kw + sample.power_kw) * hours;
      integral += flowed;
      books.integral_kwh += flowed;
      if (std::isfinite(sample.register_kwh) && std::isfinite(before->register_kwh) &&
          flowed > 2.0 * transaction.register_step_kwh) {
        ++pieces;
        if (sample.register_kwh == before->register_kwh) ++still;
      }
    }

    // Register and powers are compared over 20 steps of the register or more: its rounding is no disagreement.
    if (std::isfinite(sample.register_kwh)) {
      if (!std::isfinite(register_from)) {
        register_from = sample.register_kwh;
        integral = 0.0;
      }
      const double counted = sample.register_kwh - register_from;
      if (std::max(counted, integral) >= steps_of_piece * transaction.register_step_kwh) {
        books.apart_kwh += std::abs(counted - integral);
        books.counted_kwh += counted;
        books.compared = true;
        register_from = sample.register_kwh;
        integral = 0.0;
      }
    }
    before = &sample;
  }

  books.stands_still = pieces >= least_still && still * 10 >= pieces * 9;
  return books;
}

/// A station of the log: its books, what it reached, and what the site says of it.
struct Station {
  std::size_t sessions = 0, compared = 0, stands_still = 0, seen = 0;
  double apart_kwh = 0.0, counted_kwh = 0.0, integral_kwh = 0.0;
  double highest_kw = 0.0, rating_kw = 0.0;
  double efficiency = 1.0;
  int site_phases = 0, seen_phases = 0;  ///< of AC: by the site; the most that carried a current at once. 0: not told
};

/// Phases that carried a current while power flowed, the most at once.
int phases_of(const ocpp::Transaction& transaction) {
  constexpr double least_a = 1.0;
  int most = 0;
  for (const ocpp::Sample& sample : transaction.samples) {
    int phases = 0;
    for (const double amperes : sample.current_a) phases += amperes > least_a ? 1 : 0;  // NaN: not told
    most = std::max(most, phases);
  }
  return most;
}

std::map<std::string, Station> stations_of(const Prepared& prepared) {
  std::map<std::string, Station> stations;
  const twin::Site& site = prepared.scenario.world.sites.front();
  for (const sessions::LogSession& session : prepared.sessions.sessions) {
    const ocpp::Transaction& transaction = prepared.log.transactions[session.transaction];
    Station& station = stations[transaction.station];
    ++station.sessions;

    const Books books = books_of(transaction);
    station.stands_still += books.stands_still ? 1U : 0U;
    if (books.compared) {
      ++station.compared;
      station.apart_kwh += books.apart_kwh;
      station.counted_kwh += books.counted_kwh;
      station.integral_kwh += books.integral_kwh;
    }

    // The most that was held counts: one reading may be a spike.
    if (std::isfinite(session.observed_kw)) {
      ++station.seen;
      station.highest_kw = std::max(station.highest_kw, session.observed_kw);
    }

    const auto row = static_cast<std::size_t>(session.visit.evse);
    if (session.visit.evse >= 0 && row < site.evses.size()) {
      station.rating_kw = std::max(station.rating_kw, physics::rated_kw(site.evses[row]));
      station.efficiency = std::min(station.efficiency, site.evses[row].efficiency);
      if (site.evses[row].phases > 0) {
        station.site_phases = std::max<int>(station.site_phases, site.evses[row].phases);
        station.seen_phases = std::max(station.seen_phases, phases_of(transaction));
      }
    }
  }
  return stations;
}

void doubt_books(const std::string& name, const Station& station, std::vector<Doubt>& doubts) {
  if (station.stands_still >= least_of_station && station.stands_still * 2 >= station.sessions) {
    doubts.push_back(
        {"register_stands_still", name,
         fmt::format("{}: the register of the readings stands still while power flows, in {} of {} sessions: "
                     "when energy flowed rests on the power readings alone",
                     name, station.stands_still, station.sessions),
         fmt::format("{}: 세션 {}개 중 {}개에서 전력이 흐르는 동안 계량값이 변하지 않습니다", name, station.sessions,
                     station.stands_still)});
    return;
  }

  if (station.compared < least_of_station || !(station.counted_kwh > 0.0)) return;
  if (station.apart_kwh <= most_disagreement * station.counted_kwh) return;

  // A factor between the two sums is a wrong unit. Without one energy flowed at other times: half of `apart_kwh`, as
  // each kWh is too much in one piece and missing in another.
  const double times = station.counted_kwh / station.integral_kwh;
  const bool factor =
      station.integral_kwh > 0.0 && (times > 1.0 + most_disagreement || times < 1.0 - most_disagreement);
  doubts.push_back(
      {"power_against_register", name,
       factor
           ? fmt::format("{}: the register counts {:.3g} times what the power readings add up to ({} sessions): one of "
                         "the two has a wrong unit or factor",
                         name, times, station.compared)
           : fmt::format("{}: the power readings do not follow the register: {:.0f} % of the energy flowed at other "
                         "times than they say ({} sessions)",
                         name, 50.0 * station.apart_kwh / station.counted_kwh, station.compared),
       fmt::format("{}: 전력 계측값과 계량기(적산)가 맞지 않습니다 (세션 {}개)", name, station.compared)});
}

/// Who says what a site is: its file, or nobody but the log that it was made from.
struct SiteWords {
  std::string_view of_site, of_site_ko;
};
SiteWords words_of_site(const Prepared& prepared) {
  if (prepared.site_text.empty()) return {"in the site file", "사이트 파일의"};
  return {"in the site made from the log", "로그로 만든 사이트의"};
}

void doubt_rating(const std::string& name, const Station& station, SiteWords words, std::vector<Doubt>& doubts) {
  if (!(station.rating_kw > 0.0) || station.seen == 0) return;
  if (station.highest_kw > exceeded * station.rating_kw) {
    doubts.push_back({"rating_exceeded", name,
                      fmt::format("{}: gave {:.2f} kW, more than its rating of {:.2f} kW {}", name, station.highest_kw,
                                  station.rating_kw, words.of_site),
                      fmt::format("{}: {} 정격 {:.2f} kW보다 큰 {:.2f} kW가 계측되었습니다", name, words.of_site_ko,
                                  station.rating_kw, station.highest_kw)});
  } else if (station.seen >= least_to_reach && station.highest_kw < reached * station.rating_kw) {
    doubts.push_back({"rating_never_reached", name,
                      fmt::format("{}: never above {:.2f} kW in {} sessions; its rating of {:.2f} kW {} is "
                                  "not tested by this log",
                                  name, station.highest_kw, station.seen, station.rating_kw, words.of_site),
                      fmt::format("{}: 세션 {}개에서 {:.2f} kW를 넘지 않아 정격 {:.2f} kW를 확인할 수 없습니다", name,
                                  station.seen, station.highest_kw, station.rating_kw)});
  }
}

void doubt_phases(const std::string& name, const Station& station, SiteWords words, std::vector<Doubt>& doubts) {
  const bool fewer = station.seen_phases < station.site_phases;
  if (station.seen_phases == 0 || station.seen_phases == station.site_phases || station.sessions < least_of_station)
    return;
  if (fewer && station.sessions < least_to_reach) return;
  doubts.push_back(
      {"phases_of_the_site", name,
       fewer ? fmt::format("{}: never more than {} of the {} phases {} carried a current, in {} sessions", name,
                           station.seen_phases, station.site_phases, words.of_site, station.sessions)
             : fmt::format("{}: {} phases carried a current, it has {} phase{} {}", name, station.seen_phases,
                           station.site_phases, station.site_phases == 1 ? "" : "s", words.of_site),
       fmt::format("{}: 전류가 흐른 상은 최대 {}개, {} 상은 {}개입니다", name, station.seen_phases, words.of_site_ko,
                   station.site_phases)});
}

void doubt_zone(const Prepared& prepared, std::vector<Doubt>& doubts) {
  const market::Calendar& calendar = prepared.scenario.world.calendar;
  for (const ocpp::ZoneFrom& zone : prepared.log.report.zones) {
    // Servers' clocks often show UTC, wherever the site is.
    if (!zone.inferred || zone.offset_ns == 0) continue;
    const kernel::TimeNs at = prepared.log.first_ns;
    const kernel::TimeNs offset = calendar.offset_at(at).offset_ns;
    if (std::abs(offset - zone.offset_ns) <= kernel::hour_ns) continue;  // summer time
    const auto hours = [](kernel::TimeNs ns) { return static_cast<double>(ns) / static_cast<double>(kernel::hour_ns); };
    doubts.push_back(
        {"zone_of_the_site", "",
         fmt::format("the log's clock is {:+g} h from UTC, the site's time zone {} {:+g} h: one of them is "
                     "another place's, and prices are by the site's",
                     hours(zone.offset_ns), calendar.zone_name(), hours(offset)),
         fmt::format("로그 시계는 UTC{:+g}시간, 사이트 시간대 {}는 UTC{:+g}시간입니다", hours(zone.offset_ns),
                     calendar.zone_name(), hours(offset))});
    return;
  }
}

void doubt_efficiency(const std::map<std::string, Station>& stations, bool made, std::vector<Doubt>& doubts) {
  std::string names;
  double least = 1.0;
  for (const auto& [name, station] : stations) {
    if (station.efficiency >= 1.0) continue;
    names += (names.empty() ? "" : ", ") + name;
    least = std::min(least, station.efficiency);
  }
  if (names.empty()) return;
  doubts.push_back({"efficiency_not_tested", "",
                    fmt::format("{}: the efficiency ({:.2f} at least) is {}; the log meters the outlets, so "
                                "nothing in it can test what is drawn for them",
                                kernel::make_printable(names, 200), least, made ? "assumed" : "the site file's"),
                    fmt::format("{}: 효율(최저 {:.2f})은 {} 값이며 이 로그로는 확인할 수 없습니다",
                                kernel::make_printable(names, 200), least, made ? "가정한" : "사이트 파일의")});
}

}  // namespace

double metered_peak_kw(const Prepared& prepared, const ScoreCard& card) {
  return bill_of(prepared.scenario.world, card.site, &SiteStep::metered_kw, 1.0).peak_kw;
}

std::vector<Doubt> doubts_of(const Prepared& prepared, double metered_peak_kw) {
  std::vector<Doubt> doubts;
  const std::map<std::string, Station> stations = stations_of(prepared);
  const SiteWords words = words_of_site(prepared);
  const bool made = !prepared.site_text.empty();
  for (const auto& [name, station] : stations) {
    doubt_books(kernel::make_printable(name), station, doubts);
    doubt_rating(kernel::make_printable(name), station, words, doubts);
    doubt_phases(kernel::make_printable(name), station, words, doubts);
  }
  doubt_zone(prepared, doubts);
  const double contract_kw = prepared.scenario.world.sites.front().contract_kw;
  if (std::isfinite(contract_kw) && metered_peak_kw > 1.01 * contract_kw) {
    doubts.push_back(
        {"peak_above_contract", "",
         fmt::format("the metered peak of {:.1f} kW is above the contract power of {:.1f} kW: the contract {} "
                     "is another, or it was exceeded",
                     metered_peak_kw, contract_kw, made ? "that was given" : "in the site file"),
         fmt::format("계측된 최대전력 {:.1f} kW가 계약전력 {:.1f} kW보다 큽니다", metered_peak_kw, contract_kw)});
  }
  doubt_efficiency(stations, made, doubts);
  return doubts;
}

nlohmann::ordered_json doubts_json(const std::vector<Doubt>& doubts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Doubt& doubt : doubts) {
    nlohmann::ordered_json one{{"code", doubt.code}, {"station", nullptr}, {"text", doubt.text}};
    if (!doubt.station.empty()) one["station"] = doubt.station;
    json.push_back(std::move(one));
  }
  return json;
}

std::string doubts_text(const std::vector<Doubt>& doubts, analysis::Language language) {
  if (doubts.empty()) return {};
  const bool korean = language == analysis::Language::korean;
  std::string text = korean ? "의심스러운 점 (로그와 사이트):\n" : "Doubtful, log and site together:\n";
  for (const Doubt& doubt : doubts) text += fmt::format("  {}\n", korean ? doubt.text_ko : doubt.text);
  return text + "\n";
}

}  // namespace evtwin::replay
