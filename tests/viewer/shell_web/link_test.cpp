#include "viewer/shell_web/link.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace evtwin::viewer::shell {
namespace {

TEST(Link, SaysWhatTheOptionsOfTheCommandSay) {
  const Link link = read_link(
      "#run=edf.evtwin&run=lp.evtwin&t=2026-06-02T09:30&window=6h&from=2026-06-02&select=A-3&lang=ko&layout=stakeholder"
      "&compare=split&theme=dark&scale=1.5&open=help&still&draw=cpu");
  EXPECT_EQ(link.runs, (std::vector<std::string>{"edf.evtwin", "lp.evtwin"}));
  EXPECT_EQ(link.options.t, "2026-06-02T09:30");
  EXPECT_EQ(link.options.window, "6h");
  EXPECT_EQ(link.options.from, "2026-06-02");
  EXPECT_EQ(link.options.select, "A-3");
  EXPECT_EQ(link.options.language, "ko");
  EXPECT_EQ(link.options.layout, "stakeholder");
  EXPECT_EQ(link.options.compare, "split");
  EXPECT_EQ(link.options.theme, "dark");
  EXPECT_EQ(link.options.scale, 1.5F);
  EXPECT_EQ(link.options.open, "help");
  EXPECT_TRUE(link.options.still);
  EXPECT_TRUE(link.cpu);
}

TEST(Link, OfNothingAsksForNothing) {
  for (const char* fragment : {"", "#", "#&&"}) {
    const Link link = read_link(fragment);
    EXPECT_TRUE(link.runs.empty());
    EXPECT_TRUE(link.options.t.empty());
    EXPECT_EQ(link.options.scale, 0.0F) << "the display's";
    EXPECT_FALSE(link.cpu);
  }
}

TEST(Link, IsPercentEncoded) {
  EXPECT_EQ(read_link("#select=%ED%8C%90%EA%B5%90%201%ED%98%B8").options.select, "판교 1호");
  EXPECT_EQ(read_link("#t=2026-06-02T09:30:00%2B09:00").options.t, "2026-06-02T09:30:00+09:00");
  EXPECT_EQ(read_link("#select=100%").options.select, "100%");
  EXPECT_EQ(read_link("#select=%zz%4").options.select, "%zz%4");
}

TEST(Link, RefusesWhatItDoesNotKnow) {
  for (const char* fragment : {"#frobnicate=1", "#T=2026-06-02", "#scale=9", "#scale=", "#scale=1x", "#draw=gold"})
    EXPECT_THROW(read_link(fragment), std::invalid_argument) << fragment;
  try {
    (void)read_link("#wheel\n=1");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "one printable line";
  }
}

}  // namespace
}  // namespace evtwin::viewer::shell
