// Strategies that show what the host gave them: parameters of every type, and random numbers.
#include <evtwin/strategy.hpp>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace sdk = evtwin::sdk;

/// Says its parameters by failing, so that a test can read them in the error.
struct Echo {
  static constexpr std::array<const char*, 2> moods{"calm", "eager"};
  static constexpr evtwin_param_info note{"note", "",  "Any text.", EVTWIN_PARAM_TEXT, 0, nullptr, 0.0,
                                          0.0,    0.0, "none"};
  static constexpr std::array params{
      sdk::boolean("flag", true, "A switch."),
      sdk::integer("count", "", 1.0, 8.0, 2.0, "How many."),
      sdk::real("level", "kW", -1.5, 9.5, std::numeric_limits<double>::quiet_NaN(), "How much; unset: its own choice."),
      note,
      sdk::choice("mood", moods, "calm", "How it feels."),
  };
  static constexpr evtwin_info info = sdk::describe("echo", "Echo", "1.0", "Says its parameters.", params);
  explicit Echo(const sdk::Setup& setup)
      : said_("flag=" + std::to_string(setup.flag("flag")) + " count=" + std::to_string(setup.number("count")) +
              " level=" + std::to_string(setup.number("level")) + " note=" + std::string(setup.text("note")) +
              " mood=" + std::string(setup.text("mood"))) {}
  void decide(const sdk::View&, sdk::Decision&) const { throw std::runtime_error(said_); }

 private:
  std::string said_;
};

/// EVSE i gets draw i of the stream named by the decision's number, as 53 bits.
struct Dice {
  static constexpr evtwin_info info = sdk::describe("dice", "Dice", "1.0", "Draws at random.");
  explicit Dice(sdk::Setup& setup) : host_(setup.host()) {
    setup.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_PRICE;
    setup.horizon_steps = 3;
  }
  void decide(const sdk::View& view, sdk::Decision& decision) {
    for (std::size_t i = 0; i < view.evse_count(); ++i) {
      decision.evse_kw[i] = static_cast<double>(host_.random_u64(&host_, view.raw.decision_number, i) >> 11U);
    }
  }

 private:
  const evtwin_host& host_;
};

/// Offers as many kW as it was asked before; what it remembers can be saved.
struct Counter {
  static constexpr evtwin_info info = sdk::describe("counter", "Counter", "1.0", "Counts its decisions.");
  explicit Counter(const sdk::Setup& setup) : history_(setup.first().evse_count()) {}
  void decide(const sdk::View&, sdk::Decision& decision) {
    decision.evse_kw[0] = asked_++;
    history_[0] += 0.5;
    decision.expected_cost = history_[0];
  }
  void save(sdk::StateWriter& writer) const {
    writer.put(asked_);
    writer.put(history_);
  }
  void load(sdk::StateReader& reader) {
    reader.get(asked_);
    reader.get_as_long(history_);
  }

 private:
  std::uint32_t asked_ = 0;
  std::vector<double> history_;
};

/// Has something to tell about each decision.
struct Chatter {
  static constexpr evtwin_info info =
      sdk::describe("chatter", "Chatter", "1.0", "Tells why.", EVTWIN_STRATEGY_STATELESS);
  explicit Chatter(const sdk::Setup& setup) : host_(setup.host()) {}
  void decide(const sdk::View&, sdk::Decision&) {
    host_.report(&host_, EVTWIN_DEBUG, "nobody asked");
    host_.report(&host_, EVTWIN_INFO, "waits for the night price");
    host_.report(&host_, EVTWIN_WARNING, "the forecast is old");
  }

 private:
  const evtwin_host& host_;
};

/// Parameters that do not go together are found by the constructor.
struct Picky {
  static constexpr std::array params{sdk::real("low", "kW", 0.0, 9.0, 1.0, "Lower."),
                                     sdk::real("high", "kW", 0.0, 9.0, 2.0, "Upper.")};
  static constexpr evtwin_info info =
      sdk::describe("picky", "Picky", "1.0", "Wants low below high.", params, EVTWIN_STRATEGY_STATELESS);
  explicit Picky(const sdk::Setup& setup) {
    if (setup.number("low") > setup.number("high")) throw sdk::BadParameter("low must not be above high");
  }
  void decide(const sdk::View&, sdk::Decision&) {}
};

