#include "twin/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/archive.hpp"
#include "kernel/log.hpp"
#include "twin/shared_limits.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

namespace {

/// Title of the bytes; to be counted up whenever a field comes, goes or changes its meaning.
constexpr std::string_view state_title = "evtwin run 7";

constexpr std::uint32_t scripted_timer = 0, first_part_timer = 1;

double checked(double value, const char* name) {
  if (std::isnan(value) || value < 0.0) throw std::invalid_argument(std::string(name) + " must be a number >= 0");
  return value;
}

}  // namespace

Run::Run(const World& world, RunSetup setup)
    : world_(world), setup_(std::move(setup)), episode_(episode_of(world)), now_ns_(world.start_ns) {
  if (!world.shared_limits.empty()) {
    shared_limits_ = std::make_unique<SharedLimits>(world, setup_.observer);
    setup_.parts.push_back(shared_limits_.get());
  }
  std::size_t timers = first_part_timer + setup_.parts.size();
  for (const Site& site : world.sites) timers += Timers::timer_count(site);
  queue_.reserve_timers(timers);

  auto first = static_cast<std::uint32_t>(first_part_timer + setup_.parts.size());
  for (std::uint32_t s = 0; s < world.sites.size(); ++s) {
    site_of_timer_.resize(first + Timers::timer_count(world.sites[s]), s);
    sites_.push_back(std::make_unique<SiteRun>(RunContext{world, episode_, queue_, hash_, setup_.observer}, s, first));
    first += static_cast<std::uint32_t>(Timers::timer_count(world.sites[s]));
  }
  asked_.reserve(sites_.size());
  touched_.reserve(sites_.size());
  questions_.resize(sites_.size(), Question::none);
  is_touched_.resize(sites_.size());
}

Run::~Run() = default;

void Run::set_interest(std::uint32_t site, const Interest& interest) {
  sites_[site]->set_interest(interest);
  if (shared_limits_ != nullptr && interest.horizon_steps > 0) shared_limits_->count_sites();
}

void Run::begin(const Episode& episode) {
  episode_ = episode;
  queue_.clear();
  hash_ = {};
  hash_.mix_in(episode.seed);
  events_ = 0;
  now_ns_ = paused_ns_ = episode.from_ns;
  next_scripted_ = 0;
  script_memory_.clear();
  asked_.clear();
  touched_.clear();
  settled_ = 0;
  std::fill(is_touched_.begin(), is_touched_.end(), std::uint8_t{0});
  std::fill(questions_.begin(), questions_.end(), Question::none);
  for (auto& site : sites_) site->begin();
  for (auto& site : sites_) site->start_episode();
  schedule_scripted();
  for (std::uint32_t p = 0; p < setup_.parts.size(); ++p) {
    queue_.schedule(first_part_timer + p, setup_.parts[p]->begin(episode_), kernel::Phase::signal,
                    static_cast<std::uint8_t>(EventKind::world_part), p);
  }
}

// ---- From question to question

Pause Run::advance_until(TimeNs until) {
  end_instant();
  const TimeNs limit_ns = std::min(until, episode_.to_ns);
  const bool told = kernel::logs_at(kernel::LogRoom::twin, kernel::LogLevel::trace);
  while (queue_.next_time() < limit_ns) {
    const kernel::Event event = queue_.pop();
    ++events_;
    hash_.mix_in(event.time);
    hash_.mix_in((std::uint64_t{event.entity} << 8) | event.kind);
    now_ns_ = event.time;
    if (told) [[unlikely]]
      log_event(event);
    dispatch_event(event);
    if (queue_.next_time() == now_ns_) continue;
    if (!asked_.empty()) {
      paused_ns_ = now_ns_;
      if (asked_.size() > 1) {
        put_in_order(asked_, [&](std::uint32_t s) { return questions_[s] != Question::none; });
        put_in_order(touched_, [&](std::uint32_t s) { return is_touched_[s] != 0; });
      }
      return {Pause::Kind::decision, now_ns_, asked_};
    }
    end_instant();
  }
  paused_ns_ = limit_ns;
  return {limit_ns == episode_.to_ns ? Pause::Kind::end : Pause::Kind::time, limit_ns, {}};
}

