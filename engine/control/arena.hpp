// Memory that the host writes and strategies read: mapped twice, so that a plugin that writes into its view is stopped
// by the processor and costs a well-behaved one nothing.
#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
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
  void fill(T value) { std::fill(cells_.begin(), cells_.end(), value); }

 private:
  std::span<T> cells_;
};

/// Zeroed memory of fixed size with two faces: one to write, one that can only be read.
class Arena {
 public:
  /// Room for `bytes`, alignment included. @throws std::bad_alloc.
  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// What `count` things of type T take at most.
  template <class T>
  static constexpr std::size_t bytes_for(std::size_t count) {
    return count * sizeof(T) + line;
  }

  /// The next `count` cells. @throws std::bad_alloc beyond the arena's size.
  template <class T>
  Column<T> column(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= line);
    return Column<T>({static_cast<T*>(take(count * sizeof(T))), count});
  }

  /// The address at which the same cells can be read but not written.
  template <class T>
  const T* shown(const Column<T>& column) const {
    return static_cast<const T*>(shown_at(static_cast<const void*>(column.data())));
  }
  const void* shown_at(const void* written) const;

 private:
  static constexpr std::size_t line = 64;  // columns begin on cache lines
  void* take(std::size_t bytes);

  std::size_t bytes_, used_ = 0;
  std::byte* written_ = nullptr;
  const std::byte* shown_ = nullptr;
};

/// A column for foreign code to write: canaries on either side tell of a write just beside it, and far past it lies
/// memory that nobody may touch.
class GuardedCells {
 public:
  enum class Seen : unsigned char { here, in_children_too };
  /// Bytes past the last cell, and the canaries, that can not be touched.
  static constexpr std::size_t guard_bytes = 64 << 10;

  /// @throws std::bad_alloc.
  explicit GuardedCells(std::size_t count, Seen seen = Seen::here);
  ~GuardedCells();
  GuardedCells(const GuardedCells&) = delete;
  GuardedCells& operator=(const GuardedCells&) = delete;

  /// Fewer cells than before, at the end of the same memory; what they hold is undefined.
  void shrink(std::size_t count);

  std::span<double> cells() const { return all_.subspan(canaries, all_.size() - 2 * canaries); }
  bool canaries_alive() const;
  void revive_canaries();

 private:
  static constexpr std::size_t canaries = 4;  ///< on either side
  void* mapping_;
  std::size_t bytes_;
  std::span<double> all_;
};

}  // namespace evtwin::control
