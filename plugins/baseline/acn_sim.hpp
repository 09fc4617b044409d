// ACN-Sim's conventions, chosen by compat = "acn-sim": the scheduling of acnportal 0.3.3 (Lee, Li, Low: ACN-Sim, 2019;
// BSD-3), figure by figure, so that results can be held against those published with it.
//
// The differences: decisions come once per period (the tick) and at no event; a car counts as active while more than a
// watt-hour is left of its request, full or not; a rest that the smallest current would deliver within one period is
// never delivered; a car's current is bounded by what it still wants in this period, so that nobody is woken;
// continuous currents are found by bisection; limits may be exceeded by a hair. Everything is in A per phase used.
#pragma once
#include "car.hpp"
#include "parameters.hpp"
#include "planner.hpp"

namespace evtwin::baseline {

inline constexpr std::array<const char*, 2> compat_choices{"off", "acn-sim"};
inline constexpr evtwin_param_info compat = sdk::choice(
    "compat", compat_choices, "off",
    "Whose conventions to follow: evtwin's (off), or ACN-Sim's (acn-sim), for comparison with its results.");

/// Rows that only count under compat = "acn-sim". Defaults are ACN-Sim's.
namespace acn_param {
inline constexpr evtwin_param_info active_above_kwh =
    sdk::real("active_above_kwh", "kWh", 0.0, 1000.0, 1e-3, "acn-sim: a car is active while it wants more than this.");
inline constexpr evtwin_param_info min_pilot_a =
    sdk::real("min_pilot_a", "A", 0.0, 1000.0, decided_by_strategy,
              "acn-sim: a rest that this current delivers in one tick is dropped; default: the EVSE's smallest offer.");
inline constexpr evtwin_param_info guaranteed_a =
    sdk::real("guaranteed_a", "A", 0.0, 1000.0, 0.0,
              "acn-sim: every active car gets at least this; the run ends with an error where limits forbid it.");
inline constexpr evtwin_param_info uninterrupted =
    sdk::boolean("uninterrupted", false,
                 "acn-sim: first the smallest offer to all for whom it fits, least time left first; none to the rest.");
inline constexpr evtwin_param_info bisection_eps_a =
    sdk::real("bisection_eps_a", "A", 1e-9, 100.0, 0.01, "acn-sim: how closely a continuous current is searched for.");
inline constexpr evtwin_param_info continuous_inc_a = sdk::real(
    "continuous_inc_a", "A", 1e-3, 1000.0, 0.1, "acn-sim: step of cars on EVSEs without finite rates, from 0 A.");
inline constexpr evtwin_param_info limit_slack_a =
    sdk::real("limit_slack_a", "A", 0.0, 100.0, 1e-5, "acn-sim: by how much a limit may be exceeded, ...");
inline constexpr evtwin_param_info limit_slack_fraction =
    sdk::real("limit_slack_fraction", "", 0.0, 1.0, 1e-7, "acn-sim: ... or by which part of it, if that is more.");
}  // namespace acn_param

/// Fault of checked parameters taken together: rows of acn_param changed without compat, rows that ACN-Sim knows
/// nothing of changed with it. Empty if there is none.
std::string compat_fault(const evtwin_info& info, std::span<const evtwin_param_value> checked);
bool wants_acn_sim(std::span<const evtwin_param_value> checked);

/// For strategies that have a stand-in under compat, whose books must outlive a checkpoint: they themselves remember
/// nothing, but a description that both share can not call itself stateless.
struct NoMemory {
  static void save(sdk::StateWriter&) {}
  static void load(sdk::StateReader&) {}
};

enum class AcnOrder : std::uint8_t { fcfs, lcfs, edf, llf, lrpt };

/// A session as ACN-Sim's schedulers know it.
struct AcnCar {
  std::uint32_t row = 0;
  double kw_per_a = 0.0;
  double wanted_kwh = 0.0;   ///< rest of the request
  double wanted_a = 0.0;     ///< current that delivers the rest of the request in one period (A x periods)
  double min_a = 0.0;        ///< what it must get
  double max_a = 0.0;        ///< what EVSE and car can use
  double evse_max_a = 0.0;   ///< the EVSE's largest offer, which laxity and processing time are counted with
  double min_pilot_a = 0.0;  ///< the EVSE's smallest offer
  std::span<const double> rates_kw{};
  double key = 0.0;
  std::uint32_t position = 0;  ///< in the list before the last sort: ties stay in it
  double pilot_a = 0.0;        ///< the answer

