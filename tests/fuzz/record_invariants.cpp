// The three readers of records against each other: frames of a log, written again as text, as tables and as objects.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/hold.hpp"
#include "fuzz/invariants.hpp"
#include "ocpp/log_reader.hpp"

namespace evtwin::fuzz {
namespace {

using namespace ocpp;

constexpr std::size_t most_frames = 64, most_bytes = 4000;
constexpr std::ptrdiff_t most_brackets = 40;

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      quoted += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      quoted += c;
  }
  return quoted + "\"";
}

/// Frames as OCPP-J writes them.
struct Writing final : FrameSink {
  std::vector<std::string> frames;
  void on_frame(const Frame& frame) override {
    if (frames.size() >= most_frames) return;
    const bool call = frame.type == FrameType::call || frame.type == FrameType::send;
    const bool error = frame.type == FrameType::error || frame.type == FrameType::result_error;
    std::string middle;
    if (call) middle = json_string(frame.action) + ",";
    if (error) middle = json_string(frame.error_code) + "," + json_string(frame.error_description) + ",";
    std::string text = fmt::format("[{},{},{}{}]", static_cast<int>(frame.type), json_string(frame.id), middle,
                                   simdjson::to_string(*frame.payload));
    const auto brackets = std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == '{'; });
    if (text.size() <= most_bytes && brackets <= most_brackets) frames.push_back(std::move(text));
  }
};

/// All that does not hang on which station a layout is taken to name.
struct Telling final : FrameSink {
  std::string said;
  void on_frame(const Frame& frame) override {
    const bool call = frame.type == FrameType::call || frame.type == FrameType::send;
    said += fmt::format("{} {} {} {} {} {} {}\n", static_cast<int>(frame.type), frame.id,
                        call ? frame.action : std::string_view(), frame.error_code, frame.error_description,
                        frame.time.ns, simdjson::to_string(*frame.payload));
  }
};

enum class Dress : std::uint8_t { text, table, single_quoted, object, array_in_object };

std::string doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) out += c == quote ? std::string(2, quote) : std::string(1, c);
  return out + quote;
}

std::string log_of(const std::vector<std::string>& frames, Dress dress) {
  std::string log;
  if (dress == Dress::table || dress == Dress::single_quoted) log = "timestamp,chargebox,direction,message\n";
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::string time = fmt::format("2026-03-10T08:{:02}:{:02}Z", i / 60, i % 60);
    switch (dress) {
      case Dress::text:
        log += fmt::format("{} [CP1] received: {}\n", time, frames[i]);
        break;
      case Dress::table:
        log += fmt::format("{},CP1,IN,{}\n", time, doubled(frames[i], '"'));
        break;
      case Dress::single_quoted:
        log += fmt::format("{},CP1,IN,{}\n", time, doubled(frames[i], '\''));
        break;
      case Dress::object:
        log += fmt::format(R"({{"timestamp":"{}","chargeBoxId":"CP1","direction":"IN","message":{}}})", time,
                           json_string(frames[i])) +
               "\n";
        break;
      case Dress::array_in_object:
        log += fmt::format(R"({{"timestamp":"{}","chargeBoxId":"CP1","direction":"IN","frame":{}}})", time, frames[i]) +
               "\n";
        break;
    }
  }
  return log;
}

std::string told_by(const std::vector<std::string>& frames, Dress dress) {
  Telling telling;
  read_log_text("records.log", log_of(frames, dress), telling);
  return telling.said;
}

}  // namespace

void check_records(std::string_view text) {
  Writing writing;
  try {
    read_log_text("fuzz.log", text, writing);
  } catch (const LogError&) {
    return;
  }
  if (writing.frames.empty()) return;
  const std::string as_text = told_by(writing.frames, Dress::text);
  const auto lines = static_cast<std::size_t>(std::count(as_text.begin(), as_text.end(), '\n'));
  hold(lines >= writing.frames.size(), "a frame in plain text was not found again");
  hold(told_by(writing.frames, Dress::table) == as_text, "a table tells other frames than text");
  hold(told_by(writing.frames, Dress::single_quoted) == as_text, "cells in single quotes tell other frames than text");
  hold(told_by(writing.frames, Dress::object) == as_text, "objects tell other frames than text");
  hold(told_by(writing.frames, Dress::array_in_object) == as_text, "arrays in objects tell other frames than text");
}

}  // namespace evtwin::fuzz
