// The tables of strategy.h and forecaster.h for other languages, held to the text of the headers: no struct, field or
// constant is missing, none is of another type, and none leaves a gap.
#include "control/abi_layout.hpp"

#include <evtwin/embed.h>
#include <evtwin/forecast_learner.h>
#include <evtwin/forecaster.h>
#include <evtwin/learner.h>
#include <evtwin/strategy.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "support/paths.hpp"

namespace evtwin::control::abi_layout_test {
namespace {

std::string header_without_comments(AbiHeader header) {
  std::ifstream file(paths::source_dir + "/engine/include/evtwin/" + std::string(name_of(header)));
  std::string text(std::istreambuf_iterator<char>(file), {}), bare;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comment = std::min(text.find("/*", at), text.size());
    bare += text.substr(at, comment - at);
    at = comment == text.size() ? comment : text.find("*/", comment) + 2;
  }
  return bare;
}

struct Declared {
  std::string name, type;  ///< "f64", "pointer f64", "function"
};

std::string type_of(const std::string& c) {
  static const std::map<std::string, std::string> types{{"uint8_t", "u8"},   {"uint32_t", "u32"}, {"int32_t", "i32"},
                                                        {"uint64_t", "u64"}, {"int64_t", "i64"},  {"double", "f64"},
                                                        {"void", "opaque"},  {"char*", "text"}};
  const auto known = types.find(c);
  return known != types.end() ? known->second : "struct " + c;
}

/// Fields of one struct as its text declares them: `const double *a, *b;` are two, `double* a[N]` is one, "... [N]".
std::vector<Declared> fields_of(const std::string& body) {
  std::vector<Declared> fields;
  const std::regex function(R"(\(\*(\w+)\)\()"), word(R"(\b(const|struct)\b\s*)");
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find(';', at), body.size());
    const std::string statement = body.substr(at, end - at);
    at = end + 1;
    std::smatch match;
    if (std::regex_search(statement, match, function)) {
      fields.push_back({match[1], "function"});
      continue;
    }
    const std::string bare = std::regex_replace(statement, word, "");
    const std::regex names(R"(^\s*(\w+)\s*([\s\S]+)$)"), one(R"((\*?)\s*(\*?)\s*(\w+)(?:\[(\w+)\])?)");
    if (!std::regex_match(bare, match, names)) continue;
    const std::string type = match[1], list = match[2];
    for (std::sregex_iterator it(list.begin(), list.end(), one), none; it != none; ++it) {
      const auto stars = static_cast<std::size_t>((*it)[1].length() + (*it)[2].length());
      const bool text = type == "char";
      const std::size_t pointers = text ? stars - 1 : stars;
      const std::string array = (*it)[4].matched ? " [" + (*it)[4].str() + "]" : "";
      fields.push_back({(*it)[3], (pointers > 0 ? "pointer " : "") + type_of(text ? "char*" : type) + array});
    }
  }
  return fields;
}

std::string shown(const AbiField& field) {
  const auto named = [&](AbiType type) {
    return std::string(name_of(type)) + (type == AbiType::structure ? " " + std::string(field.structure) : "");
  };
  const std::string one = field.type == AbiType::pointer ? "pointer " + named(field.of) : named(field.type);
  if (field.count == 1) return one;
  return one + (field.count == EVTWIN_QUANTITIES ? " [EVTWIN_QUANTITIES]" : " [another number]");
}

class AbiLayout : public ::testing::TestWithParam<AbiHeader> {};
INSTANTIATE_TEST_SUITE_P(Headers, AbiLayout, ::testing::Values(AbiHeader::strategy, AbiHeader::forecaster),
                         [](const auto& of) { return of.param == AbiHeader::strategy ? "Strategy" : "Forecaster"; });

TEST_P(AbiLayout, HasEveryStructAndFieldOfTheHeaderInItsOrderAndType) {
  const std::string header = header_without_comments(GetParam());
  const std::regex declaration(R"(typedef struct (evtwin_\w+) \{([\s\S]*?)\} (evtwin_\w+);)");
  std::size_t s = 0;
  for (std::sregex_iterator it(header.begin(), header.end(), declaration), none; it != none; ++it, ++s) {
    ASSERT_LT(s, abi_structs(GetParam()).size()) << (*it)[1];
    const AbiStruct& known = abi_structs(GetParam())[s];
    EXPECT_EQ(known.name, (*it)[1].str());
    const std::vector<Declared> fields = fields_of((*it)[2]);
    ASSERT_EQ(known.fields.size(), fields.size()) << known.name;
    for (std::size_t f = 0; f < fields.size(); ++f) {
      EXPECT_EQ(known.fields[f].name, fields[f].name) << known.name;
      EXPECT_EQ(shown(known.fields[f]), fields[f].type) << known.name << "." << fields[f].name;
    }
  }
  EXPECT_EQ(s, abi_structs(GetParam()).size());
  EXPECT_EQ(s, GetParam() == AbiHeader::strategy ? 13U : 6U);
}

