// State as bytes and back. A struct names its fields once, for both directions:
//
//     struct Motion {
//       ...
//       template <class A> void archive_fields(A& a) { a(law, since_ns, stale); }
//     };
//
// (or a free function `archive_fields(a, motion)` beside it), so that saving and loading can not drift apart. Numbers
// have a fixed width, doubles are their bits, sections have names, and a digest over all of it stands at the end.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace evtwin::kernel {

static_assert(std::endian::native == std::endian::little, "an archive holds numbers as this machine does");
static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8, "an archive holds the bits of doubles");

/// Bytes that are no archive, or not this one; `what()` is a clause for the user, without a file's name.
struct ArchiveError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
concept ArchivedNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// The part that both directions share: which function a value goes to. `Derived` moves raw bytes and counts.
template <class Derived>
class ArchiveFields {
 public:
  template <class... Fields>
  void operator()(Fields&... fields) {
    (archive_value(fields), ...);
  }

  /// A container whose length both sides know beforehand.
  template <class Container>
  void archive_elements(Container& container) {
    as_derived().require_count(container.size());
    for (auto& element : container) archive_value(element);
  }

  /// An enum that counts from 0 to `last`.
  template <class Enum>
  void archive_choice(Enum& value, Enum last) {
    archive_value(value);
    using Number = std::underlying_type_t<Enum>;
    as_derived().require_that(
        static_cast<Number>(value) >= 0 && static_cast<Number>(value) <= static_cast<Number>(last),
        "a choice that there is not");
  }

 private:
  ArchiveFields() = default;
  Derived& as_derived() { return static_cast<Derived&>(*this); }

  template <ArchivedNumber T>
  void archive_value(T& value) {
    as_derived().archive_number(value);
  }
  void archive_value(std::string& text) { as_derived().archive_sequence(text); }
  template <class T, std::size_t n>
  void archive_value(std::array<T, n>& values) {
    for (T& value : values) archive_value(value);
  }
  template <class T>
  void archive_value(std::optional<T>& value) {
    bool there = value.has_value();
    archive_value(there);
    if constexpr (Derived::loads) {
      value.reset();
      if (there) value.emplace();
    }
    if (there) archive_value(*value);
  }
  template <class T>
  requires(!ArchivedNumber<T>) void archive_value(T& value) {
    if constexpr (requires { value.archive_fields(as_derived()); }) {
      value.archive_fields(as_derived());
    } else if constexpr (requires { archive_fields(as_derived(), value); }) {
      archive_fields(as_derived(), value);
    } else {
      as_derived().archive_sequence(value);  // a container that grows: vector, deque
    }
  }

  friend Derived;
};

class ArchiveWriter : public ArchiveFields<ArchiveWriter> {
 public:
  static constexpr bool loads = false;

  /// @param title kind and version of what follows.
  explicit ArchiveWriter(std::string_view title) { begin_section(title); }

  void begin_section(std::string_view name) {
    const auto bytes = static_cast<std::uint64_t>(name.size());
    archive_number(bytes);
    put_bytes(name.data(), name.size());
  }
  /// A condition that ArchiveReader checks. @throws ArchiveError there; a writer ignores it.
  void require_that(bool, const char*) {}

  /// The bytes with their digest; the writer is empty afterwards.
  std::vector<std::byte> take_bytes();

 private:
  friend class ArchiveFields<ArchiveWriter>;
  void put_bytes(const void* data, std::size_t bytes);
  template <class T>
  void archive_number(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint8_t byte = value ? 1 : 0;
      put_bytes(&byte, 1);
    } else {
      put_bytes(&value, sizeof value);
    }
  }
  void require_count(std::size_t count) { archive_number(static_cast<std::uint64_t>(count)); }
  template <class Container>
  void archive_sequence(Container& container) {
    require_count(container.size());
    for (auto& element : container) archive_value(element);
  }

  std::vector<std::byte> bytes_;
};

/// Reads what a writer of the same fields wrote. Whatever the bytes are, the worst that comes is an ArchiveError:
/// nothing is allocated that they do not fill.
class ArchiveReader : public ArchiveFields<ArchiveReader> {
 public:
  static constexpr bool loads = true;

  /// @throws ArchiveError for a wrong digest or another title. The bytes must outlive the reader.
  ArchiveReader(std::span<const std::byte> bytes, std::string_view title);

  void begin_section(std::string_view name);
  /// @throws ArchiveError naming `what` where it is not so.
  void require_that(bool so, const char* what);
  /// @throws ArchiveError when bytes are left over.
  void require_end();

 private:
  friend class ArchiveFields<ArchiveReader>;
  void read_bytes(void* target, std::size_t bytes);
  std::string read_name();
  void require_count(std::size_t count);
  [[noreturn]] void throw_error(const std::string& what) const;

  template <class T>
  void archive_number(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      read_bytes(&byte, 1);
      require_that(byte <= 1, "a truth value that is none");
      value = byte == 1;
    } else {
      read_bytes(&value, sizeof value);
    }
  }
  template <class Container>
  void archive_sequence(Container& container) {
    std::uint64_t count = 0;
    archive_number(count);
    // Every element takes a byte at least; it grows as they come.
    require_that(count <= bytes_.size() - at_, "a length beyond the end");
    container.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      typename Container::value_type element{};
      archive_value(element);
      container.push_back(std::move(element));
    }
  }

  std::span<const std::byte> bytes_;  // without the digest
  std::size_t at_ = 0;
  std::string section_;
};

/// Puts the digest of all bytes but the last eight into those.
void seal_archive(std::span<std::byte> bytes);

}  // namespace evtwin::kernel
