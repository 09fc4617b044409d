// Scenes played with the plugin, and its answers judged by the contract of strategy.h.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugin_check/scene.hpp"
#include "plugin_check/specimen.hpp"
#include "plugin_check/walled_view.hpp"

namespace evtwin::plugin_check {

struct Answer {
  std::vector<double> evse_kw, storage_kw, plan_kw;
  std::int64_t wake_ns = 0;
  double expected_cost = 0.0;
  std::int64_t quiet_until_ns = 0;
  /// Equal answers, equal digests; every NaN is the same NaN.
  std::uint64_t answer_digest() const;
};

/// Fault of an answer, in words; empty: none.
std::string fault_of(const Answer& answer, const evtwin_view& view);

using DecideCall = std::function<void(const evtwin_view& shown, evtwin_decision& decision)>;
/// Answer of a call that sees a copy of the view behind walls. @throws Failed for a write where none may be.
Answer answer_within_walls(const evtwin_view& view, Wall wall, std::uint32_t plan_steps, const DecideCall& call,
                           std::size_t extra = 0);
/// Answer of a call that sees the view itself, with decision columns as a strategy apart has them. @throws Failed
/// likewise.
Answer answer_as_hosted(const evtwin_view& view, std::uint32_t plan_steps, const DecideCall& call);

/// How the views are shown, and to an instance of which parameters.
struct Showing {
  std::optional<Wall> wall = {};                    ///< none: as the host shows them
  std::size_t extra = 0;                            ///< with a wall: bytes that structs are longer
  std::span<const evtwin_param_value> params = {};  ///< empty: the defaults
};

/// Choices are other ways to decide, and some are not for every site: they get one of AC alone, without limits.
SceneShape shape_for(const Variant& variant);

/// One decision at the scene's present moment. @throws Failed also for an answer that can not be.
Answer ask(Instance& instance, Scene& scene, const Showing& showing = {});

/// A scene with an instance made for it. With a wall, create() sees a walled view too.
class Play {
 public:
  Play(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, const SceneShape& shape = {},
       const Showing& showing = {});
  /// The next decision's answer, as a digest; nothing when the scene is over.
  std::optional<std::uint64_t> next_digest();
  /// The rest of the scene, then destroy(): digests of the answers.
  std::vector<std::uint64_t> to_the_end();
  Instance& instance() { return *instance_; }
  Scene& scene() { return scene_; }

 private:
  Scene scene_;
  Showing showing_;
  std::unique_ptr<Instance> instance_;
};

/// Scenes for a variant: the first `count` for the defaults; for another choice the first two, of a dozen, that it does
/// not refuse in its own words.
std::vector<std::uint64_t> scenes_for(const Specimen& specimen, const evtwin_info& info, const Variant& variant,
                                      std::uint64_t count);

/// @throws Failed naming the first decision in which two runs of the same scene differ.
void expect_same(std::span<const std::uint64_t> once, std::span<const std::uint64_t> again, std::uint64_t seed,
                 const char* how);

}  // namespace evtwin::plugin_check