/// Sorts a list of the sites that `is_in` is true of. Where they are many, going through all sites is cheaper.
template <class IsIn>
void Run::put_in_order(std::vector<std::uint32_t>& list, IsIn&& is_in) const {
  if (list.size() * 16 < sites_.size()) {
    std::sort(list.begin(), list.end());
    return;
  }
  list.clear();
  for (std::uint32_t s = 0; s < site_count(); ++s) {
    if (is_in(s)) list.push_back(s);
  }
}

void Run::log_event(const kernel::Event& event) const {
  const bool of_world = event.timer < first_part_timer + setup_.parts.size();
  kernel::log_line(kernel::LogRoom::twin, kernel::LogLevel::trace, "event {} at {}: {} {}{}", events_,
                   world_.calendar.format_iso(event.time), name_of(static_cast<EventKind>(event.kind)), event.entity,
                   of_world ? std::string() : " of " + world_.sites[site_of(event.timer)].name);
}

void Run::dispatch_event(const kernel::Event& event) {
  if (event.timer == scripted_timer) {
    run_scripted();
    return;
  }
  if (event.timer < first_part_timer + setup_.parts.size()) {
    act_part(event.entity);
    return;
  }
  const std::uint32_t s = site_of(event.timer);
  if (static_cast<EventKind>(event.kind) != EventKind::clock || !sites_[s]->is_decision_due(event.time)) {
    touch_site(s).handle_event(event);
    return;
  }
  mark_touched(s);
  asked_.push_back(s);
  questions_[s] = Question::due;
  if (!opens_on_demand_) open_asked(s);
}

/// A site's clock has rung for a decision: brings it, and its view, up to now. Its own affair alone, so that it may
/// wait until somebody looks.
inline void Run::open_asked(std::uint32_t site) const {
  if (questions_[site] == Question::due) [[unlikely]]
    open_due(site);
}

void Run::open_due(std::uint32_t site) const {
  questions_[site] = Question::open;
  sites_[site]->book_until(now_ns_);
  sites_[site]->ring_clock(now_ns_);
  open_view(site);
}

void Run::open_view(std::uint32_t site) const {
  // All that happens to any site at this instant has happened, but for answers.
  if (shared_limits_ != nullptr && shared_limits_->is_count_due(now_ns_))
    shared_limits_->count_touched(sites_, touched_, now_ns_);
  sites_[site]->open_decision(now_ns_, shared_limits_.get());
}

void Run::open_all_asked() const {
  for (const std::uint32_t s : asked_) open_asked(s);
}

/// After the last event of an instant and all answers: every site that something happened to settles.
void Run::end_instant() {
  for (const std::uint32_t s : asked_) {
    if (questions_[s] != Question::answered) answer(s);
    questions_[s] = Question::none;
  }
  asked_.clear();
  if (shared_limits_ != nullptr) settle_shares();
  if (touched_.size() - settled_ > 1)
    std::sort(touched_.begin() + static_cast<std::ptrdiff_t>(settled_), touched_.end());
  settle_touched(site_count());
  touched_.clear();
  settled_ = 0;
}

/// Those of a site's number below `up_to`, in order, as far as none waits for its answer.
void Run::settle_touched(std::uint32_t up_to) {
  for (; settled_ < touched_.size(); ++settled_) {
    const std::uint32_t s = touched_[settled_];
    if (s >= up_to || questions_[s] == Question::due || questions_[s] == Question::open) return;
    is_touched_[s] = 0;
    sites_[s]->settle_instant(now_ns_);
  }
}

void Run::settle_answered(std::uint32_t site) {
  if (asked_.size() < 2) return;  // the end of the instant is near
  // Shares are of all, but what a site asks for is known by itself.
  if (shared_limits_ != nullptr) {
    shared_limits_->ask_early(sites_, site, now_ns_);
  } else {
    settle_touched(site + 1);
  }
}

/// Where sites share limits, what each may have is known before any of them settles.
void Run::settle_shares() {
  if (shared_limits_->counts_sites()) shared_limits_->count_touched(sites_, touched_, now_ns_);
  if (!shared_limits_->concerns_all() && shared_limits_->settle_some(sites_, touched_, now_ns_)) return;
  for (const std::uint32_t site : shared_limits_->sites()) touch_site(site);
  shared_limits_->settle_all(sites_, now_ns_);
}

