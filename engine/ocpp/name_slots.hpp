// Finds one of a table's names by a digest of it: every frame asks for its action and its fields, again and again.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace evtwin::ocpp {

/// Places of the names of a constant table, open addressing. @tparam Count  names, at most 254
template <std::size_t Count>
class NameSlots {
 public:
  static constexpr std::uint8_t none = 0xFF;

  /// @param name_at  name of each place below Count; no two are the same
  template <class NameAt>
  constexpr explicit NameSlots(NameAt name_at) {
    rows_.fill(none);
    for (std::size_t i = 0; i < Count; ++i) {
      std::size_t slot = slot_of(name_at(i));
      while (rows_[slot] != none) slot = (slot + 1) % slots;
      rows_[slot] = static_cast<std::uint8_t>(i);
    }
  }

  /// Place of a name in the table; Count: it is not there.
  template <class NameAt>
  constexpr std::size_t find_name(std::string_view name, NameAt name_at) const {
    for (std::size_t slot = slot_of(name);; slot = (slot + 1) % slots) {
      if (rows_[slot] == none) return Count;
      if (name_at(rows_[slot]) == name) return rows_[slot];
    }
  }

 private:
  // At most a quarter of the slots is taken, so that runs of taken ones are short.
  static constexpr std::size_t slots = Count <= 32 ? 128 : Count <= 64 ? 256 : Count <= 128 ? 512 : 1024;
  static_assert(Count < none && slots >= 4 * Count);

  // Length and four characters tell the names of a table apart well enough.
  static constexpr std::size_t slot_of(std::string_view name) {
    if (name.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(name[i])); };
    return (name.size() * 131 + at(0) * 31 + at(name.size() / 2) * 7 + at(name.size() - 1) + at(name.size() / 3) * 61) %
           slots;
  }

  std::array<std::uint8_t, slots> rows_{};
};

}  // namespace evtwin::ocpp
