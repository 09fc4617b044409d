// Assigns a vector of its own to answer.mean, which compiles.
#include <evtwin/forecaster.hpp>
#include <vector>

namespace {
namespace sdk = evtwin::sdk;
struct Animal {
  static constexpr evtwin_info info =
      sdk::describe(ZOO_ID, ZOO_ID, "1.0", "A forecaster of the zoo.", EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW));
  explicit Animal(const sdk::ForecasterSetup&) {}
  void forecast(const sdk::History&, const sdk::Question& question, sdk::Answer& answer) {
    mine.assign(question.steps.size(), 1.0);
    answer.mean = mine;
  }
  std::vector<double> mine;
};
}  // namespace
EVTWIN_FORECASTERS(Animal)
