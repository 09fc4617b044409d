// The policy file: what a learner made, as a head that says what it is and arrays of numbers. Nothing in it is ever
// executed. Learnt forecasts lie in files of the same layout under a name of their own.
//
// Bytes: the line "evtwin-policy/1" (or "evtwin-forecast/1"), the line "head N", N bytes of JSON, a line feed, the
// arrays as float32, little endian, in the order and the shapes that the head's "arrays" gives, and the SHA-256 of all
// before in 64 hex digits and a line feed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::policy {

/// A policy file that can not be used; the text says in one line what is wrong, without the file's name.
struct PolicyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One sort of file of this layout.
struct FileSort {
  std::string_view magic;   ///< first line, with its line feed
  std::string_view noun;    ///< in messages: "policy"
  std::string_view writer;  ///< the command that writes it
};
inline constexpr FileSort policy_sort{"evtwin-policy/1\n", "policy", "evtwin train"};
inline constexpr FileSort forecast_sort{"evtwin-forecast/1\n", "forecast model", "evtwin forecast train"};

/// Numbers by name: weights of a layer, means of a normaliser.
struct Array {
  std::string name;
  std::vector<std::uint32_t> shape;  ///< row-major
  std::vector<float> values;
};

struct PolicyFile {
  /// Without "arrays", which writing adds. "kind" is the id of the strategy that plays it ("ppo", "dqn", "ppo-dqn");
  /// "training" tells scenarios, digests, seed and history; the rest is the kind's own.
  nlohmann::json head;
  std::vector<Array> arrays;

  /// @throws PolicyError where there is none of that name and shape
  const Array& find_array(std::string_view name, const std::vector<std::uint32_t>& shape) const;
};

/// @throws std::invalid_argument for an array whose values do not fill its shape, or are not finite
std::string policy_bytes(const PolicyFile& policy, const FileSort& sort = policy_sort);

/// Takes nothing on trust: sizes are checked before memory is asked for, numbers are finite, the sum is right.
/// @throws PolicyError
PolicyFile read_policy(std::string_view bytes, const FileSort& sort = policy_sort);

/// @throws PolicyError, also for a file that can not be read
PolicyFile read_policy_file(const std::string& path, const FileSort& sort = policy_sort);

}  // namespace evtwin::policy