/// Wants to see further than anybody can; or of the horizon only what its bits say.
struct Farsighted {
  static constexpr std::array params{
      sdk::integer("reads", "", 0.0, 255.0, 0.0, "horizon_reads, of a horizon of 4 steps; 0: a very long one")};
  static constexpr evtwin_info info =
      sdk::describe("farsighted", "Farsighted", "1.0", "A very long horizon.", params, EVTWIN_STRATEGY_STATELESS);
  explicit Farsighted(sdk::Setup& setup) {
    const auto reads = static_cast<std::uint32_t>(setup.number("reads"));
    setup.horizon_steps = reads == 0 ? 1'000'000 : 4;
    if (reads != 0) setup.horizon_reads = reads;
  }
  void decide(const sdk::View&, sdk::Decision&) {}
};

/// Plans as it was told: for as many steps, and member m in step k gets m + k / 100 kW in decisions of even numbers.
struct Planner {
  static constexpr std::array params{sdk::integer("steps", "", 0.0, 1e6, 2.0, "Steps planned."),
                                     sdk::integer("beyond", "", 0.0, 9.0, 0.0, "Steps planned beyond the horizon."),
                                     sdk::integer("past", "", 0.0, 1e9, 0.0, "A cell past the end, written too.")};
  static constexpr evtwin_info info =
      sdk::describe("planner", "Planner", "1.0", "Writes a plan.", params, EVTWIN_STRATEGY_STATELESS);
  explicit Planner(sdk::Setup& setup) : past_(static_cast<std::size_t>(setup.number("past"))) {
    setup.horizon_steps = static_cast<std::uint32_t>(setup.number("steps"));
    setup.plan_steps = setup.horizon_steps + static_cast<std::uint32_t>(setup.number("beyond"));
  }
  void decide(const sdk::View& view, sdk::Decision& decision) const {
    if (past_ > 0) decision.plan_kw.data()[decision.plan_kw.size() + past_ - 1] = 1.0;
    if (view.raw.decision_number % 2 == 1) return;
    for (std::size_t m = 0; m < view.evse_count() + view.storage_count(); ++m) {
      for (std::size_t k = 0; k < decision.plan_steps; ++k)
        decision.plan_of(m)[k] = static_cast<double>(m) + 0.01 * static_cast<double>(k);
    }
  }

 private:
  std::size_t past_;
};

/// Wants to be asked at events alone, with levels of the forecast, and answers for several sites in one pass: EVSE 0
/// gets as many kW as were asked together.
struct Patient {
  static constexpr std::array params{sdk::real("high", "", -1.0, 2.0, 0.9, "Its second level."),
                                     sdk::boolean("fails", false, "Whether it fails, at the end and in a pass.")};
  static constexpr evtwin_info info =
      sdk::describe("patient", "Patient", "1.0", "Waits for events.", params, EVTWIN_STRATEGY_STATELESS);
  explicit Patient(sdk::Setup& setup) : host_(setup.host()), fails_(setup.flag("fails")) {
    setup.subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_FINISHED;
    setup.horizon_steps = 3;
    setup.levels = {0.1, setup.number("high")};
  }
  void decide(const sdk::View& view, sdk::Decision& decision) const {
    decision.evse_kw[0] = 1.0;
    decision.wake_in_h(0.5);
    decision.quiet_for_h(2.0);
    for (std::size_t l = 0; l < view.levels().size(); ++l) decision.evse_kw[l] = view.level_pv_kw(l)[1];
  }
  void on_end(const sdk::View& last) const {
    if (fails_) throw std::runtime_error("the end is bitter");
    std::string said = "gone:";
    for (std::size_t d = 0; d < last.departed_count(); ++d)
      said += " " + std::to_string(last.departed_session()[d]) + " from " + std::to_string(last.departed_evse()[d]) +
              " with " + std::to_string(last.departed_got_kwh()[d]);
    host_.report(&host_, EVTWIN_INFO, (said + "; there: " + std::string(last.evse_session_id(1))).c_str());
  }
  static void decide_many(std::span<sdk::Turn<Patient>> turns) {
    for (sdk::Turn<Patient>& turn : turns) {
      if (turn.strategy.fails_) throw std::runtime_error("no pass");
      turn.decision.evse_kw[0] = static_cast<double>(turns.size());
    }
  }

 private:
  const evtwin_host& host_;
  bool fails_;
};

}  // namespace

EVTWIN_STRATEGIES(Echo, Dice, Counter, Chatter, Picky, Farsighted, Planner, Patient)
