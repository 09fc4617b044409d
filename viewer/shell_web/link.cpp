#include "viewer/shell_web/link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::viewer::shell {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// %XX of an address; a % that stands for nothing stays.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string encoded(std::string_view text) {
  std::string address;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == ':' || c == '/';
    address += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return address;
}

float scale_of(const std::string& text) {
  char* end = nullptr;
  const float scale = std::strtof(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(scale >= 1.0F && scale <= 2.0F))
    throw std::invalid_argument(fmt::format("--scale {}: 1 to 2 is possible", kernel::make_printable(text)));
  return scale;
}

/// In the largest unit that keeps it whole.
std::string duration_link(model::TimeNs duration_ns) {
  using namespace kernel;
  constexpr std::array<std::pair<model::TimeNs, const char*>, 4> units{
      {{7 * day_ns, "w"}, {day_ns, "d"}, {hour_ns, "h"}, {minute_ns, "min"}}};
  for (const auto& [unit_ns, name] : units) {
    if (duration_ns % unit_ns == 0) return fmt::format("{}{}", duration_ns / unit_ns, name);
  }
  return fmt::format("{}s", duration_ns / second_ns);
}

std::string selected_name(const ui::Ui& ui, const model::Run& run) {
  const ui::Selection& selection = ui.selection;
  if (selection.session < run.sessions.size()) return run.sessions[selection.session].name;
  if (selection.evse < run.evses.size()) return run.evses[selection.evse].name;
  if (selection.storage < run.storages.size()) return run.storages[selection.storage].name;
  return selection.station;
}

constexpr std::array<const char*, 5> compare_names{"a", "b", "overlay", "split", "difference"};

}  // namespace

Link read_link(std::string_view fragment) {
  Link link;
  // 0: the display's own.
  link.options.scale = 0.0F;
  const std::map<std::string, std::string*, std::less<>> texts{
      {"t", &link.options.t},           {"window", &link.options.window}, {"select", &link.options.select},
      {"from", &link.options.from},     {"layout", &link.options.layout}, {"compare", &link.options.compare},
      {"lang", &link.options.language}, {"theme", &link.options.theme},   {"open", &link.options.open}};
  if (fragment.starts_with('#')) fragment.remove_prefix(1);

  while (!fragment.empty()) {
    const std::string_view part = fragment.substr(0, fragment.find('&'));
    fragment.remove_prefix(std::min(fragment.size(), part.size() + 1));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string key = decoded(part.substr(0, equals));
    const std::string value = equals == std::string_view::npos ? std::string() : decoded(part.substr(equals + 1));

    if (const auto text = texts.find(key); text != texts.end()) {
      *text->second = value;
    } else if (key == "run") {
      link.runs.push_back(value);
    } else if (key == "scale") {
      link.options.scale = scale_of(value);
    } else if (key == "still") {
      link.options.still = true;
    } else if (key == "draw" && (value == "cpu" || value == "gpu")) {
      link.cpu = value == "cpu";
    } else {
      // A key with a slip is not passed over: the page would show something else than was meant.
      throw std::invalid_argument(fmt::format(
          "#{}: links know run, t, window, from, select, layout, compare, lang, theme, scale, open, still and draw=cpu",
          kernel::make_printable(part)));
    }
  }
  return link;
}

std::string write_link(const ui::Ui& ui) {
  const model::Run* run = ui.run_a();
  if (run == nullptr) return {};
  std::string link;
  const auto add = [&](const char* key, const std::string& value) {
    link += fmt::format("{}{}={}", link.empty() ? "#" : "&", key, encoded(value));
  };
  const model::TimeModel& time = ui.time;
  add("t", run->clock.iso_text(time.cursor_ns()));
  if (time.from_ns() > time.start_ns() || time.to_ns() < time.end_ns()) {
    add("from", run->clock.iso_text(time.from_ns()));
    add("window", duration_link(time.to_ns() - time.from_ns()));
  }
  if (const std::string name = selected_name(ui, *run); !name.empty()) add("select", name);
  if (ui.settings.layout == ui::Layout::stakeholder) add("layout", "stakeholder");
  if (ui.run_b() != nullptr) add("compare", compare_names[static_cast<std::size_t>(ui.compare)]);
  if (ui.show_roads) add("open", "roads");
  add("lang", ui.is_korean() ? "ko" : "en");
  add("theme", ui.settings.dark ? "dark" : "light");
  return link;
}

}  // namespace evtwin::viewer::shell
