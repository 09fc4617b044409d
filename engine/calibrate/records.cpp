// Logs and tables as the same records.
#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "calibrate/calibration.hpp"
#include "sessions/acn_json.hpp"
#include "sessions/csv.hpp"
#include "sessions/json_text.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::calibrate {
namespace {

using sessions::SessionRow;

bool ends_with_csv(std::string_view file) { return file.ends_with(".csv") || file.ends_with(".csv.gz"); }

/// Whether the header is that of a table of sessions.
bool is_table(const std::string& file) {
  if (file.ends_with(".xlsx")) return true;  // no log is a workbook
  if (sessions::is_json_name(file)) return sessions::kind_of_json(file, file) == sessions::JsonKind::sessions;
  if (!ends_with_csv(file)) return false;
  const std::string text = sessions::read_text_file(file, file);
  return sessions::has_session_columns(sessions::CsvReader(text, file).header());
}

/// Names for EVSEs that a table does not name: the first that is free, as cars find them.
class FreeEvses {
 public:
  std::string take(TimeNs arrival_ns, TimeNs departure_ns) {
    for (; !busy_.empty() && busy_.top().first <= arrival_ns; busy_.pop()) free_.push(busy_.top().second);
    const int evse = free_.empty() ? ++count_ : free_.top();
    if (!free_.empty()) free_.pop();
    busy_.emplace(departure_ns, evse);
    return fmt::format("EVSE {}", evse);
  }

 private:
  template <class T>
  using LeastFirst = std::priority_queue<T, std::vector<T>, std::greater<>>;
  LeastFirst<std::pair<TimeNs, int>> busy_;
  LeastFirst<int> free_;
  int count_ = 0;
};

ocpp::Transaction transaction_of(const SessionRow& row, FreeEvses& evses) {
  const demand::Visit& visit = row.visit;
  ocpp::Transaction t;
  t.station = row.evse_id.empty() ? evses.take(visit.arrival_ns, visit.departure_ns) : row.evse_id;
  t.evse = 1;
  t.id = visit.id;
  t.id_tag = row.driver;
  t.start_seen = t.stop_seen = true;
  t.start_ns = t.plugged_in_ns = visit.arrival_ns;
  t.stop_ns = t.plugged_out_ns = visit.departure_ns;
  t.energy_kwh = visit.taken_kwh;
  t.soc_start = visit.soc_start;
  if (visit.requested_kwh != visit.taken_kwh) t.requested_kwh = visit.requested_kwh;
  if (visit.claimed_departure_ns != visit.departure_ns) t.claimed_departure_ns = visit.claimed_departure_ns;
  return t;
}

CarTold car_of(const SessionRow& row) {
  return {row.vehicle, row.car_kw, row.battery_kwh, row.visit.soc_start, row.soc_departure};
}

Records records_of(const sessions::SessionTable& table) {
  Records out;
  FreeEvses evses;
  for (const SessionRow& row : table.rows) {
    out.log.transactions.push_back(transaction_of(row, evses));
    out.cars.push_back(car_of(row));
  }
  out.log.first_ns = table.rows.front().visit.arrival_ns;
  for (const SessionRow& row : table.rows) out.log.last_ns = std::max(out.log.last_ns, row.visit.departure_ns);
  for (const sessions::TableFlag& flag : table.flags) out.notes.push_back(flag.reason);
  return out;
}

}  // namespace

Records read_records(const std::vector<std::string>& files, const ocpp::ReadOptions& reading,
                     const sessions::ColumnNames& columns, const std::string& timezone) {
  Records out;
  if (files.size() == 1 && (!columns.empty() || is_table(files.front()))) {
    const market::Calendar calendar = timezone.empty() ? market::Calendar() : market::Calendar(timezone);
    sessions::SessionOptions options;
    options.columns = columns;
    out = records_of(sessions::read_sessions(files.front(), files.front(), calendar, options));
  } else {
    out.log = ocpp::read_site_log(files, reading);
    for (const ocpp::Transaction& t : out.log.transactions) out.cars.push_back(car_told(t));
  }
  out.sessions = sessions::sessions_of(out.log);
  for (sessions::LogSession& session : out.sessions.sessions) {
    const ocpp::Transaction& t = out.log.transactions[session.transaction];
    if (t.claimed_departure_ns != kernel::time_never)
      session.visit.claimed_departure_ns = std::max(t.claimed_departure_ns, session.visit.arrival_ns);
    if (kernel::is_known(t.requested_kwh)) session.visit.requested_kwh = t.requested_kwh;
  }
  for (const sessions::TableFlag& flag : out.sessions.flags) out.notes.push_back(flag.reason);
  return out;
}

}  // namespace evtwin::calibrate
