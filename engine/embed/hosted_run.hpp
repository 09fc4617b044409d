// One run of a scenario whose strategy is the program that lives around it: what evtwin/embed.h promises, in C++.
#pragma once
#include <evtwin/embed.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "record/writer.hpp"
#include "scenario/loader.hpp"
#include "twin/run.hpp"
#include "twin/tee.hpp"

namespace evtwin::embed {

class HostedRun {
 public:
  /// @throws std::invalid_argument for a spec, scenario::ScriptError for a scenario that is not sound.
  explicit HostedRun(const evtwin_run_spec& spec);
  HostedRun(const HostedRun&) = delete;
  HostedRun& operator=(const HostedRun&) = delete;

  std::uint32_t site_count() const { return run_->site_count(); }
  /// The world as JSON, see evtwin_run_world.
  std::string world_json() const;

  // As in embed.h. @throws std::invalid_argument for calls out of turn, control::StrategyError for answers that can not
  // be, record::RunFileError.
  void tell(std::uint32_t site, const evtwin_run_interest& interest);
  twin::Pause advance(twin::TimeNs until_ns);
  const evtwin_view* view(std::uint32_t site) const;
  evtwin_decision* decision(std::uint32_t site);
  void report(std::uint32_t site, std::uint32_t severity, const char* text);
  void answer(std::uint32_t site);
  std::uint64_t random(std::uint32_t site, std::uint64_t stream, std::uint64_t index) const;
  /// @returns what `evtwin run --json` prints.
  std::string finish();
  void give_up(record::RunState state, const std::string& why);

 private:
  enum class Phase : std::uint8_t { made, under_way, at_end, over };

  void begin();
  void need_site(std::uint32_t site) const;
  void need_asked(std::uint32_t site) const;

  scenario::LoadedScenario scenario_;
  std::optional<int> days_;  // asked for
  record::StrategyIdentity identity_;
  std::string out_;
  std::unique_ptr<twin::Script> script_;
  twin::Tee tee_;
  std::optional<record::RunWriter> writer_;
  std::optional<twin::Run> run_;
  Phase phase_ = Phase::made;
  std::vector<std::uint8_t> asked_;  // [sites] at this pause, and not answered yet
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace evtwin::embed
