#include "policy/policy_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "policy/sha256.hpp"

namespace evtwin::policy {

static_assert(std::endian::native == std::endian::little, "arrays lie in the file as they lie in memory");
static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4, "numbers in the file are binary32");

namespace {

constexpr std::string_view head_word = "head ";
constexpr std::size_t sum_size = 65;  // 64 hex digits and a line feed
static_assert(sum_size == 2 * 256 / 8 + 1);
constexpr std::size_t most_bytes = std::size_t{1} << 30, most_head = std::size_t{16} << 20, most_arrays = 10'000;
static_assert(most_head < most_bytes && policy_sort.magic.back() == '\n' && forecast_sort.magic.back() == '\n');
/// How deep a head may be: a hostile one ends the parser, not the stack.
constexpr int most_depth = 32;

[[noreturn]] void refuse(const std::string& why) { throw PolicyError(why); }

/// Guess at the kind of somebody else's file.
std::string guess(std::string_view bytes, const FileSort& sort) {
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06"))
    return "it is a zip, as PyTorch and TorchScript write; evtwin reads its own format and executes nothing";
  if (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)  // its protocol
    return "it is a pickle, as PyTorch writes; evtwin reads its own format and executes nothing";
  if (bytes.starts_with("\x1f\x8b"))
    return fmt::format("it is compressed; evtwin reads a {} as `{}` writes it", sort.noun, sort.writer);
  if (bytes.starts_with("SQLite format 3"))
    return fmt::format("it is a database, a run file perhaps; a {} is what `{}` writes", sort.noun, sort.writer);
  for (const FileSort& other : {policy_sort, forecast_sort}) {
    const std::string_view name = other.magic.substr(0, other.magic.find('/') + 1);
    if (!bytes.starts_with(name)) continue;
    if (other.magic == sort.magic)
      return fmt::format("it is a {} of another version; this evtwin reads {}", sort.noun,
                         sort.magic.substr(0, sort.magic.size() - 1));
    return fmt::format("it is a {}; a {} is what `{}` writes", other.noun, sort.noun, sort.writer);
  }
  return fmt::format("it is no {} file; `{}` writes them", sort.noun, sort.writer);
}

std::uint64_t product(const std::vector<std::uint32_t>& shape) {
  std::uint64_t n = 1;
  for (const std::uint32_t size : shape) {
    if (size != 0 && n > most_bytes / size) return most_bytes;
    n *= size;
  }
  return n;
}

nlohmann::json parse_head(std::string_view text) {
  const auto callback = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > most_depth) refuse(fmt::format("its head is nested deeper than {}", most_depth));
    return true;
  };
  try {
    nlohmann::json head = nlohmann::json::parse(text, callback);
    if (!head.is_object()) refuse("its head is no JSON object");
    return head;
  } catch (const nlohmann::json::exception&) {
    refuse("its head is not JSON");
  }
}

}  // namespace

const Array& PolicyFile::find_array(std::string_view name, const std::vector<std::uint32_t>& shape) const {
  for (const Array& array : arrays) {
    if (array.name != name) continue;
    if (array.shape != shape)
      refuse(
          fmt::format("its array {} is [{}], [{}] is due", name, fmt::join(array.shape, ", "), fmt::join(shape, ", ")));
    return array;
  }
  refuse(fmt::format("it has no array {}", name));
}

std::string policy_bytes(const PolicyFile& policy, const FileSort& sort) {
  nlohmann::json head = policy.head;
  head["arrays"] = nlohmann::json::array();
  std::size_t values = 0;
  for (const Array& array : policy.arrays) {
    if (product(array.shape) != array.values.size())
      throw std::invalid_argument(fmt::format("array {} has {} values for a shape of {}", array.name,
                                              array.values.size(), product(array.shape)));
    for (const float value : array.values) {
      if (!std::isfinite(value))
        throw std::invalid_argument(fmt::format("array {} holds a value that is not finite", array.name));
    }
    head["arrays"].push_back({{"name", array.name}, {"shape", array.shape}});
    values += array.values.size();
  }
  const std::string text = head.dump();
  std::string bytes = fmt::format("{}{}{}\n{}\n", sort.magic, head_word, text.size(), text);
  bytes.reserve(bytes.size() + 4 * values + sum_size);
  for (const Array& array : policy.arrays)
    bytes.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
  return bytes + sha256_hex(bytes) + "\n";
}

