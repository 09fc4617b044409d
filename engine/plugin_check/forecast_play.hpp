// Scenes asked of a forecaster, and its answers judged by the contract of forecaster.h.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugin_check/forecast_scene.hpp"
#include "plugin_check/specimen.hpp"
#include "plugin_check/walled_blocks.hpp"

namespace evtwin::plugin_check {

/// A forecaster of a file, and what it is to foresee.
struct Foreseer {
  const Specimen& specimen;
  const evtwin_info& info;
  std::uint32_t quantity;
};

class ForecasterInstance {
 public:
  /// With starting_params(). @throws Failed when no sound instance comes of it.
  explicit ForecasterInstance(const Foreseer& of);
  /// Any parameters; `made()` says what came of it. @param extra  bytes that evtwin_host is longer
  ForecasterInstance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
                     std::uint32_t quantity, std::size_t extra = 0);
  ~ForecasterInstance() = default;  // a child that fails ends as it is; destroy() is a call of the plugin's
  ForecasterInstance(const ForecasterInstance&) = delete;
  ForecasterInstance& operator=(const ForecasterInstance&) = delete;

  const Instance::Made& made() const { return made_; }
  void expect_made() const;  ///< @throws Failed with its words when it is not
  Services& services() { return services_; }
  /// @param number  for the words. @throws Failed when it does not answer EVTWIN_OK.
  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer,
                std::size_t number);
  void destroy();

 private:
  void make_instance(const Specimen& specimen, const char* id, std::span<const evtwin_param_value> params,
                     std::uint32_t quantity);
  Services services_;
  Instance::Made made_{};
  evtwin_forecaster* forecaster_ = nullptr;
};

/// How the calls are shown.
struct ForecastShowing {
  std::optional<Wall> wall = {};  ///< none: columns of the host's, the answer's between canaries
  std::size_t extra = 0;          ///< with a wall: bytes that structs are longer
};

/// Question `k` of a scene. @returns equal answers, equal digests. @throws Failed also for an answer that can not be.
std::uint64_t ask(ForecasterInstance& instance, const ForecastScene& scene, std::size_t k, std::uint32_t quantity,
                  const ForecastShowing& showing = {});

/// A scene's questions in their order, of one instance with the default parameters, which is destroyed then.
std::vector<std::uint64_t> play(const Foreseer& of, const ForecastScene& scene, const ForecastShowing& showing = {});

/// @throws Failed naming the first question in which two runs of the same scene differ.
void expect_same(std::span<const std::uint64_t> once, std::span<const std::uint64_t> again, const ForecastScene& scene,
                 const std::string& how);

}  // namespace evtwin::plugin_check
