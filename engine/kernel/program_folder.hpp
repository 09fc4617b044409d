// Where the program finds what belongs to it, wherever its installation was put or moved to.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// The running program's file; empty where the system does not tell.
std::string program_file();

/// PREFIX/share/evtwin/`installed` where the program is PREFIX/bin/evtwin; else `in_source` below the nearest folder
/// above the program that has it: the source tree it was built in. Empty when there is neither.
std::string program_folder(std::string_view installed, std::string_view in_source);

}  // namespace evtwin::kernel
