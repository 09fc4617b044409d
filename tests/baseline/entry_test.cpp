// The entry: what is offered, what is refused, and the module as the host opens it.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <cstring>
#include <set>

#include "support/paths.hpp"
#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

using testing::HasSubstr;

TEST(Entry, EveryStrategyDescribesItselfAndItsParameters) {
  std::set<std::string> ids;
  for (std::uint32_t k = 0; k < evtwin_strategy_entry.n_strategies; ++k) {
    const evtwin_info* info = evtwin_strategy_entry.info(k);
    ASSERT_NE(info, nullptr);
    EXPECT_TRUE(ids.insert(info->id).second) << info->id;
    EXPECT_STRNE(info->help, "");
    for (std::uint32_t p = 0; p < info->n_params; ++p) {
      const evtwin_param_info& row = info->params[p];
      EXPECT_STRNE(row.help, "") << info->id << " " << row.id;
      if (row.type == EVTWIN_PARAM_REAL || row.type == EVTWIN_PARAM_INT) {
        EXPECT_TRUE(std::isnan(row.default_number) || (row.default_number >= row.min && row.default_number <= row.max))
            << info->id << " " << row.id;
      }
    }
  }
  EXPECT_THAT(ids, testing::ElementsAre("alap", "asap", "edf", "equal-share", "fcfs", "lcfs", "llf", "lrpt",
                                        "price-mean", "price-threshold", "round-robin"));
  EXPECT_EQ(evtwin_strategy_entry.info(evtwin_strategy_entry.n_strategies), nullptr);
}

struct Refusal {
  const char* id;
  evtwin_param_value value;
  const char* says;
};

TEST(Entry, ParametersOutOfRangeAreRefusedWithWhatWouldBeRight) {
  ViewBuilder site;
  site.car();
  const Refusal refusals[] = {
      {"alap", {"margin_min", -1.0, nullptr}, "'margin_min' is -1, must be from 0 to 1440 min"},
      {"alap", {"margin_min", nan, nullptr}, "'margin_min' is not a number"},
      {"alap", {"margin", 1.0, nullptr}, "there is no parameter 'margin'; there are: margin_min"},
      {"round-robin", {"step_a", 0.0, nullptr}, "'step_a' is 0, must be from 0.01"},
      {"price-threshold", {"horizon_steps", 1.5, nullptr}, "must be a whole number"},
      {"price-threshold", {"v2g", 2.0, nullptr}, "must be true or false"},
      {"price-threshold", {"v2g_round_trip", unlimited, nullptr}, "must be from 0.5 to 1"},
      {"edf", {"beyond_request", 0.0, "halt"}, "'halt', must be one of: stop, continue"},
      {"edf", {"beyond_request", 0.0, nullptr}, "must be text"},
  };
  for (const Refusal& refusal : refusals) {
    const Driver driver(refusal.id, site, {refusal.value});
    EXPECT_EQ(driver.status, EVTWIN_BAD_PARAMETER) << refusal.value.id;
    EXPECT_FALSE(driver.made());
    EXPECT_THAT(driver.reported(), HasSubstr(refusal.says));
  }
}

TEST(Entry, AnUnknownStrategyIsUnsupported) {
  ViewBuilder site;
  EXPECT_EQ(Driver("best", site).status, EVTWIN_UNSUPPORTED);
}

TEST(Entry, AParameterDecidedByTheStrategyMayBeGivenAsNan) {
  ViewBuilder site;
  EXPECT_EQ(Driver("price-threshold", site, {{"price_per_kwh", nan, nullptr}}).status, EVTWIN_OK);
}

TEST(Entry, ASiteWithoutEvsesIsAnswered) {
  ViewBuilder site;
  for (std::uint32_t k = 0; k < evtwin_strategy_entry.n_strategies; ++k) {
    EXPECT_TRUE(decide(evtwin_strategy_entry.info(k)->id, site).evse_kw.empty());
  }
}

TEST(Entry, EveryConnectedRowIsSetByEveryStrategyAndNoOther) {
  ViewBuilder site;
  site.storages.push_back({});
  site.car();
  site.car({.session = 0});
  site.evses[1].session = 0;
  for (std::uint32_t k = 0; k < evtwin_strategy_entry.n_strategies; ++k) {
    const Answer answer = decide(evtwin_strategy_entry.info(k)->id, site);
    EXPECT_FALSE(std::isnan(answer.evse_kw[0]));
    EXPECT_TRUE(std::isnan(answer.evse_kw[1]));
    EXPECT_EQ(answer.storage_kw[0], 0.0);
  }
}

TEST(Module, ExportsTheEntryBuiltFromThisHeader) {
  void* module = dlopen((paths::plugin_dir + "/baseline.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr) << dlerror();
  const auto* entry = static_cast<const evtwin_entry*>(dlsym(module, "evtwin_strategy_entry"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->struct_size, sizeof(evtwin_entry));
  EXPECT_STREQ(entry->abi_digest, EVTWIN_ABI_DIGEST);
  EXPECT_EQ(entry->n_strategies, evtwin_strategy_entry.n_strategies);
  dlclose(module);
}

}  // namespace
}  // namespace evtwin::baseline::test
