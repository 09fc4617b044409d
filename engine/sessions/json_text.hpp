// JSON documents of strangers.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace evtwin::sessions {

/// The whole document, plain or gzip; lines may be as long as the file, which has at most 128 MiB unpacked.
/// @throws InputError with the line on which it stops being JSON, for nesting deeper than 64, and all that
/// read_text_file refuses.
nlohmann::json read_json_text(const std::string& shown, const std::string& real);

/// What a JSON file is about, by the names in it. @throws InputError for what can not be read as text
enum class JsonKind { sessions, weather, other };
JsonKind kind_of_json(const std::string& shown, const std::string& real);

}  // namespace evtwin::sessions
