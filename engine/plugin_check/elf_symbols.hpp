// What a shared object exports, read from its bytes: nothing of it is loaded.
#pragma once
#include <string>
#include <vector>

namespace evtwin::plugin_check {

struct ExportedSymbol {
  std::string name;
  bool data = false;  ///< an object, not a function
  bool weak = false;  ///< also unique: what a compiler emits for templates and inline functions
};

/// The defined symbols of the dynamic table that others can see. Any bytes are looked at safely.
/// @throws std::runtime_error saying why the file is no 64-bit shared object of this machine, or is cut short.
std::vector<ExportedSymbol> exported_symbols(const std::string& file);

}  // namespace evtwin::plugin_check
