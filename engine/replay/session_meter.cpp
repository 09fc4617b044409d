#include "replay/session_meter.hpp"

#include <algorithm>
#include <limits>

namespace evtwin::replay {

using ocpp::Status;
using Context = ocpp::Sample::Context;

SessionMeter::SessionMeter(const RecordedSession& session, const RecordedEvse& evse, MeterRegister& meter)
    : session_(session), evse_(evse), register_(meter), now_ns_(session.plugged_in_ns) {
  move_to(now_ns_);
}

void SessionMeter::move_to(TimeNs t) {
  const RecordedPower* before = current_piece();
  const double kw_before = before == nullptr ? 0.0 : before->kw_at(std::min(t, before->end_ns));
  now_ns_ = t;
  for (; power_ < session_.power.size() && session_.power[power_].end_ns <= t; ++power_) {
    register_.add_kwh(session_.power[power_].energy_kwh);
    net_kwh_ += session_.power[power_].energy_kwh;
  }
  while (limits_ < session_.limits.size() && session_.limits[limits_].time_ns <= t) ++limits_;
  constexpr double meter_step_kw = 1e-4;  // of the power shown
  jumped_ = std::abs(kw_now() - kw_before) > meter_step_kw;
}

TimeNs SessionMeter::next_change() const {
  TimeNs next = session_.departed_ns;
  if (power_ < session_.power.size()) {
    const RecordedPower& coming = session_.power[power_];
    next = std::min(next, coming.start_ns > now_ns_ ? coming.start_ns : coming.end_ns);
  }
  if (limits_ < session_.limits.size()) next = std::min(next, session_.limits[limits_].time_ns);
  return next;
}

const RecordedPower* SessionMeter::current_piece() const {
  if (power_ >= session_.power.size() || session_.power[power_].start_ns > now_ns_) return nullptr;
  return &session_.power[power_];
}

double SessionMeter::kw_now() const { return current_piece() == nullptr ? 0.0 : current_piece()->kw_at(now_ns_); }

Status SessionMeter::status_now() const {
  if (current_piece() != nullptr && current_piece()->kw != 0.0) return Status::charging;
  const bool held = limits_ > 0 && session_.limits[limits_ - 1].kw <= 0.0;
  return held ? Status::suspended_evse : Status::suspended_ev;
}

double SessionMeter::limit_w() const {
  const double rated_w = 1000.0 * evse_.max_kw;
  if (limits_ == 0) return rated_w;
  const double asked_w = 1000.0 * session_.limits[limits_ - 1].kw;
  if (asked_w < 0.0) return std::numeric_limits<double>::quiet_NaN();
  return std::min(std::max(asked_w, 1000.0 * kw_now()), rated_w);
}

MeterReading SessionMeter::take_reading(Context context, bool electrical) const {
  const double so_far_kwh = current_piece() == nullptr ? 0.0 : current_piece()->energy_kwh_until(now_ns_);
  MeterRegister meter = register_;
  meter.add_kwh(so_far_kwh);

  MeterReading shown;
  shown.context = context;
  shown.import_wh = meter.import_wh;
  shown.import_w = 1000.0 * std::max(0.0, kw_now());
  if (session_.discharged_kwh > 0.0) {
    shown.export_wh = meter.export_wh;
    shown.export_w = 1000.0 * std::max(0.0, -kw_now());
  }
  // How many phases a car uses is not in the run: only where there is one is the current known.
  if (electrical && evse_.phases > 0 && evse_.voltage_v > 0.0) {
    shown.voltage_v = evse_.voltage_v;
    if (evse_.phases == 1) shown.current_a = shown.import_w / evse_.voltage_v;
  }
  // With one efficiency SoC rises in proportion to the energy metered; with discharging between there are two.
  if (session_.got_kwh == 0.0 || context == Context::begin) {
    shown.soc = session_.soc_start;
  } else if (context == Context::end) {
    shown.soc = session_.soc_end;
  } else if (session_.discharged_kwh == 0.0) {
    const double share = (net_kwh_ + so_far_kwh) / session_.got_kwh;
    shown.soc = session_.soc_start + (session_.soc_end - session_.soc_start) * share;
  }
  return shown;
}

}  // namespace evtwin::replay
