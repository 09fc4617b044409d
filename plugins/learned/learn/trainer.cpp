#include "trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "../model.hpp"

namespace evtwin::learned {

using nlohmann::json;

namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): the order of examples is the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// Quantiles of an answer to base and scale.
std::array<double, learnt_levels.size()> quantiles(const float* out, double spread) {
  Window unit;
  unit.base = {0.0};
  Matrix answer(static_cast<Eigen::Index>(outputs), 1);
  std::copy(out, out + outputs, answer.data());
  return spread_of(unit, answer, 0, {spread, spread}).quantile;
}

json table(std::span<const Variable> variables) {
  json all = json::array();
  for (const Variable& v : variables) all.push_back({{"id", v.id}, {"columns", v.columns}, {"help", v.help}});
  return all;
}

/// Where the training of one quantity is.
struct Progress {
  std::uint32_t epoch = 0, best_epoch = 0, worse = 0;
  double best = std::nan("");
  std::vector<policy::Array> kept;
  json history = json::array();
};

class Training {
 public:
  Training(const evtwin_forecast_training& asked, TrainerOptions options)
      : asked_(asked), options_(std::move(options)), step_min_(0) {
    if (asked.n_series == 0) throw std::runtime_error("there is no series to learn from");
    step_min_ = asked.series[0].steps.step_ns / 60'000'000'000;
    const auto steps = [&](std::size_t hours) {
      return std::max<std::size_t>(1, hours * 60 / static_cast<std::size_t>(step_min_));
    };
    options_.shape.past_steps = steps(options_.past_h);
    options_.shape.horizon_steps = steps(options_.horizon_h);
    if (options_.shape.hidden % options_.shape.heads != 0)
      throw std::runtime_error(fmt::format("heads={} does not divide hidden={}; give a divisor", options_.shape.heads,
                                           options_.shape.hidden));
    begin_with();
    go_on();
  }

