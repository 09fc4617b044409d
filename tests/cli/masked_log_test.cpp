// evtwin export LOG --masked: no identifier is left, and the masked log replays to the same figures. And no command
// shows a card unless it is asked for.
#include <zlib.h>

#include <set>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

const std::string log_of_cards = source_dir + "/scenarios/made_site.log";

class MaskedLog : public Command {
 protected:
  std::set<std::string> cards_of(const std::string& log) const {
    std::set<std::string> cards;
    const Said said = run({"replay", log, "--json", "--show-tokens"});
    const auto json = said.json();
    for (const auto& t : json["transaction_list"])
      if (!t["id_tag"].get<std::string>().empty()) cards.insert(t["id_tag"]);
    return cards;
  }
  void expect_none_of(const std::set<std::string>& cards, const std::string& text, const std::string& what) const {
    for (const std::string& card : cards) EXPECT_EQ(text.find(card), std::string::npos) << what << " has " << card;
  }
  /// Figures of a replay and a what-if; names of files and cards left out.
  static nlohmann::json figures(const Command::Said& said) {
    nlohmann::json json = said.json();
    for (const char* key : {"files", "flags", "repaired_frames", "unused_frames", "lookalikes", "session_flags",
                            "sessions_left_out", "zones"})
      json.erase(key);
    for (auto& t : json["transaction_list"]) t.erase("id_tag");
    return json;
  }
  void expect_same_figures(const std::string& log, const std::string& masked) const {
    EXPECT_EQ(figures(run({"replay", log, "--json"})), figures(run({"replay", masked, "--json"})));
    const std::vector<std::string> whatif{"--tariff",     "kepco_ev.self_use_low_voltage",
                                          "--strategies", "edf",
                                          "--json",       "--contract-kw",
                                          "100",          "--timezone",
                                          "Asia/Seoul"};
    std::vector<std::string> plain{"whatif", log}, numbered{"whatif", masked};
    plain.insert(plain.end(), whatif.begin(), whatif.end());
    numbered.insert(numbered.end(), whatif.begin(), whatif.end());
    EXPECT_EQ(run(plain).json()["runs"], run(numbered).json()["runs"]);
  }
};

TEST_F(MaskedLog, NoCardIsLeftAndTheFiguresAreTheSame) {
  const std::set<std::string> cards = cards_of(log_of_cards);
  ASSERT_EQ(cards.size(), 12U);
  const Said said = run({"export", log_of_cards, "--masked", path("masked.log")});
  ASSERT_EQ(said.status, 0) << said.err;
  expect_none_of(cards, read_all(path("masked.log")), "the masked log");
  expect_same_figures(log_of_cards, path("masked.log"));
  EXPECT_EQ(run({"export", log_of_cards, "--masked", path("masked.log")}).status, 1) << "written over a file";
}

TEST_F(MaskedLog, EveryVersionAndLayoutIsMasked) {
  ASSERT_EQ(run({"replay", log_of_cards, "--out", path("r.evtwin")}).status, 0);
  for (const std::string version : {"1.6", "2.0.1"}) {
    for (const std::string layout : {"python", "steve", "csv", "frames"}) {
      const std::string log = path(version + layout), masked = log + "-masked";
      ASSERT_EQ(run({"export", path("r.evtwin"), "--ocpp", log, "--layout", layout, "--ocpp-version", version,
                     "--show-tokens"})
                    .status,
                0);
      const std::set<std::string> cards = cards_of(log);
      EXPECT_EQ(cards.size(), 12U);
      const Said said = run({"export", log, "--masked", masked});
      ASSERT_EQ(said.status, 0) << said.err;
      std::string text;
      if (std::filesystem::is_directory(masked)) {
        for (const auto& file : std::filesystem::directory_iterator(masked)) text += read_all(file.path().string());
      } else {
        text = read_all(masked);
      }
      EXPECT_FALSE(text.empty());
      expect_none_of(cards, text, version + " " + layout);
      const auto plain = figures(run({"replay", log, "--json"})), numbered = figures(run({"replay", masked, "--json"}));
      EXPECT_EQ(plain, numbered);
    }
  }
}

TEST_F(MaskedLog, PackedLogsAreUnpackedAndRunFilesRefused) {
  const gzFile packed = gzopen(path("a.log.gz").c_str(), "wb");
  const std::string text = read_all(log_of_cards);
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  ASSERT_EQ(run({"export", path("a.log.gz"), "--masked", path("a.log")}).status, 0);
  ASSERT_EQ(run({"export", log_of_cards, "--masked", path("b.log")}).status, 0);
  EXPECT_EQ(read_all(path("a.log")), read_all(path("b.log")));

  ASSERT_EQ(run({"replay", log_of_cards, "--out", path("r.evtwin")}).status, 0);
  const Said refused = run({"export", path("r.evtwin"), "--masked", path("c.log")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("is a run file"), std::string::npos) << refused.err;
  EXPECT_EQ(run({"export", log_of_cards, "--masked", path("d.log"), "--ocpp", path("e.log")}).status, 2);
  const Said none = run({"export", write("plain.txt", "no frames\n"), "--masked", path("f.log")});
  EXPECT_EQ(none.status, 1);
  const Said table =
      run({"export", write("t.csv", "time,idTag,message\n1,04AA,\"[2,\"\"1\"\",\"\"Heartbeat\"\",{}]\"\n"), "--masked",
           path("g.log")});
  EXPECT_EQ(table.status, 1);
  EXPECT_NE(table.err.find("idTag"), std::string::npos) << table.err;
}

TEST_F(MaskedLog, NothingThatACommandSaysShowsACardUnlessAsked) {
  // A card that charged offline and is on no list stands in a flag, and one of a frame that is cut off in an excerpt.
  const std::string log = write("site.log", read_all(log_of_cards) +
                                                "2026-06-10 23:00:00,000 INFO ocpp P1: receive message [2,\"x\",\"Aut"
                                                "horize\",{\"idTag\":\"04A1B2C3\",\n");
  const std::set<std::string> cards = cards_of(log);
  ASSERT_EQ(cards.size(), 12U);
  for (const std::vector<std::string>& rest :
       {std::vector<std::string>{"--json"}, {}, {"--lang", "ko"}, {"--certificate", path("page.html")}}) {
    std::vector<std::string> arguments{"replay", log};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    const Said said = run(arguments);
    ASSERT_EQ(said.status, 0) << said.err;
    expect_none_of(cards, said.out + said.err, "replay");
  }
  expect_none_of(cards, read_all(path("page.html")), "the certificate");
  for (const char* command : {"drivers", "chargers", "calibrate"})
    expect_none_of(cards, run({command, log}).out + run({command, log, "--json"}).out, command);
  expect_none_of(cards, run({"whatif", log, "--strategies", "asap", "--json"}).out, "whatif");
  const Said shown = run({"replay", log, "--json", "--show-tokens"});
  EXPECT_NE(shown.out.find("04A1B2C3"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::testing
