// The meter of an EVSE during one recorded session: what it shows at any instant, exactly.
#pragma once
#include <cmath>
#include <cstddef>

#include "ocpp/site_log.hpp"
#include "replay/ocpp_frames.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

/// Energy of each direction so far: registers only rise.
struct MeterRegister {
  double import_wh = 0.0, export_wh = 0.0;
  void add_kwh(double kwh) { (kwh > 0.0 ? import_wh : export_wh) += 1000.0 * std::abs(kwh); }
};

/// Goes forward through a session. The register belongs to the EVSE and is moved along.
class SessionMeter {
 public:
  SessionMeter(const RecordedSession& session, const RecordedEvse& evse, MeterRegister& meter);

  /// Not before the time it stands at; the session's departure at most.
  void move_to(TimeNs t);
  /// When power or limit changes next; the departure at the latest.
  TimeNs next_change() const;

  double kw_now() const;
  ocpp::Status status_now() const;
  /// Limit in force, W: 0 up to the EVSE's rating, which also means none; NaN where the set-point is negative. Never
  /// below what flows: there the guard gave back what it had taken.
  double limit_w() const;
  /// Whether power jumped at the time it stands at.
  bool has_jumped() const { return jumped_; }
  /// @param electrical  current and voltage too, where one phase makes them known (cos phi is 1).
  MeterReading take_reading(ocpp::Sample::Context context, bool electrical) const;

 private:
  const RecordedPower* current_piece() const;

  const RecordedSession& session_;
  const RecordedEvse& evse_;
  MeterRegister& register_;
  TimeNs now_ns_;
  std::size_t power_ = 0;   // piece that is going on or comes next
  std::size_t limits_ = 0;  // that have come
  double net_kwh_ = 0.0;    // of the pieces that are over
  bool jumped_ = false;
};

}  // namespace evtwin::replay