const evtwin_view& Run::view(std::uint32_t site) const {
  open_asked(site);
  return sites_[site]->view();
}
const control::Ledger& Run::ledger(std::uint32_t site) const { return sites_[site]->ledger(); }

evtwin_decision& Run::decision(std::uint32_t site) {
  open_asked(site);
  return sites_[site]->decision();
}
void Run::add_remark(std::uint32_t site, const control::Strategy::Remark& remark) {
  open_asked(site);
  sites_[site]->add_remark(remark);
}
void Run::leave_out_remarks(std::uint32_t site, std::uint64_t count) { sites_[site]->leave_out_remarks(count); }

void Run::answer(std::uint32_t site) {
  open_asked(site);
  sites_[site]->take_decision(now_ns_);
  questions_[site] = Question::answered;
}

Result Run::finish_run() {
  end_instant();
  Result result;
  if (shared_limits_ != nullptr) result.shared_limits = shared_limits_->close_books(paused_ns_);
  for (auto& site : sites_) result.sites.push_back(site->close_books(paused_ns_));
  for (const SiteResult& site : result.sites) {
    for (const double figure :
         {site.ledger.import_kwh, site.ledger.export_kwh, site.ledger.energy_cost, site.ledger.ev_charge_kwh})
      hash_.mix_in(figure);
  }
  result.event_hash = hash_.value();
  result.events = events_;
  return result;
}

std::uint32_t Run::site_of(std::uint32_t timer) const { return site_of_timer_[timer]; }

SiteRun& Run::touch_site(std::uint32_t site) {
  SiteRun& touched = *sites_[site];
  open_asked(site);
  touched.book_until(now_ns_);
  mark_touched(site);
  return touched;
}

void Run::mark_touched(std::uint32_t site) {
  if (is_touched_[site] != 0) return;
  is_touched_[site] = 1;
  touched_.push_back(site);
}

// ---- Scripted events, parts of the world, and what both may touch

void Run::schedule_scripted() {
  if (next_scripted_ >= world_.events.size()) return;
  const TimeNs due_ns = std::max(world_.events[next_scripted_].time_ns, now_ns_);
  queue_.schedule(scripted_timer, due_ns, kernel::Phase::signal, static_cast<std::uint8_t>(EventKind::scripted),
                  static_cast<std::uint32_t>(next_scripted_));
}

void Run::run_scripted() {
  const ScriptedEvent& event = world_.events[next_scripted_++];
  if (setup_.script != nullptr) {
    if (setup_.keep_script_memory) {
      script_memory_.run_event(*setup_.script, event.index, now_ns_, *this);
    } else {
      setup_.script->run_event(event.index, now_ns_, *this);
    }
  }
  if (setup_.observer != nullptr) setup_.observer->on_event({0, now_ns_, "scripted", event.where});
  schedule_scripted();
}

void Run::act_part(std::uint32_t part) {
  const TimeNs next_ns = setup_.parts[part]->act_now(now_ns_, *this);
  if (next_ns <= now_ns_) throw std::logic_error("a part of the world wants to act again at the instant it acted at");
  queue_.schedule(first_part_timer + part, next_ns, kernel::Phase::signal,
                  static_cast<std::uint8_t>(EventKind::world_part), part);
}

double Run::contract_kw(std::uint32_t site) const { return sites_[site]->signals().given_contract_kw; }
void Run::set_contract_kw(std::uint32_t site, double kw) {
  touch_site(site).set_contract_kw(checked(kw, "contract_kw"));
}
double Run::export_limit_kw(std::uint32_t site) const { return sites_[site]->signals().export_limit_kw; }
void Run::set_export_limit_kw(std::uint32_t site, double kw) {
  touch_site(site).set_export_limit_kw(checked(kw, "export_limit_kw"));
}
double Run::driver_price_per_kwh(std::uint32_t site) const { return sites_[site]->signals().driver_price_per_kwh; }
void Run::set_driver_price_per_kwh(std::uint32_t site, double price) {
  touch_site(site).set_driver_price_per_kwh(checked(price, "driver_price_per_kwh"));
}
double Run::v2g_price_per_kwh(std::uint32_t site) const { return sites_[site]->signals().v2g_price_per_kwh; }
void Run::set_v2g_price_per_kwh(std::uint32_t site, double price) {
  touch_site(site).set_v2g_price_per_kwh(checked(price, "v2g_price_per_kwh"));
}
bool Run::evse_available(std::uint32_t site, std::uint32_t evse) const { return sites_[site]->evse_available(evse); }
void Run::set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) {
  touch_site(site).set_evse_available(evse, available);
}

