// Where the tests find things. The folders are compiled into paths.cpp alone, so that every other object of the tests
// is the same in every checkout.
#pragma once

#include <string>

namespace evtwin::paths {

/// As CMake said. @param name source, shared or build
std::string folder(const char* name);

inline const std::string source_dir = folder("source");  ///< the project's root
inline const std::string shared_dir = folder("shared");  ///< cases that lie outside the project; may be absent
inline const std::string build_dir = folder("build");

inline const std::string program = build_dir + "/bin/evtwin";
inline const std::string conformance = build_dir + "/bin/conformance";
inline const std::string plugin_dir = build_dir + "/lib/evtwin";             ///< the strategies shipped
inline const std::string test_plugin_dir = build_dir + "/lib/test_plugins";  ///< plugins that only tests load
inline const std::string zoo_dir = build_dir + "/lib/zoo";                   ///< target zoo: wrong in one way each

/// For a shell: in single quotes, so that blanks in a path do no harm.
std::string quoted(const std::string& path);

}  // namespace evtwin::paths
