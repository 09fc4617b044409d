// Whether drivers were served in a run of a check.
#pragma once
#include "twin/result.hpp"

namespace evtwin::plugin_check {

/// @throws Failed where nobody was served, or somebody was left standing in silence.
void expect_service(const twin::SiteResult& site);

}  // namespace evtwin::plugin_check
