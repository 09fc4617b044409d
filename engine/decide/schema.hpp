// The contract of `evtwin decide` in writing.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace evtwin::decide {

/// JSON Schema (2020-12) of a request, made from the tables that requests are checked with; $defs/answer is the schema
/// of an answer, $defs/refusal of what a stream answers instead.
nlohmann::ordered_json request_schema();

/// A request to start from.
std::string example_request();

}  // namespace evtwin::decide
