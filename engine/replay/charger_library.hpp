// The charger models of a log, with limits and firmware, as a Lua module for scenarios.
#pragma once
#include <string>

#include "ocpp/site_log.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::replay {

struct ChargerLibrary {
  std::string lua;
  std::size_t models = 0;
  std::size_t without_model = 0;  ///< stations that never said what they are: not in it
};

/// A model's limits are the least usual rating that is not below what any of its EVSEs was seen to give or offer
/// (rating_of); its EVSEs are the most that a station of it showed.
ChargerLibrary charger_library(const ocpp::SiteLog& log, const sessions::LogSessions& sessions);

}  // namespace evtwin::replay
