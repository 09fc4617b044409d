// A static constructor throws.
#include <stdexcept>

#include "animal.hpp"

namespace {
int licence() { throw std::runtime_error("no licence on this machine"); }
const int licence_number = licence();
}  // namespace
ZOO_ENTRY(zoo::Tame)();
