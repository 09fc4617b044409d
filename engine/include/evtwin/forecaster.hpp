// forecaster.hpp - the thin C++20 face of forecaster.h, in the manner of strategy.hpp.
//
//   namespace {  // unnamed: `g++ -std=c++20 -shared -fPIC last_week.cpp` then exports the entry and nothing of yours
//   struct LastWeek {
//     static constexpr evtwin_info info = evtwin::sdk::describe(
//         "last-week", "Last week", "1.0", "What was a week ago.",
//         EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW));
//     explicit LastWeek(const evtwin::sdk::ForecasterSetup&) {}
//     void forecast(const evtwin::sdk::History& history, const evtwin::sdk::Question& question,
//                   evtwin::sdk::Answer& answer) {
//       ...  // answer.mean[k] for each step k of question.steps
//     }
//   };
//   }  // namespace
//   EVTWIN_FORECASTERS(LastWeek)
//
// What an object keeps between calls is a cache: asked the same, a fresh one answers the same (forecaster.h, 3).
#pragma once
#include <evtwin/forecaster.h>

#include <cstddef>
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <span>
#include <stdexcept>

#pragma GCC visibility push(hidden)

namespace evtwin::sdk {

/// Steps of time, one after the other without a gap.
class Steps {
 public:
  explicit Steps(const evtwin_steps& steps) : raw(steps) {}
  const evtwin_steps& raw;

  std::size_t size() const { return raw.n; }
  std::span<const std::int64_t> start_ns() const { return {raw.start_ns, std::size_t{raw.n} + 1}; }
  std::span<const std::int32_t> local_day() const { return {raw.local_day, raw.n}; }
  std::span<const std::int32_t> local_minute() const { return {raw.local_minute, raw.n}; }
  std::span<const std::uint8_t> weekday() const { return {raw.weekday, raw.n}; }
  std::span<const std::uint8_t> holiday() const { return {raw.holiday, raw.n}; }
};

/// Steps [from, to) of these, as a view of the same columns.
inline evtwin_steps part_of(const evtwin_steps& steps, std::size_t from, std::size_t to) {
  evtwin_steps part = steps;
  part.n = static_cast<std::uint32_t>(to - from);
  part.start_ns += from;
  part.local_day += from;
  part.local_minute += from;
  part.weekday += from;
  part.holiday += from;
  return part;
}

/// What has been, oldest first.
class History {
 public:
  explicit History(const evtwin_history& history) : raw(history), steps(history.steps) {}
  const evtwin_history& raw;
  Steps steps;

  /// [steps.size()] of an EVTWIN_QUANTITY_*; NaN where nothing is known.
  std::span<const double> values(std::uint32_t quantity) const { return {raw.values[quantity], steps.size()}; }
};

class Question {
 public:
  explicit Question(const evtwin_question& question) : raw(question), steps(question.steps) {}
  const evtwin_question& raw;
  Steps steps;

  std::uint32_t quantity() const { return raw.quantity; }
  std::int64_t issued_ns() const { return raw.issued_ns; }
  std::span<const double> levels() const { return {raw.level, raw.n_levels}; }
};

/// Columns to be filled, NaN on entry.
class Answer {
 public:
  Answer(const evtwin_answer& answer, const Question& question)
      : mean(answer.mean, question.steps.size()),
        quantile_(answer.quantile, question.steps.size() * question.levels().size()) {}

  std::span<double> mean;
  /// Of one level: what each step stays below with that probability.
  std::span<double> quantile(std::size_t level) const { return quantile_.subspan(level * mean.size(), mean.size()); }

 private:
  std::span<double> quantile_;
};

/// What a forecaster is made from: what is given, and the quantity that it is to foresee.
class ForecasterSetup : public Given {
 public:
  ForecasterSetup(const evtwin_host& host, std::span<const evtwin_param_value> params, std::uint32_t quantity,
                  const evtwin_info* of = nullptr)
      : Given(host, params, of), quantity_(quantity) {}
  std::uint32_t quantity() const { return quantity_; }

