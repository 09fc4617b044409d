#include "decide/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "kernel/name_text.hpp"
#include "kernel/text.hpp"
#include "scenario/fields.hpp"

namespace evtwin::decide {

using scenario::Table;
using scenario::Value;

namespace {

/// Takes the parser's events one by one: nothing is built of a text beyond the bounds, and nothing recurses.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Value root;

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({value}); }
  bool number_integer(number_integer_t value) override { return add({static_cast<std::int64_t>(value)}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX)) return add({static_cast<std::int64_t>(value)});
    return add({static_cast<double>(value)});
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value))
      fail(fmt::format("{} is larger than any number it could be", kernel::make_printable(text)));
    return add({value});
  }
  bool string(string_t& value) override { return add({std::move(value)}); }
  bool binary(binary_t&) override { return false; }  // not JSON

  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool key(string_t& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override {
    auto& named = open_.back().table->named;
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto twice =
        std::adjacent_find(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
    if (twice != named.end()) {
      open_.back().key = twice->first;
      fail("stands here twice; which one holds?");
    }
    return close();
  }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string_view what = error.what();
    const std::size_t at = what.find("line ");
    what.remove_prefix(at != std::string_view::npos ? at : std::min(what.find("] ") + 2, what.size()));
    fail_whole(fmt::format("not JSON: {}", kernel::make_printable(what.substr(0, 300))));
  }

 private:
  struct Open {
    bool object;
    std::shared_ptr<Table> table;
    std::string key;
  };

  bool add(Value value) {
    if (++values_ > most_request_values) fail_whole(fmt::format("too large: more than {} values", most_request_values));
    if (open_.empty()) {
      root = std::move(value);
      return true;
    }
    Open& in = open_.back();
    if (in.object) {
      in.table->named.emplace_back(in.key, std::move(value));
    } else {
      in.table->numbered.emplace_back(static_cast<std::int64_t>(in.table->numbered.size()) + 1, std::move(value));
    }
    return true;
  }
  bool open(bool object) {
    if (open_.size() == deepest_request) fail_whole(fmt::format("nested more than {} levels deep", deepest_request));
    open_.push_back({object, std::make_shared<Table>(), {}});
    return true;
  }
  bool close() {
    std::shared_ptr<const Table> done = std::move(open_.back().table);
    open_.pop_back();
    return add({std::move(done)});
  }

  [[noreturn]] static void fail_whole(const std::string& why) { throw scenario::FieldError("", why); }
  /// At the value that is being read.
  [[noreturn]] void fail(const std::string& why) const {
    scenario::Where where;
    where.json = true;
    for (const Open& in : open_) where = in.object ? where / in.key : where / in.table->numbered.size();
    scenario::throw_at(where, why);
  }

  std::vector<Open> open_;
  std::size_t values_ = 0;
};

}  // namespace

Value value_of_json(std::string_view text) {
  if (text.size() > most_request_bytes)
    throw scenario::FieldError("", fmt::format("larger than {} MiB", most_request_bytes >> 20));
  if (const std::string_view encoding = kernel::wide_encoding(text); !encoding.empty())
    throw scenario::FieldError("", fmt::format("{}; save it as UTF-8", encoding));
  Builder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder.root);
}

}  // namespace evtwin::decide
