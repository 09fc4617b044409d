// Fields of summary objects. The station's own have no standard: their names say what they are and in which unit. OCPI
// 2.2.1: mod_sessions and mod_cdrs, with the looser names that are met in their place (auth_id, cdr_id, meter_start).
#include "ocpp/summary_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "kernel/text.hpp"
#include "kernel/unknown.hpp"
#include "ocpp/health.hpp"

namespace evtwin::ocpp {
namespace {

std::optional<Status> status_in_summary(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Status::occupied); ++i)
    if (name_of(static_cast<Status>(i)) == name) return static_cast<Status>(i);
  return std::nullopt;
}

int evse_in_text(std::string_view text) {
  int number = 0;
  for (const char c : text.substr(0, 6)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return text.size() > 6 ? 0 : number;
}

/// Energy of a session by the field that names its unit, held against the registers, which may not name theirs: 1 % or
/// 0.01 kWh is rounding.
void settle_energy(SummarySession& session, double told_kwh, double start, double stop, double unit_kwh,
                   SummaryContext& context) {
  const auto agree = [](double a, double b) { return std::abs(a - b) <= std::max(0.01, 0.01 * std::abs(a)); };
  Transaction& facts = session.facts;
  double unit = unit_kwh > 0.0 ? unit_kwh : 0.001;  // OCPP's registers are in Wh where they name no unit

  // Registers without a unit are kWh only where that agrees with the energy and Wh does not.
  if (kernel::is_known(told_kwh) && kernel::is_known(start) && kernel::is_known(stop) && unit_kwh <= 0.0 &&
      !agree(told_kwh, (stop - start) * unit) && agree(told_kwh, stop - start)) {
    unit = 1.0;
    context.add_flag("register_in_kwh",
                     fmt::format("the registers {:g} and {:g} name no unit; with {:g} kWh delivered they "
                                 "are kWh",
                                 start, stop, told_kwh));
  }

  facts.meter_start_kwh = start * unit;
  facts.meter_stop_kwh = stop * unit;
  const double metered_kwh = facts.meter_stop_kwh - facts.meter_start_kwh;
  if (kernel::is_known(told_kwh) && kernel::is_known(metered_kwh) && !agree(told_kwh, metered_kwh)) {
    context.add_flag("energy_disagrees",
                     fmt::format("the registers say {:g} kWh, the energy delivered is {:g} kWh: the "
                                 "latter is taken",
                                 metered_kwh, told_kwh));
    facts.meter_start_kwh = facts.meter_stop_kwh = kernel::unknown;
  }
  facts.energy_kwh = kernel::is_known(told_kwh) ? told_kwh : metered_kwh;

  if (facts.energy_kwh < 0.0) {
    context.add_flag("energy_negative",
                     fmt::format("the energy is {:g} kWh, below 0: it is not known", facts.energy_kwh));
    facts.energy_kwh = facts.meter_stop_kwh = kernel::unknown;
  }
}

void settle_times(SummarySession& session, TimeNs start, TimeNs stop, SummaryContext& context) {
  Transaction& facts = session.facts;
  facts.start_seen = start != kernel::time_never;
  facts.stop_seen = stop != kernel::time_never;
  facts.start_ns = facts.start_seen ? start : stop;
  // A session that goes on is known to last until the heartbeat or last update (`told_ns`).
  facts.stop_ns = facts.stop_seen ? stop : session.told_ns;
  if (facts.stop_ns == kernel::time_never) facts.stop_ns = facts.start_ns;
  if (facts.stop_seen && facts.start_seen && stop < start)
    context.add_flag("stop_before_start", "it ends before it begins");
  if (!facts.start_seen) context.add_flag("start_missing", "it does not say when it began");
  if (facts.start_seen && !facts.stop_seen)
    context.add_flag("stop_missing", "it does not say when it ended: still open");
  facts.plugged_in_ns = facts.start_ns;
  facts.plugged_out_ns = facts.stop_ns;
  facts.start_place = facts.stop_place = context.place;
}

/// Power, voltage and current of a connector at one instant: P = V I, or with three phases sqrt(3) V I (between
/// phases) or 3 V I; in kW, or else in W.
void check_power(SummaryFields& connector, Sample& sample, SummaryContext& context) {
  const double voltage = connector.take_number({"voltage", "voltagev"}),
               current = connector.take_number({"current", "currenta"});
  double power = connector.take_number({"powerkw", "power"});
  if (const double watts = connector.take_number({"powerw"}); kernel::is_known(watts)) power = watts / 1000.0;
  sample.voltage_v = voltage;
  sample.current_a[0] = current;
  sample.power_kw = power;
  if (!kernel::is_known(voltage) || !kernel::is_known(current) || !kernel::is_known(power)) return;
  for (const double unit : {1.0, 1000.0}) {
    for (const double factor : {1.0, std::numbers::sqrt3, 3.0}) {
      const double expected = factor * voltage * current / 1000.0 * unit;
      if (std::abs(power - expected) > 0.02 * std::abs(expected)) continue;
      sample.power_kw = power / unit;
      // Between phases, a third of the power is not V I: the voltage of a phase is not the one told.
      if (factor == std::numbers::sqrt3) sample.voltage_v = voltage / std::numbers::sqrt3;
      if (factor > 1.0) sample.current_a[1] = sample.current_a[2] = current;
      return;
    }
  }
  context.add_flag("power_disagrees", fmt::format("{:g} V x {:g} A is {:g} kW, connector.power says {:g}", voltage,
                                                  current, voltage * current / 1000.0, power));
}

/// A limit in force from `start` on, as the profile that it is.
void add_profile(SummarySession& session, std::int64_t id, TimeNs start, RateUnit unit, double limit) {
  ProfileCommand command;
  command.time_ns = start != kernel::time_never ? start : session.facts.start_ns;
  command.evse = session.facts.evse;
  command.answered = false;
  ChargingProfile profile;
  profile.id = id;
  profile.purpose = ProfilePurpose::tx;
  profile.kind = ProfileKind::absolute;
  profile.transaction_id = session.facts.id;
  profile.schedule.unit = unit;
  profile.schedule.start_ns = command.time_ns;
  profile.schedule.periods.push_back({.start_s = 0, .limit = limit});
  command.profile = std::move(profile);
  session.profile = std::move(command);
}

void read_smart_charging(SummarySession& session, SummaryFields& fields) {
  const double id = fields.take_number({"chargingprofileid"});
  const TimeNs start = fields.take_time({"schedulestart", "profilestarttime", "startschedule"});
  const double kw = fields.take_number({"maxpowerkw"}), w = fields.take_number({"maxpowerw"}),
               a = fields.take_number({"maxcurrenta"});
  const bool whole_id = id >= 0.0 && id < 9e15;
  const std::int64_t number = whole_id ? static_cast<std::int64_t>(id) : 0;
  if (session.facts.start_ns == kernel::time_never && start == kernel::time_never) return;
  if (kw >= 0.0 || w >= 0.0)
    add_profile(session, number, start, RateUnit::watt, kw >= 0.0 ? kw * 1000.0 : w);
  else if (a >= 0.0)
    add_profile(session, number, start, RateUnit::ampere, a);
}

/// Health at the instant that the object tells of: diagnostics of the station, the temperature of a connector.
void read_health(SummarySession& session, SummaryFields& diagnostics, SummaryFields& connector,
                 const std::string& error_code) {
  using Of = Station::Health::Of;
  const auto add = [&](Of of, int evse, double value, std::string text) {
    if (session.told_ns == kernel::time_never || (!kernel::is_known(value) && text.empty())) return;
    session.station.health.push_back({session.told_ns, of, evse, value, {}, std::move(text)});
  };
  const double rssi = diagnostics.take_number({"rssi", "signalstrength", "signal"});
  const double station_c = diagnostics.take_number({"temperature", "temperaturec"}),
               connector_c = connector.take_number({"temperature", "temperaturec"});
  add(Of::signal, 0, rssi, {});
  add(Of::network, 0, kernel::unknown, diagnostics.take_text({"network", "networkstate", "networkstatus"}));
  if (is_temperature(station_c)) add(Of::temperature, 0, station_c, {});
  if (is_temperature(connector_c)) add(Of::temperature, session.facts.evse, connector_c, {});
  if (!error_code.empty()) add(Of::fault, 0, kernel::unknown, error_code == "NoError" ? "" : error_code);
}

/// {"chargingStation": ..., "connector": ..., "transaction": ...}
SummarySession nested_session(SummaryFields& fields, SummaryContext& context) {
  SummarySession session;
  Transaction& facts = session.facts;
  SummaryFields& station = fields.take_object({"chargingstation", "chargepoint"});
  session.station.vendor = station.take_text({"vendorname", "vendor"});
  session.station.model = station.take_text({"model"});
  session.station.serial = station.take_text({"serialnumber", "serial"});
  session.station.firmware = station.take_text({"firmwareversion"});
  session.station.id = station.take_text({"id", "identity", "chargepointid"});
  if (session.station.id.empty()) session.station.id = session.station.serial;

  SummaryFields& diagnostics = fields.take_object({"diagnostics"});
  session.told_ns = diagnostics.take_time({"heartbeat", "timestamp"});
  const std::string code = diagnostics.take_text({"errorcode"});
  if (!code.empty() && code != "NoError") ++session.station.faults[code];

  SummaryFields& transaction = fields.take_object({"transaction"});
  SummaryFields& connector = fields.take_object({"connector"});
  facts.id = context.subject = transaction.take_text({"transactionid", "id"});
  SummaryFields& token = transaction.take_object({"idtoken"});
  facts.id_tag = token.take_text({"idtoken"});
  facts.token_type = token.take_text({"type"});
  if (facts.id_tag.empty()) facts.id_tag = transaction.take_text({"idtag", "idtoken"});
  facts.stop_reason = transaction.take_text({"reason", "stopreason"});
  facts.authorised = fields.take_object({"authorization", "authorisation"}).take_text({"status"});
  facts.evse = evse_in_text(connector.take_text({"id", "connectorid"}));
  if (const auto status = status_in_summary(connector.take_text({"status"}))) session.status = *status;
  settle_times(session, transaction.take_time({"chargingstart", "starttime", "start"}),
               transaction.take_time({"chargingend", "stoptime", "endtime", "end"}), context);

  double delivered_kwh = transaction.take_number({"energydeliveredkwh"});
  if (const double wh = transaction.take_number({"energydeliveredwh"}); kernel::is_known(wh))
    delivered_kwh = wh / 1000.0;
  const bool named_wh = transaction.has_member({"meterstartwh"}), named_kwh = transaction.has_member({"meterstartkwh"});
  settle_energy(session, delivered_kwh, transaction.take_number({"meterstartkwh", "meterstartwh", "meterstart"}),
                transaction.take_number({"meterstopkwh", "meterstopwh", "meterstop"}),
                named_kwh ? 1.0 : (named_wh ? 0.001 : 0.0), context);

  Sample sample;
  sample.time_ns = session.told_ns;
  check_power(connector, sample, context);
  read_health(session, diagnostics, connector, code);

  // A session that goes on has a register of now: its reading.
  const bool now = !facts.stop_seen && session.told_ns != kernel::time_never && session.told_ns >= facts.start_ns;
  if (now) {
    sample.register_kwh = facts.meter_start_kwh + facts.energy_kwh;
    facts.samples.push_back(sample);
  }
  read_smart_charging(session, fields.take_object({"smartcharging"}));
  session.local_list = fields.has_member({"localauthlist"});
  return session;
}

/// {"chargePointId": ..., "transactionId": ..., "targetEnergy_kWh": ...}: a vehicle that has come and wants energy.
SummarySession flat_session(SummaryFields& fields, SummaryContext& context) {
  SummarySession session;
  Transaction& facts = session.facts;
  session.station.id = fields.take_text({"chargepointid", "chargingstationid", "stationid"});
  if (session.station.id.empty()) session.station.id = fields.take_text({"evseid", "evseuid", "locationid"});
  session.station.firmware = fields.take_text({"firmwareversion"});
  facts.id = context.subject = fields.take_text({"transactionid"});
  facts.id_tag = fields.take_text({"idtag", "idtoken", "userid"});
  facts.token_type = fields.take_text({"tokentype"});
  facts.evse = evse_in_text(fields.take_text({"connectorid"}));
  facts.stop_reason = fields.take_text({"reason", "stopreason"});
  if (const auto status = status_in_summary(fields.take_text({"status"}))) session.status = *status;
  session.told_ns = fields.take_time({"timestamp", "lastupdated", "heartbeat"});
  settle_times(session, fields.take_time({"chargingstarttime", "chargingstart", "starttime"}),
               fields.take_time({"chargingendtime", "chargingend", "stoptime", "endtime"}), context);

  double delivered_kwh = fields.take_number({"energydeliveredkwh"});
  if (const double wh = fields.take_number({"energydeliveredwh"}); kernel::is_known(wh)) delivered_kwh = wh / 1000.0;
  const bool named_wh = fields.has_member({"meterstartwh"}), named_kwh = fields.has_member({"meterstartkwh"});
  settle_energy(session, delivered_kwh, fields.take_number({"meterstartkwh", "meterstartwh", "meterstart"}),
                fields.take_number({"meterstopkwh", "meterstopwh", "meterstop"}),
                named_kwh ? 1.0 : (named_wh ? 0.001 : 0.0), context);

  facts.requested_kwh = fields.take_number({"targetenergykwh"});
  facts.soc_start = fields.take_number({"startsocpercent"}) / 100.0;
  facts.target_soc = fields.take_number({"targetsocpercent"}) / 100.0;
  facts.battery_kwh = fields.take_number({"batterycapacitykwh", "batterykwh"});
  facts.claimed_departure_ns = fields.take_time({"departuretime", "claimeddeparture"});

  // Below 0 and above 100 % is no state of charge: not used.
  for (double* share : {&facts.soc_start, &facts.target_soc}) {
    if (!kernel::is_known(*share) || (*share >= 0.0 && *share <= 1.0)) continue;
    context.add_flag("field_malformed", fmt::format("a state of charge is {:g} %: 0 to 100", *share * 100.0));
    *share = kernel::unknown;
  }
  read_smart_charging(session, fields);
  return session;
}

/// Sums over the charging periods read so far.
struct PeriodSums {
  double energy_kwh = 0.0, time_h = 0.0, parking_h = 0.0;
  bool any_energy = false, any_time = false;
};

/// Adds the volumes of one charging period; its state of charge is of `sample`, at the period's start.
void read_dimensions(const Json& dimensions, Transaction& facts, Sample& sample, PeriodSums& sums,
                     SummaryContext& context) {
  for (const Json& one : elements_of(dimensions)) {
    SummaryFields dimension(one, "charging_periods.dimensions.", context);
    const std::string type = dimension.take_text({"type"});
    const double volume = dimension.take_number({"volume"});
    if (!(volume >= 0.0)) continue;
    if (type == "ENERGY") {
      sums.energy_kwh += volume;
      sums.any_energy = true;
    } else if (type == "TIME" || type == "PARKING_TIME") {
      // Hours (OCPI 2.2.1, CdrDimensionType).
      (type == "TIME" ? sums.time_h : sums.parking_h) += volume;
      sums.any_time = true;
    } else if (type == "STATE_OF_CHARGE" && volume <= 100.0) {
      sample.soc = volume / 100.0;
      if (facts.samples.empty()) facts.soc_start = sample.soc;
    } else {
      context.leave_unused("charging_periods.dimensions." + kernel::make_printable(type.substr(0, 60)));
    }
    dimension.report_unused();
  }
}

/// Cumulative energy at the start of each charging period, and the state of charge where one says it.
void read_charging_periods(SummarySession& session, const Json& periods, double meter_start_kwh,
                           SummaryContext& context) {
  Transaction& facts = session.facts;
  const double base_kwh = kernel::is_known(meter_start_kwh) ? meter_start_kwh : 0.0;
  PeriodSums sums;
  bool in_order = true;
  TimeNs before = std::numeric_limits<TimeNs>::min();
  for (const Json& json : elements_of(periods)) {
    SummaryFields period(json, "charging_periods.", context);
    const TimeNs start = period.take_time({"startdatetime"});
    if (in_order && (start == kernel::time_never || start < before)) {
      context.add_flag("periods_out_of_order",
                       "a charging period begins before the one before it, or does not say when");
      in_order = false;
    }
    // What such a period and those behind it hold is not used, and named so.
    if (!in_order) {
      period.report_unused();
      continue;
    }
    before = start;

    // The register at the period's start counts all energy before it.
    Sample sample;
    sample.time_ns = start;
    sample.register_kwh = base_kwh + sums.energy_kwh;
    const auto dimensions = period.take_member({"dimensions"});
    if (dimensions) read_dimensions(*dimensions, facts, sample, sums, context);
    period.report_unused();
    if (dimensions) facts.samples.push_back(sample);
  }

  // Out of order nothing says which energy came before which period, nor that these are all.
  if (in_order && sums.any_time)
    facts.hours = {.charging = sums.time_h, .suspended_ev = 0.0, .suspended_evse = 0.0, .connected = sums.parking_h};
  if (!in_order || !sums.any_energy) {
    for (Sample& sample : facts.samples) sample.register_kwh = kernel::unknown;
    return;
  }

  // The register at the end counts the energy of all periods.
  Sample last;
  last.time_ns = facts.stop_ns;
  last.register_kwh = base_kwh + sums.energy_kwh;
  last.context = Sample::Context::end;
  if (last.time_ns >= before) facts.samples.push_back(last);

  const double sum_kwh = sums.energy_kwh;
  if (kernel::is_known(facts.energy_kwh) &&
      std::abs(facts.energy_kwh - sum_kwh) > std::max(0.01, 0.01 * facts.energy_kwh))
    context.add_flag("energy_disagrees",
                     fmt::format("its charging periods add up to {:g} kWh, its energy is {:g} kWh: the "
                                 "latter is taken",
                                 sum_kwh, facts.energy_kwh));
}

SummarySession ocpi_session(SummaryFields& fields, SummaryContext& context) {
  SummarySession session;
  session.source = SummarySession::Source::ocpi;
  Transaction& facts = session.facts;
  facts.id = fields.take_text({"sessionid"});
  if (facts.id.empty()) facts.id = fields.take_text({"id", "cdrid"});
  context.subject = facts.id;
  SummaryFields& token = fields.take_object({"cdrtoken"});
  facts.id_tag = token.take_text({"uid"});
  facts.token_type = token.take_text({"type"});
  if (facts.id_tag.empty()) facts.id_tag = fields.take_text({"authid"});
  if (facts.token_type.empty()) facts.token_type = fields.take_text({"tokentype"});
  facts.stop_reason = fields.take_text({"stopreason"});
  session.told_ns = fields.take_time({"lastupdated"});

  SummaryFields& location = fields.take_object({"cdrlocation", "location"});
  const std::string location_id = location.take_text({"id"}), own_location = fields.take_text({"locationid"});
  std::string evse = location.take_text({"evseuid"}), connector = location.take_text({"connectorid"});
  if (evse.empty()) evse = fields.take_text({"evseuid"});
  if (connector.empty()) connector = fields.take_text({"connectorid"});
  // An EVSE serves one vehicle, whatever its connectors.
  session.station.id = !evse.empty() ? evse : (location_id.empty() ? own_location : location_id);
  facts.evse = evse.empty() ? evse_in_text(connector) : 1;

  settle_times(session, fields.take_time({"startdatetime"}), fields.take_time({"enddatetime"}), context);
  settle_energy(session, fields.take_number({"totalenergy", "kwh"}), fields.take_number({"meterstart"}),
                fields.take_number({"meterstop"}), 0.0, context);
  if (const auto periods = fields.take_member({"chargingperiods"}))
    read_charging_periods(session, *periods, facts.meter_start_kwh, context);

  const double time_h = fields.take_number({"totaltime"}), parking_h = fields.take_number({"totalparkingtime"});
  if (kernel::is_known(time_h))
    facts.hours = {.charging = time_h - (kernel::is_known(parking_h) ? parking_h : 0.0),
                   .suspended_ev = 0.0,
                   .suspended_evse = 0.0,
                   .connected = kernel::is_known(parking_h) ? parking_h : 0.0};

  const std::string status = fields.take_text({"status"});
  if (status == "INVALID" || status == "RESERVATION")
    context.add_flag("ocpi_status", fmt::format("its status is {}: kept with this doubt", status));
  return session;
}

}  // namespace

