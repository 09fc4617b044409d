#include "calibrate/played.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "calibrate/calibration.hpp"
#include "demand/arrivals.hpp"
#include "replay/html.hpp"
#include "replay/score_text.hpp"

namespace evtwin::calibrate {
namespace {

using analysis::Language;
using analysis::number_or_null;
using analysis::number_text;
using kernel::is_known;
using sessions::LogSession;
using Json = nlohmann::ordered_json;

/// Vehicles for sessions of records: the twin's kind that is nearest, with what is told of the car itself.
class SessionCars {
 public:
  explicit SessionCars(std::vector<physics::Vehicle>& vehicles) : vehicles_(vehicles), kinds_(vehicles.size()) {}

  std::uint32_t row_of(const LogSession& session, const CarTold& told) {
    const double kw = is_known(told.max_kw) ? told.max_kw : session.observed_kw;
    const std::uint32_t kind = nearest_kind(told.battery_kwh, kw);
    if (!is_known(told.battery_kwh) && !is_known(told.max_kw)) return kind;

    // Equal cars are one vehicle.
    const auto key = [](double figure) { return is_known(figure) ? figure : -1.0; };
    const auto [known, is_new] = own_.emplace(std::make_tuple(kind, key(told.battery_kwh), key(told.max_kw)),
                                              static_cast<std::uint32_t>(vehicles_.size()));
    if (!is_new) return known->second;
    physics::Vehicle car = vehicles_[kind];
    car.name = fmt::format("car {}", own_.size());
    car.share = 0.0;
    if (is_known(told.battery_kwh)) car.battery.capacity_kwh = told.battery_kwh;
    if (is_known(told.max_kw)) car.battery.charge = physics::Curve::constant(told.max_kw);
    vehicles_.push_back(std::move(car));
    return known->second;
  }

 private:
  /// By battery where it is told, else by power, else the most frequent.
  std::uint32_t nearest_kind(double battery_kwh, double kw) const {
    std::uint32_t best = 0;
    double least = physics::infinite;
    for (std::uint32_t i = 0; i < kinds_; ++i) {
      const physics::Vehicle& kind = vehicles_[i];
      const double distance = is_known(battery_kwh) ? std::abs(kind.battery.capacity_kwh - battery_kwh)
                              : is_known(kw)        ? std::abs(kind.battery.charge.max_kw() - kw)
                                                    : -kind.share;
      if (!(distance < least)) continue;
      least = distance;
      best = i;
    }
    return best;
  }

