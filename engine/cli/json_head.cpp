#include "cli/json_head.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/version.hpp"
#include "record/commit.hpp"

namespace evtwin::cli {

nlohmann::ordered_json json_head(const std::string& document, const StartPoint& start) {
  using Json = nlohmann::ordered_json;
  const twin::World& world = start.scenario.world;
  Json json;
  json["schema"] = "evtwin " + document + "/1";
  json["evtwin"] = {{"version", std::string(version())}, {"commit", record::evtwin_commit()}};
  json["name"] = world.name;
  json["scenario"] = world.scenario_file;
  json["start"] = world.calendar.format_iso(world.start_ns);
  json["end"] = world.calendar.format_iso(world.end_ns);
  json["timezone"] = world.calendar.zone_name();
  json["seed"] = world.seed;
  json["parameters"] = world.parameters;
  json["notes"] = Json::array();
  for (const twin::Flag& flag : world.flags)
    json["notes"].push_back({{"id", flag.id}, {"reason", flag.reason}, {"left_out", flag.left_out}});
  return json;
}

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace evtwin::cli
