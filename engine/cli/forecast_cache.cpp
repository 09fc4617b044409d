#include "cli/forecast_cache.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <utility>

#include "cli/commands.hpp"
#include "kernel/hash.hpp"
#include "record/run_file.hpp"
#include "record/sqlite.hpp"

namespace evtwin::cli {
namespace {

constexpr std::int64_t cache_application_id = 0x65764643;  // "evFC", SQLite's mark of the kind of file
constexpr std::int64_t cache_version = 1;

/// Two digests of 64 bits, each with a beginning of its own.
struct Key {
  std::uint64_t first = 0, second = 0;

  std::string_view bytes() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }
};

class KeyMaker {
 public:
  KeyMaker& add(std::string_view bytes) {
    const std::uint64_t digest = kernel::digest64(bytes);
    first_.mix_in(digest);
    first_.mix_in(bytes.size());
    // Another function of the same bytes: their digest after a byte that no first one has.
    salted_.assign(1, 'k');
    salted_.append(bytes);
    second_.mix_in(kernel::digest64(salted_));
    return *this;
  }
  KeyMaker& add_number(std::uint64_t number) { return add({reinterpret_cast<const char*>(&number), sizeof number}); }
  template <class T>
  KeyMaker& add_cells(const T* cells, std::size_t count) {
    if (cells == nullptr) return add_number(0);
    return add({reinterpret_cast<const char*>(cells), count * sizeof(T)});
  }
  KeyMaker& add_steps(const evtwin_steps& steps) {
    add_number(steps.n).add_number(static_cast<std::uint64_t>(steps.step_ns));
    add_cells(steps.start_ns, steps.n == 0 ? 0 : std::size_t{steps.n} + 1);
    add_cells(steps.local_day, steps.n).add_cells(steps.local_minute, steps.n);
    return add_cells(steps.weekday, steps.n).add_cells(steps.holiday, steps.n);
  }
  Key key() const { return {first_.value(), second_.value()}; }

 private:
  kernel::RollingHash first_, second_;
  std::string salted_;
};

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

struct ForecastCache::Impl {
  explicit Impl(const std::string& name) : file(name), database(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    prepare();
    database.run_statements("BEGIN IMMEDIATE");
  }

  /// @returns false where it is not kept, or is of another length.
  bool read(const Key& key, std::span<double> mean, std::span<double> quantile) {
    const std::lock_guard lock(mutex);
    ++use.calls;
    record::Statement find(database, "SELECT answer FROM answer WHERE key = ?1");
    find.bind_blob(1, key.bytes());
    bool hit = false;
    if (find.next_row()) {
      const std::string_view cells = find.column_bytes(0);
      hit = cells.size() == (mean.size() + quantile.size()) * sizeof(double);
      if (hit) {
        std::memcpy(mean.data(), cells.data(), mean.size_bytes());
        if (!quantile.empty()) std::memcpy(quantile.data(), cells.data() + mean.size_bytes(), quantile.size_bytes());
      }
    }
    use.hits += hit ? 1 : 0;
    return hit;
  }

  void write(const Key& key, std::span<const double> mean, std::span<const double> quantile) {
    const std::lock_guard lock(mutex);
    std::string cells(reinterpret_cast<const char*>(mean.data()), mean.size_bytes());
    cells.append(reinterpret_cast<const char*>(quantile.data()), quantile.size_bytes());
    record::Statement keep(database, "INSERT OR REPLACE INTO answer (key, answer) VALUES (?1, ?2)");
    keep.bind_blob(1, key.bytes());
    keep.bind_blob(2, cells);
    keep.execute_once();
  }

  void prepare() {
    const std::int64_t id = database.read_integer("PRAGMA application_id");
    const bool fresh = id == 0 && database.read_integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (!fresh && id != cache_application_id)
      throw CommandError(
          fmt::format("--cache {}: is no cache of forecasts; name a file that is one, or a new one", file));
    if (!fresh && database.read_integer("PRAGMA user_version") != cache_version)
      throw CommandError(fmt::format("--cache {}: is of another evtwin; name a new file", file));
    if (fresh)
      database.run_statements(fmt::format(
          "PRAGMA application_id = {}; PRAGMA user_version = {}; CREATE TABLE answer (key BLOB PRIMARY KEY, "
          "answer BLOB NOT NULL) WITHOUT ROWID",
          cache_application_id, cache_version));
  }

  std::string file;
  record::Database database;
  std::mutex mutex;  ///< runs of several forecasters share it
  Use use;
};

namespace {

/// Asks the model where no answer is kept.
template <class Store>
class KeptModel final : public control::ForecastModel {
 public:
  KeptModel(Store& store, std::unique_ptr<control::ForecastModel> model, KeyMaker key)
      : store_(store), model_(std::move(model)), identity_(std::move(key)) {}

  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) override {
    const std::size_t n = question.steps.n;
    const std::span<double> mean(answer.mean, n);
    const std::span<double> quantile(answer.quantile, answer.quantile == nullptr ? 0 : question.n_levels * n);
    KeyMaker maker = identity_;
    maker.add_number(question.quantity).add_number(static_cast<std::uint64_t>(question.issued_ns));
    maker.add_cells(question.level, question.n_levels).add_steps(question.steps).add_steps(history.steps);
    for (const double* values : history.values) maker.add_cells(values, history.steps.n);
    const Key key = maker.key();
    if (store_.read(key, mean, quantile)) return;
    model_->forecast(history, question, answer);
    store_.write(key, mean, quantile);
  }
  std::string name_in_messages() const override { return model_->name_in_messages(); }
  void report_to(control::Talker* listener) override { model_->report_to(listener); }

 private:
  Store& store_;
  std::unique_ptr<control::ForecastModel> model_;
  KeyMaker identity_;
};

}  // namespace

ForecastCache::ForecastCache(const std::string& file) {
  try {
    impl_ = std::make_unique<Impl>(file);
  } catch (const record::RunFileError& error) {
    throw CommandError(fmt::format("--cache {}", error.what()));
  }
}
ForecastCache::~ForecastCache() = default;

std::shared_ptr<const control::ForecastSource> ForecastCache::kept(
    const std::shared_ptr<const control::ForecastSource>& source, const std::vector<std::string>& files) {
  KeyMaker identity;
  identity.add(source->label()).add(source->found_model().digest);
  for (const std::string& file : files) identity.add(bytes_of(file));
  return std::make_shared<const control::ForecastSource>(source->label(), [store = impl_.get(), source, identity] {
    control::ForecastSource::Found found = source->found_model();
    found.factory = [store, source, identity](std::uint32_t quantity, std::uint64_t seed, std::uint32_t site) {
      KeyMaker of_instance = identity;
      of_instance.add_number(quantity).add_number(seed).add_number(site);
      return std::make_unique<KeptModel<Impl>>(*store, source->make_model(quantity, seed, site), of_instance);
    };
    return found;
  });
}

ForecastCache::Use ForecastCache::use_so_far() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->use;
}

void ForecastCache::commit() {
  try {
    impl_->database.run_statements("COMMIT; BEGIN IMMEDIATE");
  } catch (const record::RunFileError& error) {
    throw CommandError(fmt::format("--cache {}", error.what()));
  }
}

}  // namespace evtwin::cli
