// One world while it runs, from question to question: it stops wherever somebody must decide, and goes on when they
// have answered. Nothing in here calls a strategy. One thread at a time; many runs side by side.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/hash.hpp"
#include "twin/checkpoint.hpp"
#include "twin/context.hpp"
#include "twin/interest.hpp"
#include "twin/observer.hpp"
#include "twin/result.hpp"
#include "twin/script.hpp"
#include "twin/script_memory.hpp"
#include "twin/world.hpp"
#include "twin/world_part.hpp"

namespace evtwin::twin {

class SharedLimits;
class SiteRun;

/// Where a run stands still, and what it waits for.
struct Pause {
  enum class Kind : std::uint8_t { decision, time, end };
  Kind kind = Kind::end;
  TimeNs now_ns = 0;
  std::span<const std::uint32_t>
      sites;  ///< decision: those asked at this instant, ascending; valid until advance_until()
};

struct RunSetup {
  Observer* observer = nullptr;     ///< may be null: nothing is recorded
  Script* script = nullptr;         ///< needed when the world has scripted events
  bool keep_script_memory = false;  ///< what the script saw, for save_checkpoint()
  std::vector<WorldPart*> parts;    ///< act at one instant in this order
};

class Run final : private SiteControls {
 public:
  /// Works out what follows from the world alone, which must outlive the run.
  explicit Run(const World& world, RunSetup setup = {});
  ~Run() override;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// For a caller that asks site by site and looks at a view through view() alone: what a tick brings to a site then
  /// happens when its view is first looked at, and settle_answered() may follow each answer, so that a site's memory is
  /// walked once. The run is the same.
  void open_on_demand() { opens_on_demand_ = true; }

  std::uint32_t site_count() const { return static_cast<std::uint32_t>(sites_.size()); }
  /// Interest of the strategy that answers for a site, before begin() or resume_from().
  void set_interest(std::uint32_t site, const Interest& interest);

  /// Starts an episode; allocates nothing after the first (but for what a horizon, bookings or a script need).
  void begin(const Episode& episode);
  /// Goes on from a checkpoint of the same world; once, in place of begin(). @throws CheckpointError.
  void resume_from(const Checkpoint& checkpoint, Successor successor);

  /// Runs on to the next question, to just before the first event at or after `until`, or to the end. A site that was
  /// asked and not answered keeps everything as it is. @throws what Script throws.
  Pause advance_until(TimeNs until = kernel::time_never);

  /// At a decision: valid until advance_until(). Before begin(): the empty site.
  const evtwin_view& view(std::uint32_t site) const;
  /// Books of a site so far, with what no strategy is told.
  const control::Ledger& ledger(std::uint32_t site) const;
  /// Blank columns of an asked site, to be written in place.
  evtwin_decision& decision(std::uint32_t site);
  /// Something to tell with the answer.
  void add_remark(std::uint32_t site, const control::Strategy::Remark& remark);
  /// How many more remarks there were than anybody has room for.
  void leave_out_remarks(std::uint32_t site, std::uint64_t count);
  /// Takes what stands in decision(). @throws control::StrategyError for infinite power, a wake-up that is not after
  /// now, or a site that wakes itself so often that time hardly moves.
  void answer(std::uint32_t site);

  /// Lets sites settle that were answered, as far as none before them waits for its answer. Between two answers, where
  /// nobody uses controls() at this pause.
  void settle_answered(std::uint32_t site);

  SiteControls& controls() { return *this; }
  /// The whole run at this pause, with who is asked. The memory of strategies is the caller's to add.
  Checkpoint save_checkpoint();
  /// Closes the books at the pause: after Kind::end those of the whole run, earlier of what has been.
  Result finish_run();

  TimeNs now_ns() const { return now_ns_; }
  const Episode& episode() const { return episode_; }
  std::uint64_t event_hash() const { return hash_.value(); }
  std::uint64_t event_count() const { return events_; }
  std::size_t scripted_so_far() const { return next_scripted_; }

 private:
  // SiteControls
  double contract_kw(std::uint32_t site) const override;
  void set_contract_kw(std::uint32_t site, double kw) override;
  double export_limit_kw(std::uint32_t site) const override;
  void set_export_limit_kw(std::uint32_t site, double kw) override;
  double driver_price_per_kwh(std::uint32_t site) const override;
  void set_driver_price_per_kwh(std::uint32_t site, double price) override;
  double v2g_price_per_kwh(std::uint32_t site) const override;
  void set_v2g_price_per_kwh(std::uint32_t site, double price) override;
  bool evse_available(std::uint32_t site, std::uint32_t evse) const override;
  void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) override;

  template <class IsIn>
  void put_in_order(std::vector<std::uint32_t>& list, IsIn&& is_in) const;
  void log_event(const kernel::Event& event) const;
  void dispatch_event(const kernel::Event& event);
  void end_instant();
  void settle_shares();
  void settle_touched(std::uint32_t up_to);
  void open_asked(std::uint32_t site) const;
  void open_due(std::uint32_t site) const;
  void open_view(std::uint32_t site) const;
  void open_all_asked() const;
  std::uint32_t site_of(std::uint32_t timer) const;
  SiteRun& touch_site(std::uint32_t site);
  void mark_touched(std::uint32_t site);
  void schedule_scripted();
  void run_scripted();
  void act_part(std::uint32_t part);
  template <class A>
  void archive_fields(A& a);
  void load_checkpoint(const Checkpoint& checkpoint);
  bool is_known(const kernel::Event& event) const;

  const World& world_;
  RunSetup setup_;
  Episode episode_;
  kernel::Queue queue_;
  kernel::RollingHash hash_;
  std::unique_ptr<SharedLimits> shared_limits_;  // null: none; one of the parts
  std::vector<std::unique_ptr<SiteRun>> sites_;
  std::vector<std::uint32_t> site_of_timer_;  // [timers]; those of the world count as the first site's
  std::size_t next_scripted_ = 0;
  ScriptMemory script_memory_;
  TimeNs now_ns_ = 0;     // of the last event
  TimeNs paused_ns_ = 0;  // where it stands still
  std::uint64_t events_ = 0;
  /// How far a site is in a decision: due (its clock rang, and nothing else was done yet), open (its view is of now).
  enum class Question : std::uint8_t { none, due, open, answered };
  bool opens_on_demand_ = false;
  std::vector<std::uint32_t> asked_;         // sites asked at this instant
  mutable std::vector<Question> questions_;  // [sites]
  std::vector<std::uint32_t> touched_;       // sites that an event of this instant was for
  std::size_t settled_ = 0;                  // so many of touched_, which is sorted then
  std::vector<std::uint8_t> is_touched_;     // [sites] the same
};

}  // namespace evtwin::twin
