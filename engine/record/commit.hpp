#pragma once

namespace evtwin::record {

/// Git commit that this program was built from, 12 digits, with "+" where files had been changed since; "unknown" where
/// it was built outside a repository of its own. From a file that the build writes.
const char* evtwin_commit();

}  // namespace evtwin::record
