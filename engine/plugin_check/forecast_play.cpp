#include "plugin_check/forecast_play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "control/guarded_cells.hpp"
#include "control/issued_forecast.hpp"
#include "kernel/hash.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr double left_out = std::numeric_limits<double>::quiet_NaN();

/// A call within walls: all that it shows, then the answer's columns.
class WalledCall {
 public:
  WalledCall(const ForecastScene::Call& source, Wall wall, std::size_t extra)
      : columns_(columns_of(source)), blocks_(wall, sizes_of(source, columns_, extra)) {
    // The copies: a column's pointer is that of its block.
    std::size_t b = 0;
    for (; b < columns_.size(); ++b) {
      name(b, columns_[b].name, columns_[b].of);
      if (columns_[b].bytes > 0) std::memcpy(blocks_[b].cells, columns_[b].cells, columns_[b].bytes);
    }

    const auto at = [this](std::size_t column) { return blocks_[column].cells; };
    const auto steps_at = [&](const evtwin_steps& from, std::size_t first) {
      return evtwin_steps{from.struct_size,
                          from.n,
                          from.step_ns,
                          reinterpret_cast<const std::int64_t*>(at(first)),
                          reinterpret_cast<const std::int32_t*>(at(first + 1)),
                          reinterpret_cast<const std::int32_t*>(at(first + 2)),
                          reinterpret_cast<const std::uint8_t*>(at(first + 3)),
                          reinterpret_cast<const std::uint8_t*>(at(first + 4))};
    };

    // Structs that are longer by `extra` are those of a newer host, and must be accepted.
    evtwin_history history = source.history;
    history.struct_size += static_cast<std::uint32_t>(extra);
    history.steps = steps_at(source.history.steps, 0);
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q)
      history.values[q] = reinterpret_cast<const double*>(at(steps_columns + q));

    evtwin_question question = source.question;
    question.struct_size += static_cast<std::uint32_t>(extra);
    question.steps = steps_at(source.question.steps, steps_columns + EVTWIN_QUANTITIES);
    question.level = reinterpret_cast<const double*>(at(2 * steps_columns + EVTWIN_QUANTITIES));

    const std::size_t n_mean = source.question.steps.n, n_quantile = n_mean * source.question.n_levels;
    mean_ = {reinterpret_cast<double*>(at(b + 3)), n_mean};
    quantile_ = {reinterpret_cast<double*>(at(b + 4)), n_quantile};
    std::fill(mean_.begin(), mean_.end(), left_out);
    std::fill(quantile_.begin(), quantile_.end(), left_out);

    const evtwin_answer answer{static_cast<std::uint32_t>(sizeof(evtwin_answer) + extra), 0, mean_.data(),
                               n_quantile == 0 ? nullptr : quantile_.data()};

    history_ = place(b, history, "evtwin_history");
    question_ = place(b + 1, question, "evtwin_question");
    answer_ = place(b + 2, answer, "evtwin_answer");