 private:
  std::uint32_t quantity_;
};

/// Keeps a C++ forecaster F behind the C functions.
template <class F>
class ForecasterFence {
 public:
  static evtwin_status create(const evtwin_host& host, std::span<const evtwin_param_value> params,
                              std::uint32_t quantity, evtwin_forecaster** out) noexcept {
    return guarded(host, [&] {
      const ForecasterSetup setup(host, params, quantity, &F::info);
      auto* fence = new ForecasterFence(host, setup);  // NOLINT(bugprone-unhandled-exception-at-new): guarded() catches
      *out = &fence->c_;
    });
  }

 private:
  ForecasterFence(const evtwin_host& host, const ForecasterSetup& setup)
      : c_{sizeof(evtwin_forecaster), 0, this, &forecast, &destroy}, host_(host), forecaster_(setup) {}
  static ForecasterFence& of(const evtwin_forecaster* c) { return *static_cast<ForecasterFence*>(c->self); }
  static evtwin_status forecast(evtwin_forecaster* c, const evtwin_history* history, const evtwin_question* question,
                                const evtwin_answer* answer) noexcept {
    ForecasterFence& fence = of(c);
    return guarded(fence.host_, [&] {
      const Question asked(*question);
      Answer out(*answer, asked);
      fence.forecaster_.forecast(History(*history), asked, out);
      // `answer.mean = mine` compiles, and the host would never see it.
      if (out.mean.data() != answer->mean)
        throw std::logic_error("answer.mean was made another span; write into the cells that are there");
    });
  }
  static void destroy(evtwin_forecaster* c) noexcept { delete &of(c); }

  evtwin_forecaster c_;
  const evtwin_host& host_;
  F forecaster_;
};

/// The entry's two functions over a list of forecasters. An id that is not there, and a quantity that the flags do not
/// name, are EVTWIN_UNSUPPORTED.
template <class... F>
struct ForecasterLibrary {
  static const evtwin_info* info(std::uint32_t index) noexcept {
    static constexpr std::array<const evtwin_info*, sizeof...(F)> all{&F::info...};
    return index < all.size() ? all[index] : nullptr;
  }
  static evtwin_status create(const evtwin_host* host, const char* id, const evtwin_param_value* params,
                              std::uint32_t n, std::uint32_t quantity, evtwin_forecaster** out) noexcept {
    *out = nullptr;
    evtwin_status status = EVTWIN_UNSUPPORTED;
    const auto try_one = [&]<class T>() {
      if (std::string_view(id) != T::info.id) return false;
      if (quantity >= EVTWIN_QUANTITIES || (T::info.flags & EVTWIN_FORECASTS(quantity)) == 0) return true;
      status = ForecasterFence<T>::create(*host, {params, n}, quantity, out);
      return true;
    };
    static_cast<void>((try_one.template operator()<F>() || ...));
    return status;
  }
};

}  // namespace evtwin::sdk

#pragma GCC visibility pop

/// Exports the forecasters given as types; once per shared object.
#define EVTWIN_FORECASTERS(...)                                                 \
  extern "C" EVTWIN_EXPORT const evtwin_forecaster_entry evtwin_forecasters = { \
      sizeof(evtwin_forecaster_entry),                                          \
      EVTWIN_FORECASTER_ABI_MAJOR,                                              \
      EVTWIN_FORECASTER_ABI_MINOR,                                              \
      static_cast<std::uint32_t>(std::tuple_size_v<std::tuple<__VA_ARGS__>>),   \
      EVTWIN_FORECASTER_ABI_DIGESTS,                                            \
      &evtwin::sdk::ForecasterLibrary<__VA_ARGS__>::info,                       \
      &evtwin::sdk::ForecasterLibrary<__VA_ARGS__>::create};
