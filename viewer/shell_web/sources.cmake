# Files of the program in a page, for whoever compiles it: CMakeLists.txt here for browsers, tests/viewer/web for this
# machine. Sets, with the whole path of each file,
#   evtwin_page_rooms  viewer/model, plot and ui, but for what shell_web has in their place
#   evtwin_page_shell  shell_web, and what it takes of the other shells
#   evtwin_page_engine the parts of the engine that read and judge a run
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)

file(GLOB evtwin_page_rooms CONFIGURE_DEPENDS ${root}/viewer/model/*.cpp ${root}/viewer/plot/*.cpp ${root}/viewer/ui/*.cpp)
list(FILTER evtwin_page_rooms EXCLUDE REGEX "/model/(run_feed|child_process).cpp$")

file(GLOB evtwin_page_shell CONFIGURE_DEPENDS ${root}/viewer/shell_web/*.cpp)
list(APPEND evtwin_page_shell ${root}/viewer/shell_headless/rasteriser.cpp ${root}/viewer/shell_headless/hands.cpp
  ${root}/viewer/shell_glfw/gl_textures.cpp)

set(evtwin_page_engine kernel/text kernel/log kernel/nearest record/open record/file_header record/schema record/sqlite
  record/reader record/run_file record/foreseen record/learnt_reward physics/control_pilot analysis/kpi analysis/forecast_over_time analysis/reward_over_time analysis/paired analysis/pilot analysis/prose
  analysis/text_table analysis/verdict analysis/verdict_sentences analysis/verdict_words)
list(TRANSFORM evtwin_page_engine PREPEND ${root}/engine/)
list(TRANSFORM evtwin_page_engine APPEND .cpp)

# Headers of a browser stay in a file of their own.
set_source_files_properties(${root}/viewer/shell_web/exports.cpp ${root}/viewer/shell_web/gl_surface.cpp
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