  std::vector<physics::Vehicle>& vehicles_;
  std::size_t kinds_;
  std::map<std::tuple<std::uint32_t, double, double>, std::uint32_t> own_;
};

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return values.empty() ? kernel::unknown : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  if (values.size() < 2) return kernel::unknown;
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<double> figures_of_twin(const PlayedStrategy& strategy, double PlayedFigures::*figure) {
  std::vector<double> out;
  for (const PlayedFigures& one : strategy.twin) out.push_back(one.*figure);
  return out;
}

std::string percent_text(double fraction) {
  return is_known(fraction) ? number_text(100.0 * fraction, 1) + " %" : std::string("-");
}

std::string saving_text(const Savings& savings) {
  if (!is_known(savings.twin_std)) return percent_text(savings.twin);
  return fmt::format("{} +- {}", percent_text(savings.twin), number_text(100.0 * savings.twin_std, 1));
}

analysis::TextTable table_of(const Played& played, bool korean) {
  std::vector<std::string> heads{korean ? "전략" : "strategy"};
  const auto both = [&](const char* english, const char* ko) {
    heads.push_back(fmt::format("{} ({})", korean ? ko : english, korean ? "실제 날" : "days"));
    heads.push_back(fmt::format("{} ({})", korean ? ko : english, korean ? "트윈" : "twin"));
  };
  if (played.priced) {
    both("cost", "비용");
    both("saving", "절감");
  }
  both("peak kW", "최대 kW");
  both("lower peak", "최대 감소");
  both("served of all", "모두 중 충전 비율");
  both("turned away", "돌아간 차량");

  analysis::TextTable table(heads);
  for (const PlayedStrategy& strategy : played.strategies) {
    std::vector<std::string> row{strategy.name};
    if (!strategy.error.empty()) {
      row.push_back(strategy.error);
      row.resize(heads.size());
      table.add_row(row);
      continue;
    }
    const auto mean = [&](double PlayedFigures::*figure) { return mean_of(figures_of_twin(strategy, figure)); };
    const auto add_saving = [&](double PlayedFigures::*figure) {
      const Savings savings = savings_of(played, strategy, figure);
      row.push_back(percent_text(savings.days));
      row.push_back(saving_text(savings));
    };
    if (played.priced) {
      row.push_back(number_text(strategy.days.cost, 0));
      row.push_back(number_text(mean(&PlayedFigures::cost), 0));
      add_saving(&PlayedFigures::cost);
    }
    row.push_back(number_text(strategy.days.peak_kw, 1));
    row.push_back(number_text(mean(&PlayedFigures::peak_kw), 1));
    add_saving(&PlayedFigures::peak_kw);
    for (const auto share : {&PlayedFigures::served_of_all_fraction, &PlayedFigures::turned_away_share}) {
      row.push_back(percent_text(strategy.days.*share));
      row.push_back(percent_text(mean(share)));
    }
    table.add_row(row);
  }
  return table;
}

/// What the twin says of a strategy beside the days themselves.
std::vector<std::string> sentences_of(const Played& played, bool korean) {
  std::vector<std::string> out;
  const auto figure = played.priced ? &PlayedFigures::cost : &PlayedFigures::peak_kw;
  for (std::size_t i = 1; i < played.strategies.size(); ++i) {
    const PlayedStrategy& strategy = played.strategies[i];
    const Savings savings = savings_of(played, strategy, figure);
    if (!is_known(savings.days) || !is_known(savings.twin)) continue;
    out.push_back(fmt::format(
        fmt::runtime(korean ? "{}: {} 대비 {} {} (실제 날), {} (트윈); 차이 {:.1f} %p."
                            : "{}: against {} the days themselves say {} less {}, the twin {}: {:.1f} points apart."),
        strategy.name, played.strategies.front().name,
        korean ? std::string(played.priced ? "비용 절감" : "최대 감소") : percent_text(savings.days),
        korean ? percent_text(savings.days) : std::string(played.priced ? "cost" : "peak"), saving_text(savings),
        100.0 * std::abs(savings.twin - savings.days)));
  }
  return out;
}

scenario::LoadedScenario scenario_of(const Calibration& c, const CalibrationRequest& request, std::uint64_t seed) {
  scenario::LoadOptions load;
  load.text = c.lua;
  load.library_dir = request.library_dir;
  load.seed = seed;
  const market::LocalDate first = c.calendar.local_date(c.judged_days.from_ns);
  const std::int64_t days =
      market::days_since_epoch(c.calendar.local_date(c.judged_days.to_ns - 1)) - market::days_since_epoch(first) + 1;
  load.set = {{"start", market::format_date(first)}, {"days", std::to_string(days)}};
  return scenario::load_scenario("the twin", load);
}

}  // namespace

Savings savings_of(const Played& played, const PlayedStrategy& strategy, double PlayedFigures::*figure) {
  Savings out;
  const PlayedStrategy& base = played.strategies.front();
  if (!base.error.empty() || !strategy.error.empty()) return out;
  const auto saving = [&](const PlayedFigures& of, const PlayedFigures& from) {
    return from.*figure > 0.0 ? 1.0 - of.*figure / (from.*figure) : kernel::unknown;
  };
  out.days = saving(strategy.days, base.days);
  std::vector<double> of_seeds;
  for (std::size_t i = 0; i < std::min(strategy.twin.size(), base.twin.size()); ++i)
    of_seeds.push_back(saving(strategy.twin[i], base.twin[i]));
  out.twin = mean_of(of_seeds);
  out.twin_std = deviation_of(of_seeds);
  return out;
}

scenario::LoadedScenario twin_scenario(const Calibration& c, const CalibrationRequest& request, std::uint64_t seed) {
  return scenario_of(c, request, seed);
}

scenario::LoadedScenario days_scenario(const Calibration& c, const CalibrationRequest& request) {
  scenario::LoadedScenario loaded = scenario_of(c, request, 1);
  SessionCars cars(loaded.world.vehicles);
  demand::Recorded recorded;
  for (const LogSession& session : c.judging) {
    const CarTold& told = told_of(c.judging_cars, session);
    demand::Visit visit = session.visit;
    visit.number = recorded.visits.size();
    visit.evse = demand::any_evse;
    visit.vehicle = cars.row_of(session, told);
    const physics::BatterySpec& battery = loaded.world.vehicles[visit.vehicle].battery;
    visit.soc_start =
        demand::soc_for(battery, visit.taken_kwh, is_known(told.soc_departure) ? told.soc_departure : 1.0);
    recorded.visits.push_back(std::move(visit));
  }
  loaded.world.sites.front().arrivals = {std::make_shared<const demand::ArrivalLaw>(std::move(recorded))};
  return loaded;
}

PlayedFigures played_figures(std::span<const analysis::Kpi> kpis) {
  const auto value = [&](std::string_view name) {
    const auto found = std::find_if(kpis.begin(), kpis.end(),
                                    [&](const analysis::Kpi& kpi) { return kpi.site < 0 && kpi.name == name; });
    return found == kpis.end() ? kernel::unknown : found->value;
  };
  const double turned_away = value("turned_away");
  const double came = value("sessions") + turned_away + value("waiting_at_end");
  return {value("energy_cost") + value("demand_charge"), value("peak_kw"), value("served_of_all_fraction"),
          came > 0.0 ? turned_away / came : kernel::unknown};
}

std::string played_text(const Played& played, Language language) {
  const bool korean = language == Language::korean;
  std::string text = korean ? fmt::format("전략별 실제 날과 트윈 (통화 {})\n\n", played.currency)
                            : fmt::format("The days themselves and the twin under strategies{}\n\n",
                                          played.priced ? fmt::format(" (cost in {})", played.currency) : "");
  text += table_of(played, korean).to_text() + "\n";
  for (const std::string& sentence : sentences_of(played, korean)) text += sentence + "\n";
  return text;
}

Json played_json(const Played& played) {
  Json json = Json::array();
  const auto figures = [](const PlayedFigures& f) {
    return Json{{"cost", number_or_null(f.cost)},
                {"peak_kw", number_or_null(f.peak_kw)},
                {"served_of_all_fraction", number_or_null(f.served_of_all_fraction)},
                {"turned_away_share", number_or_null(f.turned_away_share)}};
  };
  for (const PlayedStrategy& strategy : played.strategies) {
    Json one{{"strategy", strategy.name}, {"error", strategy.error.empty() ? Json() : Json(strategy.error)}};
    if (strategy.error.empty()) {
      one["days"] = figures(strategy.days);
      one["twin"] = Json::array();
      for (const PlayedFigures& of_seed : strategy.twin) one["twin"].push_back(figures(of_seed));
      const auto savings = [&](double PlayedFigures::*figure) {
        const Savings found = savings_of(played, strategy, figure);
        return Json{{"days", number_or_null(found.days)},
                    {"twin", number_or_null(found.twin)},
                    {"twin_std", number_or_null(found.twin_std)}};
      };
      one["saving"] = played.priced ? savings(&PlayedFigures::cost) : Json();
      one["lower_peak"] = savings(&PlayedFigures::peak_kw);
    }
    json.push_back(std::move(one));
  }
  return json;
}

std::string played_html(const Played& played, Language language) {
  const bool korean = language == Language::korean;
  const analysis::TextTable table = table_of(played, korean);
  std::string html = fmt::format("<h2>{}</h2><pre class=\"wide\">{}</pre><ul>",
                                 korean ? "전략별 실제 날과 트윈" : "The days themselves and the twin under strategies",
                                 replay::html_text(table.to_text()));
  for (const std::string& sentence : sentences_of(played, korean))
    html += fmt::format("<li>{}</li>", replay::html_text(sentence));
  return html + "</ul>\n";
}

}  // namespace evtwin::calibrate
