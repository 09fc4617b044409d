// Symbols that a shared object exports and needs, read from its bytes: nothing of it is loaded.
#pragma once
#include <string>
#include <vector>

namespace evtwin::control {

struct ExportedSymbol {
  std::string name;
  bool data = false;    ///< an object, not a function
  bool weak = false;    ///< also unique: what a compiler emits for templates and inline functions
  bool unique = false;  ///< STB_GNU_UNIQUE: one for all files of a process that have the name, RTLD_LOCAL or not
};

/// The AddressSanitizer that a file was built with: it can be loaded only where that runtime is loaded first.
enum class AsanRuntime { none, gcc, clang };

struct PluginSymbols {
  std::vector<ExportedSymbol> exported;  ///< defined symbols of the dynamic table that others can see
  AsanRuntime asan = AsanRuntime::none;
};

/// Any bytes are looked at safely.
/// @throws std::runtime_error saying why the file is no 64-bit shared object of this machine, or is cut short.
PluginSymbols read_symbols(const std::string& file);

/// Unique symbols that are the author's own, demangled, in order: another plugin that has the names too shares them, so
/// that one of the two reads the other's variables. Those of the C++ library are meant to be shared.
std::vector<std::string> shared_by_name(const std::vector<ExportedSymbol>& symbols);

}  // namespace evtwin::control
