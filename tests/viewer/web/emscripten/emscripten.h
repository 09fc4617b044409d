// What viewer/shell_web takes of emscripten's header of this name, for a program of this machine.
#pragma once
#define EMSCRIPTEN_KEEPALIVE __attribute__((used))
