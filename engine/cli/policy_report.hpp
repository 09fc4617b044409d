// The words of a policy file on itself, for people and as JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "policy/policy_file.hpp"

namespace evtwin::cli {

/// Whether a file of that name, with these first bytes, is meant as a policy: ours, or PyTorch's.
bool is_meant_as_policy(const std::string& file, std::string_view first_bytes);

/// The same of a file of learnt forecasts.
bool is_meant_as_forecast(const std::string& file, std::string_view first_bytes);
/// Kind, step, quantities, what they were learnt from and how well, as lines of text. @throws CommandError
std::string forecast_model_text(const std::string& file);

/// @throws CommandError "FILE: why it is refused"
policy::PolicyFile policy_of(const std::string& file);

/// {"file", "sound": true, "kind", "made_by", "features": {name: [{id, unit, help}]}, "layers": [{name, shape}],
/// "numbers", "training": as its head tells, ...}: its head, with what its arrays are.
nlohmann::ordered_json policy_json(const std::string& file, const policy::PolicyFile& policy);
/// Heads are others' text: whatever is not told, or of another type than it should be, is left out.
std::string policy_text(const std::string& file, const policy::PolicyFile& policy);

}  // namespace evtwin::cli