std::string_view other_ocpi_object(const SummaryFields& fields) {
  if (fields.has_member({"evses", "coordinates"})) return "Location";
  if (fields.has_member({"elements"})) return "Tariff";
  if (fields.has_member({"contractid"}) && fields.has_member({"whitelist"})) return "Token";
  return {};
}

bool is_cdr(const SummaryFields& fields) {
  return fields.has_member({"totalenergy", "cdrlocation", "cdrid", "sessionid"});
}

std::optional<SummarySession> summary_session_of(SummaryFields& fields, SummaryContext& context) {
  std::optional<SummarySession> session;
  if (fields.has_member({"transaction"}))
    session = nested_session(fields, context);
  else if (fields.has_member({"startdatetime", "cdrid"}))
    session = ocpi_session(fields, context);
  else if (fields.has_member({"transactionid"}) &&
           fields.has_member({"chargingstarttime", "chargingstart", "starttime", "meterstart", "meterstartwh",
                              "meterstartkwh", "targetenergykwh"}))
    session = flat_session(fields, context);
  if (!session) return session;
  if (session->station.id.empty()) session->station.id = "station";
  session->facts.station = session->station.id;
  session->facts.flags = context.codes;
  if (session->profile) session->profile->station = session->station.id;
  return session;
}

}  // namespace evtwin::ocpp