    name(b + 3, "mean", "");
    name(b + 4, "quantile", "");
    first_of_answer_ = b + 3;
    blocks_.close_walls(first_of_answer_);
  }

  const evtwin_history& history() const { return *history_; }
  const evtwin_question& question() const { return *question_; }
  const evtwin_answer& answer() const { return *answer_; }
  std::span<const double> mean() const { return mean_; }
  std::span<const double> quantile() const { return quantile_; }
  std::string damage() const { return blocks_.describe_damage(first_of_answer_); }

 private:
  struct Column {
    const char *name, *of;
    const void* cells;
    std::size_t bytes;
  };
  static constexpr std::size_t steps_columns = 5;

  static std::vector<Column> columns_of(const ForecastScene::Call& source) {
    std::vector<Column> all;
    const auto add_steps = [&](const evtwin_steps& steps, const char* of) {
      const std::size_t n = steps.n;
      all.push_back({"start_ns", of, steps.start_ns, (n + 1) * sizeof *steps.start_ns});
      all.push_back({"local_day", of, steps.local_day, n * sizeof *steps.local_day});
      all.push_back({"local_minute", of, steps.local_minute, n * sizeof *steps.local_minute});
      all.push_back({"weekday", of, steps.weekday, n});
      all.push_back({"holiday", of, steps.holiday, n});
    };
    add_steps(source.history.steps, " of the history");
    static constexpr std::array<const char*, EVTWIN_QUANTITIES> names{
        "values[EVTWIN_QUANTITY_PV_KW]", "values[EVTWIN_QUANTITY_LOAD_KW]", "values[EVTWIN_QUANTITY_ARRIVALS]",
        "values[EVTWIN_QUANTITY_ARRIVALS_KWH]", "values[EVTWIN_QUANTITY_BUY_PER_KWH]"};
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q)
      all.push_back({names[q], " of the history", source.history.values[q], source.history.steps.n * sizeof(double)});
    add_steps(source.question.steps, " of the question");
    all.push_back({"level", " of the question", source.question.level, source.question.n_levels * sizeof(double)});
    return all;
  }
  static std::vector<std::size_t> sizes_of(const ForecastScene::Call& source, const std::vector<Column>& columns,
                                           std::size_t extra) {
    std::vector<std::size_t> bytes;
    for (const Column& column : columns) bytes.push_back(column.bytes);
    const std::size_t mean_bytes = source.question.steps.n * sizeof(double);
    for (const std::size_t more : {sizeof(evtwin_history) + extra, sizeof(evtwin_question) + extra,
                                   sizeof(evtwin_answer) + extra, mean_bytes, mean_bytes * source.question.n_levels})
      bytes.push_back(more);
    return bytes;
  }
  void name(std::size_t block, const char* text, const char* of) {
    blocks_[block].name = text;
    blocks_[block].of = of;
  }
  template <class T>
  const T* place(std::size_t block, const T& value, const char* text) {
    name(block, text, "");
    std::memcpy(blocks_[block].cells, &value, sizeof value);
    return reinterpret_cast<const T*>(blocks_[block].cells);
  }

  std::vector<Column> columns_;
  WalledBlocks blocks_;
  std::size_t first_of_answer_ = 0;
  const evtwin_history* history_ = nullptr;
  const evtwin_question* question_ = nullptr;
  const evtwin_answer* answer_ = nullptr;
  std::span<double> mean_, quantile_;
};

/// @throws Failed for an answer that can not be.
std::uint64_t judged(const evtwin_question& question, std::span<const double> mean, std::span<const double> quantile,
                     const ForecastScene& scene, std::size_t k) {
  std::size_t at = 0;
  const std::string trouble = control::trouble_of_forecast(question, mean, quantile, at);
  if (!trouble.empty())
    throw Failed(fmt::format("{}, for step {} of {} in forecast() number {} of {}", trouble, at, question.steps.n,
                             k + 1, scene.scene_name()));
  kernel::RollingHash hash;
  for (const double value : mean) hash.mix_in(value);
  for (const double value : quantile) hash.mix_in(value);
  return hash.value();
}

}  // namespace

ForecasterInstance::ForecasterInstance(const Foreseer& of) : services_(host_seed) {
  const auto params = of.specimen.starting_params(of.info);
  make_instance(of.specimen, of.info.id, params, of.quantity);
  expect_made();
}

ForecasterInstance::ForecasterInstance(const Specimen& specimen, const char* id,
                                       std::span<const evtwin_param_value> params, std::uint32_t quantity,
                                       std::size_t extra)
    : services_(host_seed, extra) {
  make_instance(specimen, id, params, quantity);
}

void ForecasterInstance::expect_made() const {
  if (made_.status != EVTWIN_OK)
    throw Failed(fmt::format("create() answered {}: {}", name_of_status(made_.status),
                             made_.words.empty() ? "and reported no reason" : made_.words));
}

