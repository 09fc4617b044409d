// plan_models [COUNT]: random plan models as JSON lines {"name", "mps", "optimum"}, for another solver to solve again.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "optimise/mps_text.hpp"
#include "optimise/plan_model.hpp"
#include "optimise/random_problems.hpp"
#include "optimise/solver.hpp"

namespace {

using namespace evtwin::optimise;

void write_model(const std::string& name, const LinearModel& model) {
  const Solution solution = solve_milp(model, {.relative_gap = 0.0, .nodes = 100'000});
  if (solution.outcome != Outcome::optimal) {
    std::fprintf(stderr, "%s is %s\n", name.c_str(), std::string(name_of(solution.outcome)).c_str());
    std::exit(1);
  }
  const nlohmann::json line{{"name", name}, {"mps", mps_text(model, name)}, {"optimum", solution.objective}};
  std::printf("%s\n", line.dump().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    // Every fourth in whole numbers, and small.
    const bool whole = seed % 4 == 3;
    PlanProblem site = whole ? random_site(seed, 3, 24, true) : random_site(seed, 12, 24U << (seed % 3), false);
    if (whole) {
      for (PlanVehicle& vehicle : site.vehicles) vehicle.min_kw = 2.0;
    }
    PlanModel model;
    ModelContents contents;
    contents.whole_numbers = whole;
    add_problem(model, site, contents);
    write_model((whole ? "milp_" : "lp_") + std::to_string(seed), model.linear);
  }
}
