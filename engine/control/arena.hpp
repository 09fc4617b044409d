// Columns of fixed length, side by side in one piece of memory. Plain heap memory: a process may hold tens of
// thousands of sites, and mappings are counted by the kernel.
#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace evtwin::control {

/// A column of fixed length in an arena; what it holds is the host's to write.
template <class T>
class Column {
 public:
  Column() = default;
  explicit Column(std::span<T> cells) : cells_(cells) {}
  Column& operator=(std::initializer_list<T> values) {
    std::copy_n(values.begin(), std::min(values.size(), cells_.size()), cells_.begin());
    return *this;
  }
  T& operator[](std::size_t i) { return cells_[i]; }
  const T& operator[](std::size_t i) const { return cells_[i]; }
  std::size_t size() const { return cells_.size(); }
  T* data() { return cells_.data(); }
  const T* data() const { return cells_.data(); }
  auto begin() { return cells_.begin(); }
  auto end() { return cells_.end(); }
  auto begin() const { return cells_.begin(); }
  auto end() const { return cells_.end(); }
  void fill_with(T value) { std::fill(cells_.begin(), cells_.end(), value); }

 private:
  std::span<T> cells_;
};

/// Zeroed memory of fixed size, handed out column by column.
class Arena {
 public:
  /// Room for `bytes`, alignment included. @throws std::bad_alloc.
  explicit Arena(std::size_t bytes);

  /// Bytes that `count` things of type T take at most.
  template <class T>
  static constexpr std::size_t bytes_for(std::size_t count) {
    return count * sizeof(T) + alignment_of(count * sizeof(T));
  }

  /// The next `count` cells. @throws std::bad_alloc beyond the arena's size.
  template <class T>
  Column<T> take_column(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= step);
    return Column<T>({static_cast<T*>(take_bytes(count * sizeof(T))), count});
  }

 private:
  // Long columns begin on cache lines. Short ones, those of a site with a few EVSEs, lie close together: where many
  // sites take turns, each line of a site has to be fetched anew.
  static constexpr std::size_t line = 64, step = 16;
  static constexpr std::size_t alignment_of(std::size_t bytes) { return bytes < 4 * line ? step : line; }
  static_assert((line & (line - 1)) == 0 && (step & (step - 1)) == 0, "an alignment is a power of two");
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{line}); }
  };
  void* take_bytes(std::size_t bytes);

  std::size_t bytes_, used_ = 0;
  std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace evtwin::control
