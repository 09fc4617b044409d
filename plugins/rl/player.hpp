// A policy at work: what it sees of a view, what it answers, and how that becomes set-points. Learners and the strategy
// that plays a policy use this very code.
#pragma once
#include <evtwin/strategy.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beta.hpp"
#include "features.hpp"
#include "fleet/action.hpp"
#include "fleet/split.hpp"
#include "network.hpp"
#include "policy/policy_file.hpp"

namespace evtwin::rl {

/// Shape of a policy's answers. `site`: one power for all vehicles, handed out least laxity first. `evse`: a share for
/// every EVSE, of one network; where all would be more than the site should draw, the largest shares come first.
enum class Shape : std::uint8_t { site, evse };

/// When a policy is asked, in training and in play.
inline constexpr std::uint32_t asked_at = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL;

/// Sight of one decision.
struct Sight {
  std::vector<float> site;           ///< [site features]
  std::vector<float> evses;          ///< [who.size(), EVSE features]
  std::vector<std::uint32_t> who{};  ///< rows of the view that are answered for, ascending
  bool storages = false;             ///< there are storages to answer for
};

/// Answers for the site as a whole: numbers of the unit interval. The site aims at a target, and at no less than what
/// the month is billed for already; without a demand charge at all its power.
enum Common : std::size_t {
  use,     ///< share of the room below the target that vehicles get; shape `site` alone
  raise,   ///< cube root of what the target lies above the billed peak, of the site's power
  help,    ///< share of what storages can give that vehicles may have beyond the target
  refill,  ///< storages take up to this share of the target
  give,    ///< storages give above the target less this share of it
  n_common
};

/// Answer to a sight.
struct Answer {
  std::array<float, n_common> common{1.0F, 1.0F, 1.0F, 0.0F, 0.0F};
  std::vector<float> evses{};  ///< shape `evse`, [who.size()]: from the least to the most of each
};

class Eyes {
 public:
  /// @param n_site  site features that are looked at: see Features
  Eyes(const evtwin_view& first, Shape shape, std::size_t n_site)
      : features_(first, n_site), shape_(shape), n_site_(n_site) {}
  void look_at(const evtwin_view& view, Sight& sight) const;
  const Features& features() const { return features_; }

 private:
  Features features_;
  Shape shape_;
  std::size_t n_site_;
};

/// Turns answers into set-points for one site. Every answer is feasible but for phasor rows, which are the guard's.
class Hands {
 public:
  Hands(const evtwin_view& first, Shape shape, double site_kw);
  void write_decision(const evtwin_view& view, const Sight& sight, const Answer& answer, evtwin_decision& decision);

 private:
  Shape shape_;
  void hand_out_by_share(const evtwin_view& view, const Sight& sight, const Answer& answer, double room_kw,
                         evtwin_decision& decision);
  void act_for_storages(const evtwin_view& view, const Answer& answer, double target_kw, evtwin_decision& decision);

  double site_kw_;
  fleet::ActionReader reader_;
  fleet::Split split_;
  std::vector<double> storage_kw_;
  std::vector<float> cells_;
  std::vector<std::size_t> order_;
};

/// A policy read from its file. Not to be used by two threads at once: networks have scratch of their own.
class Policy {
 public:
  /// @throws policy::PolicyError
  explicit Policy(const policy::PolicyFile& file);

  Shape shape() const { return shape_; }
  Features::Ahead ahead() const { return ahead_; }
  /// Site features that it looks at: those of its file's table.
  std::size_t n_site() const { return sizes_.site; }
  /// Normalises what is seen in place, then answers without chance.
  void answer_sight(Sight& sight, Answer& answer) const;
  /// The parts of answer_sight(), for learners. Outputs are those of the heads.
  void normalise_sight(Sight& sight) const;
  void rate_outputs(const Sight& normalised, std::vector<float>& outputs, float* common) const;
  void gate_outputs(const Sight& normalised, std::vector<float>& outputs, float* common) const;
  bool has_rate() const { return has_rate_; }
  bool has_gate() const { return has_gate_; }
  /// Rate by its two outputs.
  double rate_of(const float* outputs) const;

 private:
  Shape shape_ = Shape::site;
  Features::Ahead ahead_ = Features::Ahead::prices;
  Sizes sizes_;
  bool by_mean_ = false, has_rate_ = false, has_gate_ = false;
  Normaliser site_scale_, evse_scale_;
  SiteNetwork site_rate_;
  EvseNetwork evse_rate_, gate_;
  mutable std::vector<float> outputs_, gates_;
};

/// Numbers that a head has: two of a Beta for each answer; off and on; what storages may be told.
inline constexpr std::size_t rate_outputs_each = 2, common_outputs = 2 * n_common, gate_outputs_each = 2,
                             gate_storage_outputs = 3;

/// Sets storages by a gate's choice: 0 give all there is, 1 take surplus PV alone, 2 take all there is room for.
void set_storages(std::size_t choice, Answer& answer);
std::size_t storage_choice(const Answer& answer);
/// Which of the common answers have an effect on what is seen.
std::array<bool, n_common> answers_that_matter(const Sight& sight, Shape shape);

}  // namespace evtwin::rl
