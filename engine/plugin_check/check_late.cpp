// What a strategy does late: a thousand decisions over the end of a month, each looked at, and then the same days
// again.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "control/view_layout.hpp"
#include "kernel/hash.hpp"
#include "plugin_check/checks.hpp"
#include "plugin_check/growth.hpp"
#include "plugin_check/imports.hpp"
#include "plugin_check/play.hpp"
#include "plugin_check/process_watch.hpp"
#include "plugin_check/service.hpp"
#include "plugin_check/small_site.hpp"
#include "twin/conduct.hpp"
#include "twin/simulation.hpp"

namespace evtwin::plugin_check {

namespace {

/// Decisions after which another instance takes over beside the first, from saved state or none, for so many answers.
constexpr std::array<std::int64_t, 8> take_overs{60, 199, 260, 420, 580, 740, 900, 1020};
constexpr std::int64_t answers_of_a_take_over = 8;
constexpr double decisions_of_a_year = 365.0 * 96;

/// Digests of a view's columns and of itself: a write into it shows whatever pages it lies in.
class ViewDigest {
 public:
  explicit ViewDigest(const evtwin_view& view) {
    for (const control::ColumnPlace& column : control::view_columns()) columns_.push_back(of(column, view));
    view_ = kernel::digest64({reinterpret_cast<const char*>(&view), sizeof view});
  }
  /// As in strategy.h, "evtwin_view" for the struct; empty: none.
  std::string_view changed_column(const evtwin_view& view) const {
    if (kernel::digest64({reinterpret_cast<const char*>(&view), sizeof view}) != view_) return "evtwin_view";
    std::size_t c = 0;
    for (const control::ColumnPlace& column : control::view_columns()) {
      if (of(column, view) != columns_[c++]) return column.name;
    }
    return {};
  }

 private:
  static std::uint64_t of(const control::ColumnPlace& column, const evtwin_view& view) {
    const void* cells = control::column_of(column, view);
    if (cells == nullptr) return 0;
    return kernel::digest64(
        {static_cast<const char*>(cells), control::length_of(column, view) * control::size_of(column.cell)});
  }
  std::vector<std::uint64_t> columns_;
  std::uint64_t view_ = 0;
};

/// What a life of the strategy over these days is looked at for.
struct Life {
  const control::ProcessState& before;
  Growth& growth;
  bool watched = false;  ///< each decision is looked at, and other instances take over
  OpenFiles files{"decide()"};
};

/// The strategy in a run. Each view is shown behind walls, at addresses that are never used again.
class Watched : public control::Strategy {
 public:
  Watched(const Specimen& specimen, const evtwin_info& info, const evtwin_view& first, Life& life)
      : info_(info), life_(life) {
    const auto params = specimen.starting_params(info);
    const auto make = [&] {
      auto instance = std::make_unique<Instance>(specimen, info.id, params, first);
      instance->expect_made();
      return instance;
    };
    watch_view(&first);
    instance_ = make();
    expect_unchanged(life_.before, "in create()");
    stateless_ = (info.flags & EVTWIN_STRATEGY_STATELESS) != 0;
    if (life_.watched && (stateless_ || instance_->state_extension() != nullptr)) {
      for (std::size_t k = 0; k < take_overs.size(); ++k) others_.push_back(make());
    }
    watch_view(nullptr);

    subscribes = instance_->c_strategy().subscribes;
    horizon_steps = instance_->c_strategy().horizon_steps;
    plan_steps = instance_->c_strategy().plan_steps;
    if (instance_->c_strategy().horizon_reads != 0) horizon_reads = instance_->c_strategy().horizon_reads;
    levels = instance_->forecast_levels();
  }
  ~Watched() override {
    // Only a run that came to its end is here: a failure ends the child.
    instance_->destroy();
    for (const auto& other : others_) other->destroy();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    const std::int64_t number = number_of(view);
    set_step(number);
    if (!life_.watched) {
      life_.growth.over([&] { instance_->decide(view, decision); });
      return;
    }
    const Answer answer = ask_one(*instance_, view, true);
    std::copy(answer.evse_kw.begin(), answer.evse_kw.end(), decision.evse_kw);
    std::copy(answer.storage_kw.begin(), answer.storage_kw.end(), decision.storage_kw);
    std::copy(answer.plan_kw.begin(), answer.plan_kw.end(), decision.plan_kw);
    decision.wake_ns = answer.wake_ns;
    decision.quiet_until_ns = answer.quiet_until_ns;
    decision.expected_cost = answer.expected_cost;

    const std::string when = fmt::format("in decide() number {}", number);
    expect_unchanged(life_.before, when);
    life_.files.look(number);
    if (const std::uint64_t said = instance_->services().report_count(); said > twin::Conduct::most_of_a_decision)
      throw Failed(fmt::format("it reported {} times {}: {} remarks of a decision are recorded, and {} of a run", said,
                               when, twin::Conduct::most_of_a_decision, twin::Conduct::most_of_a_run));
    if (!others_.empty()) look_at_others(view, number, answer.answer_digest());
  }

  void end(const evtwin_view& last) override {
    const WalledView walled(last, Wall::after);
    instance_->end(walled.view());
    expect_unchanged(life_.before, "in end()");
  }

