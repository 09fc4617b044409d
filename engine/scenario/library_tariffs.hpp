#pragma once
// The tariffs of the scenario library, by name: "kepco_ev.self_use_low_voltage" is `require "tariffs.kepco_ev"`'s.

#include <string>
#include <vector>

#include "market/tariff.hpp"

namespace evtwin::scenario {

struct Build;

struct LibraryTariff {
  std::string name;  ///< MODULE.NAME
  std::string currency, source, valid_from, doubts;
};

/// All there are, in byte order. @param folder  of the library; empty: library_folder()
/// @throws ScriptError for a module that does not run
std::vector<LibraryTariff> library_tariffs(std::string folder = {});

/// One of them, as the scenario's language reads it; its doubts become a flag, its module an input of the scenario.
/// @throws ScriptError naming the nearest right name
market::Tariff library_tariff(Build& build, const std::string& name);

}  // namespace evtwin::scenario