// ---- Checkpoints

template <class A>
void Run::archive_fields(A& a) {
  a.begin_section("run");
  a(episode_.seed, episode_.from_ns, episode_.to_ns);
  a.require_that(
      world_.start_ns <= episode_.from_ns && episode_.from_ns < episode_.to_ns && episode_.to_ns <= world_.end_ns,
      "a stretch of another world");
  if constexpr (A::loads) {  // what moves is laid upon the start of its own episode
    for (auto& site : sites_) site->begin();
  }
  a(hash_, events_, now_ns_, paused_ns_, next_scripted_, asked_, touched_);
  a.require_that(next_scripted_ <= world_.events.size(), "an event that there is not");
  for (const auto* list : {&asked_, &touched_}) {
    for (const std::uint32_t s : *list) a.require_that(s < sites_.size(), "a site that there is not");
  }
  if constexpr (A::loads) {
    for (const std::uint32_t s : touched_) is_touched_[s] = 1;
  }
  for (auto& site : sites_) site->archive_fields(a);
  a.begin_section("script");
  a(script_memory_);
}

Checkpoint Run::save_checkpoint() {
  open_all_asked();
  kernel::ArchiveWriter a(state_title);
  archive_fields(a);
  a.begin_section("queue");
  kernel::QueueState pending = queue_.state();
  a(pending);
  a.begin_section("parts");
  for (WorldPart* part : setup_.parts) part->save_state(a);
  return {now_ns_, hash_.value(), events_, a.take_bytes()};
}

void Run::resume_from(const Checkpoint& checkpoint, Successor successor) {
  try {
    load_checkpoint(checkpoint);
  } catch (const kernel::ArchiveError& error) {
    throw CheckpointError(error.what());
  } catch (const std::invalid_argument& error) {
    throw CheckpointError(std::string("the saved state is malformed: ") + error.what());
  }
  if (setup_.script != nullptr) {
    if (script_memory_.size() != next_scripted_)
      throw CheckpointError("it was made without the scenario's functions, which are needed to go on");
    script_memory_.replay_events(*setup_.script);
  }
  for (const std::uint32_t s : asked_) {
    open_view(s);
    questions_[s] = Question::open;
  }
  if (successor == Successor::same_strategy) return;
  for (auto& site : sites_) site->change_strategy();
}

void Run::load_checkpoint(const Checkpoint& checkpoint) {
  kernel::ArchiveReader a(checkpoint.state, state_title);
  archive_fields(a);
  a.begin_section("queue");
  kernel::QueueState pending;
  a(pending);
  queue_.restore(pending);
  for (const kernel::QueuedEvent& event : pending.pending)
    a.require_that(is_known(kernel::to_event(event)), "an event of nobody");
  a.require_that(pending.now <= checkpoint.time_ns && queue_.next_time() >= checkpoint.time_ns, "another time");
  a.begin_section("parts");
  for (WorldPart* part : setup_.parts) part->load_state(a);
  a.require_end();
}

bool Run::is_known(const kernel::Event& event) const {
  const auto kind = static_cast<EventKind>(event.kind);
  if (event.timer == scripted_timer) {
    return kind == EventKind::scripted && event.entity == next_scripted_ && next_scripted_ < world_.events.size();
  }
  if (event.timer < first_part_timer + setup_.parts.size())
    return kind == EventKind::world_part && event.timer == first_part_timer + event.entity;
  return sites_[site_of(event.timer)]->owns_event(event);
}

}  // namespace evtwin::twin
