// The project's own cases with one figure changed must be failed, and for the figure that was changed; and what their
// form refuses.
#include "conformance/bite/bites.hpp"
#include "conformance/kinds.hpp"
#include "conformance/table.hpp"
#include "support/paths.hpp"

namespace evtwin::conformance::test {
namespace {

namespace fs = std::filesystem;

class OwnBites : public testing::Test {
 protected:
  OwnBites() { fs::create_directories(folder_); }
  ~OwnBites() override { fs::remove_all(folder_); }

  /// In tests/conformance/cases/KIND/NAME.table the first `was` after `from` becomes `is`: the program fails and says
  /// `what`; all other cases of the file still pass.
  void expect_noticed(const std::string& kind, const std::string& name, const char* what, const std::string& from,
                      const std::string& was, const std::string& is) const {
    SCOPED_TRACE(name + ": " + was + " -> " + is);
    std::ifstream in(fs::path(paths::source_dir) / "tests/conformance/cases" / kind / (name + ".table"));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t begin = text.find(from);
    ASSERT_NE(begin, std::string::npos);
    const std::size_t at = text.find(was, begin);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, was.size(), is);
    const fs::path file = folder_ / "case.table";
    std::ofstream(file) << text;
    const Verdict verdict = judged(kind, file);
    EXPECT_EQ(verdict.status, 1) << verdict.text;
    EXPECT_THAT(verdict.text, testing::HasSubstr(what));
    EXPECT_THAT(verdict.text, testing::HasSubstr(", 1 failed")) << verdict.text;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("evtwin_own_bite_" + std::to_string(getpid()));
};

TEST_F(OwnBites, OnePilotRateEnergyOrCostOfARun) {
  // By bisection to 0.02 A; otherwise to 1e-9.
  expect_noticed("acn", "tiny_two_stage", "pilot_signals_A E1[11]", "tiny_edf_two", "28.609375", "28.63");
  expect_noticed("acn", "tiny_two_stage", "charging_rates_A E1[2]", "tiny_unc_two", "31.830688970251554",
                 "31.830688972251554");
  expect_noticed("acn", "tiny_linear", "delivered_kWh s0", "tiny_unc_lin", "2.2186666666666666", "2.2186666686666666");
  expect_noticed("acn", "tiny_linear", "final_soc s3", "tiny_unc_lin", "1.0999999999999994 | 1",
                 "1.0999999999999994 | 0.9999");
  expect_noticed("acn", "tiny_linear", "energy_cost", "tiny_unc_lin", "0.5169080399999999", "0.5169080419999999");
  expect_noticed("acn", "tiny_linear", "constraint_overload_periods", "tiny_unc_lin", "Current\": 7", "Current\": 6");
}

TEST_F(OwnBites, OneInputOfARun) {
  expect_noticed("acn", "tiny_two_stage", "the reference has", "tiny_llf_two", "\"LLF\"", "\"LRPT\"");
  expect_noticed("acn", "tiny_linear", "the reference has", "tiny_rr_lin", "\"continuous_inc_A\": 0.5",
                 "\"continuous_inc_A\": 0.25");
}

TEST_F(OwnBites, OneFigureOfABatteryCall) {
  expect_noticed("spiceev", "battery_calls", "stored kWh after", "\n1   | unload", "0.8839986111111111",
                 "0.8839986112111111");
  expect_noticed("spiceev", "battery_calls", "the reference has", "\n405 | load", "| 0.95 ", "| 0.96 ");
  expect_noticed("spiceev", "battery_calls", "the reference has", "\n405 | load", "4.9357 ", "4.9457 ");
  expect_noticed("spiceev", "battery_calls", "count is 65", "battery-cases/1", "count = 64", "count = 65");
}

TEST_F(OwnBites, OneFigureOfADay) {
  expect_noticed("milp", "day_40_vehicles", "lp optimum", "name = \"t\"", "489424.326667", "489425.4");
  expect_noticed("milp", "day_200_vehicles", "milp optimum", "name = \"c\"", "1042173.016667", "1042002.463333");
  expect_noticed("milp", "day_40_vehicles_pv_storage_v2g", "lp optimum", "name = \"b\"", "storage.wear_per_kwh = 20",
                 "storage.wear_per_kwh = 21");
}

json only_document(const std::string& text) {
  const auto documents = read_tables(text);
  if (documents.size() != 1) throw CaseError("not one document");
  return documents.front();
}

TEST(Tables, StandForTheirDocuments) {
  const std::string text =
      "# a comment\n"
      "start = \"2019-05-06\"\n"
      "tariff.price = 3 x 84.3, 2 x 172\n"
      "\n"
      "sessions:\n"
      "id | arrival | battery.max_kW | list\n"
      "s0 | 0       | 6.656          | [[0, 1.5], [1, 0]]\n"
      "s1 | null    |                | Aggregate Current\n"
      "\n"
      "result by column:\n"
      "E0 | E1.a\n"
      "32 | 1\n"
      "8  |\n";
  EXPECT_EQ(only_document(text), json::parse(R"({"start": "2019-05-06", "tariff": {"price": [84.3,84.3,84.3,172,172]},
    "sessions": [{"id": "s0", "arrival": 0, "battery": {"max_kW": 6.656}, "list": [[0, 1.5], [1, 0]]},
                 {"id": "s1", "arrival": null, "list": "Aggregate Current"}],
    "result": {"E0": [32, 8], "E1": {"a": [1]}}})"));
}

TEST(Tables, OfSeveralDocumentsHaveWhatPrecedesTheFirstInCommon) {
  const auto documents = read_tables("a = 1\nb = 2\n---\nb = 3\n---\nc = [4, 5]\n");
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0], json::parse(R"({"a": 1, "b": 3})"));
  EXPECT_EQ(documents[1], json::parse(R"({"a": 1, "b": 2, "c": [4, 5]})"));
}

TEST(Tables, RefuseWhatCouldBeMisread) {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      read_tables(text);
    } catch (const CaseError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(refusal("a = 1\n\na = 2\n"), "line 3: 'a' is given twice");
  EXPECT_EQ(refusal("a: \nx | y\n1 | 2 | 3\n"), "line 3: a row of 3 cells in a table of 2 columns");
  EXPECT_EQ(refusal("a by column:\nx | y\n1 |\n2 | 3\n"), "line 4: column y has a gap");
  EXPECT_EQ(refusal("a:\nx | y\n\n"), "line 3: table a has no rows");
  EXPECT_EQ(refusal("a:\n"), "line 1: table a has no columns");
  EXPECT_EQ(refusal("a..b = 1\n"), "line 1: 'a..b' is no path");
  EXPECT_THAT(refusal("a = one\n"), testing::StartsWith("line 1: "));
  EXPECT_THAT(refusal("a\n"), testing::StartsWith("line 1: 'a' is neither a field"));
  EXPECT_THAT(refusal("a = 1\na.b = 2\n"), testing::StartsWith("line 2: "));
}

}  // namespace
}  // namespace evtwin::conformance::test