  void run() {
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES && !ended_; ++q) {
      if (std::none_of(asked_.series, asked_.series + asked_.n_series,
                       [&](const evtwin_series& s) { return s.quantity == q; }))
        continue;
      if (done_.contains(quantity_ids[q])) continue;
      learn_quantity(q);
    }
    const std::string bytes = policy::policy_bytes(file(), policy::forecast_sort);
    if (asked_.keep(&asked_, bytes.data(), bytes.size()) != EVTWIN_OK)
      throw std::runtime_error("the file could not be written");
  }

 private:
  /// The file to fine-tune; its networks for other quantities stay as they are.
  void begin_with() {
    if (asked_.file_from == nullptr) return;
    from_ = policy::read_policy({static_cast<const char*>(asked_.file_from), asked_.file_bytes}, policy::forecast_sort);
    const Shape theirs = shape_of(*from_);
    if (theirs.kind != options_.shape.kind)
      throw std::runtime_error(fmt::format("the file to begin with is of kind {}, not {}; give --model {}", theirs.kind,
                                           options_.shape.kind, theirs.kind));
    if (from_->head.value("step_min", std::int64_t{0}) != step_min_)
      throw std::runtime_error(
          fmt::format("the file to begin with has steps of {0} min, the series of {1} min; give --period {0}",
                      from_->head.value("step_min", std::int64_t{0}), step_min_));
    options_.shape = theirs;
  }

  void go_on() {
    if (asked_.resume_from == nullptr) return;
    state_ =
        policy::read_policy({static_cast<const char*>(asked_.resume_from), asked_.resume_bytes}, policy::forecast_sort);
    done_ = state_->head.at("done");
    for (const policy::Array& array : state_->arrays) {
      if (array.name.starts_with("done.")) weights_.push_back({array.name.substr(5), array.shape, array.values});
    }
  }

  void learn_quantity(std::uint32_t quantity) {
    const std::string id(quantity_ids[quantity]), prefix = prefix_of(quantity);
    const Split split = split_series({asked_.series, asked_.n_series}, quantity, options_.shape, options_.split);
    Brain brain(options_.shape, options_.brain, asked_.seed + quantity);
    const bool tuned = from_ && from_->head.contains("quantities") && from_->head["quantities"].contains(id);
    if (tuned) brain.set_weights(*from_, prefix);
    // What is known already is changed in smaller steps.
    const double rate = options_.brain.learning_rate * (tuned ? 0.3 : 1.0);

    Progress now;
    if (state_ && state_->head.at("under_way") == id) {
      brain.set_weights(*state_, "now.");
      brain.set_moments(*state_, "adam.");
      now = progress_of(*state_);
    } else {
      judge(brain, split, now, std::nan(""));
      tell(quantity, now, std::nan(""));
    }
    state_.reset();

    std::vector<std::size_t> order(split.learnt.n);
    while (now.epoch < asked_.epochs && now.worse < options_.patience && !ended_) {
      ++now.epoch;
      const std::uint64_t chance = Dice(asked_.seed * 1000003U + quantity * 7919U + now.epoch).next();
      brain.set_chance(chance);
      Dice dice(chance);
      std::iota(order.begin(), order.end(), std::size_t{0});
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.next() % i]);

      double sum = 0.0, batches = 0.0;
      for (std::size_t at = 0; at < order.size(); at += options_.batch) {
        const std::size_t size = std::min(options_.batch, order.size() - at);
        const double loss = brain.learn(split.learnt, std::span(order).subspan(at, size), rate);
        if (std::isnan(loss)) continue;
        sum += loss;
        batches += 1.0;
      }
      const double train_loss = batches > 0.0 ? sum / batches : std::nan("");
      judge(brain, split, now, train_loss);
      checkpoint(id, brain, now);
      tell(quantity, now, train_loss);
    }
    finish(quantity, brain, split, now, tuned);
  }

  static std::vector<float> all_answers(const Brain& brain, const Examples& examples) {
    constexpr std::size_t at_once = 256;
    std::vector<float> all;
    std::vector<std::size_t> rows;
    for (std::size_t at = 0; at < examples.n; at += at_once) {
      rows.resize(std::min(at_once, examples.n - at));
      std::iota(rows.begin(), rows.end(), at);
      const std::vector<float> part = brain.answer(examples, rows);
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  void judge(const Brain& brain, const Split& split, Progress& now, double train_loss) {
    const double loss = pinball_of(split.judged, all_answers(brain, split.judged));
    now.history.push_back(
        {{"epoch", now.epoch}, {"train", std::isnan(train_loss) ? json() : json(train_loss)}, {"validation", loss}});
    if (std::isnan(now.best) || loss < now.best) {
      now.best = loss;
      now.best_epoch = now.epoch;
      now.worse = 0;
      now.kept = brain.copy_weights("");
    } else {
      ++now.worse;
    }
  }

  void finish(std::uint32_t quantity, Brain& brain, const Split& split, const Progress& now, bool tuned) {
    PolicyFile best;
    best.arrays = now.kept;
    brain.set_weights(best, "");
    const std::string id(quantity_ids[quantity]);
    json told{{"spread", spread_for(split.judged, all_answers(brain, split.judged))},
              {"epochs", now.epoch},
              {"best_epoch", now.best_epoch},
              {"validation", now.best},
              {"fine_tuned", tuned},
              {"history", now.history},
              {"series", json::array()}};
    for (const SeriesUse& use : split.uses)
      told["series"].push_back({{"name", use.name},
                                {"first_day", use.first_day},
                                {"validation_from", use.validation_from},
                                {"last_day", use.last_day},
                                {"windows", use.learnt},
                                {"validation_windows", use.judged}});
    if (options_.split.weather != nullptr) told["sees_weather"] = true;
    done_[id] = std::move(told);
    for (policy::Array& array : brain.copy_weights(prefix_of(quantity))) weights_.push_back(std::move(array));
  }

  PolicyFile file() const {
    PolicyFile file;
    json about = json::object();
    if (asked_.about != nullptr) about = json::parse(asked_.about, nullptr, false);
    if (!about.is_object()) about = json::object();
    about["seed"] = asked_.seed;
    about["epochs"] = asked_.epochs;
    about["learning_rate"] = options_.brain.learning_rate;
    about["batch"] = options_.batch;
    about["patience"] = options_.patience;
    about["every_h"] = options_.split.every_h;
    about["validation_share"] = options_.split.validation_share;
    file.head = {
        {"kind", options_.shape.kind},
        {"step_min", step_min_},
        {"past_steps", options_.shape.past_steps},
        {"horizon_steps", options_.shape.horizon_steps},
        {"hidden", options_.shape.hidden},
        {"heads", options_.shape.heads},
        {"made_by", torch_version()},
        {"levels", learnt_levels},
        {"variables",
         {{"past", table(past_variables)}, {"future", table(future_variables)}, {"site", table(static_variables)}}},
        {"quantities", done_},
        {"training", about}};
    file.arrays = weights_;
    if (!from_) return file;
    // What it was before, and its networks for quantities that were not learnt now.
    file.head["before"] = {{"training", from_->head.value("training", json::object())},
                           {"quantities", from_->head.value("quantities", json::object())}};
    if (from_->head.contains("before")) file.head["before"]["before"] = from_->head["before"];
    for (const auto& [id, told] : from_->head["quantities"].items()) {
      if (done_.contains(id)) continue;
      file.head["quantities"][id] = told;
      for (const policy::Array& array : from_->arrays)
        if (array.name.starts_with(id + ".")) file.arrays.push_back(array);
    }
    return file;
  }

  void checkpoint(const std::string& id, const Brain& brain, const Progress& now) const {
    if (asked_.checkpoint == nullptr) return;
    PolicyFile state;
    state.head = {{"under_way", id},    {"done", done_},    {"epoch", now.epoch},    {"best_epoch", now.best_epoch},
                  {"worse", now.worse}, {"best", now.best}, {"history", now.history}};
    state.arrays = brain.copy_weights("now.");
    const auto add = [&](std::vector<policy::Array> arrays, const char* before) {
      for (policy::Array& array : arrays) {
        array.name = before + array.name;
        state.arrays.push_back(std::move(array));
      }
    };
    add(now.kept, "best.");
    add(brain.copy_moments("adam."), "");
    add(weights_, "done.");
    const std::string bytes = policy::policy_bytes(state, policy::forecast_sort);
    if (asked_.checkpoint(&asked_, bytes.data(), bytes.size()) != EVTWIN_OK)
      asked_.report(&asked_, EVTWIN_WARNING, "a checkpoint could not be written; the one before stands");
  }

  static Progress progress_of(const PolicyFile& state) {
    Progress now;
    now.epoch = state.head.at("epoch");
    now.best_epoch = state.head.at("best_epoch");
    now.worse = state.head.at("worse");
    now.best = state.head.at("best");
    now.history = state.head.at("history");
    for (const policy::Array& array : state.arrays) {
      if (array.name.starts_with("best.")) now.kept.push_back({array.name.substr(5), array.shape, array.values});
    }
    return now;
  }

  void tell(std::uint32_t quantity, const Progress& now, double train_loss) {
    const evtwin_forecast_progress told{sizeof told,   quantity,   now.epoch,
                                        asked_.epochs, train_loss, now.history.back().at("validation").get<double>(),
                                        now.best};
    ended_ = asked_.tell(&asked_, &told) != 0;
  }

  const evtwin_forecast_training& asked_;
  TrainerOptions options_;
  std::int64_t step_min_;
  std::optional<PolicyFile> from_, state_;
  json done_ = json::object();
  std::vector<policy::Array> weights_;
  bool ended_ = false;
};

}  // namespace