void ForecasterInstance::make_instance(const Specimen& specimen, const char* id,
                                       std::span<const evtwin_param_value> params, std::uint32_t quantity) {
  services_.begin_call();
  made_.status = call_marked("create()", [&] {
    return specimen.forecasters().create(services_.c_host(), id, params.data(),
                                         static_cast<std::uint32_t>(params.size()), quantity, &forecaster_);
  });
  services_.end_call();
  made_.words = services_.take_words();
  if (made_.status != EVTWIN_OK) {
    if (forecaster_ != nullptr)
      throw Failed(fmt::format("create() answered {} and made an instance all the same", name_of_status(made_.status)));
    return;
  }
  if (forecaster_ == nullptr) throw Failed("create() answered EVTWIN_OK and made no instance");
  if (forecaster_->struct_size != sizeof(evtwin_forecaster))
    throw Failed(fmt::format("create() made an evtwin_forecaster of {} bytes, {} are due", forecaster_->struct_size,
                             sizeof(evtwin_forecaster)));
  if (forecaster_->forecast == nullptr || forecaster_->destroy == nullptr)
    throw Failed("create() made an instance without forecast or destroy");
}

void ForecasterInstance::forecast(const evtwin_history& history, const evtwin_question& question,
                                  const evtwin_answer& answer, std::size_t number) {
  services_.begin_call();
  const evtwin_status status = call_marked(
      "forecast()", [&] { return forecaster_->forecast(forecaster_, &history, &question, &answer); },
      static_cast<std::int64_t>(number) + 1);
  services_.end_call();
  if (status == EVTWIN_OK) return;
  const std::string words = services_.take_words();
  throw Failed(fmt::format("forecast() number {} answered {}: {}", number + 1, name_of_status(status),
                           words.empty() ? "and reported no reason" : words));
}

void ForecasterInstance::destroy() {
  services_.begin_call();
  call_marked("destroy()", [&] {
    forecaster_->destroy(forecaster_);
    return 0;
  });
  services_.end_call();
  forecaster_ = nullptr;
}

std::uint64_t ask(ForecasterInstance& instance, const ForecastScene& scene, std::size_t k, std::uint32_t quantity,
                  const ForecastShowing& showing) {
  black_box()->seed = scene.number();
  const ForecastScene::Call call = scene.call_of_question(k, quantity);
  if (showing.wall) {
    const WalledCall walled(call, *showing.wall, showing.extra);
    instance.forecast(walled.history(), walled.question(), walled.answer(), k);
    if (const std::string damage = walled.damage(); !damage.empty())
      throw Failed(fmt::format("{}, in forecast() number {}", damage, k + 1));
    return judged(call.question, walled.mean(), walled.quantile(), scene, k);
  }
  const control::GuardedCells mean(call.question.steps.n),
      quantile(std::size_t{call.question.steps.n} * call.question.n_levels);
  for (const control::GuardedCells* column : {&mean, &quantile})
    std::fill(column->cells().begin(), column->cells().end(), left_out);
  const evtwin_answer answer{sizeof(evtwin_answer), 0, mean.cells().data(),
                             call.question.n_levels == 0 ? nullptr : quantile.cells().data()};
  instance.forecast(call.history, call.question, answer, k);
  if (!mean.canaries_alive() || !quantile.canaries_alive())
    throw Failed(fmt::format("it wrote beside the cells of mean or quantile, in forecast() number {}", k + 1));
  return judged(call.question, mean.cells(), quantile.cells(), scene, k);
}

std::vector<std::uint64_t> play(const Foreseer& of, const ForecastScene& scene, const ForecastShowing& showing) {
  const auto params = of.specimen.starting_params(of.info);
  ForecasterInstance instance(of.specimen, of.info.id, params, of.quantity, showing.extra);
  instance.expect_made();
  std::vector<std::uint64_t> answers;
  for (std::size_t k = 0; k < scene.question_count(); ++k)
    answers.push_back(ask(instance, scene, k, of.quantity, showing));
  instance.destroy();
  return answers;
}

void expect_same(std::span<const std::uint64_t> once, std::span<const std::uint64_t> again, const ForecastScene& scene,
                 const std::string& how) {
  for (std::size_t k = 0; k < std::max(once.size(), again.size()); ++k) {
    if (k < once.size() && k < again.size() && once[k] == again[k]) continue;
    throw Failed(fmt::format("the same call, another answer: forecast() number {} of {} differs {}", k + 1,
                             scene.scene_name(), how));
  }
}

}  // namespace evtwin::plugin_check
