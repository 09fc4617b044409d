// Answers to their calls: first in, first out per station, side and id.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ocpp/action_table.hpp"
#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

struct OpenCall {
  std::uint64_t number = 0;
  const ActionRow* known = nullptr;  ///< nullptr: `other` names the action
  std::string other;
  std::string_view action() const { return known ? known->name : std::string_view(other); }
};

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, ViewHash, std::equal_to<>>;

/// Calls that wait for an answer: of each station and side those among the last 4,096. A log of one direction answers
/// none, and an older call will not be answered any more.
class Correlation {
 public:
  void open_call(std::string_view station, Sender sender, std::string_view id, std::string_view action,
                 std::uint64_t number);
  /// Takes the oldest call that an answer can be for. @param asked  who sent the call; unknown: the older of both
  std::optional<std::pair<OpenCall, Sender>> take_call(std::string_view station, Sender asked, std::string_view id);
  /// Whether a call with this id waits.
  bool call_waits(std::string_view station, std::string_view id) const;

 private:
  /// Calls of one id: mostly one.
  struct Waiting {
    OpenCall oldest;
    std::unique_ptr<std::deque<OpenCall>> later;
  };
  /// Ids are known by their digests, so that they take no room of their own.
  struct Side {
    std::unordered_map<std::uint64_t, Waiting> by_id;
    std::deque<std::pair<std::uint64_t, std::uint64_t>> order;  ///< digest and number of the call
  };
  static void drop_oldest(Side& side, std::unordered_map<std::uint64_t, Waiting>::iterator waiting);
  struct Sides {
    Side of_station, of_csms;
  };
  static void forget_oldest(Side& side);
  TextMap<Sides> stations_;
};

/// Whether a digest was seen before: among the last `most` to twice as many different ones.
class SeenDigests {
 public:
  explicit SeenDigests(std::size_t most) : most_(most) {}
  /// @returns true when it was there already
  bool insert_digest(std::uint64_t digest);
  bool has_digest(std::uint64_t digest) const {
    return now_.has_digest(digest | 1U) || before_.has_digest(digest | 1U);
  }

 private:
  struct Table {
    std::vector<std::uint64_t> slots;  // 0: free
    std::size_t used = 0;
    bool has_digest(std::uint64_t digest) const;
    void put_digest(std::uint64_t digest);
  };
  std::size_t most_;
  Table now_, before_;
};

}  // namespace evtwin::ocpp