 private:
  /// Clocks go on by a millisecond from decision to decision, in every life.
  static void set_step(std::int64_t number) { step_clocks(static_cast<std::uint64_t>(number)); }

  Answer ask_one(Instance& instance, const evtwin_view& view, bool counted) {
    constexpr std::uint64_t decisions_between_walls = 16;  // they take longer than most strategies
    const auto call = [&](const evtwin_view& shown, evtwin_decision& decision) {
      if (counted) {
        life_.growth.over([&] { instance.decide(shown, decision); });
      } else {
        instance.decide(shown, decision);
      }
    };
    const std::uint64_t k = view.decision_number;
    if (k % decisions_between_walls == 0)
      return answer_within_walls(view, k % 32 == 0 ? Wall::after : Wall::before, plan_steps, call);
    const ViewDigest before(view);
    const Answer answer = answer_as_hosted(view, plan_steps, call);
    if (const std::string_view column = before.changed_column(view); !column.empty())
      throw Failed(fmt::format("it wrote into {}{}, which is read-only, in decide() number {}", column,
                               column == "evtwin_view" ? "" : " of the view", number_of(view)));
    return answer;
  }

  /// Has the instance that took over answer as well; makes the next one take over.
  void look_at_others(const evtwin_view& view, std::int64_t number, std::uint64_t answer) {
    if (other_from_ > 0) {
      Instance& other = *others_[next_];
      set_step(number);
      if (ask_one(other, view, false).answer_digest() != answer)
        throw Failed(stateless_ ? fmt::format("it says EVTWIN_STRATEGY_STATELESS, yet in decide() number {} a fresh "
                                              "instance answers otherwise",
                                              number)
                                : fmt::format("saved after decide() number {} and loaded, it answers otherwise in "
                                              "number {}",
                                              other_from_, number));
      if (number >= other_from_ + answers_of_a_take_over) {
        other_from_ = 0;
        ++next_;
      }
    }
    if (other_from_ > 0 || next_ >= others_.size() || number < take_overs[next_]) return;

    other_from_ = number;
    if (stateless_) return;
    std::vector<std::byte> bytes;
    instance_->save(bytes);
    if (const evtwin_status status = others_[next_]->load(bytes); status != EVTWIN_OK)
      throw Failed(fmt::format("load() answered {} for what save() wrote after decide() number {}",
                               name_of_status(status), number));
  }

  const evtwin_info& info_;
  Life& life_;
  std::unique_ptr<Instance> instance_;
  std::vector<std::unique_ptr<Instance>> others_;
  bool stateless_ = false;
  std::size_t next_ = 0;         // of others_: the one that takes over next, or has taken over
  std::int64_t other_from_ = 0;  // the decision after which it took over; 0: it has not yet
};

}  // namespace

void nothing_comes_late(const Specimen& specimen, const evtwin_info& info) {
  // A planner that needs long for these days lives through them once.
  constexpr double enough_s = 20.0;

  const twin::World world = small_site_month_end();
  const std::size_t threads_before = threads_now();
  take_over_clocks(specimen.objects());
  const double began_s = cpu_s();

  std::optional<control::ProcessState> before;
  Growth growth;
  std::int64_t lost = 0;  // bytes, of the last life
  twin::SiteResult site;  // of the watched life
  const auto live = [&](bool watched, std::int64_t shift_s) {
    shift_clocks(shift_s);
    growth.begin_life();
    const auto bytes_before = static_cast<std::int64_t>(taken_bytes());
    Life life{*before, growth, watched};
    twin::Result result = twin::simulate(world, [&](const evtwin_view& first, std::uint64_t, std::uint32_t) {
      return std::make_unique<Watched>(specimen, info, first, life);
    });
    expect_unchanged(*before, "in destroy()");
    life.files.look_at_the_end();
    expect_no_processes_left();
    const std::uint64_t hash = result.event_hash;
    if (watched) site = std::move(result.sites[0]);
    result = {};
    lost = static_cast<std::int64_t>(taken_bytes()) - bytes_before;
    return hash;
  };

  expect_silence([&] {
    before.emplace();  // with the streams that a host has
    const std::uint64_t first = live(true, 0);
    expect_service(site);
    growth.expect_to_fit("decide()", decisions_of_a_year);
    note_in_box(fmt::format("{} decisions, {:.0f} of {:.0f} kWh served", site.decisions, site.energy_got_kwh,
                            site.energy_wanted_kwh));

    // Memory that is lost is lost in every life; what is allocated once, or kept by the allocator, is not.
    for (int life = 1; life < Growth::most_lives && cpu_s() - began_s < enough_s; ++life) {
      if (live(false, 0) != first)
        throw Failed("the same days again have another hash: something outlives destroy(), or chance is in it");
      if (lost < Growth::least_lost) break;
      if (life + 1 == Growth::most_lives) growth.fail_of_lost(lost, "decide()");
    }

    if (clock_reads() == 0 || cpu_s() - began_s >= enough_s) return;
    if (live(false, another_time_s) != first)
      throw Failed("it goes by the clock: at another time of day the same days are decided otherwise");
  });
  expect_no_threads_left(threads_before, (info.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0);
}

}  // namespace evtwin::plugin_check
