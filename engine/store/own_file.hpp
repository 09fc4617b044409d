// Internal to this room: a SQLite file that evtwin may write, since it is empty or its own.
#pragma once
#include <cstdint>
#include <string>

#include "record/sqlite.hpp"

namespace evtwin::store {

/// Opens a file of `application_id`, or begins one with these tables where there is none or it is empty.
/// @param what  as messages name it: "store", "cache of forecasts"
/// @throws record::RunFileError for anything else, which is left as it is
record::Database open_own_file(const std::string& file, std::int32_t application_id, const std::string& tables,
                               const std::string& what);

}  // namespace evtwin::store
