#include "ocpp/transaction_finish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "market/calendar.hpp"
#include "ocpp/energy.hpp"

namespace evtwin::ocpp {
namespace {

// Two messages can carry the same reading (MeterValues and transactionData): what one lacks the other has.
void merge(Sample& into, const Sample& from) {
  const auto take = [](double& a, double b) {
    if (!kernel::is_known(a)) a = b;
  };
  take(into.register_kwh, from.register_kwh);
  take(into.export_register_kwh, from.export_register_kwh);
  take(into.interval_kwh, from.interval_kwh);
  take(into.power_kw, from.power_kw);
  take(into.offered_kw, from.offered_kw);
  take(into.offered_a, from.offered_a);
  take(into.voltage_v, from.voltage_v);
  take(into.soc, from.soc);
  for (std::size_t p = 0; p < 3; ++p) take(into.current_a[p], from.current_a[p]);
  take(into.unphased_a, from.unphased_a);
  if (into.context == Sample::Context::periodic) into.context = from.context;
}

/// A current without a phase is that of each phase in use: as many as the power of the same instant, or the register
/// since the reading before, makes of it. One where they say nothing, or no whole number of phases.
void spread_over_phases(std::vector<Sample>& samples) {
  constexpr double nominal_v = 230.0;  // where no voltage is told: 208 to 250 V are within the tolerance
  constexpr double tolerance = 0.12;   // of a whole number of phases
  const Sample* before = nullptr;      // the last one with a register
  for (Sample& s : samples) {
    double kw = s.power_kw;
    const bool metered = kernel::is_known(s.register_kwh);
    if (!kernel::is_known(kw) && metered && before != nullptr && s.time_ns > before->time_ns)
      kw = (s.register_kwh - before->register_kwh) / kernel::hours_between(before->time_ns, s.time_ns);
    if (metered) before = &s;
    if (!(s.unphased_a > 1.0) || kernel::is_known(s.current_a[1]) || kernel::is_known(s.current_a[2])) continue;
    double volts = s.voltage_v > 50.0 ? s.voltage_v : nominal_v;
    if (volts > 300.0) volts /= std::numbers::sqrt3;                       // told between phases
    const double phases = std::abs(kw) * 1000.0 / (volts * s.unphased_a);  // NaN where the power is not known
    for (const double whole : {2.0, 3.0}) {
      if (!(std::abs(phases - whole) <= tolerance * whole)) continue;
      s.current_a[1] = s.unphased_a;
      if (whole == 3.0) s.current_a[2] = s.unphased_a;
    }
  }
}

std::vector<Sample> settle_readings(std::vector<StampedReading>&& readings, const StationClock& clock,
                                    const LogReport& report) {
  // A register of the station's side (Inlet) next to one of the vehicle's is another meter.
  MeterLocation best = MeterLocation::inlet;
  for (const StampedReading& r : readings)
    if (kernel::is_known(r.sample.register_kwh)) best = std::min(best, r.register_location);

  std::vector<Sample> samples;
  samples.reserve(readings.size());
  for (StampedReading& r : readings) {
    Stamp stamp;
    stamp.payload_ns = r.payload_ns;
    stamp.near_ns = r.near_ns;
    stamp.log = r.log;
    stamp.place.file = r.file;
    stamp.place.line = 1;
    stamp.number = r.number;

    Sample sample = r.sample;
    if (r.register_location != best) sample.register_kwh = kernel::unknown;
    sample.time_ns = clock.at_inner(stamp, sample.time_ns, report);
    if (sample.time_ns != kernel::time_never) samples.push_back(sample);
  }

  // One instant is one reading, whatever the number of messages that carry it.
  std::stable_sort(samples.begin(), samples.end(),
                   [](const Sample& a, const Sample& b) { return a.time_ns < b.time_ns; });

  std::vector<Sample> merged;
  merged.reserve(samples.size());
  for (const Sample& s : samples) {
    if (!merged.empty() && merged.back().time_ns == s.time_ns) {
      merge(merged.back(), s);
    } else {
      merged.push_back(s);
    }
  }
  spread_over_phases(merged);
  return merged;
}

/// Without a register in its readings, energies of intervals make one. @returns what they add up to; NaN: there are
/// none
double register_from_intervals(std::vector<Sample>& samples, double start_kwh) {
  const auto has_register = [](const Sample& s) { return kernel::is_known(s.register_kwh); };
  if (std::any_of(samples.begin(), samples.end(), has_register)) return kernel::unknown;
  double total = kernel::unknown;
  for (Sample& s : samples) {
    if (!kernel::is_known(s.interval_kwh)) continue;
    total = s.interval_kwh;
    s.register_kwh = start_kwh + total;
  }
  return total;
}

bool refused(std::string_view status) {
  return !status.empty() && status != "Accepted" && !status.starts_with("error");
}

// Flags a doubt of a transaction, there and in the log.
void flag_transaction(Transaction& t, FlagList& flags, std::string_view code, std::string_view text, Place place) {
  if (std::find(t.flags.begin(), t.flags.end(), code) == t.flags.end()) t.flags.emplace_back(code);
  flags.add_flag(code, t.station,
                 fmt::format("transaction {} on {}: {}", t.id.empty() ? "without id" : quoted_text(t.id),
                             quoted_text(t.station), text),
                 place);
}

/// A draft whose times, readings and doubts are being settled, step by step.
struct Settlement {
  Transaction& t;
  const DraftTransaction& draft;
  const StationClock& clock;
  const LogReport& report;
  FlagList& flags;

