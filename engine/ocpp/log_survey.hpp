// A look at a log's beginning: how it is written.
#pragma once
#include <string_view>

#include "ocpp/log_assembly.hpp"
#include "ocpp/log_scanner.hpp"

namespace evtwin::ocpp {

inline constexpr std::size_t survey_bytes = std::size_t{1} << 20;

struct Survey {
  Manner manner;
  LoggerSide side;
  FrameOrder order = FrameOrder::as_it_stands;
  LogTime first_time;  ///< of its first frame that has one
};

/// @param head  up to survey_bytes, with text_padding readable bytes behind it
Survey survey_of(std::string_view head, const ReadOptions& options);

}  // namespace evtwin::ocpp
