// The key figures by name, made of the recounted sums.
#pragma once

#include <span>
#include <string_view>

#include "audit/sums.hpp"

namespace evtwin::audit {

struct Formula {
  std::string_view name;
  /// NaN where it does not apply (cycles without a storage). Null: it is not recounted.
  double (*value)(const Sums&);
  std::string_view why_not;  ///< of one that is not recounted
};

/// Every key figure that a run file has.
std::span<const Formula> all_formulas();

}  // namespace evtwin::audit