  void flag(std::string_view code, std::string_view text, Place place) {
    flag_transaction(t, flags, code, text, place);
  }
  void settle_start(const StationClock::Instant& start, TimeNs last_ns);
  void settle_stop(const StationClock::Instant& start, TimeNs last_ns);
  void flag_refused_times();
  void flag_answer();
  void flag_gaps();
  void flag_readings_outside();
};

// A start that the log does not tell is not after the first reading.
void Settlement::settle_start(const StationClock::Instant& start, TimeNs last_ns) {
  t.start_ns = start.ns;
  if (!t.start_seen) {
    if (!t.samples.empty()) t.start_ns = std::min(t.start_ns, t.samples.front().time_ns);
  }
  if (t.start_ns == kernel::time_never) {
    t.start_ns = t.samples.empty() ? last_ns : t.samples.front().time_ns;
    flag("time_not_told", "neither its message nor the log gives a time", t.start_place);
  }
}

// A stop that the log does not tell is not before the last reading.
void Settlement::settle_stop(const StationClock::Instant& start, TimeNs last_ns) {
  const TimeNs last_reading_ns = t.samples.empty() ? t.start_ns : std::max(t.start_ns, t.samples.back().time_ns);
  if (t.stop_seen) {
    const StationClock::Instant stop = clock.instant_of(draft.stop, report);
    t.stop_ns = stop.ns == kernel::time_never ? last_reading_ns : stop.ns;
    if (start.late || stop.late) t.offline = true;
    if (t.stop_ns < t.start_ns && t.start_seen) {
      flag("stop_before_start",
           fmt::format("its stop {} is before its start {}", market::Calendar().format_iso(t.stop_ns),
                       market::Calendar().format_iso(t.start_ns)),
           t.stop_place);
    }
    return;
  }

  if (start.late) t.offline = true;
  if (draft.gone_seen) {
    const TimeNs gone_ns = clock.instant_of(draft.gone, report).ns;
    t.stop_ns = gone_ns == kernel::time_never ? last_reading_ns : std::max(gone_ns, last_reading_ns);
    flag("stop_missing", fmt::format("no stop in the log; over by {}", draft.gone_why), draft.start.place);
  } else {
    t.stop_ns = std::max(last_ns, last_reading_ns);
    flag("stop_missing", "no stop in the log; open at its end", draft.start.place);
  }
}

// Where a time was refused the log's was taken; a clock that is lost altogether is flagged by its StationClock.
void Settlement::flag_refused_times() {
  for (const auto& [stamp, what] : {std::pair{&draft.start, "start"}, std::pair{&draft.stop, "stop"}}) {
    const StationClock::Instant instant = clock.instant_of(*stamp, report);
    if (instant.refused && instant.ns < stamp->payload_ns + clock_lost_ns &&
        instant.ns > stamp->payload_ns - clock_lost_ns)
      flag("time_refused",
           fmt::format("its {} says {}, after the log's {}: the log's is used", what,
                       market::Calendar().format_iso(stamp->payload_ns), market::Calendar().format_iso(instant.ns)),
           stamp->place);
  }
}

// The CSMS's answer to the start, which in OCPP 1.6 gives the id, too.
void Settlement::flag_answer() {
  if (refused(t.authorised))
    flag("start_refused", fmt::format("the CSMS refused its tag: {}", quoted_text(t.authorised)), t.start_place);
  if (!t.start_seen || t.version != Version::v16) return;

  if (t.authorised.starts_with("error")) {
    flag("start_unanswered", fmt::format("the CSMS answered its start with {}", quoted_text(t.authorised)),
         t.start_place);
    t.authorised.clear();
  } else if (!draft.has_answer && report.results > 0) {
    flag("start_unanswered", "no answer to its start in the log", t.start_place);
  }
  if (t.id.empty() || t.id == "-1" || t.id == "0")
    flag("id_unusable",
         fmt::format("the transaction id is {}: matched by connector", t.id.empty() ? std::string("not told") : t.id),
         t.start_place);
}

void Settlement::flag_gaps() {
  if (t.evse == 0) flag("evse_not_told", "the log does not say on which EVSE", t.start_place);
  if (!t.start_seen && std::find(t.flags.begin(), t.flags.end(), "start_missing") == t.flags.end())
    flag("start_missing", "no start in the log", t.start_place);

  // seqNo counts the messages of a 2.0.1 transaction (E01.FR.07).
  if (draft.sequences == 0) return;
  const auto span = static_cast<std::uint64_t>(draft.last_sequence) - static_cast<std::uint64_t>(draft.first_sequence);
  if (span + 1 > draft.sequences)
    flag("sequence_gap",
         fmt::format("{} of its messages are missing (seqNo {} to {})", span + 1 - draft.sequences,
                     draft.first_sequence, draft.last_sequence),
         t.start_place);
}

void Settlement::flag_readings_outside() {
  const TimeNs slack_ns = kernel::minute_ns + t.reading_step_ns;
  const auto outside = std::count_if(t.samples.begin(), t.samples.end(), [&](const Sample& s) {
    return s.time_ns < t.start_ns - slack_ns || s.time_ns > t.stop_ns + slack_ns;
  });
  if (outside > 0 && t.stop_ns >= t.start_ns)
    flag("reading_outside_time",
         fmt::format("{} reading{} outside its start and stop", outside, outside == 1 ? " lies" : "s lie"),
         t.start_place);
}

}  // namespace

Transaction finish_transaction(DraftTransaction&& draft, const StationClock& clock, const LogReport& report,
                               TimeNs last_ns, FlagList& flags) {
  Transaction t = std::move(draft.facts);
  Settlement settlement{t, draft, clock, report, flags};
  t.samples = settle_readings(std::move(draft.readings), clock, report);

  // Start and stop; what the log does not tell is bounded by what it does.
  const StationClock::Instant start = clock.instant_of(draft.start, report);
  settlement.settle_start(start, last_ns);
  settlement.settle_stop(start, last_ns);

  settlement.flag_refused_times();
  settlement.flag_answer();
  settlement.flag_gaps();
  settlement.flag_readings_outside();

  // The state of charge as it was read first.
  for (const Sample& s : t.samples) {
    if (kernel::is_known(t.soc_start)) break;
    if (kernel::is_known(s.soc)) t.soc_start = s.soc;
  }
  return t;
}

void settle_energy(Transaction& t, FlagList& flags) {
  const Place place = t.stop_seen ? t.stop_place : t.start_place;
  const double base_kwh = kernel::is_known(t.meter_start_kwh) ? t.meter_start_kwh : 0.0;
  const double summed_kwh = register_from_intervals(t.samples, base_kwh);
  if (kernel::is_known(summed_kwh) && !(t.meter_stop_kwh > base_kwh)) {
    flag_transaction(
        t, flags, "register_from_intervals",
        fmt::format(
            "start and stop tell no register that counts: {:.12g} Wh is the sum of the energies of its intervals",
            1000.0 * summed_kwh),
        place);
    t.meter_start_kwh = base_kwh;
    t.meter_stop_kwh = base_kwh + summed_kwh;
  }

  Registers registers{t.meter_start_kwh, t.meter_stop_kwh, t.samples, t.start_ns, t.stop_ns, t.start_seen, t.stop_seen};
  EnergyVerdict energy = energy_of(registers);
  t.energy_kwh = energy.kwh;
  t.exported_kwh = energy.exported_kwh;
  if (t.register_step_kwh < 1.0) t.register_step_kwh = energy.step_kwh;  // whole kWh of start and stop are as coarse
  if (!kernel::is_known(t.meter_start_kwh) || energy.start_refused) t.meter_start_kwh = energy.begin_kwh;
  if (!kernel::is_known(t.meter_stop_kwh) || energy.stop_refused) t.meter_stop_kwh = energy.end_kwh;
  for (const Doubt& doubt : energy.doubts) flag_transaction(t, flags, doubt.code, doubt.text, place);
}

void settle_exports(std::vector<Transaction>& transactions, FlagList& flags) {
  const auto tells_export = [](const Sample& s) { return kernel::is_known(s.export_register_kwh); };
  double left_kwh = kernel::unknown;  // by the EVSE's transaction before
  int evse = 0;
  for (Transaction& t : transactions) {
    if (t.evse != evse || t.evse == 0) left_kwh = kernel::unknown;
    evse = t.evse;
    const auto first = std::find_if(t.samples.begin(), t.samples.end(), tells_export);
    if (first == t.samples.end()) {
      left_kwh = kernel::unknown;  // it may have given without telling
      continue;
    }

    const double before_kwh = first->export_register_kwh - left_kwh;
    const double hours = kernel::hours_between(t.start_ns, first->time_ns);
    const double end_kwh = std::find_if(t.samples.rbegin(), t.samples.rend(), tells_export)->export_register_kwh;
    if (t.start_seen && hours > 0.0 && before_kwh >= 0.0 && before_kwh <= most_exchanged_kwh(hours)) {
      t.export_start_kwh = left_kwh;
      t.exported_kwh = std::max(end_kwh - left_kwh, 0.0);
    } else if (first->time_ns - t.start_ns > kernel::minute_ns && first->power_kw < 0.0) {
      t.flags.emplace_back("export_at_least");
      flags.add_flag(
          "export_at_least", t.station,
          fmt::format("transaction {} on {}: its export register is first told {:.0f} min after its start, while it "
                      "gives {:.3g} kW: what it gave until then is not known",
                      t.id.empty() ? "without id" : quoted_text(t.id), quoted_text(t.station), 60.0 * hours,
                      -first->power_kw),
          t.start_place);
    }
    left_kwh = end_kwh;
  }
}

void check_order(std::vector<Transaction*>& transactions, FlagList& flags) {
  for (std::size_t i = 1; i < transactions.size(); ++i) {
    Transaction& before = *transactions[i - 1];
    Transaction& t = *transactions[i];
    if (t.evse == 0 || t.evse != before.evse || t.start_ns >= before.stop_ns || !before.stop_seen) continue;
    t.flags.emplace_back("overlap");
    flags.add_flag("overlap", t.station,
                   fmt::format("transaction {} on {} starts on EVSE {} before transaction {} there has stopped",
                               t.id.empty() ? "without id" : quoted_text(t.id), quoted_text(t.station), t.evse,
                               before.id.empty() ? "without id" : quoted_text(before.id)),
                   t.start_place);
  }
}

}  // namespace evtwin::ocpp
