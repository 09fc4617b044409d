# Writes OUT, a source with the commit of ROOT, unless it says so already: what is not written is not compiled again.
# Run at each build: cmake -DROOT=... -DOUT=... -P write_commit.cmake
set(commit unknown)
find_program(git git)
if(git)
  # A source tree unpacked within another project's repository has no commit of its own.
  execute_process(COMMAND ${git} -C ${ROOT} rev-parse --show-prefix OUTPUT_VARIABLE prefix RESULT_VARIABLE failed
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed AND prefix STREQUAL "")
    execute_process(COMMAND ${git} -C ${ROOT} rev-parse --short=12 HEAD OUTPUT_VARIABLE found RESULT_VARIABLE failed
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      execute_process(COMMAND ${git} --no-optional-locks -C ${ROOT} status --porcelain --untracked-files=no
        OUTPUT_VARIABLE changed ERROR_QUIET)
      set(commit ${found})
      if(NOT changed STREQUAL "")
        string(APPEND commit "+")
      endif()
    endif()
  endif()
endif()

set(text "// Written by the build.
#include \"record/commit.hpp\"

namespace evtwin::record {

const char* evtwin_commit() { return \"${commit}\"; }

}  // namespace evtwin::record
")
set(written "")
if(EXISTS ${OUT})
  file(READ ${OUT} written)
endif()
if(NOT written STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
