#include "trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace evtwin::rl {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
/// Validations of a training, where the user does not say.
constexpr std::uint64_t validations = 40;
/// Seeds of validation runs have nothing in common with those that are learnt from.
constexpr std::uint64_t validation_seed = 0x76616c6964617465U;

nlohmann::json table(std::span<const Feature> features) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Feature& f : features) rows.push_back({{"id", f.id}, {"unit", f.unit}, {"help", f.help}});
  return rows;
}

}  // namespace

void Scales::take_sight(const Sight& raw, Shape shape) {
  site.take_rows(raw.site.data(), 1);
  if (shape == Shape::evse && !raw.who.empty()) evse.take_rows(raw.evses.data(), raw.who.size());
}

void Scales::apply_scale(const Running& scale, std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto mean = static_cast<float>(scale.mean_of(i)), one_by_sd = 1.0F / static_cast<float>(scale.sd_of(i));
    x[i] = std::clamp((x[i] - mean) * one_by_sd, -10.0F, 10.0F);
  }
}

void Scales::normalise_sight(Sight& sight, Shape shape) const {
  apply_scale(site, sight.site.size(), sight.site.data());
  if (shape == Shape::site) return;
  const std::size_t n = Features::of_evse().size();
  for (std::size_t i = 0; i < sight.who.size(); ++i) apply_scale(evse, n, sight.evses.data() + i * n);
}

std::vector<policy::Array> Scales::to_arrays(Shape shape) const {
  std::vector<policy::Array> all;
  const auto add = [&](const std::string& name, const Running& scale, std::size_t n) {
    policy::Array mean{name + ".mean", {static_cast<std::uint32_t>(n)}, {}}, sd{name + ".sd", mean.shape, {}};
    for (std::size_t i = 0; i < n; ++i) {
      mean.values.push_back(static_cast<float>(scale.mean_of(i)));
      sd.values.push_back(static_cast<float>(scale.sd_of(i)));
    }
    all.push_back(std::move(mean));
    all.push_back(std::move(sd));
  };
  add("site", site, site.state().size() / 2);
  if (shape == Shape::evse) add("evse", evse, evse.state().size() / 2);
  return all;
}

Trainer::Trainer(const evtwin_training& training, const TrainerOptions& options, std::string kind)
    : training_(training), options_(options), kind_(std::move(kind)), best_(unknown), last_(unknown) {
  WorldsSpec spec;
  spec.worlds = training.n_scenarios * options.validation_worlds;
  spec.seed = training.seed;
  spec.whole_runs = true;
  spec.shape = options.shape;
  spec.ahead = options.ahead;
  judged_ = std::make_unique<Worlds>(training, spec);
  validate_every_ = training.evaluate_every > 0 ? training.evaluate_every
                                                : std::max<std::uint64_t>(1, training.episodes / validations);
  if (has_slow_blas())
    report_text(EVTWIN_WARNING,
                "the reference BLAS is loaded: learning is 4 to 11 times slower than with libopenblas0-serial");
}

Sizes Trainer::network_sizes() const {
  return {Features::of_site(options_.ahead).size(), Features::of_evse().size(), options_.hidden};
}

void Trainer::require_own_features(const Policy& from) const {
  if (from.n_site() == network_sizes().site) return;
  throw TrainingError(
      fmt::format("the policy to begin with looks at {} site features, this training at {}; train it anew",
                  from.n_site(), network_sizes().site));
}

policy::PolicyFile Trainer::make_policy(std::vector<policy::Array> weights, const Scales& scales,
                                        const std::string& act) const {
  policy::PolicyFile file;
  const bool per_evse = options_.shape == Shape::evse;
  file.head = {{"kind", kind_},
               {"shape", per_evse ? "evse" : "site"},
               {"ahead", options_.ahead == Features::Ahead::all ? "all" : "prices"},
               {"act", act},
               {"hidden", options_.hidden},
               {"made_by", torch_and_blas()},
               {"features", {{"site", table(Features::of_site(options_.ahead))}}},
               {"reward", {{"name", options_.reward}}}};

  if (per_evse) file.head["features"]["evse"] = table(Features::of_evse());
  file.head["reward"]["shaping"] = options_.shaping;
  file.head["reward"]["discount_per_h"] = options_.discount_per_h;

  // The caller's own notes first; figures of this training overwrite them.
  nlohmann::json about = nlohmann::json::object();
  if (training_.about != nullptr) about = nlohmann::json::parse(training_.about, nullptr, false);
  if (!about.is_object()) about = nlohmann::json::object();
  about["seed"] = training_.seed;
  about["episodes"] = episodes_;
  about["steps"] = steps_;
  about["history"] = history_;
  file.head["training"] = about;

  file.arrays = std::move(weights);
  for (policy::Array& array : scales.to_arrays(options_.shape)) file.arrays.push_back(std::move(array));
  return file;
}

