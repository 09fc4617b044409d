// evtwin plugin new: which names it takes, and that what is there is kept. What it writes is built in tests/package.
#include "cli/plugin_new.hpp"

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class PluginNew : public Command {
 protected:
  Said make(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{"plugin", "new"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all, [this] { EXPECT_EQ(chdir(folder_.c_str()), 0); });
  }
  std::size_t entries() const {  // beside what the program said
    std::size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      if (entry.path().filename() != ".out" && entry.path().filename() != ".err") ++n;
    return n;
  }
};

TEST_F(PluginNew, NamesAreFileNamesTargetsAndIdsAtOnce) {
  for (const char* good : {"a", "mine", "my-idea_2", "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"})
    EXPECT_EQ(cli::trouble_with_plugin_name(good), "") << good;
  for (const char* bad : {"", "Mine", "2mine", "-mine", "_mine", "my idea", "my.idea", "../mine", "a/b", "m\xC3\xBCnch",
                          "abcdefghijklmnopqrstuvwxyzabcdefghijklmno", "test", "all", "install"})
    EXPECT_NE(cli::trouble_with_plugin_name(bad), "") << bad;
  EXPECT_EQ(cli::strategy_id_of("my_own_idea"), "my-own-idea");
}

TEST_F(PluginNew, ARefusedNameLeavesNothingBehind) {
  for (const char* bad : {"My-Idea", "../mine", "edf", "test"}) {
    const Said said = make({bad});
    EXPECT_EQ(said.status, 1);
    EXPECT_NE(said.err.find(std::string("'") + bad + "' is"), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
  EXPECT_EQ(make({"mine", "--lang", "fortran"}).status, 2);
  EXPECT_EQ(make({}).status, 2);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(PluginNew, WhatIsThereIsKept) {
  std::filesystem::create_directory(path("mine"));  // empty, and still not ours
  std::filesystem::create_symlink("nowhere", path("other"));
  for (const char* name : {"mine", "other"}) {
    const Said said = make({name});
    EXPECT_EQ(said.status, 1);
    EXPECT_NE(said.err.find("is there already and is kept"), std::string::npos) << said.err;
  }
  EXPECT_TRUE(std::filesystem::is_empty(path("mine")));
  EXPECT_EQ(entries(), 2U);
}

TEST_F(PluginNew, AProjectThatCanNotBeFinishedIsNotBegun) {
  // The largest file size is 100 bytes: no README fits.
  const Said said = run({"plugin", "new", "mine"}, [this] {
    EXPECT_EQ(chdir(folder_.c_str()), 0);
    const rlimit small{100, 100};
    setrlimit(RLIMIT_FSIZE, &small);
    signal(SIGXFSZ, SIG_IGN);
  });
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(entries(), 0U) << said.err;
}

}  // namespace
}  // namespace evtwin::testing
