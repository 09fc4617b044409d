#include "record/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <deque>
#include <string_view>

#include "market/calendar.hpp"
#include "record/content_hash.hpp"
#include "record/schema.hpp"

namespace evtwin::record {
namespace {

constexpr std::size_t rows_per_transaction = 100'000;

}  // namespace

Store::Store(const std::string& file, const twin::World& world, const StrategyIdentity& strategy, const Origin& origin)
    : database_(create_run_file(file, world, strategy, origin)),
      power_(database_, "power"),
      session_(database_, "session"),
      signal_(database_, "signal"),
      decision_(database_, "decision"),
      setpoint_(database_, "setpoint"),
      plan_(database_, "plan"),
      correction_(database_, "correction"),
      event_(database_, "event"),
      meter_(database_, "meter"),
      evse_day_(database_, "evse_day") {
  std::int64_t next_evse = 1;
  std::int64_t next_storage = 1;
  for (const twin::Site& site : world.sites) {
    first_evse_.push_back(next_evse);
    first_storage_.push_back(next_storage);
    next_evse += static_cast<std::int64_t>(site.evses.size());
    next_storage += static_cast<std::int64_t>(site.storages.size());
  }
  for (const physics::Vehicle& vehicle : world.vehicles) {
    Battery& known = batteries_.emplace_back();
    const physics::BatterySpec& battery = vehicle.battery;
    if (std::isinf(battery.capacity_kwh)) continue;
    known = {battery.capacity_kwh, battery.charge_efficiency, battery.discharge_efficiency};
  }
}

void Store::unit(TableInsert& insert, twin::Subject subject, std::uint32_t site, std::uint32_t row) const {
  if (subject == twin::Subject::evse) {
    insert.integer(evse_id(site, row)).null();
  } else {
    insert.null().integer(storage_id(site, row));
  }
}

void Store::write(const Batch& batch) {
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
    count_rows(batch.rows);
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
}

void Store::count_rows(std::size_t rows) {
  rows_in_transaction_ += rows;
  if (rows_in_transaction_ >= rows_per_transaction) commit();
}

void Store::commit() {
  if (rows_in_transaction_ == 0) return;
  rows_in_transaction_ = 0;
  try {
    database_.execute("COMMIT; BEGIN IMMEDIATE");
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
}

void Store::copy_rows(const Database& from) {
  constexpr std::size_t rows_at_once = 4'096;
  for (TableInsert* insert :
       {&power_, &session_, &signal_, &decision_, &setpoint_, &plan_, &correction_, &event_, &meter_, &evse_day_}) {
    Statement rows(from, select_content(insert->content_of_table(), false));

    std::deque<std::string> texts;  // stay where they are until the rows are written
    std::size_t waiting = 0;
    const auto write = [&] {
      insert == &meter_ ? insert->write_without_zeros() : insert->write();
      texts.clear();
      count_rows(waiting);
      waiting = 0;
    };

    while (rows.step()) {
      insert->row();  // ids count from 1 there as here
      for (int column = 1; column < rows.columns(); ++column) {
        switch (rows.type(column)) {
          case SQLITE_NULL:
            insert->null();
            break;
          case SQLITE_INTEGER:
            insert->integer(rows.integer(column));
            break;
          case SQLITE_FLOAT:
            insert->real(rows.real(column));
            break;
          default:
            insert->text(texts.emplace_back(rows.bytes(column)));
        }
      }
      if (++waiting == rows_at_once) write();
    }
    write();
  }
}

void Store::write_power(const Batch& batch) {
  for (const twin::PowerSegment& segment : batch.power) {
    power_.row();
    unit(power_, segment.subject, segment.site, segment.row);
    power_.id_or_null(static_cast<std::int64_t>(segment.session)).integer(segment.start_ns).integer(segment.end_ns);
    power_.real(segment.kw).real(segment.slope_kw_per_kwh).real(segment.energy_kwh);
  }
  power_.write();
}

void Store::write_sessions(const Batch& batch) {
  for (const auto& [session, id, vehicle] : batch.sessions) {
    const bool plugged_in = session.number != 0;
    session_.row().id_or_null(static_cast<std::int64_t>(session.number)).integer(session.site + 1);
    session_.id_or_null(session.evse < 0 ? 0 : evse_id(session.site, static_cast<std::uint32_t>(session.evse)));
    session_.text(batch.at(id)).text(batch.at(vehicle)).integer(std::int64_t{session.vehicle_row} + 1);
    session_.integer(session.arrived_ns);
    if (plugged_in) {
      session_.integer(session.plugged_in_ns);
    } else {
      session_.null();
    }
    session_.integer(session.departed_ns).integer(session.claimed_departure_ns);
    session_.real(plugged_in ? session.max_kw : physics::unknown).real(session.v2g_min_price_per_kwh);
    session_.real(session.requested_kwh).real(session.wanted_kwh).real(session.got_kwh).real(session.discharged_kwh);
    session_.real(session.unmet_kwh).real(session.open_cost).real(session.cost).real(session.paid());
    session_.real(session.driver_revenue).real(session.v2g_payment).real(session.wear_cost);
    const Battery battery = session.vehicle_row < batteries_.size() ? batteries_[session.vehicle_row] : Battery{};
    session_.real(session.soc_start).real(session.soc_end).real(battery.kwh).real(battery.charge_efficiency);
    session_.real(battery.discharge_efficiency).real(session.waited_h);
    session_.real(session.wear_calendar).real(session.wear_cyclic).text(name_of(session.end));
  }
  session_.write();
}

void Store::write_signals(const Batch& batch) {
  for (const twin::SignalRecord& signal : batch.signals) {
    signal_.row().integer(signal.site + 1).text(name_of(signal.kind)).integer(signal.start_ns);
    signal_.finite_or_null(signal.value);
  }
  signal_.write();
}

void Store::write_decisions(const Batch& batch) {
  for (const twin::DecisionRecord& decision : batch.decisions) {
    decision_.row().integer(decision.site + 1).integer(static_cast<std::int64_t>(decision.number));
    decision_.integer(decision.time_ns).integer(decision.why).finite_or_null(decision.expected_cost);
  }
  for (const SetpointRow& setpoint : batch.setpoints) {
    setpoint_.row().integer(setpoint.decision);
    unit(setpoint_, setpoint.subject, setpoint.site, setpoint.row);
    setpoint_.real(setpoint.kw);
  }
  decision_.write();
  setpoint_.write();
}

void Store::write_corrections(const Batch& batch) {
  for (const auto& [correction, limit_name] : batch.corrections) {
    correction_.row().integer(correction.site + 1);
    if (correction.row < 0) {
      correction_.null().null();
    } else {
      unit(correction_, correction.subject, correction.site, static_cast<std::uint32_t>(correction.row));
    }
    correction_.integer(correction.time_ns).text(name_of(correction.reason));
    correction_.finite_or_null(correction.asked_kw).finite_or_null(correction.given_kw);
    if (limit_name.size == 0) {
      correction_.null();
    } else {
      correction_.text(batch.at(limit_name));
    }
  }
  correction_.write();
}

void Store::write_events(const Batch& batch) {
  for (const auto& [event, kind, text] : batch.events) {
    event_.row().integer(event.site + 1).integer(event.time_ns).text(batch.at(kind)).text(batch.at(text));
  }
  event_.write();
}

void Store::write_meters(const Batch& batch) {
  for (const auto& [meter, sum] : batch.meters) {
    meter_.row().integer(meter.site + 1).integer(meter.start_ns).integer(meter.end_ns);
    meter_.real(sum.import_kwh).real(sum.export_kwh).real(sum.pv_kwh).real(sum.load_kwh);
    meter_.real(sum.ev_charge_kwh).real(sum.ev_discharge_kwh);
    meter_.real(sum.storage_charge_kwh).real(sum.storage_discharge_kwh).real(sum.losses_kwh).real(sum.pv_used_kwh);
    meter_.real(sum.energy_cost).real(sum.demand_charge).real(sum.driver_revenue).real(sum.v2g_payment);
    meter_.real(sum.co2_kg).real(sum.unmet_kwh).real(sum.wear_cost);
    meter_.real(sum.overload_kwh).real(sum.export_overload_kwh).real(sum.feeder_overload_kwh);
    meter_.real(meter.peak_kw);
  }
  meter_.write_without_zeros();
}

void Store::write_plans(const Batch& batch) {
  for (const twin::PlanRecord& plan : batch.plans) {
    plan_.row().integer(plan.site + 1);
    unit(plan_, plan.subject, plan.site, plan.row);
    plan_.integer(static_cast<std::int64_t>(plan.decision)).integer(plan.start_ns).integer(plan.end_ns).real(plan.kw);
    plan_.id_or_null(plan.replaced_ns);
  }
  plan_.write();
}

void Store::write_evse_days(const Batch& batch) {
  for (const twin::EvseDayRecord& day : batch.evse_days) {
    evse_day_.row().integer(day.site + 1).integer(evse_id(day.site, day.row)).integer(day.start_ns);
    evse_day_.real(day.charged_kwh).real(day.discharged_kwh).real(day.cost);
    evse_day_.real(day.driver_revenue).real(day.v2g_payment);
  }
  evse_day_.write();
}

void Store::write_months(const twin::Result& result) {
  TableInsert insert(database_, "month");
  std::deque<std::string> names;  // stay where they are until the rows are written
  for (std::size_t site = 0; site < result.sites.size(); ++site) {
    for (const market::MonthDemand& month : result.sites[site].months) {
      const std::string& name = names.emplace_back(market::format_month(month.month));
      insert.row().integer(static_cast<std::int64_t>(site) + 1).text(name).real(month.peak_kw).real(month.billed_kw);
      insert.real(month.price_per_kw).real(month.fraction);
      insert.real(month.excess_kw).real(month.excess_cost).real(month.cost);
    }
  }
  insert.write();
}

void Store::write_storage_use(const twin::Result& result) {
  TableInsert insert(database_, "storage_use");
  std::int64_t storage = 0;  // ids count through all sites
  for (const twin::SiteResult& site : result.sites) {
    for (const twin::StorageUse& used : site.storage_use) {
      insert.row().integer(++storage).real(used.use.days).real(used.use.mean_soc).real(used.use.stored_kwh);
      insert.real(used.use.cycle_soc).real(used.use.depth).real(used.wear_calendar).real(used.wear_cyclic);
    }
  }
  insert.write();
}

void Store::write_kpis(std::span<const Kpi> kpis) {
  TableInsert insert(database_, "kpi");
  for (const Kpi& kpi : kpis) {
    insert.row()
        .id_or_null(kpi.site + 1)
        .text(kpi.name)
        .real(kpi.value)
        .text(kpi.unit)
        .text(kpi.help)
        .text(kpi.help_ko);
  }
  insert.write();
}

void Store::write_log(const LogContent& log) {
  TableInsert metered(database_, "metered"), score(database_, "score"), message(database_, "message"),
      session(database_, "logged_session");
  for (const MeteredRow& row : log.metered) {
    metered.row().integer(static_cast<std::int64_t>(row.session)).integer(evse_id(row.site, row.evse));
    metered.integer(row.start_ns).integer(row.end_ns).real(row.kw).real(row.energy_kwh).real(row.twin_kwh);
    metered.integer(row.dense ? 1 : 0);
  }
  for (const ScoreRow& row : log.scores) {
    score.row().text(row.name).real(row.value).text(row.unit).integer(static_cast<std::int64_t>(row.n)).text(row.n_of);
    score.text(row.gate).integer(row.indicative ? 1 : 0).real(row.pass).real(row.good);
    score.text(row.excluded).text(row.help).text(row.help_ko);
  }
  for (const MessageRow& row : log.messages) {
    message.row().integer(row.time_ns).text(row.station).id_or_null(row.evse);
    message.id_or_null(static_cast<std::int64_t>(row.session)).text(row.kind).text(row.text);
  }
  for (const LoggedSessionRow& row : log.sessions) {
    session.row().id_or_null(static_cast<std::int64_t>(row.session)).integer(row.start_ns).integer(row.stop_ns);
    session.text(row.station).id_or_null(row.evse).text(row.transaction_id).text(row.token).text(row.token_type);
    session.text_or_null(row.ocpi_cdr).text_or_null(row.ocpi_session);
  }
  for (TableInsert* insert : {&metered, &score, &message, &session}) insert->write();
}

void Store::write_hashes() {
  Statement insert(database_, "INSERT INTO content_hash (name, row_count, hash) VALUES (?, ?, ?)");
  for (const TableContent& table : table_contents()) {
    TableHash content;
    bool known = false;
    for (const TableInsert* bulk :
         {&power_, &session_, &signal_, &decision_, &setpoint_, &plan_, &correction_, &event_, &meter_, &evse_day_}) {
      if (bulk->table() != table.name) continue;
      content = bulk->content();
      known = true;
    }
    if (!known) content = hash_table(database_, table);
    const std::string hash = hex_text(content.hash);
    insert.bind(1, table.name);
    insert.bind(2, static_cast<std::int64_t>(content.rows));
    insert.bind(3, std::string_view(hash));
    insert.run();
  }
}

std::vector<Kpi> Store::complete(const twin::Result& result, std::span<const Kpi> kpis, double wall_s,
                                 const LogContent& log, const FiguresOfRecord& more) {
  std::vector<Kpi> own;
  try {
    write_months(result);
    write_storage_use(result);
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
      update.bind(1, std::string_view(name_of(RunState::complete)));
      update.bind(2, std::string_view(hash));
      update.bind(3, static_cast<std::int64_t>(result.events));
      update.bind(4, wall_s);
      update.run();
    }

    write_hashes();
    database_.execute("COMMIT");
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
  insert.bind(1, checkpoint.time_ns);
  insert.bind(2, std::string_view(hash));
  insert.bind(3, static_cast<std::int64_t>(checkpoint.events));
  const std::vector<std::byte>& state = checkpoint.state;
  insert.bind_blob(4, {reinterpret_cast<const char*>(state.data()), state.size()});
  insert.run();
}

void Store::leave_off(const twin::Checkpoint& checkpoint) {
  try {
    write_checkpoint(checkpoint);
  } catch (const RunFileError&) {
    lost_rows_ = true;
    throw;
  }
  mark(RunState::checkpoint, "");
}

void Store::mark(RunState state, const std::string& error) {
  const bool in_transaction = sqlite3_get_autocommit(database_.handle()) == 0;
  if (lost_rows_ && in_transaction) database_.execute("ROLLBACK");
  if (lost_rows_ || !in_transaction) database_.execute("BEGIN IMMEDIATE");
  {
    Statement update(database_, "UPDATE run SET state = ?, error = ?");
    update.bind(1, std::string_view(name_of(state)));
    update.bind(2, std::string_view(error));
    update.run();
  }
  if (!lost_rows_) write_hashes();
  database_.execute("COMMIT");
  close_file();
}

// One whole file remains, unless a reader has it open: then the -wal beside it stays, and is as good. A run that is
// reported as done outlives a loss of power: one sync of the whole file, instead of one for each step towards it.
void Store::close_file() {
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_exec(database_.handle(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database_.handle(), "main", which, static_cast<void*>(&file));
    if (file == nullptr || file->pMethods == nullptr) continue;
    const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (code != SQLITE_OK) database_.fail(code);
  }
}

}  // namespace evtwin::record