double Trainer::validate_policy(policy::PolicyFile file) {
  next_validation_ = (episodes_ / validate_every_ + 1) * validate_every_;
  double objective = unknown;
  // A mode at a bound is not the mean: whichever does better is what the policy does.
  std::vector<std::string> ways{kind_ == "ppo" ? std::string("mode") : file.head.at("act").get<std::string>()};
  if (kind_ == "ppo") ways.emplace_back("mean");
  std::string best_way;
  for (const std::string& way : ways) {
    file.head["act"] = way;
    const double lived = judged_->live_whole(validation_seed, Policy(file));
    if (std::isnan(objective) || lived < objective) {
      objective = lived;
      best_way = way;
    }
  }

  judged_->take_ended();
  history_.push_back({{"episodes", episodes_}, {"steps", steps_}, {"objective", objective}, {"act", best_way}});
  last_ = objective;

  if (options_.keep_last || std::isnan(best_) || objective < best_) {
    best_ = objective;
    file.head["act"] = best_way;
    file.head["training"]["history"] = history_;
    file.head["training"]["objective"] = objective;
    const std::string bytes = policy::policy_bytes(file);
    if (training_.keep(&training_, bytes.data(), bytes.size()) != EVTWIN_OK)
      throw TrainingError("the policy could not be kept");
  }
  return objective;
}

void Trainer::name_parts(std::span<const evtwin_fleet_term> parts) {
  part_ids_.clear();
  for (const evtwin_fleet_term& part : parts) part_ids_.push_back(std::string("reward.part.") + part.id);
}

bool Trainer::tell_progress(std::uint64_t episodes, std::uint64_t steps, const Worlds::Ended& ended,
                            std::span<const evtwin_learner_scalar> scalars) {
  episodes_ = episodes;
  steps_ = steps;
  std::vector<evtwin_learner_scalar> all(scalars.begin(), scalars.end());
  const double n = static_cast<double>(ended.n);
  all.push_back({"episode.reward", "", ended.n > 0 ? ended.reward / n : unknown});
  for (std::size_t p = 0; p < part_ids_.size(); ++p)
    all.push_back({part_ids_[p].c_str(), "", ended.n > 0 ? ended.parts[p] / n : unknown});
  // Cells beyond their bounds, and set-points that the guard changed.
  all.push_back({"action.clipped", "", ended.n > 0 ? ended.clipped / n : unknown});
  all.push_back({"action.corrected", "", ended.n > 0 ? ended.corrected / n : unknown});
  all.push_back({"episode.served", "", ended.wanted_kwh > 0.0 ? ended.got_kwh / ended.wanted_kwh : unknown});
  all.push_back({"validation.objective", "money", last_});
  const evtwin_learner_progress now{sizeof now, static_cast<std::uint32_t>(all.size()),
                                    episodes,   ended.n > 0 ? ended.objective / n : unknown,
                                    best_,      steps,
                                    all.data()};
  return training_.tell(&training_, &now) != 0;
}

void Trainer::report_text(std::uint32_t severity, const std::string& text) const {
  training_.report(&training_, severity, text.c_str());
}

nlohmann::json Trainer::state_of(const Lived& lived) const {
  return {{"site", lived.scales.site.state()},
          {"evse", lived.scales.evse.state()},
          {"returns", lived.returns.state()},
          {"episodes", lived.episodes},
          {"steps", lived.steps},
          {"trainer", state_json()}};
}

void Trainer::set_state(const nlohmann::json& state, const Lived& lived) {
  lived.scales.site.set_state(state.at("site").get<std::vector<double>>());
  lived.scales.evse.set_state(state.at("evse").get<std::vector<double>>());
  lived.returns.set_state(state.at("returns").get<std::vector<double>>());
  lived.episodes = state.at("episodes");
  lived.steps = state.at("steps");
  set_own_state(state.at("trainer"));
}

nlohmann::json Trainer::state_json() const {
  const auto number = [](double value) { return std::isnan(value) ? nlohmann::json() : nlohmann::json(value); };
  return {{"best", number(best_)}, {"last", number(last_)}, {"next_validation", next_validation_},
          {"history", history_},   {"episodes", episodes_}, {"steps", steps_}};
}

void Trainer::set_own_state(const nlohmann::json& state) {
  const auto number = [](const nlohmann::json& value) { return value.is_null() ? unknown : value.get<double>(); };
  best_ = number(state.at("best"));
  last_ = number(state.at("last"));
  next_validation_ = state.at("next_validation");
  history_ = state.at("history");
  episodes_ = state.at("episodes");
  steps_ = state.at("steps");
}

void Trainer::write_checkpoint(const policy::PolicyFile& state) const {
  if (training_.checkpoint == nullptr) return;
  const std::string bytes = policy::policy_bytes(state);
  if (training_.checkpoint(&training_, bytes.data(), bytes.size()) != EVTWIN_OK)
    report_text(EVTWIN_WARNING, "a checkpoint could not be written; the one before stands");
}

std::optional<policy::PolicyFile> policy_to_begin_with(const evtwin_training& training) {
  if (training.policy_from == nullptr) return std::nullopt;
  try {
    return policy::read_policy({static_cast<const char*>(training.policy_from), training.policy_bytes});
  } catch (const policy::PolicyError& error) {
    throw TrainingError(std::string("the policy to begin with: ") + error.what());
  }
}

}  // namespace evtwin::rl
