#include "ocpp/doubtful_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "kernel/name_text.hpp"

namespace evtwin::ocpp {
namespace {

// The longest that the protocol allows: idTag is a CiString20Type (OCPP 1.6 chapter 7), idToken a string of 255 (2.1
// part 2; 36 in 2.0.1), a message's id has 36 characters (1.6-J chapter 4.1.4, 2.0.1 part 4), a station's 48 (2.0.1
// part 4).
constexpr std::size_t most_id_tag = 20;
constexpr std::size_t most_id_token = 255;
constexpr std::size_t most_message_id = 36;
constexpr std::size_t most_station = 48;
static_assert(most_station <= most_id_token && most_id_token <= kernel::most_name_characters,
              "name_trouble() refuses none that the protocol allows");

std::string trouble_of(std::string_view text, std::size_t most) {
  if (std::string trouble = kernel::name_trouble(text); !trouble.empty() || text.size() <= most) return trouble;
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  if (characters <= most) return {};
  return fmt::format("has {} characters; OCPP allows {}", characters, most);
}

void look_at(const Decoding& d, std::string_view name, std::string_view text, std::size_t most) {
  if (const std::string trouble = trouble_of(text, most); !trouble.empty())
    d.add_flag("text_odd", fmt::format("{} of {} {}", name, d.frame.action, trouble));
}

}  // namespace

void flag_doubtful_texts(const Decoding& d) {
  if (const std::string_view key = repeated_key(d.json()); !key.empty()) {
    d.add_flag("key_repeated", fmt::format("{} has the key {} twice in one object: the first is used",
                                           d.frame.action.empty() ? "an answer" : d.frame.action, quoted_text(key)));
  }
  if (const auto id = find_member(d.json(), "transactionId"); id && id->is_string()) {
    const std::string_view text = id->get_string().value();
    if (!kernel::text_trouble(text).empty())
      d.add_flag("id_unusable", fmt::format("transactionId of {} is {}", d.frame.action, quoted_text(text)));
  }
  if (d.frame.type != FrameType::call && d.frame.type != FrameType::send) return;
  look_at(d, "the message's id", d.frame.id, most_message_id);
  if (const auto tag = find_member(d.json(), "idTag"); tag && tag->is_string())
    look_at(d, "idTag", tag->get_string().value(), most_id_tag);
  // A token without a text is one of type NoAuthorization (OCPP 2.0.1 part 2).
  if (const auto token = find_member(d.json(), "idToken", "idToken"); token && token->is_string()) {
    if (const std::string_view text = token->get_string().value(); !text.empty())
      look_at(d, "idToken", text, most_id_token);
  }
}

void flag_doubtful_station(const Frame& frame, FlagList& flags) {
  if (!frame.station_given) return;
  if (const std::string trouble = trouble_of(frame.station, most_station); !trouble.empty())
    flags.add_flag("text_odd", frame.station, "the station's name " + trouble, frame.place);
}

}  // namespace evtwin::ocpp
