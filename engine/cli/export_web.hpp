// evtwin export RUN... --web: the browser viewer with runs in it.
#pragma once
#include "cli/options.hpp"

namespace evtwin::cli {

/// Writes command.web, a folder that is new or empty, or one page. @throws CommandError, record::RunFileError
void export_web(const ExportCommand& command);

}  // namespace evtwin::cli
