// Decision columns for foreign code in another process: canaries on either side tell of a write just beside them, and
// far past the end lies memory that nobody may touch.
#pragma once
#include <cstddef>
#include <span>

namespace evtwin::control {

/// A column that parent and child both see, at the same address.
class GuardedCells {
 public:
  /// Bytes past the last cell, and the canaries, that can not be touched.
  static constexpr std::size_t guard_bytes = 64 << 10;

  /// @throws std::bad_alloc.
  explicit GuardedCells(std::size_t count);
  ~GuardedCells();
  GuardedCells(const GuardedCells&) = delete;
  GuardedCells& operator=(const GuardedCells&) = delete;

  /// Processes forked from now on by this one do not have the column.
  void keep_from_copies() const;
  /// Fewer cells than before, at the end of the same memory; what they hold is undefined.
  void shrink_to(std::size_t count);

  std::span<double> cells() const { return all_.subspan(canaries, all_.size() - 2 * canaries); }
  bool canaries_alive() const;
  /// Whether `address` lies past the end, where the wall stands.
  bool is_past_end(const void* address) const;

 private:
  static constexpr std::size_t canaries = 4;  ///< on either side
  static_assert(guard_bytes % 4096 == 0, "whole pages");
  void revive_canaries();

  void* mapping_;
  std::size_t bytes_;
  std::span<double> all_;
};

}  // namespace evtwin::control
