#include <cstddef>
#include <cstdint>

#include "fuzz/invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evtwin::fuzz::check_records({reinterpret_cast<const char*>(data), size});
  return 0;
}
