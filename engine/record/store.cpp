#include "record/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "control/forecast_model.hpp"
#include "market/calendar.hpp"
#include "record/content_hash.hpp"
#include "record/schema.hpp"
#include "record/table_insert.hpp"

namespace evtwin::record {
namespace {

// Small enough for rows to be written beside the simulation, large enough for a transaction to cost nothing.
constexpr std::size_t rows_per_transaction = 16'384;

/// Tables that a run fills while it goes on, with the ids of their rows in the order of the calls.
constexpr std::array<std::string_view, 14> bulk_tables{
    "power", "session", "signal",   "decision",   "setpoint",        "plan",  "correction",
    "event", "meter",   "evse_day", "limit_step", "shared_limit_kw", "share", "foreseen"};

/// Compiled once in a process, as empty_file() of create.cpp.
const BulkInsert::Layout& bulk_layout() {
  static const BulkInsert::Layout layout = BulkInsert::lay_out(bulk_tables);
  return layout;
}

}  // namespace

Store::Store(const std::string& file, const twin::World& world, const StrategyIdentity& strategy, const Origin& origin)
    : pages_(file, bulk_layout().pages),
      database_(create_run_file(file, world, strategy, origin)),
      bulk_(database_, pages_, bulk_layout()),
      power_(bulk_.rows_of("power")),
      session_(bulk_.rows_of("session")),
      signal_(bulk_.rows_of("signal")),
      decision_(bulk_.rows_of("decision")),
      setpoint_(bulk_.rows_of("setpoint")),
      plan_(bulk_.rows_of("plan")),
      correction_(bulk_.rows_of("correction")),
      event_(bulk_.rows_of("event")),
      meter_(bulk_.rows_of("meter")),
      evse_day_(bulk_.rows_of("evse_day")),
      limit_step_(bulk_.rows_of("limit_step")),
      shared_limit_kw_(bulk_.rows_of("shared_limit_kw")),
      share_(bulk_.rows_of("share")),
      foreseen_(bulk_.rows_of("foreseen")) {
  std::int64_t next_evse = 1;
  std::int64_t next_storage = 1;
  std::int64_t next_feeder = 1, next_row = 1;
  for (const twin::Site& site : world.sites) {
    first_evse_.push_back(next_evse);
    first_storage_.push_back(next_storage);
    next_evse += static_cast<std::int64_t>(site.evses.size());
    next_storage += static_cast<std::int64_t>(site.storages.size());
    note_limit_series(site, next_feeder, next_row);
    next_feeder += static_cast<std::int64_t>(site.feeders.size());
    next_row += static_cast<std::int64_t>(site.rows.size());
  }
  for (const physics::Vehicle& vehicle : world.vehicles) {
    Battery& known = batteries_.emplace_back();
    const physics::BatterySpec& battery = vehicle.battery;
    if (std::isinf(battery.capacity_kwh)) continue;
    known = {battery.capacity_kwh, battery.charge_efficiency, battery.discharge_efficiency};
  }
}

void Store::add_unit_ids(TableRows& insert, twin::Subject subject, std::uint32_t site, std::uint32_t row) const {
  if (subject == twin::Subject::evse) {
    insert.add_integer(evse_id(site, row)).add_null();
  } else {
    insert.add_null().add_integer(storage_id(site, row));
  }
}

void Store::write_batch(const Batch& batch) {
  try {
    write_power(batch);
    write_sessions(batch);
    write_signals(batch);
    write_decisions(batch);
    write_corrections(batch);
    write_events(batch);
    write_meters(batch);
    write_plans(batch);
    write_evse_days(batch);
    write_limit_steps(batch);
    write_shares(batch);
    write_forecasts(batch);
    count_rows(batch.rows);
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
}

void Store::count_rows(std::size_t rows) {
  rows_waiting_ += rows;
  if (rows_waiting_ >= rows_per_transaction || bulk_.is_large()) commit_rows();
}

void Store::commit_rows() {
  if (rows_waiting_ == 0) return;
  rows_waiting_ = 0;
  try {
    bulk_.write_rows();
    database_.run_statements("COMMIT; BEGIN IMMEDIATE");
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
}

void Store::copy_rows(const Database& from) {
  for (const std::string_view table : bulk_tables) {
    TableRows& insert = bulk_.rows_of(table);
    Statement rows(from, select_content(insert.content_of_table(), false));
    while (rows.next_row()) {
      insert.begin_row();  // ids count from 1 there as here
      for (int column = 1; column < rows.column_count(); ++column) {
        switch (rows.column_type(column)) {
          case SQLITE_NULL:
            insert.add_null();
            break;
          case SQLITE_INTEGER:
            insert.add_integer(rows.column_integer(column));
            break;
          case SQLITE_FLOAT:
            insert.add_real(rows.column_real(column));
            break;
          default:
            insert.add_text(rows.column_bytes(column));
        }
      }
      count_rows(1);
    }
  }
}

void Store::write_power(const Batch& batch) {
  for (const twin::PowerSegment& segment : batch.power) {
    power_.begin_row();
    add_unit_ids(power_, segment.subject, segment.site, segment.row);
    power_.id_or_null(static_cast<std::int64_t>(segment.session))
        .add_integer(segment.start_ns)
        .add_integer(segment.end_ns);
    power_.add_real(segment.kw).add_real(segment.slope_kw_per_kwh).add_real(segment.energy_kwh);
  }
}

void Store::write_sessions(const Batch& batch) {
  for (const auto& [session, id, vehicle] : batch.sessions) {
    const bool plugged_in = session.number != 0;
    session_.begin_row().id_or_null(static_cast<std::int64_t>(session.number)).add_integer(session.site + 1);
    session_.id_or_null(session.evse < 0 ? 0 : evse_id(session.site, static_cast<std::uint32_t>(session.evse)));
    session_.add_text(batch.text_at(id))
        .add_text(batch.text_at(vehicle))
        .add_integer(std::int64_t{session.vehicle_row} + 1);
    session_.add_integer(session.arrived_ns);
    if (plugged_in) {
      session_.add_integer(session.plugged_in_ns);
    } else {
      session_.add_null();
    }
    session_.add_integer(session.departed_ns).add_integer(session.claimed_departure_ns);
    session_.add_real(plugged_in ? session.max_kw : physics::unknown).add_real(session.v2g_min_price_per_kwh);
    session_.add_real(session.requested_kwh)
        .add_real(session.wanted_kwh)
        .add_real(session.got_kwh)
        .add_real(session.discharged_kwh);
    session_.add_real(session.unmet_kwh).add_real(session.open_cost).add_real(session.cost).add_real(session.paid());
    session_.add_real(session.driver_revenue).add_real(session.v2g_payment).add_real(session.wear_cost);
    const Battery battery = session.vehicle_row < batteries_.size() ? batteries_[session.vehicle_row] : Battery{};
    session_.add_real(session.soc_start)
        .add_real(session.soc_end)
        .add_real(battery.kwh)
        .add_real(battery.charge_efficiency);
    session_.add_real(battery.discharge_efficiency).add_real(session.waited_h);
    session_.add_real(session.wear_calendar).add_real(session.wear_cyclic).add_text(name_of(session.end));
  }
}

void Store::write_signals(const Batch& batch) {
  for (const twin::SignalRecord& signal : batch.signals) {
    signal_.begin_row().add_integer(signal.site + 1).add_text(name_of(signal.kind)).add_integer(signal.start_ns);
    signal_.finite_or_null(signal.value);
  }
}

void Store::write_decisions(const Batch& batch) {
  for (const twin::DecisionRecord& decision : batch.decisions) {
    decision_.begin_row().add_integer(decision.site + 1).add_integer(static_cast<std::int64_t>(decision.number));
    decision_.add_integer(decision.time_ns).add_integer(decision.why).finite_or_null(decision.expected_cost);
  }
  for (const SetpointRow& setpoint : batch.setpoints) {
    setpoint_.begin_row().add_integer(setpoint.decision);
    add_unit_ids(setpoint_, setpoint.subject, setpoint.site, setpoint.row);
    setpoint_.add_real(setpoint.kw);
  }
}

void Store::write_corrections(const Batch& batch) {
  for (const auto& [correction, limit_name] : batch.corrections) {
    correction_.begin_row().add_integer(correction.site + 1);
    if (correction.row < 0) {
      correction_.add_null().add_null();
    } else {
      add_unit_ids(correction_, correction.subject, correction.site, static_cast<std::uint32_t>(correction.row));
    }
    correction_.add_integer(correction.time_ns).add_text(name_of(correction.reason));
    correction_.finite_or_null(correction.asked_kw).finite_or_null(correction.given_kw);
    if (limit_name.size == 0) {
      correction_.add_null();
    } else {
      correction_.add_text(batch.text_at(limit_name));
    }
  }
}

void Store::write_events(const Batch& batch) {
  for (const auto& [event, kind, text] : batch.events) {
    event_.begin_row()
        .add_integer(event.site + 1)
        .add_integer(event.time_ns)
        .add_text(batch.text_at(kind))
        .add_text(batch.text_at(text));
  }
}

void Store::write_meters(const Batch& batch) {
  for (const auto& [meter, sum] : batch.meters) {
    meter_.begin_row().add_integer(meter.site + 1).add_integer(meter.start_ns).add_integer(meter.end_ns);
    meter_.add_real(sum.import_kwh).add_real(sum.export_kwh).add_real(sum.pv_kwh).add_real(sum.load_kwh);
    meter_.add_real(sum.ev_charge_kwh).add_real(sum.ev_discharge_kwh);
    meter_.add_real(sum.storage_charge_kwh)
        .add_real(sum.storage_discharge_kwh)
        .add_real(sum.losses_kwh)
        .add_real(sum.pv_used_kwh);
    meter_.add_real(sum.energy_cost).add_real(sum.demand_charge).add_real(sum.driver_revenue).add_real(sum.v2g_payment);
    meter_.add_real(sum.co2_kg).add_real(sum.unmet_kwh).add_real(sum.wear_cost);
    meter_.add_real(sum.overload_kwh).add_real(sum.export_overload_kwh).add_real(sum.feeder_overload_kwh);
    meter_.add_real(meter.peak_kw);
  }
}

void Store::write_plans(const Batch& batch) {
  for (const twin::PlanRecord& plan : batch.plans) {
    plan_.begin_row().add_integer(plan.site + 1);
    add_unit_ids(plan_, plan.subject, plan.site, plan.row);
    plan_.add_integer(static_cast<std::int64_t>(plan.decision))
        .add_integer(plan.start_ns)
        .add_integer(plan.end_ns)
        .add_real(plan.kw);
    plan_.id_or_null(plan.replaced_ns);
  }
}

void Store::write_evse_days(const Batch& batch) {
  for (const twin::EvseDayRecord& day : batch.evse_days) {
    evse_day_.begin_row().add_integer(day.site + 1).add_integer(evse_id(day.site, day.row)).add_integer(day.start_ns);
    evse_day_.add_real(day.charged_kwh).add_real(day.discharged_kwh).add_real(day.cost);
    evse_day_.add_real(day.driver_revenue).add_real(day.v2g_payment);
  }
}

/// The columns of a site's bounds that change over time.
void Store::note_limit_series(const twin::Site& site, std::int64_t first_feeder, std::int64_t first_row) {
  using Of = twin::LimitSeries::Of;
  std::vector<Bound>& bounds = bounds_.emplace_back();
  for (const twin::LimitSeries& series : site.limit_series) {
    const bool of_row = series.of == Of::row_upper || series.of == Of::row_lower;
    Bound& bound = bounds.emplace_back();
    (of_row ? bound.row_id : bound.feeder_id) = (of_row ? first_row : first_feeder) + series.index;
    switch (series.of) {
      case Of::feeder_kw:
        bound.column = "max_kw";
        break;
      case Of::feeder_export_kw:
        bound.column = "max_export_kw";
        break;
      case Of::feeder_a:
        bound.column = "max_a";
        break;
      case Of::row_upper:
        bound.column = "upper";
        break;
      case Of::row_lower:
        bound.column = "lower";
        break;
    }
  }
}

void Store::write_limit_steps(const Batch& batch) {
  for (const twin::LimitStepRecord& step : batch.limit_steps) {
    const Bound& bound = bounds_[step.site][step.series];
    limit_step_.begin_row().id_or_null(bound.feeder_id).id_or_null(bound.row_id).add_text(bound.column);
    limit_step_.add_integer(step.start_ns).add_real(step.value);
  }
}

void Store::write_shares(const Batch& batch) {
  for (const twin::SharedLimitRecord& limit : batch.shared_limits)
    shared_limit_kw_.begin_row()
        .add_integer(std::int64_t{limit.limit} + 1)
        .add_integer(limit.start_ns)
        .add_real(limit.kw);
  for (const twin::ShareRecord& share : batch.shares) {
    share_.begin_row().add_integer(std::int64_t{share.site} + 1).id_or_null(std::int64_t{share.limit} + 1);
    share_.add_integer(share.start_ns).add_real(share.asked_kw).add_real(share.share_kw);
  }
}

namespace {

/// [1,2.5]: four digits, more than any forecast is good for.
std::string list_text(std::span<const double> values) {
  fmt::memory_buffer text;
  for (const double value : values) {
    text.push_back(text.size() == 0 ? '[' : ',');
    if (std::isfinite(value))
      fmt::format_to(std::back_inserter(text), "{:.4g}", value);
    else
      text.append(std::string_view("null"));
  }
  text.push_back(']');
  return fmt::to_string(text);
}

}  // namespace

void Store::write_forecasts(const Batch& batch) {
  if (batch.forecasts.empty()) return;
  for (const ForecastRow& row : batch.forecasts) {
    const twin::ForecastRecord& forecast = row.record;
    const auto column = std::span(batch.numbers).subspan(row.offset);
    foreseen_.begin_row()
        .add_integer(std::int64_t{forecast.site} + 1)
        .add_text(control::quantity_names[forecast.quantity]);
    foreseen_.add_integer(forecast.seen_ns).add_integer(forecast.issued_ns);
    foreseen_.add_integer(forecast.first_end_ns).add_integer(forecast.step_ns);
    foreseen_.add_text(list_text(column.first(row.steps)));
    for (std::size_t c = 1; c <= 2; ++c) {
      if (row.has_band)
        foreseen_.add_text(list_text(column.subspan(c * row.steps, row.steps)));
      else
        foreseen_.add_null();
    }
  }
}

void Store::write_shared_limits(const twin::Result& result) {
  TableInsert insert(database_, "shared_limit_use");
  for (std::size_t l = 0; l < result.shared_limits.size(); ++l) {
    const twin::SharedLimitResult& limit = result.shared_limits[l];
    const auto limit_id = static_cast<std::int64_t>(l) + 1;
    twin::SharedLimitResult::Part all;
    for (const twin::SharedLimitResult::Part& part : limit.sites) {
      all.asked_kwh += part.asked_kwh;
      all.share_kwh += part.share_kwh;
      all.short_h += part.short_h;
      insert.begin_row().add_integer(limit_id).add_integer(std::int64_t{part.site} + 1);
      insert.add_real(part.asked_kwh).add_real(part.share_kwh).add_real(part.short_h);
      insert.add_null().add_null().add_null();
    }
    insert.begin_row().add_integer(limit_id).add_null();
    insert.add_real(all.asked_kwh).add_real(all.share_kwh).add_real(all.short_h);
    insert.add_real(limit.highest_kw).add_real(limit.excess_kwh).add_real(limit.excess_h);
  }
  insert.write_rows();
}

void Store::write_months(const twin::Result& result) {
  TableInsert insert(database_, "month");
  std::deque<std::string> names;  // stay where they are until the rows are written
  for (std::size_t site = 0; site < result.sites.size(); ++site) {
    for (const market::MonthDemand& month : result.sites[site].months) {
      const std::string& name = names.emplace_back(market::format_month(month.month));
      insert.begin_row()
          .add_integer(static_cast<std::int64_t>(site) + 1)
          .add_text(name)
          .add_real(month.peak_kw)
          .add_real(month.billed_kw);
      insert.add_real(month.price_per_kw).add_real(month.fraction);
      insert.add_real(month.excess_kw).add_real(month.excess_cost).add_real(month.cost);
    }
  }
  insert.write_rows();
}

void Store::write_storage_use(const twin::Result& result) {
  TableInsert insert(database_, "storage_use");
  std::int64_t storage = 0;  // ids count through all sites
  for (const twin::SiteResult& site : result.sites) {
    for (const twin::StorageUse& used : site.storage_use) {
      insert.begin_row()
          .add_integer(++storage)
          .add_real(used.use.days)
          .add_real(used.use.mean_soc)
          .add_real(used.use.stored_kwh);
      insert.add_real(used.use.cycle_soc)
          .add_real(used.use.depth)
          .add_real(used.wear_calendar)
          .add_real(used.wear_cyclic);
    }
  }
  insert.write_rows();
}

void Store::write_kpis(std::span<const Kpi> kpis) {
  TableInsert insert(database_, "kpi");
  for (const Kpi& kpi : kpis) {
    insert.begin_row()
        .id_or_null(kpi.site + 1)
        .add_text(kpi.name)
        .add_real(kpi.value)
        .add_text(kpi.unit)
        .add_text(kpi.help)
        .add_text(kpi.help_ko);
  }
  insert.write_rows();
}

void Store::write_log(const LogContent& log) {
  TableInsert metered(database_, "metered"), score(database_, "score"), message(database_, "message"),
      session(database_, "logged_session"), certificate(database_, "certificate");
  for (const MeteredRow& row : log.metered) {
    metered.begin_row().add_integer(static_cast<std::int64_t>(row.session)).add_integer(evse_id(row.site, row.evse));
    metered.add_integer(row.start_ns)
        .add_integer(row.end_ns)
        .add_real(row.kw)
        .add_real(row.energy_kwh)
        .add_real(row.twin_kwh);
    metered.add_integer(row.dense ? 1 : 0);
  }
  for (const ScoreRow& row : log.scores) {
    score.begin_row()
        .add_text(row.name)
        .add_real(row.value)
        .add_text(row.unit)
        .add_integer(static_cast<std::int64_t>(row.n))
        .add_text(row.n_of);
    score.add_text(row.told)
        .add_text(row.gate)
        .add_integer(row.indicative ? 1 : 0)
        .add_real(row.pass)
        .add_real(row.good);
    score.add_text(row.excluded).add_text(row.help).add_text(row.help_ko);
  }
  if (const CertificateRow& row = log.certificate; !row.verdict.empty()) {
    certificate.begin_row().add_text(row.verdict).add_integer(static_cast<std::int64_t>(row.sessions));
    certificate.add_text(row.sentence).add_text(row.sentence_ko);
  }
  for (const MessageRow& row : log.messages) {
    message.begin_row().add_integer(row.time_ns).add_text(row.station).id_or_null(row.evse);
    message.id_or_null(static_cast<std::int64_t>(row.session)).add_text(row.kind).add_text(row.text);
  }
  for (const LoggedSessionRow& row : log.sessions) {
    session.begin_row()
        .id_or_null(static_cast<std::int64_t>(row.session))
        .add_integer(row.start_ns)
        .add_integer(row.stop_ns);
    session.add_text(row.station)
        .id_or_null(row.evse)
        .add_text(row.transaction_id)
        .add_text(row.token)
        .add_text(row.token_type);
    session.text_or_null(row.ocpi_cdr).text_or_null(row.ocpi_session);
  }
  for (TableInsert* insert : {&metered, &score, &certificate, &message, &session}) insert->write_rows();
}

void Store::write_hashes() {
  Statement insert(database_, "INSERT INTO content_hash (name, row_count, hash) VALUES (?, ?, ?)");
  for (const TableContent& table : table_contents()) {
    TableHash content;
    bool known = false;
    for (const std::string_view bulk : bulk_tables) {
      if (bulk != table.name) continue;
      content = bulk_.rows_of(bulk).content_hash();
      known = true;
    }
    if (!known) content = hash_table(database_, table);
    const std::string hash = hex_text(content.hash);
    insert.bind_value(1, table.name);
    insert.bind_value(2, static_cast<std::int64_t>(content.rows));
    insert.bind_value(3, std::string_view(hash));
    insert.execute_once();
  }
}

std::vector<Kpi> Store::complete_run(const twin::Result& result, std::span<const Kpi> kpis, double wall_s,
                                     const LogContent& log, const FiguresOfRecord& more) {
  std::vector<Kpi> own;
  try {
    commit_rows();
    write_months(result);
    write_storage_use(result);
    write_shared_limits(result);
    write_log(log);
    // These figures are made from the rows, so all rows are written by now.
    if (more) own = more(database_);
    std::vector<Kpi> all(kpis.begin(), kpis.end());
    all.insert(all.end(), own.begin(), own.end());
    write_kpis(all);

    // State and hashes go into one transaction: a file that calls itself complete has the hashes to prove it.
    const std::string hash = hex_text(result.event_hash);
    {
      Statement update(database_, "UPDATE run SET state = ?, event_hash = ?, events = ?, wall_s = ?");
      update.bind_value(1, std::string_view(name_of(RunState::complete)));
      update.bind_value(2, std::string_view(hash));
      update.bind_value(3, static_cast<std::int64_t>(result.events));
      update.bind_value(4, wall_s);
      update.execute_once();
    }

    write_hashes();
    database_.run_statements("COMMIT");
    close_file();
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
  return own;
}

void Store::write_checkpoint(const twin::Checkpoint& checkpoint) {
  const std::string hash = hex_text(checkpoint.event_hash);
  Statement insert(database_, "INSERT INTO checkpoint (id, time_ns, event_hash, events, state) VALUES (1, ?, ?, ?, ?)");
  insert.bind_value(1, checkpoint.time_ns);
  insert.bind_value(2, std::string_view(hash));
  insert.bind_value(3, static_cast<std::int64_t>(checkpoint.events));
  const std::vector<std::byte>& state = checkpoint.state;
  insert.bind_blob(4, {reinterpret_cast<const char*>(state.data()), state.size()});
  insert.execute_once();
}

void Store::leave_off(const twin::Checkpoint& checkpoint) {
  try {
    commit_rows();
    write_checkpoint(checkpoint);
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
  mark_run(RunState::checkpoint, "");
}

void Store::mark_run(RunState state, const std::string& error) {
  try {
    if (!lost_rows_) commit_rows();
  } catch (const RunFileError&) {  // the mark alone may still find room
  }
  const bool in_transaction = sqlite3_get_autocommit(database_.sqlite_handle()) == 0;
  if (lost_rows_ && in_transaction) database_.run_statements("ROLLBACK");
  if (lost_rows_ || !in_transaction) database_.run_statements("BEGIN IMMEDIATE");
  {
    Statement update(database_, "UPDATE run SET state = ?, error = ?");
    update.bind_value(1, std::string_view(name_of(state)));
    update.bind_value(2, std::string_view(error));
    update.execute_once();
  }
  if (!lost_rows_) write_hashes();
  database_.run_statements("COMMIT");
  close_file();
}

// One whole file remains, unless a reader has it open: then the -wal beside it stays, and is as good. A run that is
// reported as done outlives a loss of power: one sync of the whole file, instead of one for each step towards it.
void Store::close_file() {
  sqlite3_wal_checkpoint_v2(database_.sqlite_handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_exec(database_.sqlite_handle(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database_.sqlite_handle(), "main", which, static_cast<void*>(&file));
    if (file == nullptr || file->pMethods == nullptr) continue;
    const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) database_.throw_error(code);
  }
}

}  // namespace evtwin::record
