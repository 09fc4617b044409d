// evtwin tariffs: what --change tariff=NAME and a scenario's require "tariffs.MODULE" can choose from.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "scenario/library_tariffs.hpp"

namespace evtwin::cli {

int list_tariffs(const TariffsCommand& command) {
  const std::vector<scenario::LibraryTariff> tariffs = scenario::library_tariffs();
  if (command.json) {
    auto json = nlohmann::ordered_json::array();
    for (const scenario::LibraryTariff& tariff : tariffs) {
      json.push_back({{"name", tariff.name},
                      {"currency", tariff.currency},
                      {"valid_from", tariff.valid_from},
                      {"source", tariff.source},
                      {"doubts", tariff.doubts}});
    }
    fmt::print("{}\n", analysis::json_text({{"tariffs", json}}));
    return 0;
  }
  analysis::TextTable table({"tariff", "currency", "valid from"}, analysis::LastColumn::prose);
  for (const scenario::LibraryTariff& tariff : tariffs)
    table.add_row({tariff.name, tariff.currency, tariff.valid_from.empty() ? "-" : tariff.valid_from});
  fmt::print("{}", table.to_text());
  return 0;
}

}  // namespace evtwin::cli