PolicyFile read_policy(std::string_view bytes, const FileSort& sort) {
  if (bytes.empty()) refuse("it is empty");
  const std::string_view magic = sort.magic;
  if (!bytes.starts_with(magic)) refuse(guess(bytes, sort));
  if (bytes.size() > most_bytes) refuse(fmt::format("it has {} bytes; at most {}", bytes.size(), most_bytes));
  if (bytes.size() < magic.size() + sum_size || bytes.back() != '\n' ||
      sha256_hex(bytes.substr(0, bytes.size() - sum_size)) != bytes.substr(bytes.size() - sum_size, 64))
    refuse("it is cut short or damaged: its SHA-256 is not the one at its end");
  std::string_view rest = bytes.substr(0, bytes.size() - sum_size);
  rest.remove_prefix(magic.size());

  if (!rest.starts_with(head_word)) refuse("it has no head");
  rest.remove_prefix(head_word.size());
  std::size_t head_size = 0;
  const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), head_size);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (fault != std::errc() || head_size > most_head || rest.size() < head_size + 2 || rest.front() != '\n' ||
      rest[head_size + 1] != '\n')
    refuse("the size of its head is wrong");

  PolicyFile policy;
  policy.head = parse_head(rest.substr(1, head_size));
  rest.remove_prefix(head_size + 2);

  const auto arrays = policy.head.find("arrays");
  if (arrays == policy.head.end() || !arrays->is_array() || arrays->size() > most_arrays)
    refuse("its head has no list of arrays");
  std::set<std::string> names;

  for (const nlohmann::json& told : *arrays) {
    const bool sound = told.is_object() && told.contains("name") && told["name"].is_string() &&
                       told.contains("shape") && told["shape"].is_array() && told["shape"].size() <= 4;
    if (!sound) refuse("an array of its head has no name and shape");

    Array array{told["name"].get<std::string>(), {}, {}};
    for (const nlohmann::json& size : told["shape"]) {
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > most_bytes)
        refuse("a shape is of other than whole numbers");
      array.shape.push_back(size.get<std::uint32_t>());
    }
    if (!names.insert(array.name).second) refuse(fmt::format("it has two arrays {}", array.name));

    // Counted against the bytes that are left: no head asks for more memory than the file fills.
    const std::uint64_t n = product(array.shape);
    if (n * sizeof(float) > rest.size()) refuse(fmt::format("array {} is larger than the file", array.name));
    array.values.resize(n);
    if (n > 0) std::memcpy(array.values.data(), rest.data(), n * sizeof(float));
    rest.remove_prefix(n * sizeof(float));

    for (const float value : array.values) {
      if (!std::isfinite(value)) refuse(fmt::format("array {} holds a value that is not finite", array.name));
    }
    policy.arrays.push_back(std::move(array));
  }

  if (!rest.empty()) refuse("there are bytes behind its arrays");
  policy.head.erase("arrays");
  return policy;
}

PolicyFile read_policy_file(const std::string& path, const FileSort& sort) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) refuse("there is no such file");
  if (!std::filesystem::is_regular_file(status)) refuse("it is no regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse("it may not be read");
  std::string bytes;
  char part[1 << 14];
  while (in.read(part, sizeof part) || in.gcount() > 0) {
    bytes.append(part, static_cast<std::size_t>(in.gcount()));
    // Another kind of file is not read to its end.
    if (!bytes.starts_with(sort.magic)) break;
    if (bytes.size() > most_bytes) refuse(fmt::format("it has more than {} bytes", most_bytes));
  }
  if (in.bad()) refuse("it can not be read");
  return read_policy(bytes, sort);
}

}  // namespace evtwin::policy
