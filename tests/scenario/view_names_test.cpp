// Lua strategies see everything that plugins see, under the same names: the header itself is read.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/accessors.hpp"
#include "scenario/keys.hpp"
#include "support/paths.hpp"

namespace evtwin::scenario::testing {
namespace {

/// Names of the fields of `struct name`, in order.
std::vector<std::string> fields_of(const std::string& name) {
  std::ifstream stream(paths::source_dir + "/engine/include/evtwin/strategy.h");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t begin = text.find("typedef struct " + name + " {");
  const std::size_t end = text.find("} " + name + ";");
  EXPECT_TRUE(begin != std::string::npos && end != std::string::npos) << name;
  const std::size_t brace = text.find('{', begin) + 1;
  const std::string body =
      std::regex_replace(text.substr(brace, end - brace), std::regex(R"(/\*[^*]*(\*(?!/)[^*]*)*\*/)"), "");
  std::vector<std::string> names;
  const std::regex name_before(R"((\w+)\s*[,;])");
  for (std::sregex_iterator at(body.begin(), body.end(), name_before), none; at != none; ++at)
    names.push_back((*at)[1]);
  return names;
}

bool has(std::string_view section, std::string_view field) {
  const auto all = view_accessors(section);
  return std::any_of(all.begin(), all.end(), [&](const Accessor& a) { return a.name == field; });
}

/// Fields of the C struct that have another form in Lua: counts and starts of columns are lists there.
const std::map<std::string, std::pair<std::string, std::string>> other_form{
    {"n_evses", {"view", "evses"}},
    {"n_connected", {"view", "connected"}},
    {"connected_evse", {"view", "connected"}},
    {"n_storages", {"view", "storages"}},
    {"n_limits", {"view", "limits"}},
    {"horizon_steps", {"view", "horizon"}},
    {"n_departed", {"view", "departed"}},
    {"n_levels", {"view", "levels"}},
    {"level", {"view", "levels"}},
    {"evse_curve_start", {"view_evse", "curve"}},
    {"evse_curve_points", {"view_evse", "curve"}},
    {"curve_soc", {"view_evse", "curve"}},
    {"curve_kw", {"view_evse", "curve"}},
    {"evse_rate_start", {"view_evse", "rates_kw"}},
    {"rate_kw", {"view_evse", "rates_kw"}},
    {"limit_start", {"view_limit", "members"}},
    {"limit_member", {"view_limit_member", "evse"}},
    {"limit_coefficient", {"view_limit_member", "coefficient"}},
    {"limit_angle_deg", {"view_limit_member", "angle_deg"}},
    {"storage_policy", {"view", "storage_policy"}},
    {"horizon_issued_ns", {"view", "horizon_issued_ns"}},
    {"n_limits_ahead", {"view_limit", "upper_ahead"}},
    {"horizon_limit_lower", {"view_limit", "lower_ahead"}},
    {"horizon_limit_upper", {"view_limit", "upper_ahead"}},
};

bool is_padding(const std::string& field) { return field == "struct_size" || field.starts_with("reserved"); }

/// Where the header's field is in Lua: the prefix of the column's group becomes the object.
std::pair<std::string, std::string> lua_twin(const std::string& field) {
  if (const auto other = other_form.find(field); other != other_form.end()) return other->second;
  static const std::pair<std::string, std::string> groups[]{{"evse_", "view_evse"},
                                                            {"storage_", "view_storage"},
                                                            {"limit_", "view_limit"},
                                                            {"horizon_", "view_step"},
                                                            {"departed_", "view_departure"}};
  if (field.starts_with("level_")) return {"view_step", field};  // a list by level there
  for (const auto& [prefix, section] : groups)
    if (field.starts_with(prefix)) return {section, field.substr(prefix.size())};
  return {"view", field};
}

TEST(ViewNames, EveryFieldOfTheHeaderHasItsTwinInLua) {
  const std::vector<std::string> fields = fields_of("evtwin_view");
  ASSERT_GT(fields.size(), 90U);
  for (const std::string& field : fields) {
    if (is_padding(field)) continue;
    const auto [section, name] = lua_twin(field);
    EXPECT_TRUE(has(section, name)) << "evtwin_view." << field << " has no twin " << section << "." << name;
  }
  for (const auto& [field, twin] : other_form)
    EXPECT_NE(std::find(fields.begin(), fields.end(), field), fields.end()) << field << " is no longer in the header";
}

TEST(ViewNames, EveryEntryOfTheLedgerHasItsTwinInLua) {
  const std::vector<std::string> fields = fields_of("evtwin_ledger");
  ASSERT_GT(fields.size(), 15U);
  for (const std::string& field : fields) {
    EXPECT_TRUE(is_padding(field) || has("view_ledger", field)) << "evtwin_ledger." << field;
  }
}

TEST(ViewNames, EveryFieldOfTheDecisionCanBeAnsweredInLua) {
  // Powers are the first value; the rest are the keys of the second one.
  const std::map<std::string, std::string> keys{
      {"wake_ns", "wake_in_h"}, {"quiet_until_ns", "quiet_for_h"}, {"expected_cost", "expected_cost"}};
  for (const std::string& field : fields_of("evtwin_decision")) {
    if (is_padding(field) || field == "evse_kw" || field == "storage_kw") continue;
    if (field.starts_with("plan_")) continue;  // a plugin's: a function in Lua writes no plan
    ASSERT_TRUE(keys.contains(field)) << field;
    const auto answers = decision_answers();
    EXPECT_TRUE(std::any_of(answers.begin(), answers.end(), [&](const Field& f) { return f.name == keys.at(field); }))
        << field;
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
