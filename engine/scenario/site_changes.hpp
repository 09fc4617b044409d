#pragma once
// Changes of a site that need no editing of the scenario: `--change contract_kw=60`.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "market/calendar.hpp"

namespace evtwin::twin {
struct Site;
}

namespace evtwin::scenario {

struct Build;
struct LoadOptions;

/// Changes as they stand among World::parameters, so that a run file says what was asked for: "change contract_kw".
inline constexpr std::string_view change_prefix = "change ";

/// Puts a run file's parameters back where they came from: those with the prefix are changes, the others --set values.
void read_back(const std::map<std::string, std::string>& parameters, LoadOptions& options);

/// @throws ScriptError "--change ...: what is wrong" for a key that there is not (with the nearest right one), and for
/// a site that is not among `sites`; with several sites each change names its own.
void check_changes(const LoadOptions& options, const std::vector<std::string>& sites);

/// Contract, export limit and prices of LoadOptions::changes, which later parts of a site depend on.
/// @throws ScriptError "--change ...: must be from ... to ..."
void change_numbers(const LoadOptions& options, twin::Site& site);
/// Whether the scenario's own tariff of that site is replaced.
bool changes_tariff(const LoadOptions& options, const std::string& site);
/// Tariff, storage, PV and base load. Curves keep the holidays they were read with.
/// @param holidays  the site's own, beside the tariff's
void change_equipment(Build& build, const std::vector<market::LocalDate>& holidays, twin::Site& site);

/// The text given for a key of a site, with the name it was given under; a change for the site itself wins.
std::optional<std::pair<std::string, std::string>> given_change(const LoadOptions& options, const std::string& site,
                                                                std::string_view key);
/// @throws ScriptError as change_numbers
std::optional<double> changed_number(const LoadOptions& options, const std::string& site, std::string_view key);
/// @throws ScriptError "--change NAME=VALUE: why"
[[noreturn]] void fail_change(const std::string& name, const std::string& value, const std::string& why);

std::vector<std::string_view> change_key_names();
/// Keys of --change with units and meaning, a line each: for help.
std::string change_keys_help();

}  // namespace evtwin::scenario
