// Cases as tables that people can read and correct; each stands for the JSON document of its kind.
//
//     # a comment
//     start = "2019-05-06"                  a field, as JSON; dots lead into it: tariff.name = "flat"
//     price_per_kWh = 3 x 84.3, 2 x 172     a list, equal values counted
//     sessions:                             a list of objects, until an empty line
//     id | arrival | battery.max_kW         a cell is JSON, or else a text; an empty one leaves its field out
//     s0 | 0       | 6.656
//     result by column:                     lists: one in each column, as long as its cells are filled
//     rate.E0 | rate.E1
//     32      | 0
//     ---                                   what precedes the first holds for every document that follows one
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

namespace evtwin::conformance {

/// The documents of a file, in its order; one where there is no "---".
/// @throws CaseError naming the line: no field, a field given twice in a part, a row of another length, a gap in a
/// column.
std::vector<nlohmann::json> read_tables(std::string_view text);

}  // namespace evtwin::conformance
