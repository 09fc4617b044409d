#include "replay/replay.hpp"

#include <string>
#include <unordered_map>

#include "kernel/log.hpp"
#include "twin/tee.hpp"

namespace evtwin::replay {
namespace {

/// Keeps what the scores need.
class Keeper final : public twin::Observer {
 public:
  Keeper(const Prepared& prepared, ReplayResult& out) : out_(out) {
    const auto& sessions = prepared.sessions.sessions;
    out.sessions.resize(sessions.size());
    for (std::size_t i = 0; i < sessions.size(); ++i) index_of_.emplace(sessions[i].visit.id, i);
    out.power.resize(prepared.scenario.world.sites.front().evses.size());
  }

  void on_power(const twin::PowerSegment& segment) override {
    if (segment.subject == twin::Subject::evse && segment.kw != 0.0) out_.power[segment.row].push_back(segment);
  }

  void on_session(const twin::SessionRecord& session) override {
    const auto found = index_of_.find(std::string(session.id));
    if (found == index_of_.end()) return;
    TwinSession& kept = out_.sessions[found->second];
    kept.number = session.number;
    kept.evse = session.evse < 0 ? 0U : static_cast<std::uint32_t>(session.evse);
    kept.got_kwh = session.got_kwh;
    kept.end = session.end;
  }

 private:
  ReplayResult& out_;
  std::unordered_map<std::string, std::size_t> index_of_;
};

}  // namespace

twin::World world_of(const Prepared& prepared) {
  twin::World world = prepared.scenario.world;
  world.events.clear();
  for (twin::Site& site : world.sites) {
    site.limits = twin::LimitMode::record;
    site.commands = {};
    site.outages.clear();
    site.cuts.clear();
  }
  return world;
}

ReplayResult replay(const Prepared& prepared, const ReplayOptions& options) {
  const kernel::Stopwatch watch;
  ReplayResult out;
  const twin::World world = world_of(prepared);
  const auto limits = std::make_shared<const LoggedLimits>(logged_limits(prepared, &out.troubles));
  out.limits = *limits;
  Keeper keeper(prepared, out);
  twin::Tee tee;
  tee.add(keeper);
  if (options.observer != nullptr) tee.add(*options.observer);
  twin::RunOptions run;
  run.observer = &tee;
  run.progress = options.progress;
  run.stop = options.stop;
  run.strategy_name = "as logged";
  out.result = twin::simulate(world, as_logged(limits), run);
  kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::info, "replayed {} session(s), {} trouble(s), {:.1f} ms",
                   out.sessions.size(), out.troubles.size(), watch.ms());
  for (const std::string& trouble : out.troubles)
    kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::warning, "{}", trouble);
  return out;
}

}  // namespace evtwin::replay
