#include "conformance/acn_run_recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace evtwin::conformance {

Recording::Recording(const AcnCase& acn) : acn_(acn) {
  const auto n = static_cast<std::size_t>(acn.periods);
  energy_kwh.assign(acn.stations.size(), Series(n, 0.0));
  wished_kw.assign(acn.stations.size(), Series(n, 0.0));
}

// A segment's power is kw x exp(slope x t); the energy of a part of it is the difference of two closed forms.
void Recording::on_power(const twin::PowerSegment& segment) {
  const auto until = [&](kernel::TimeNs t) {
    const double hours = kernel::hours_between(segment.start_ns, t);
    const double kwh = segment.slope_kw_per_kwh == 0.0
                           ? segment.kw * hours
                           : segment.kw * std::expm1(segment.slope_kw_per_kwh * hours) / segment.slope_kw_per_kwh;
    return std::min(kwh, segment.energy_kwh);
  };
  Series& row = energy_kwh[segment.row];
  double before = 0.0;
  for (auto period = static_cast<std::size_t>((segment.start_ns - acn_.start_ns) / acn_.period_ns); period < row.size();
       ++period) {
    const kernel::TimeNs end = acn_.start_ns + (static_cast<std::int64_t>(period) + 1) * acn_.period_ns;
    const double after = end >= segment.end_ns ? segment.energy_kwh : until(end);
    row[period] += after - before;
    before = after;
    if (end >= segment.end_ns) break;
  }
}

void Recording::on_decision(const twin::DecisionRecord& decision) {
  const kernel::TimeNs since = decision.time_ns - acn_.start_ns;
  if (since % acn_.period_ns != 0) trouble = "a decision was made within a period";
  const auto period = static_cast<std::size_t>(since / acn_.period_ns);
  if (period >= static_cast<std::size_t>(acn_.periods)) return;
  for (std::size_t i = 0; i < wished_kw.size(); ++i) {
    if (!std::isnan(decision.wished_kw[i])) wished_kw[i][period] = decision.wished_kw[i];
  }
}

void Recording::on_session(const twin::SessionRecord& session) {
  if (session.end != twin::SessionEnd::departed)
    trouble = fmt::format("session {} did not leave: {}", session.id, twin::name_of(session.end));
  twin::SessionRecord& kept = sessions[std::string(session.id)];
  kept = session;
  kept.id = kept.vehicle = {};  // valid during the call only
}

void Recording::on_correction(const twin::CorrectionRecord& correction) {
  trouble = fmt::format("EVSE {} was asked for {} kW and given {} kW: {}", correction.row, correction.asked_kw,
                        correction.given_kw, twin::name_of(correction.reason));
}

Measured measure(const AcnCase& acn, const Recording& recording) {
  const auto periods = static_cast<std::size_t>(acn.periods);
  Measured m;
  m.aggregate_a.assign(periods, 0.0);
  m.power_kw.assign(periods, 0.0);
  for (std::size_t i = 0; i < acn.stations.size(); ++i) {
    const double kw_per_a = acn.stations[i].voltage_v / 1000.0;
    Series rate, pilot;
    for (std::size_t t = 0; t < periods; ++t) {
      const double kw = recording.energy_kwh[i][t] / acn.hours_per_period();
      rate.push_back(kw / kw_per_a);
      // kW were made of A: the digits that volts left behind are taken off.
      pilot.push_back(std::round(recording.wished_kw[i][t] / kw_per_a * 1e12) / 1e12);
      m.aggregate_a[t] += rate.back();
      m.power_kw[t] += kw;
    }
    m.rate_a.push_back(std::move(rate));
    m.pilot_a.push_back(std::move(pilot));
  }
  for (const AcnConstraint& constraint : acn.constraints) {
    Series magnitude;
    for (std::size_t t = 0; t < periods; ++t) {
      std::complex<double> sum = 0.0;
      for (const auto& [station, coefficient] : constraint.coefficients)
        sum += std::polar(1.0, acn.stations[station].phase_deg * std::numbers::pi / 180.0) *
               (coefficient * m.rate_a[station][t]);
      magnitude.push_back(std::abs(sum));
    }
    m.constraint_a.push_back(std::move(magnitude));
  }
  return m;
}

}  // namespace evtwin::conformance
