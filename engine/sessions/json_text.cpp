#include "sessions/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sessions/text_file.hpp"

namespace evtwin::sessions {

namespace {

TextLimits limits_of_json() {
  TextLimits limits;
  limits.file_bytes = limits.line_bytes = std::size_t{128} << 20;
  return limits;
}

}  // namespace

JsonKind kind_of_json(const std::string& shown, const std::string& real) {
  const std::string text = read_text_file(shown, real, limits_of_json());
  const auto has = [&](const char* name) { return text.find(name) != std::string::npos; };
  if (has("\"connectionTime\"") || has("\"_items\"")) return JsonKind::sessions;
  if (has("\"fcstDate\"") || has("\"fcstValue\"")) return JsonKind::weather;
  return JsonKind::other;
}

nlohmann::json read_json_text(const std::string& shown, const std::string& real) {
  const TextLimits limits = limits_of_json();
  const std::string text = read_text_file(shown, real, limits);
  constexpr int deepest = 64;
  try {
    const auto refuse_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > deepest) throw InputError(shown, 0, "is nested deeper than 64 levels; no list of sessions is");
      return true;
    };
    return nlohmann::json::parse(text, refuse_depth);
  } catch (const nlohmann::json::parse_error& error) {
    const auto stop = text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(error.byte, text.size()));
    const auto line = static_cast<std::size_t>(std::count(text.begin(), stop, '\n')) + 1;
    throw InputError(shown, line, "is no JSON from here on, or not whole; fetch or save it again");
  } catch (const nlohmann::json::exception& error) {
    throw InputError(shown, 0, "is no JSON that can be read: a number or a text in it is out of range");
  }
}

}  // namespace evtwin::sessions
