// Records on their way from the simulation's thread to the writer's: plain rows, one batch handed over at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/ledger.hpp"
#include "twin/observer.hpp"

namespace evtwin::record {

/// A text kept in Batch::text.
struct TextPlace {
  std::size_t offset = 0;
  std::size_t size = 0;
};

// The records of observer.hpp, whose texts and spans are valid only during the call: they are cleared here and kept
// beside.
struct SessionRow {
  twin::SessionRecord record;
  TextPlace id, vehicle;
};
struct CorrectionRow {
  twin::CorrectionRecord record;
  TextPlace limit_name;
};
struct EventRow {
  twin::EventRecord record;
  TextPlace kind, text;
};
struct ForecastRow {
  twin::ForecastRecord record;  ///< its columns lie in Batch::numbers: mean and, if `has_band`, low and high
  std::size_t offset = 0, steps = 0;
  bool has_band = false;
};
struct MeterRow {
  twin::MeterRecord record;
  control::Ledger increment;
};
struct SetpointRow {
  std::int64_t decision = 0;  ///< id in the table decision
  twin::Subject subject = twin::Subject::evse;
  std::uint32_t site = 0;
  std::uint32_t row = 0;
  double kw = 0.0;
};

struct Batch {
  std::vector<twin::PowerSegment> power;
  std::vector<SessionRow> sessions;
  std::vector<twin::SignalRecord> signals;
  std::vector<twin::DecisionRecord> decisions;
  std::vector<SetpointRow> setpoints;
  std::vector<twin::PlanRecord> plans;
  std::vector<CorrectionRow> corrections;
  std::vector<EventRow> events;
  std::vector<MeterRow> meters;
  std::vector<twin::EvseDayRecord> evse_days;
  std::vector<twin::LimitStepRecord> limit_steps;
  std::vector<twin::SharedLimitRecord> shared_limits;
  std::vector<twin::ShareRecord> shares;
  std::vector<ForecastRow> forecasts;
  std::vector<double> numbers;
  std::string text;
  std::size_t rows = 0;

  TextPlace keep_text(std::string_view words) {
    const TextPlace place{text.size(), words.size()};
    text.append(words);
    return place;
  }
  std::string_view text_at(TextPlace place) const { return std::string_view(text).substr(place.offset, place.size); }

  /// Empty, its memory kept.
  void clear() {
    power.clear();
    sessions.clear();
    signals.clear();
    decisions.clear();
    setpoints.clear();
    plans.clear();
    corrections.clear();
    events.clear();
    meters.clear();
    evse_days.clear();
    limit_steps.clear();
    shared_limits.clear();
    shares.clear();
    forecasts.clear();
    numbers.clear();
    text.clear();
    rows = 0;
  }
};

}  // namespace evtwin::record
