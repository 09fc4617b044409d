// The structs of strategy.h seen from C and from C++. Where each field lies is checked in engine/control/abi_check.cpp.
#include <evtwin/strategy.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

extern "C" const std::size_t evtwin_sizes_in_c[13];

namespace {

TEST(Abi, CAndCxxSeeTheSameStructs) {
  constexpr std::array sizes{sizeof(evtwin_param_info), sizeof(evtwin_param_value), sizeof(evtwin_ledger),
                             sizeof(evtwin_view),       sizeof(evtwin_decision),    sizeof(evtwin_host),
                             sizeof(evtwin_info),       sizeof(evtwin_strategy),    sizeof(evtwin_sink),
                             sizeof(evtwin_source),     sizeof(evtwin_state),       sizeof(evtwin_entry),
                             sizeof(evtwin_batch)};
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(evtwin_sizes_in_c[i], sizes[i]) << "struct " << i;
}

}  // namespace
