// evtwin demand: a day's cars as a day-ahead planner has them, made up or from a table, with what is wrong with it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "demand/synthetic.hpp"
#include "kernel/text.hpp"
#include "sessions/planner_table.hpp"

namespace evtwin::cli {
namespace {

using DemandJson = nlohmann::ordered_json;

struct Demand {
  std::string source;  ///< for people
  std::vector<sessions::PlannerRow> rows;
  std::vector<sessions::TableFlag> flags;
  market::Calendar calendar;

  std::size_t left_out() const {
    return static_cast<std::size_t>(
        std::count_if(flags.begin(), flags.end(), [](const auto& f) { return f.left_out; }));
  }
};

Demand demand_of(const DemandCommand& command) {
  Demand demand;
  demand.calendar = market::Calendar(command.timezone);
  if (!command.file.empty()) {
    const sessions::SessionTable table = sessions::read_sessions(command.file, command.file, demand.calendar);
    demand.source = command.file;
    demand.rows = sessions::planner_rows(table);
    demand.flags = table.flags;
    return demand;
  }
  const market::LocalDate day = demand.calendar.local_date(market::parse_instant(command.start, demand.calendar));
  demand.source = fmt::format("{} made-up vehicles, seed {}", command.synthetic, command.seed);
  demand.rows = sessions::planner_rows(demand::synthetic_cars(command.synthetic, command.seed), day, demand.calendar);
  return demand;
}

DemandJson demand_json(const Demand& demand, const sessions::DemandFacts& facts) {
  const auto number = [](double value) { return std::isnan(value) ? DemandJson(nullptr) : DemandJson(value); };
  DemandJson json;
  json["schema"] = "evtwin demand/1";
  json["source"] = demand.source;
  json["timezone"] = demand.calendar.zone_name();
  json["vehicles"] = demand.rows.size();
  json["required_kwh"] = facts.required_kwh;
  json["most_plugged_in"] = facts.most_plugged_in;
  json["peak_kw"] = facts.peak_kw;
  json["peak_at"] = facts.peak_kw > 0.0 ? DemandJson(demand.calendar.format_iso(facts.peak_ns)) : DemandJson(nullptr);
  json["short_vehicles"] = facts.short_vehicles;
  json["short_kwh"] = facts.short_kwh;

  json["demand"] = DemandJson::array();
  for (const sessions::PlannerRow& row : demand.rows)
    json["demand"].push_back({{"vehicle", row.vehicle},
                              {"powerNom", number(row.nominal_kw)},
                              {"energyRequired", row.required_kwh},
                              {"energyMax", number(row.battery_kwh)},
                              {"arrivalTime", demand.calendar.format_iso(row.arrival_ns)},
                              {"departureTime", demand.calendar.format_iso(row.departure_ns)},
                              {"arrivalSOE", number(row.arrival_kwh)}});
  json["notes"] = DemandJson::array();
  for (const sessions::TableFlag& flag : demand.flags)
    json["notes"].push_back({{"id", flag.id}, {"reason", flag.reason}, {"left_out", flag.left_out}});
  return json;
}

std::string demand_text(const Demand& demand, const sessions::DemandFacts& facts, std::size_t most_rows) {
  const auto cell = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.1f}", value); };
  analysis::TextTable table({"vehicle", "kW", "required kWh", "battery kWh", "in it kWh", "arrives", "leaves"});
  for (std::size_t i = 0; i < std::min(most_rows, demand.rows.size()); ++i) {
    const sessions::PlannerRow& row = demand.rows[i];
    table.add_row({kernel::make_printable(row.vehicle, 40), cell(row.nominal_kw), cell(row.required_kwh),
                   cell(row.battery_kwh), cell(row.arrival_kwh), demand.calendar.format_local(row.arrival_ns),
                   demand.calendar.format_local(row.departure_ns)});
  }

  std::string text =
      fmt::format("{}: {} vehicles, {:.1f} kWh; at most {} at once", kernel::make_printable(demand.source),
                  demand.rows.size(), facts.required_kwh, facts.most_plugged_in);
  if (facts.peak_kw > 0.0)
    text += fmt::format("; charged as they come {:.1f} kW from {}", facts.peak_kw,
                        demand.calendar.format_local(facts.peak_ns));
  if (facts.short_vehicles > 0)
    text +=
        fmt::format("; {} can not have all in their stay ({:.1f} kWh short)", facts.short_vehicles, facts.short_kwh);
  if (demand.left_out() > 0) text += fmt::format("; {} row(s) left out", demand.left_out());
  text += "\n\n" + table.to_text();
  if (demand.rows.size() > most_rows) text += fmt::format("... and {} more\n", demand.rows.size() - most_rows);
  return text;
}

}  // namespace

int forecast_demand(const DemandCommand& command) {
  const Demand demand = demand_of(command);
  const sessions::DemandFacts facts = sessions::facts_of(demand.rows);
  for (const sessions::TableFlag& flag : demand.flags)
    fmt::print(stderr, "{}: {}\n", flag.left_out ? "left out" : "note", kernel::make_printable(flag.reason));
  if (!command.out.empty()) write_new_file(command.out, sessions::planner_csv(demand.rows, demand.calendar));

  if (command.json) {
    fmt::print("{}\n", analysis::json_text(demand_json(demand, facts)));
    return 0;
  }
  fmt::print("{}", demand_text(demand, facts, command.rows));
  if (!command.out.empty())
    fmt::print("\nWrote {0}. Next: evtwin run scenarios/planner_demand.lua --set sessions={0}\n",
               kernel::make_printable(command.out));
  return 0;
}

}  // namespace evtwin::cli
