// What viewer/shell_web takes of emscripten's header of this name: a browser that has no WebGL.
#pragma once
#include <cstdint>

#include "html5.h"

using EMSCRIPTEN_WEBGL_CONTEXT_HANDLE = std::intptr_t;
struct EmscriptenWebGLContextAttributes {
  EM_BOOL alpha, depth, stencil, antialias;
  int majorVersion, minorVersion;
};
inline void emscripten_webgl_init_context_attributes(EmscriptenWebGLContextAttributes* attributes) { *attributes = {}; }
inline EMSCRIPTEN_WEBGL_CONTEXT_HANDLE emscripten_webgl_create_context(
    const char* /*selector*/, const EmscriptenWebGLContextAttributes* /*attributes*/) {
  return 0;
}
inline int emscripten_webgl_make_context_current(EMSCRIPTEN_WEBGL_CONTEXT_HANDLE /*context*/) { return 0; }
