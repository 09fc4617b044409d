#include "cli/version.hpp"

namespace evtwin::cli {

std::string_view version() { return EVTWIN_VERSION; }

}  // namespace evtwin::cli
