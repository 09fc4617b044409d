#include "cli/recorded_decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "twin/conduct.hpp"

namespace evtwin::cli {

namespace {

std::vector<std::int64_t> ids(const record::Database& database, const std::string& sql) {
  record::Statement rows(database, sql);
  std::vector<std::int64_t> all;
  while (rows.next_row()) all.push_back(rows.column_integer(0));
  return all;
}

std::int64_t site_id(const record::Database& database, std::uint32_t site) {
  return ids(database, "SELECT id FROM site ORDER BY id").at(site);
}

std::vector<std::int64_t> ids_at(const record::Database& database, const char* table, std::uint32_t site) {
  return ids(database, fmt::format("SELECT id FROM {} WHERE site = {} ORDER BY id", table, site_id(database, site)));
}

/// "... (decision 83 at 2026-06-01 20:15)", as twin::Hosts ends the reason of a run that failed in a decision; else 0.
std::uint64_t decision_of_failure(std::string_view error) {
  constexpr std::string_view mark = " (decision ";
  const std::size_t at = error.rfind(mark);
  std::uint64_t number = 0;
  if (at == std::string_view::npos) return 0;
  std::from_chars(error.data() + at + mark.size(), error.data() + error.size(), number);
  return number;
}

}  // namespace

RecordedDecisions::RecordedDecisions(const std::string& file, const record::RunSummary& summary, std::uint32_t site)
    : database_(record::open_run_file(file)),
      evse_ids_(ids_at(database_, "evse", site)),
      storage_ids_(ids_at(database_, "storage", site)),
      decisions_(database_, fmt::format("SELECT id, number, time_ns FROM decision WHERE site = {} ORDER BY rowid",
                                        site_id(database_, site))),
      setpoints_(database_, "SELECT decision, evse, storage, kw FROM setpoint ORDER BY rowid"),
      standing_kw_(evse_ids_.size() + storage_ids_.size(), std::numeric_limits<double>::quiet_NaN()) {
  if (summary.state == record::RunState::complete) {
    known_until_ = twin::Conduct::most_decisions;
  } else {
    if (summary.state == record::RunState::failed) failed_in_ = decision_of_failure(summary.error);
    const auto last = database_.read_integer(
        fmt::format("SELECT coalesce(max(number), 0) FROM decision WHERE site = {}", site_id(database_, site)));
    // The failure may be another site's: then the number that it tells is that one's.
    if (failed_in_ != 0 && failed_in_ <= static_cast<std::uint64_t>(last)) failed_in_ = 0;
    known_until_ = failed_in_ != 0 ? failed_in_ - 1 : static_cast<std::uint64_t>(last);
  }
  read_decision();
  read_setpoint();
}

void RecordedDecisions::read_decision() {
  next_decision_.reset();
  if (decisions_.next_row())
    next_decision_ = {decisions_.column_integer(0), static_cast<std::uint64_t>(decisions_.column_integer(1)),
                      decisions_.column_integer(2)};
}

void RecordedDecisions::read_setpoint() {
  next_setpoint_.reset();
  if (!setpoints_.next_row()) return;
  const auto place = [](const std::vector<std::int64_t>& in, std::int64_t id) -> std::optional<std::size_t> {
    const auto found = std::find(in.begin(), in.end(), id);
    if (found == in.end()) return {};
    return static_cast<std::size_t>(found - in.begin());
  };
  auto member = place(evse_ids_, setpoints_.column_integer(1));  // NULL is 0, which is no id
  if (!member) {
    member = place(storage_ids_, setpoints_.column_integer(2));
    if (member) *member += evse_ids_.size();
  }
  next_setpoint_ = {setpoints_.column_integer(0), member, setpoints_.column_real(3)};
}

void RecordedDecisions::go_to(std::uint64_t number) {
  time_ns_.reset();
  // Rows of both tables are in the order of the run; set-points of other sites lie between those of this one.
  for (; next_decision_ && next_decision_->number <= number; read_decision()) {
    for (; next_setpoint_ && next_setpoint_->decision <= next_decision_->id; read_setpoint()) {
      if (next_setpoint_->member && next_setpoint_->decision == next_decision_->id)
        standing_kw_[*next_setpoint_->member] = next_setpoint_->kw;
    }
    if (next_decision_->number == number) time_ns_ = next_decision_->time_ns;
  }
}

}  // namespace evtwin::cli
