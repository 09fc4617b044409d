// Fields of a message as the log has them: absent, of another type and malformed are one and the same, "not told".
// Private to this room's .cpp files, the only header that includes simdjson.
#pragma once
#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evtwin::ocpp {

using Json = simdjson::dom::element;

/// Member of an object. A key that stands twice: the first.
std::optional<Json> find_member(const Json& json, std::string_view name);
/// Member of a member.
std::optional<Json> find_member(const Json& json, std::string_view outer, std::string_view inner);
/// The first key that stands twice in an object, there or in an object within; empty: none does.
std::string_view repeated_key(const Json& json);
/// A key that stands twice in the object itself.
std::string_view own_repeated_key(const simdjson::dom::object& object);
/// Elements of an array, empty for whatever is none.
simdjson::dom::array elements_of(const Json& json);

/// A string as it stands, or a whole number as digits; empty: not told. Ids are numbers in 1.6, text in 2.0.1, and logs
/// mix the two.
std::string text_of(const Json& json);
std::string text_of(const Json& json, std::string_view name);
/// A string; empty where there is none.
std::string_view string_of(const Json& json, std::string_view name);
/// A JSON number, or a string that holds one and nothing else ("4.5", "2e+01"; not "4,5", "0x10", "NaN", "").
std::optional<double> number_of(const Json& json);
std::optional<double> number_of(const Json& json, std::string_view name);
std::optional<std::int64_t> integer_of(const Json& json, std::string_view name);
bool is_true(const Json& json, std::string_view name);
/// The value as JSON, at most `most` bytes and printable: for messages.
std::string show_value(const Json& json, std::size_t most = 40);

}  // namespace evtwin::ocpp
