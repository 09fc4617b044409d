// Where the program finds what belongs to it, wherever its installation was put or moved to.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// The running program's file; empty where the system does not tell.
std::string program_file();

/// The file that this code is part of: libevtwin.so where somebody's program loaded that, else the program's.
std::string own_file();

/// PREFIX/share/evtwin/`installed` where the own file is PREFIX/bin/evtwin or PREFIX/lib/libevtwin.so; else `in_source`
/// below the nearest folder above it that has it: the source tree it was built in. Empty when there is neither.
std::string program_folder(std::string_view installed, std::string_view in_source);

}  // namespace evtwin::kernel
