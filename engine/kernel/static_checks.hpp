// Facts of enums, tables and types for static_asserts beside them, so that a later change which breaks one does not
// compile.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>
#include <type_traits>

namespace evtwin::kernel {

/// Whether an enumerator of a scoped enum has this value. Compilers write "Phase::signal" for one, and "(Phase)7" for a
/// value without.
template <auto value>
constexpr bool is_enumerator() {
  static_assert(std::is_enum_v<decltype(value)>);
  const std::string_view text = __PRETTY_FUNCTION__;
  return text[text.find_last_of("):")] == ':';
}

/// Enumerators of an enum whose values count from 0 without a gap, also those that are appended later.
template <class Enum, std::size_t from = 0>
constexpr std::size_t enum_count() {
  if constexpr (is_enumerator<static_cast<Enum>(from)>()) {
    return enum_count<Enum, from + 1>();
  } else {
    return from;
  }
}

/// Whether this is the last enumerator of an enum that counts from 0: what an archive's archive_choice() ends at.
template <auto value>
constexpr bool is_last_enumerator() {
  return static_cast<std::size_t>(value) + 1 == enum_count<decltype(value)>();
}

/// The key of a table whose rows are keys.
struct RowItself {
  template <class Row>
  constexpr const Row& operator()(const Row& row) const {
    return row;
  }
};

/// The key of a row. @param key  a member (&Row::name) or a function of the row
template <class Row, class Key>
constexpr auto key_of(const Row& row, Key key) {
  if constexpr (std::is_member_object_pointer_v<Key>) {
    return row.*key;
  } else {
    return key(row);
  }
}

/// Whether no two rows of a table have the same key. The work is quadratic: for tables of some hundred rows.
template <class Table, class Key = RowItself>
constexpr bool has_unique_keys(const Table& table, Key key = {}) {
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const auto wanted = key_of(table[i], key);
    for (std::size_t k = i + 1; k < std::size(table); ++k) {
      if (key_of(table[k], key) == wanted) return false;
    }
  }
  return true;
}

/// Whether each key is greater than the one before: sorted for a binary search, and unique.
template <class Table, class Key = RowItself>
constexpr bool is_ascending(const Table& table, Key key = {}) {
  for (std::size_t i = 1; i < std::size(table); ++i) {
    if (!(key_of(table[i - 1], key) < key_of(table[i], key))) return false;
  }
  return true;
}

/// Whether every row of a table can be found by a search that takes the first one that fits: no earlier row fits where
/// a later one does.
/// @param fits_too  (earlier key, later key): the earlier one fits whatever the later one fits
template <class Table, class Key, class FitsToo>
constexpr bool none_is_hidden(const Table& table, Key key, FitsToo fits_too) {
  for (std::size_t i = 0; i < std::size(table); ++i) {
    for (std::size_t k = i + 1; k < std::size(table); ++k) {
      if (fits_too(key_of(table[i], key), key_of(table[k], key))) return false;
    }
  }
  return true;
}

/// Whether a table has a row for each enumerator, in the order of the enum, so that it may be indexed by one.
template <class Table, class Key>
constexpr bool follows_enum(const Table& table, Key key) {
  using Enum = std::remove_cvref_t<decltype(key_of(table[0], key))>;
  if (std::size(table) != enum_count<Enum>()) return false;
  for (std::size_t i = 0; i < std::size(table); ++i) {
    if (static_cast<std::size_t>(key_of(table[i], key)) != i) return false;
  }
  return true;
}

/// Whether a table has a text for each enumerator of `Enum`, none of them empty and no two the same.
template <class Enum, class Table, class Key = RowItself>
constexpr bool names_each(const Table& table, Key key = {}) {
  const auto text_of = [&](const auto& row) { return std::string_view(key_of(row, key)); };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    if (text_of(table[i]).empty()) return false;
  }
  return std::size(table) == enum_count<Enum>() && has_unique_keys(table, text_of);
}

/// Whether a function has a name for each enumerator: none is empty, no two are the same.
template <class Enum, class NameOf>
constexpr bool names_differ(NameOf name_of) {
  constexpr std::size_t count = enum_count<Enum>();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = name_of(static_cast<Enum>(i));
    if (name.empty()) return false;
    for (std::size_t k = i + 1; k < count; ++k) {
      if (name == name_of(static_cast<Enum>(k))) return false;
    }
  }
  return count > 0;
}

/// Whether `T` has so many bytes where its size is known, on x86-64 with libstdc++; true elsewhere. Stated beside an
/// archive_fields(), so that a field that comes later is archived, or knowingly made anew after loading.
template <class T>
constexpr bool has_size([[maybe_unused]] std::size_t bytes) {
#if defined(__x86_64__) && defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG)
  return sizeof(T) == bytes;
#else
  return true;
#endif
}

}  // namespace evtwin::kernel
