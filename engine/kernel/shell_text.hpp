// Text as a shell takes it: commands that are shown to be typed, and scripts that are written.
#pragma once

#include <string>
#include <string_view>

namespace evtwin::kernel {

/// In single quotes, whatever it is.
std::string shell_quoted(std::string_view text);

/// One word of a command: quoted only where a shell would read it otherwise.
std::string shell_word(std::string_view text);

}  // namespace evtwin::kernel
