#include <fmt/format.h>

#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "viewer/shell_headless/hands.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {
namespace {

const std::map<std::string, int, std::less<>>& key_names() {
  using namespace ui;
  // Punctuation goes by name and as it is.
  static const std::map<std::string, int, std::less<>> names{{"space", key::space},
                                                             {"comma", key::comma},
                                                             {"minus", key::minus},
                                                             {"period", key::period},
                                                             {"slash", key::slash},
                                                             {"equal", key::equal},
                                                             {"escape", key::escape},
                                                             {"enter", key::enter},
                                                             {"tab", key::tab},
                                                             {"right", key::right},
                                                             {"left", key::left},
                                                             {"down", key::down},
                                                             {"up", key::up},
                                                             {"home", key::home},
                                                             {"end", key::end},
                                                             {"page_up", key::page_up},
                                                             {"page_down", key::page_down},
                                                             {"delete", key::del},
                                                             {"backspace", key::backspace},
                                                             {"f1", key::f1},
                                                             {"f11", key::f11},

                                                             {"[", key::left_bracket},
                                                             {"]", key::right_bracket},
                                                             {",", key::comma},
                                                             {".", key::period},
                                                             {"-", key::minus},
                                                             {"=", key::equal},
                                                             {"/", key::slash}};
  return names;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

double number_of(const std::string& text) {
  double value = 0.0;
  const char* from = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(from, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error(fmt::format("'{}' is no number", text));
  return value;
}

/// Takes the last word off.
std::string last_word(std::string& text) {
  const std::size_t space = text.find_last_of(" \t");
  if (space == std::string::npos) throw std::runtime_error("a number is missing at its end");
  std::string word = text.substr(space + 1);
  text = trimmed(text.substr(0, space));
  return word;
}

void press_key(Hands& hands, std::string name) {
  bool ctrl = false, shift = false;
  for (;;) {
    if (name.starts_with("ctrl+") && name.size() > 5) {
      ctrl = true;
      name.erase(0, 5);
    } else if (name.starts_with("shift+") && name.size() > 6) {
      shift = true;
      name.erase(0, 6);
    } else {
      break;
    }
  }
  if (const auto it = key_names().find(name); it != key_names().end()) return hands.press_key(it->second, ctrl, shift);
  const bool letter = name.size() == 1 && ((name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= '0' && name[0] <= '9'));
  if (!letter) {
    std::string all;
    for (const auto& [known, code] : key_names()) all += " " + known;
    throw std::runtime_error(fmt::format("no key '{}' (A..Z, 0..9,{}; with ctrl+ and shift+ before it)", name, all));
  }
  hands.press_key(name[0], ctrl, shift);
}

using Step = void (*)(Hands&, const std::string&);

void drag_by(Hands& hands, std::string rest, int button) {
  const auto dy = static_cast<float>(number_of(last_word(rest)));
  const auto dx = static_cast<float>(number_of(last_word(rest)));
  hands.drag_item(rest, dx, dy, button);
}

const std::map<std::string, Step, std::less<>>& steps() {
  // By the first word of a step; the rest is what it works on.
  static const std::map<std::string, Step, std::less<>> table{
      {"click", [](Hands& h, const std::string& rest) { h.click_item(rest); }},
      {"right_click", [](Hands& h, const std::string& rest) { h.click_item(rest, 1); }},
      {"ctrl_click", [](Hands& h, const std::string& rest) { h.click_item(rest, 0, true); }},
      {"shift_click", [](Hands& h, const std::string& rest) { h.click_item(rest, 0, false, true); }},
      {"double_click", [](Hands& h, const std::string& rest) { h.double_click(rest); }},
      {"move", [](Hands& h, const std::string& rest) { h.move_to(rest); }},
      {"away", [](Hands& h, const std::string&) { h.move_away(); }},
      {"drag", [](Hands& h, const std::string& rest) { drag_by(h, rest, 0); }},
      {"right_drag", [](Hands& h, const std::string& rest) { drag_by(h, rest, 1); }},

      {"wheel",
       [](Hands& h, const std::string& rest) {
         std::string item = rest;
         const auto by = static_cast<float>(number_of(last_word(item)));
         h.turn_wheel(item, by);
       }},

      {"key", [](Hands& h, const std::string& rest) { press_key(h, rest); }},
      {"type", [](Hands& h, const std::string& rest) { h.type_text(rest); }},
      {"frames",
       [](Hands& h, const std::string& rest) {
         std::string number = rest;
         const double seconds = rest.find(' ') == std::string::npos ? 1.0 / 60.0 : number_of(last_word(number));
         const double count = number_of(number);
         if (!(count >= 1.0 && count <= 1e6)) throw std::runtime_error("from 1 to 1000000 frames");
         if (!(seconds > 0.0 && seconds <= 3600.0)) throw std::runtime_error("a frame lasts up to 3600 s");
         h.draw_frames(static_cast<int>(count), seconds);
       }},

      {"expect", [](Hands& h, const std::string& rest) {
         if (!rest.starts_with("no ")) {
           h.find_item(rest);
         } else if (h.on_screen(trimmed(rest.substr(3)))) {
           throw std::runtime_error(fmt::format("'{}' is on the screen", trimmed(rest.substr(3))));
         }
       }}};
  return table;
}

void play_step(Hands& hands, const std::string& text) {
  const std::size_t space = text.find_first_of(" \t");
  const std::string verb = text.substr(0, space);
  const std::string rest = space == std::string::npos ? std::string{} : trimmed(text.substr(space));
  const auto step = steps().find(verb);
  if (step == steps().end()) {
    std::string all;
    for (const auto& [known, what] : steps()) all += " " + known;
    throw std::runtime_error(fmt::format("no step '{}' (there are:{})", verb, all));
  }
  if (rest.empty() && verb != "away") throw std::runtime_error("something is missing after it");
  step->second(hands, rest);
}

}  // namespace

void play_steps(Hands& hands, const std::string& steps) {
  int number = 0;
  std::istringstream lines(steps);
  for (std::string line; std::getline(lines, line);) {
    if (trimmed(line).starts_with('#')) continue;
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, ';');) {
      const std::string text = trimmed(part);
      if (text.empty()) continue;
      ++number;
      try {
        play_step(hands, text);
      } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("step {} '{}': {}", number, text, error.what()));
      }
    }
  }
}

}  // namespace evtwin::viewer::shell
