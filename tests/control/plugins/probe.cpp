// Strategies that show what the host gave them: parameters of every type, and random numbers.
#include <evtwin/strategy.hpp>
#include <limits>
#include <stdexcept>
#include <string>

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
    setup.subscribes = EVTWIN_WHY_PRICE;
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

}  // namespace

EVTWIN_STRATEGIES(Echo, Dice)
