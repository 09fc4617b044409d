# Fails when what scripts/demo builds lacks a plugin that a scenario needs where it names none. Run in a build folder of
# Ninja: cmake -DNINJA=... -DBUILD=... -P check_demo.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${NINJA} -C ${BUILD} -t inputs demo OUTPUT_VARIABLE inputs COMMAND_ERROR_IS_FATAL ANY)
foreach(plugin baseline milp forecast)
  string(FIND "${inputs}" "lib/evtwin/${plugin}.so" at)
  if(at EQUAL -1)
    message(SEND_ERROR "scripts/demo does not build lib/evtwin/${plugin}.so; add ${plugin} to add_dependencies(evtwin ...) in engine/cli/CMakeLists.txt")
  endif()
endforeach()
