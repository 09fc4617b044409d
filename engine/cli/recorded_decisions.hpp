// A site's decisions as its run file has them: the set-points that stand after each, and where the run failed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "record/reader.hpp"

namespace evtwin::cli {

class RecordedDecisions {
 public:
  /// @param site  from 0, in the scenario's order. @throws record::RunFileError
  RecordedDecisions(const std::string& file, const record::RunSummary& summary, std::uint32_t site);

  /// On to the decision of this number, from 1; numbers ascend from call to call.
  void go_to(std::uint64_t number);
  /// By member, EVSEs then storages: what has been asked for up to and in that decision; NaN: nothing yet.
  const std::vector<double>& standing_kw() const { return standing_kw_; }
  /// When that decision was, where it has a row: a tick that asks for nothing new has none.
  std::optional<kernel::TimeNs> time_ns() const { return time_ns_; }
  /// Whether the run got as far as an answer to this decision, so that one without a row asked for nothing new.
  bool knows(std::uint64_t number) const { return number <= known_until_; }
  /// The decision in which the strategy failed and ended the run; 0: none.
  std::uint64_t failed_in() const { return failed_in_; }

 private:
  void read_decision();
  void read_setpoint();

  record::Database database_;
  std::vector<std::int64_t> evse_ids_, storage_ids_;
  record::Statement decisions_, setpoints_;
  struct Decision {
    std::int64_t id;
    std::uint64_t number;
    kernel::TimeNs time_ns;
  };
  struct Setpoint {
    std::int64_t decision;
    std::optional<std::size_t> member;  // none: of another site
    double kw;
  };
  std::optional<Decision> next_decision_;  // none: there are no more
  std::optional<Setpoint> next_setpoint_;
  std::vector<double> standing_kw_;
  std::optional<kernel::TimeNs> time_ns_;
  std::uint64_t known_until_ = 0, failed_in_ = 0;
};

}  // namespace evtwin::cli
