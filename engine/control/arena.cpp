#include "control/arena.hpp"

#include <cstring>

namespace evtwin::control {

Arena::Arena(std::size_t bytes)
    : bytes_(bytes), memory_(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{line}))) {}

void* Arena::take_bytes(std::size_t bytes) {
  const std::size_t alignment = alignment_of(bytes);
  const std::size_t begin = (used_ + alignment - 1) / alignment * alignment;
  if (begin > bytes_ || bytes > bytes_ - begin) throw std::bad_alloc();
  used_ = begin + bytes;
  // A column is zeroed when it is taken: room that nobody takes costs nothing.
  std::memset(memory_.get() + begin, 0, bytes);
  return memory_.get() + begin;
}

}  // namespace evtwin::control
