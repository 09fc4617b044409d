// What viewer/shell_web takes of emscripten's header of this name, for a program of this machine.
#pragma once
using EM_BOOL = int;
inline constexpr EM_BOOL EM_TRUE = 1, EM_FALSE = 0;