double pinball_of(const Examples& examples, std::span<const float> answers) {
  double sum = 0.0, known = 0.0;
  for (std::size_t k = 0; k < examples.truth.size(); ++k) {
    if (examples.known[k] == 0.0F) continue;
    const auto q = quantiles(answers.data() + k * outputs, 1.0);
    for (std::size_t l = 0; l < q.size(); ++l) {
      const double beyond = static_cast<double>(examples.truth[k]) - q[l];
      sum += beyond >= 0.0 ? beyond * learnt_levels[l] : -beyond * (1.0 - learnt_levels[l]);
    }
    known += static_cast<double>(q.size());
  }
  return known > 0.0 ? sum / known : std::nan("");
}

double spread_for(const Examples& examples, std::span<const float> answers) {
  const auto share_within = [&](double spread) {
    double within = 0.0, counted = 0.0;
    for (std::size_t k = 0; k < examples.truth.size(); ++k) {
      if (examples.known[k] == 0.0F) continue;
      const auto q = quantiles(answers.data() + k * outputs, spread);
      const auto truth = static_cast<double>(examples.truth[k]);
      // A night without sun says nothing of a spread.
      if (truth == 0.0 && q.back() - q.front() < 0.02) continue;
      counted += 1.0;
      if (truth >= q.front() && truth <= q.back()) within += 1.0;
    }
    return counted > 0.0 ? within / counted : 0.8;
  };
  double low = 0.5, high = 2.0;
  for (int k = 0; k < 12; ++k) {
    const double middle = 0.5 * (low + high);
    (share_within(middle) < 0.8 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

void train(const evtwin_forecast_training& training, TrainerOptions options) {
  Training(training, std::move(options)).run();
}

}  // namespace evtwin::learned
