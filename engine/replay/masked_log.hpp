// A log to hand on: byte for byte what it was, but for what names drivers, cards and vehicles.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::replay {

struct MaskedLogSummary {
  std::size_t files = 0, identifiers = 0;
  std::uint64_t replaced = 0;         ///< places
  std::uint64_t left = 0;             ///< words that equal an identifier and may be something else: kept
  std::uint64_t broken = 0;           ///< values that go on in the next line: only their first part is replaced
  std::vector<std::string> left_out;  ///< files that hold binary data
};

/// Takes the text of a file (`name`: its path within `log`, without .gz; the name of `log` where that is a file), piece
/// by piece.
using MaskedText = std::function<void(const std::string& name, std::string_view text)>;

/// Reads a file or a folder twice: first to learn the identifiers of all files, then to write them masked. gzip is
/// unpacked and UTF-16 becomes UTF-8; nothing else changes. @throws ocpp::LogError; std::invalid_argument: a table with
/// a column of identifiers
MaskedLogSummary mask_log(const std::string& log, const MaskedText& write);

}  // namespace evtwin::replay
