#include "twin/agenda.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>

#include "control/strategy.hpp"

namespace evtwin::twin {

using kernel::Phase;

Agenda::Agenda(const SiteContext& context, std::size_t members)
    : context_(context), clock_(context.world.calendar), plan_history_(members) {}

void Agenda::begin(const market::SiteClocks& clocks, std::span<const demand::ArrivalStream> streams) {
  decisions_ = 0;
  last_decision_ns_ = context_.episode.from_ns;
  quiet_until_ns_ = 0;
  why_ = 0;
  wakes_ = 0;
  wakes_since_ns_ = context_.episode.from_ns;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  next_tick_ns_ = clock_.next_tick(context_.episode.from_ns, context_.world.tick_ns);
  plan_history_.clear();

  // Only a horizon needs forecasters; they are the part of a new episode that allocates.
  if (!looks_ahead()) return;
  const World& world = context_.world;
  const std::uint64_t seed = context_.episode.seed;
  const control::SiteForecast& rules = context_.site.forecast;
  const std::vector<demand::ArrivalStream> arrivals(streams.begin(), streams.end());
  forecaster_.emplace(rules, world.calendar, world.tick_ns, seed, context_.number, clocks.pv(), clocks.load(),
                      clocks.co2(), clocks.tariff());

  told_.reset();
  if (context_.observer != nullptr) {
    told_ =
        std::make_unique<Told>(Told{control::Forecaster(rules, world.calendar, world.tick_ns, seed, context_.number,
                                                        clocks.pv(), clocks.load(), clocks.co2(), clocks.tariff())});
    told_->anybody_arrives = !arrivals.empty();
  }

  arrival_forecaster_.reset();
  if (rules.arrivals.kind != control::Forecast::Kind::model)
    arrival_forecaster_.emplace(rules.arrivals, world.calendar, world.tick_ns, seed, context_.number, arrivals);

  // Models are asked at times of issue, and see only the past of each.
  issued_forecast_.reset();
  if (rules.uses_models())
    issued_forecast_.emplace(rules, world.calendar, context_.site.tariff.holidays, world.tick_ns,
                             context_.episode.from_ns, seed, context_.number,
                             control::ForecastHistory::Signals{clocks.pv(), clocks.load(), clocks.tariff(), arrivals});
}

void Agenda::start_ticks(TimeNs t, TimeNs window_ns, TimeNs window_end_ns) {
  window_ns_ = window_ns;
  window_end_ns_ = window_end_ns;
  if ((interest_.subscribes & EVTWIN_WHY_TICK) != 0) next_tick_ns_ = t;
  look_up_due_tick();
  schedule_next();
}

void Agenda::request_decision(std::uint32_t why, TimeNs t) {
  if ((interest_.subscribes & why) == 0) return;
  why_ |= why;
  asked_for_ns_ = t;
  schedule_next();
}

void Agenda::schedule_next() {
  context_.timers.schedule_timer(EventKind::clock, Phase::decision,
                                 std::min({window_end_ns_, due_tick_ns_, wake_ns_, asked_for_ns_}));
}

void Agenda::open_decision(TimeNs t) {
  if (t >= due_tick_ns_) why_ |= EVTWIN_WHY_TICK;
  if (t >= wake_ns_) why_ |= EVTWIN_WHY_WAKE;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  if (t < next_tick_ns_) return;
  // A tick as long as a metering window ends with the window that opened at this instant.
  const TimeNs tick_ns = context_.world.tick_ns;
  const bool is_window = tick_ns == window_ns_ && window_end_ns_ - t == tick_ns;
  next_tick_ns_ = is_window ? window_end_ns_ : clock_.next_tick(t, tick_ns);
}

namespace {

/// Wake-ups that a strategy may ask for within a simulated second. A run always moves: one that wakes itself every few
/// hundred nanoseconds (a wake-up in seconds where nanoseconds are due) would never end.
constexpr std::uint64_t most_wakes_per_second = 1000;
static_assert(kernel::second_ns / most_wakes_per_second >= kernel::millisecond_ns,
              "asked each millisecond, it still runs");

}  // namespace

void Agenda::wake_at(TimeNs wake_ns, TimeNs now_ns) {
  wake_ns_ = wake_ns;
  if (now_ns - wakes_since_ns_ >= kernel::second_ns) {
    wakes_since_ns_ = now_ns;
    wakes_ = 0;
  }
  if (++wakes_ <= most_wakes_per_second) return;
  throw control::StrategyError(
      fmt::format("{}: decide asked {} times within one simulated second to be woken, now {} ns later: the run would "
                  "hardly move; wake_ns counts nanoseconds",
                  interest_.who, wakes_, wake_ns - now_ns));
}

/// The first tick from the next one on that is not in the quiet.
void Agenda::look_up_due_tick() {
  due_tick_ns_ = kernel::time_never;
  if ((interest_.subscribes & EVTWIN_WHY_TICK) == 0) return;
  due_tick_ns_ =
      quiet_until_ns_ > next_tick_ns_ ? clock_.next_tick(quiet_until_ns_ - 1, context_.world.tick_ns) : next_tick_ns_;
}

void Agenda::close_decision(TimeNs now_ns, TimeNs quiet_until_ns) {
  ++decisions_;
  last_decision_ns_ = now_ns;
  quiet_until_ns_ = quiet_until_ns;
  look_up_due_tick();
  why_ = 0;
  schedule_next();
}

void Agenda::show_in_view(evtwin_view& view, TimeNs t) {
  view.why = why_;
  view.now_ns = t;
  view.next_tick_ns = next_tick_ns_;
  view.utc_offset_ns = clock_.offset_at(t).offset_ns;
  view.decision_number = decisions_;
  view.last_decision_ns = last_decision_ns_;
  view.end_ns = context_.episode.to_ns;
}

void Agenda::fill_forecast(control::Horizon& horizon, const SignalValues& now, TimeNs t) {
  forecaster_->fill_horizon(t, interest_.horizon_steps, now.pv_kw, now.load_kw, horizon);
  if (arrival_forecaster_ && horizon.wants_columns(EVTWIN_READS_ARRIVALS))
    arrival_forecaster_->fill_horizon(t, horizon);
  if (issued_forecast_) issued_forecast_->fill_horizon(t, now.pv_kw, now.load_kw, now.price.buy_per_kwh, horizon);
}

namespace {

constexpr TimeNs told_every_ns = 6 * kernel::hour_ns, told_ahead_ns = kernel::day_ns;

bool is_always_zero(const market::Signal& signal) {
  const double* const constant = std::get_if<double>(&signal);
  return constant != nullptr && *constant == 0.0;
}

/// Steps from the first on that are told: the day ahead, as far as all but the first are equally long.
std::size_t told_steps(std::span<const TimeNs> edges_ns, TimeNs step_ns) {
  std::size_t steps = 1;
  while (steps + 1 < edges_ns.size() && edges_ns[steps] < edges_ns[0] + told_ahead_ns &&
         edges_ns[steps + 1] - edges_ns[steps] == step_ns)
    ++steps;
  return steps;
}

}  // namespace

void Agenda::tell_column(ForecastRecord record, std::uint32_t quantity, const std::vector<double>& values,
                         const std::vector<double>& levels) const {
  if (std::isnan(values.front())) return;
  const std::size_t steps = values.size();
  const std::size_t told = told_steps(told_->horizon.start_ns, record.step_ns);
  record.quantity = quantity;
  record.mean = std::span(values).first(told);
  record.low = std::span(levels).first(told);
  record.high = std::span(levels).subspan(steps, told);
  const bool spread = !std::ranges::equal(record.low, record.mean) || !std::ranges::equal(record.high, record.mean);
  if (!spread) record.low = record.high = {};
  context_.observer->on_forecast(record);
}

void Agenda::tell_forecast(std::uint32_t reads, const SignalValues& now, TimeNs t) {
  if (!told_) return;
  const TimeNs quarter_ns = context_.world.calendar.tick_at_or_before(t, told_every_ns);
  if (decisions_ > 0 && last_decision_ns_ >= quarter_ns) return;

  control::Horizon& ahead = told_->horizon;
  ahead.reads = reads;
  ahead.level.assign(control::band_levels.begin(), control::band_levels.end());
  const TimeNs tick_ns = context_.world.tick_ns;
  const auto day = static_cast<std::uint32_t>((told_ahead_ns + tick_ns - 1) / tick_ns + 1);
  told_->forecaster.fill_horizon(t, std::min(interest_.horizon_steps, day), now.pv_kw, now.load_kw, ahead);
  if (arrival_forecaster_ && ahead.wants_columns(EVTWIN_READS_ARRIVALS)) arrival_forecaster_->fill_horizon(t, ahead);
  if (issued_forecast_) issued_forecast_->fill_horizon(t, now.pv_kw, now.load_kw, now.price.buy_per_kwh, ahead);
  control::blank_unread(ahead);

  ForecastRecord record;
  record.site = context_.number;
  record.seen_ns = t;
  record.issued_ns = ahead.issued_ns;
  record.first_end_ns = ahead.start_ns[1];
  record.step_ns = ahead.start_ns.size() > 2 ? ahead.start_ns[2] - ahead.start_ns[1] : tick_ns;
  const Site& site = context_.site;
  if (!is_always_zero(site.pv_kw)) tell_column(record, EVTWIN_QUANTITY_PV_KW, ahead.pv_kw, ahead.level_pv_kw);
  if (!is_always_zero(site.load_kw)) tell_column(record, EVTWIN_QUANTITY_LOAD_KW, ahead.load_kw, ahead.level_load_kw);
  if (told_->anybody_arrives) {
    tell_column(record, EVTWIN_QUANTITY_ARRIVALS, ahead.arrivals, ahead.level_arrivals);
    tell_column(record, EVTWIN_QUANTITY_ARRIVALS_KWH, ahead.arrivals_kwh, ahead.level_arrivals_kwh);
  }
  if (site.forecast.price.kind == control::Forecast::Kind::model)
    tell_column(record, EVTWIN_QUANTITY_BUY_PER_KWH, ahead.buy_per_kwh, ahead.level_buy_per_kwh);
}

const control::Talker* Agenda::new_forecast_words() const {
  if (!issued_forecast_ || !issued_forecast_->issued_ns()) return nullptr;
  const bool looked_at_before = decisions_ > 0 && last_decision_ns_ >= *issued_forecast_->issued_ns();
  return looked_at_before ? nullptr : &issued_forecast_->words_of_issue();
}

bool Agenda::take_plan(const control::ViewColumns& columns, TimeNs t) {
  const std::size_t steps = columns.plan_steps();
  return steps > 0 && plan_history_.take_plan(t, decisions_ + 1, {columns.view.horizon_start_ns, steps + 1},
                                              columns.decided_plan_kw());
}

void Agenda::end_plan(std::uint32_t member, TimeNs t) {
  plan_history_.end_member(member, t);
  tell_settled_plans();
}

void Agenda::end_plans(TimeNs t) {
  plan_history_.end_all(t);
  tell_settled_plans();
}

/// Tells the observer the fate of plans that are settled.
void Agenda::tell_settled_plans() {
  if (plan_history_.settled_pieces().empty()) return;
  const std::size_t evses = context_.site.evses.size();
  for (const control::SettledPiece& piece : plan_history_.settled_pieces()) {
    if (context_.observer == nullptr) break;
    const bool evse = piece.member < evses;
    context_.observer->on_plan({context_.number, evse ? Subject::evse : Subject::storage,
                                static_cast<std::uint32_t>(evse ? piece.member : piece.member - evses),
                                piece.planned.decision, piece.planned.start_ns, piece.planned.end_ns, piece.planned.kw,
                                piece.replaced_ns});
  }
  plan_history_.settled_pieces().clear();
}

void Agenda::change_strategy(TimeNs t) {
  end_plans(t);
  why_ = 0;
  quiet_until_ns_ = 0;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  look_up_due_tick();
  schedule_next();
}

}  // namespace evtwin::twin
