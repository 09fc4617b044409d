// SHA-256 (FIPS 180-4): what a policy file ends with, so that one byte changed anywhere is seen.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::policy {

/// 64 hex digits, lower case.
std::string sha256_hex(std::string_view bytes);

}  // namespace evtwin::policy