// Offsets come from the compiler; that they leave no gap means that no field was left out and none lies twice.
TEST_P(AbiLayout, FieldsLieOneAfterAnotherWithoutPadding) {
  for (const AbiStruct& known : abi_structs(GetParam())) {
    std::size_t at = 0;
    for (const AbiField& field : known.fields) {
      EXPECT_EQ(field.offset, at) << known.name << "." << field.name;
      at += field.size;
    }
    EXPECT_EQ(at, known.size) << known.name;
  }
}

TEST_P(AbiLayout, EveryColumnSaysItsLength) {
  for (const AbiStruct& known : abi_structs(GetParam())) {
    if (GetParam() == AbiHeader::strategy && known.name != "evtwin_view" && known.name != "evtwin_decision") continue;
    for (const AbiField& field : known.fields) {
      const bool column = field.type == AbiType::pointer && field.of != AbiType::opaque;
      EXPECT_EQ(!field.length.empty(), column) << field.name;
    }
  }
}

TEST_P(AbiLayout, HasEveryConstantOfTheHeaderWithItsValue) {
  const std::string header = header_without_comments(GetParam());
  const std::regex definition(R"re(#define (EVTWIN_\w+) (?:(\d+)u|"(evtwin\.[^"]*)")\s*\n)re");
  std::size_t c = 0;
  for (std::sregex_iterator it(header.begin(), header.end(), definition), none; it != none; ++it, ++c) {
    ASSERT_LT(c, abi_constants(GetParam()).size()) << (*it)[1];
    const AbiConstant& known = abi_constants(GetParam())[c];
    EXPECT_EQ(known.name, (*it)[1].str());
    EXPECT_EQ(known.text, (*it)[3].str());
    if (known.text.empty()) {
      EXPECT_EQ(known.number, std::stoul((*it)[2].str())) << known.name;
    }
  }
  if (GetParam() == AbiHeader::forecaster) {  // the bit of the first quantity, from a macro with an argument
    ASSERT_LT(c, abi_constants(GetParam()).size());
    EXPECT_EQ(abi_constants(GetParam())[c].name, "EVTWIN_FORECASTS(0)");
    EXPECT_EQ(abi_constants(GetParam())[c++].number, EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW));
  }
  EXPECT_EQ(c, abi_constants(GetParam()).size());
}

/// What a shell command said, and how it ended.
std::pair<int, std::string> said(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  return {::pclose(pipe), text};
}

TEST(AbiDigest, IsThatOfTheHeaderAndAStaleOneIsRefusedWithTheRightValue) {
  const std::string script = "'" + paths::source_dir + "/scripts/abi_digest' ";
  const auto [status, right] = said(script + "--print");
  ASSERT_EQ(status, 0);
  EXPECT_EQ(right, EVTWIN_ABI_DIGEST "\n" EVTWIN_FORECASTER_ABI_DIGEST "\n" EVTWIN_FORECAST_LEARNER_ABI_DIGEST
                                     "\n" EVTWIN_FLEET_ABI_DIGEST "\n" EVTWIN_LEARNER_ABI_DIGEST
                                     "\n" EVTWIN_EMBED_ABI_DIGEST "\n");
  EXPECT_EQ(said(script + "--check").first, 0);

  const std::string changed = ::testing::TempDir() + "changed_strategy.h";
  std::ifstream header(paths::source_dir + "/engine/include/evtwin/strategy.h");
  std::ofstream(changed) << header.rdbuf() << "/* one line more */\n";
  const auto [stale, why] = said(script + "--check '" + changed + "'");
  EXPECT_NE(stale, 0);
  const auto [printed, now_right] = said(script + "--print '" + changed + "'");
  EXPECT_EQ(printed, 0);
  EXPECT_EQ(right.find(now_right), std::string::npos);
  EXPECT_THAT(why, ::testing::HasSubstr(now_right.substr(0, 64)));
  EXPECT_EQ(said(script + "--write '" + changed + "'").first, 0);
  EXPECT_EQ(said(script + "--check '" + changed + "'").first, 0);
  std::remove(changed.c_str());
}

}  // namespace
}  // namespace evtwin::control::abi_layout_test
