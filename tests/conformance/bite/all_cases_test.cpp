// Every case that is at hand, kind by kind: the project's own, and those of the shared folder where it is there. How
// many must be there is written here, so that none is lost on the way; more may come.
#include <array>
#include <filesystem>
#include <ostream>
#include <string>

#include "conformance/bite/bites.hpp"
#include "support/paths.hpp"

namespace evtwin::conformance::test {
namespace {

namespace fs = std::filesystem;

/// The cases of a kind in a folder, and what became of them when they were last counted.
struct Cases {
  const char* name;
  const char* kind;
  fs::path folder;
  std::size_t files, passed;
  std::size_t known = 0;  ///< differences that are understood, each with its reason
};
void PrintTo(const Cases& cases, std::ostream* out) { *out << cases.kind << " " << cases.folder; }

const fs::path own = fs::path(paths::source_dir) / "tests/conformance/cases";
const fs::path shared = fs::path(paths::shared_dir) / "golden";

const std::array all_cases{
    Cases{"OwnAcn", "acn", own / "acn", 2, 10},
    Cases{"OwnMilp", "milp", own / "milp", 3, 4},
    Cases{"OwnSpiceev", "spiceev", own / "spiceev", 1, 64},
    Cases{"SharedAcn", "acn", shared / "acn", 23, 1413},
    Cases{"SharedComposite", "composite", shared / "composite_schedule", 52, 48, 4},
    Cases{"SharedEv2gym", "ev2gym", shared / "ev2gym", 8, 34},
    Cases{"SharedMilp", "milp", shared / "milp", 5, 5},
    Cases{"SharedSpiceev", "spiceev", shared / "spiceev", 1, 480},
};

/// Lines that begin with a word.
std::size_t count(const std::string& text, const std::string& word) {
  std::size_t lines = text.starts_with(word) ? 1U : 0U;
  for (std::size_t at = 0; (at = text.find("\n" + word, at)) != std::string::npos; ++at) ++lines;
  return lines;
}

std::size_t case_files(const fs::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    files += name.ends_with(".json") || name.ends_with(".json.gz") || name.ends_with(".table") ? 1U : 0U;
  }
  return files;
}

class AllCases : public ::testing::TestWithParam<Cases> {};

TEST_P(AllCases, AgreeAndNoneIsLost) {
  const Cases& cases = GetParam();
  if (cases.folder.parent_path() == shared && !fs::exists(cases.folder))
    GTEST_SKIP() << "skipped: " << cases.folder << " is not there";
  const auto [status, text] = judged(cases.kind, cases.folder);
  std::string failures;
  for (std::size_t at = 0; (at = text.find("FAIL", at)) != std::string::npos; ++at)
    failures += text.substr(at, text.find('\n', at) - at) + "\n";
  EXPECT_EQ(status, 0) << text.substr(0, 2000);
  const std::size_t passed = count(text, "PASS "), failed = count(text, "FAIL "), known = count(text, "KNOWN ");
  EXPECT_EQ(failed, 0U) << failures;
  EXPECT_GE(passed, cases.passed);
  // A known difference that is mended is no longer one: its reason goes, and the figure here.
  EXPECT_GE(known, cases.known);

  const std::size_t files = case_files(cases.folder);
  EXPECT_GE(files, cases.files);
  EXPECT_NE(text.find("\n" + std::to_string(files) + " files, " + std::to_string(passed + failed + known) + " cases\n"),
            std::string::npos)
      << text.substr(text.size() - std::min<std::size_t>(text.size(), 300));
  EXPECT_NE(text.find("\n" + std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Peers, AllCases, ::testing::ValuesIn(all_cases),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace evtwin::conformance::test