  double upper_a() const { return std::min(max_a, wanted_a); }
};

/// Energy that ACN-Sim believes to have delivered: the sum over the periods of mean current x volts x hours, each term
/// rounded as there. Requests that are a whole number of A x periods are ties which the last digit of that sum decides.
class AcnBooks {
 public:
  void reserve_rows(std::size_t n_evses) { books_.resize(n_evses); }
  /// Enters what row `i` took since the last period. @returns kWh delivered in this session.
  double delivered_kwh(const evtwin_view& view, std::uint32_t i);
  void note_offer(std::uint32_t i, double pilot_a) { books_[i].pilot_a = pilot_a; }

  void save(sdk::StateWriter& writer) const;
  /// @throws sdk::BadState for books of another version or site.
  void load(sdk::StateReader& reader);

 private:
  struct Book {
    std::uint64_t session = 0;
    std::int64_t until_ns = 0;
    double metered_kwh = 0.0, delivered_kwh = 0.0;
    double pilot_a = 0.0;  // offered since
  };
  std::vector<Book> books_;
};

/// One period of ACN-Sim: the active sessions, what they have been given, and whether the limits hold.
class AcnPeriod {
 public:
  /// @throws std::invalid_argument where there is a DC EVSE: ACN-Sim has none.
  explicit AcnPeriod(sdk::Setup& setup);

  /// Lists the active sessions in row order.
  void begin(const evtwin_view& view);
  /// Drops rests and applies the bounds; what the controlled algorithms do before they sort.
  void prepare_cars();
  void put_in_order(AcnOrder order);
  /// Every car at its lower bound (round robin: the rate it starts from). @throws std::runtime_error if limits forbid.
  void require_feasible_start() const;

  std::vector<AcnCar>& cars() { return cars_; }
  void set_pilot(AcnCar& car, double pilot_a);
  bool is_feasible() const { return planner_.rows().hold_within(slack_a_, slack_fraction_); }
  void write_decision(sdk::Decision& decision);
  AcnBooks& books() { return books_; }
  const AcnBooks& books() const { return books_; }

 private:
  void keep_uninterrupted();

  Planner planner_;
  const evtwin_view* view_ = nullptr;
  AcnBooks books_;
  std::vector<AcnCar> cars_;
  double active_above_kwh_, slack_a_, slack_fraction_;
  double min_pilot_a_, guaranteed_a_;
  bool uninterrupted_;
};

/// Memory of all of them from one period to the next: the books.
class AcnStrategy {
 public:
  explicit AcnStrategy(sdk::Setup& setup) : period_(setup) {}
  void save(sdk::StateWriter& writer) const { period_.books().save(writer); }
  void load(sdk::StateReader& reader) { period_.books().load(reader); }

 protected:
  AcnPeriod period_;
};

/// UncontrolledCharging: every active session is offered the EVSE's maximum.
class AcnUncontrolled : public AcnStrategy {
 public:
  using AcnStrategy::AcnStrategy;
  void decide(const sdk::View& view, sdk::Decision& decision);
};

/// SortedSchedulingAlgo: in order each gets the largest current that is feasible with what all others have now.
class AcnSorted : public AcnStrategy {
 public:
  AcnSorted(sdk::Setup& setup, AcnOrder order)
      : AcnStrategy(setup), order_(order), eps_a_(setup.shared().number("bisection_eps_a")) {}
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  void give_largest_rate(AcnCar& car);
  void bisect_pilot(AcnCar& car);

  AcnOrder order_;
  double eps_a_;
  bool below_minimum_ = false;  // a car got less than its lower bound: the others may not be feasible any more
};

/// RoundRobin: in order each is raised one step in turn.
class AcnRoundRobin : public AcnStrategy {
 public:
  explicit AcnRoundRobin(sdk::Setup& setup);
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  /// The rates a car may climb, by their numbers: where it stands and the highest; none where last < step.
  struct Ladder {
    std::int32_t step = 0, last = -1;
  };
  double rate_a(const AcnCar& car, std::int32_t step) const;
  Ladder ladder_of(const AcnCar& car) const;

  AcnOrder order_;
  double inc_a_;
  std::vector<Ladder> ladders_;
  std::vector<std::uint32_t> queue_;
};

/// The strategy that stands in for S under compat: same id, same table.
template <class S, AcnOrder order>
class AcnSortedAs : public AcnSorted {
 public:
  static constexpr evtwin_info info = S::info;
  explicit AcnSortedAs(sdk::Setup& setup) : AcnSorted(setup, order) {}
};
template <class S, class Acn>
class AcnAs : public Acn {
 public:
  static constexpr evtwin_info info = S::info;
  using Acn::Acn;
};

}  // namespace evtwin::baseline
