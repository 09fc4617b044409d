#include "sessions/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using ::testing::Not;
using ::testing::StartsWith;

using Row = std::vector<std::string>;

std::vector<Row> rows_of(std::string_view text) {
  CsvReader csv(text, "t.csv");
  std::vector<Row> rows;
  while (csv.next_row()) {
    Row row;
    for (std::size_t i = 0; i < csv.header().size(); ++i) row.emplace_back(csv.field_text(i));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv_refusal(std::string_view text) {
  return message_of<InputError>([&] { rows_of(text); });
}

/// What read_number() makes of a field, or what it says.
std::string number_of(std::string_view text, double least = -1e9, double most = 1e9) {
  const std::string table = "energy_kwh,x\n\n" + std::string(text) + ",1\n";
  return message_of<InputError>([&] {
    CsvReader csv(table, "t.csv");
    csv.next_row();
    const double value = csv.read_number(0, least, most);
    throw InputError("value", 0, std::to_string(value));
  });
}

TEST(Csv, RowsAndHeaderByName) {
  const std::string text = "a, b ,c\n1,2,3\n4,,6\n";
  const CsvReader csv(text, "t.csv");
  EXPECT_THAT(csv.header(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(csv.require_column("b"), 1U);
  EXPECT_FALSE(csv.find_column("d"));
  EXPECT_THAT(rows_of(text), ElementsAre(Row{"1", "2", "3"}, Row{"4", "", "6"}));
}

TEST(Csv, LastRowWithoutNewlineIsNotLost) {
  EXPECT_THAT(rows_of("a,b\n1,2"), ElementsAre(Row{"1", "2"}));
  EXPECT_THAT(rows_of("a,b\n1,"), ElementsAre(Row{"1", ""}));
  EXPECT_THAT(rows_of("a,b\n1,\"2\""), ElementsAre(Row{"1", "2"}));
}

TEST(Csv, EitherLineEndAndEmptyLines) {
  EXPECT_THAT(rows_of("a,b\r\n1,2\r\n\r\n3,4\n\n"), ElementsAre(Row{"1", "2"}, Row{"3", "4"}));
  EXPECT_THAT(rows_of("\n\na,b\n1,2\n"), ElementsAre(Row{"1", "2"}));
  EXPECT_THAT(csv_refusal("a,b\r1,2\r"), HasSubstr("LF or CRLF"));
}

TEST(Csv, QuotesHoldSeparatorsNewlinesAndDoubledQuotes) {
  EXPECT_THAT(rows_of("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n"), ElementsAre(Row{"x,y", "say \"hi\""}));
  EXPECT_THAT(rows_of("a,b\n\"one\ntwo\r\nthree\",2\n"), ElementsAre(Row{"one\ntwo\r\nthree", "2"}));
  EXPECT_THAT(rows_of("a,b\n\"\",\"\"\"\"\n"), ElementsAre(Row{"", "\""}));
}

TEST(Csv, CellsMayStandInSingleQuotes) {
  EXPECT_THAT(rows_of("'a','b'\n'x,y','it''s'\r\n'','2'\n"), ElementsAre(Row{"x,y", "it's"}, Row{"", "2"}));
  // A quote that no cell ends with is a letter, as in Dutch names.
  EXPECT_THAT(rows_of("a,b\n's-Hertogenbosch,O'Brien\n'x,2"),
              ElementsAre(Row{"'s-Hertogenbosch", "O'Brien"}, Row{"'x", "2"}));
}

TEST(Csv, ManyFieldsWithDoubledQuotesInOneRowStayApart) {
  std::string header = "c0";
  std::string row = "\"\"\"0\"";
  Row expected{"\"0"};
  for (int i = 1; i < 50; ++i) {
    header += ",c" + std::to_string(i);
    row += ",\"\"\"" + std::to_string(i) + "\"";
    expected.push_back(std::string("\"").append(std::to_string(i)));
  }
  const std::string text = header + "\n" + row + "\n" + row + "\n";
  EXPECT_THAT(rows_of(text), ElementsAre(expected, expected));
}

TEST(Csv, LineNumbersArePhysicalOnesAfterNewlinesInQuotes) {
  const std::string text = "a,b\n1,\"x\n\ny\"\n\n3,4\n5\n";
  CsvReader csv(text, "t.csv");
  ASSERT_TRUE(csv.next_row());
  EXPECT_EQ(csv.line_number(), 2U);
  ASSERT_TRUE(csv.next_row());
  EXPECT_EQ(csv.line_number(), 6U);
  EXPECT_THAT(message_of<InputError>([&] { csv.next_row(); }), StartsWith("t.csv:7: 1 field where the header has 2"));
}

TEST(Csv, BrokenQuotesAreErrorsWhereTheyOpen) {
  EXPECT_THAT(csv_refusal("a,b\n1,2\n3,\"open\n4,5\n"), AllOf(StartsWith("t.csv:3: "), HasSubstr("never closed")));
  EXPECT_THAT(csv_refusal("a,b\n\"x\"y,2\n"), AllOf(StartsWith("t.csv:2: "), HasSubstr("closing quote")));
  EXPECT_THAT(csv_refusal("a,b\nx\"y,2\n"), AllOf(StartsWith("t.csv:2: "), HasSubstr("quote inside a field")));
}

TEST(Csv, RowsMustHaveAsManyFieldsAsTheHeader) {
  EXPECT_THAT(csv_refusal("a,b,c\n1,2\n"), HasSubstr("t.csv:2: 2 fields where the header has 3"));
  EXPECT_THAT(csv_refusal("a,b\n1,2,3\n"), HasSubstr("t.csv:2: 3 fields where the header has 2"));
}

TEST(Csv, HeaderIsNeededAndBounded) {
  EXPECT_THAT(csv_refusal(""), HasSubstr("empty"));
  EXPECT_THAT(csv_refusal("\n\n"), HasSubstr("empty"));
  EXPECT_THAT(csv_refusal("a,b,a\n"), AllOf(HasSubstr("'a'"), HasSubstr("twice")));
  std::string wide = "c0";
  for (int i = 1; i < 1000; ++i) wide += ",c" + std::to_string(i);
  EXPECT_THAT(csv_refusal(wide + "\n"), "accepted");
  EXPECT_THAT(csv_refusal(wide + ",c1000\n"), HasSubstr("too many columns: 1001"));
  EXPECT_THAT(message_of<InputError>([] { CsvReader("\na,b\n", "t.csv").require_column("departure"); }),
              AllOf(StartsWith("t.csv:2: "), HasSubstr("column 'departure' is missing"), HasSubstr("a, b")));
}

TEST(Csv, SemicolonsAndTabsSeparateWhereTheHeaderHasNoCommas) {
  EXPECT_EQ(CsvReader("a;b\n", "t.csv").separator(), ';');
  EXPECT_EQ(CsvReader("a\tb\n", "t.csv").separator(), '\t');
  EXPECT_EQ(CsvReader("a;x,b\n", "t.csv").separator(), ',');
  EXPECT_EQ(CsvReader("alone\n", "t.csv").separator(), ',');
  EXPECT_EQ(CsvReader("\"a,b\";c\n", "t.csv").separator(), ';');
  EXPECT_THAT(rows_of("a;b\n1,5;2\n"), ElementsAre(Row{"1,5", "2"}));
}

TEST(Csv, NumbersAreWholeFieldsOrErrors) {
  EXPECT_EQ(number_of("20.5"), "value: 20.500000");
  EXPECT_EQ(number_of(" 20.5 "), "value: 20.500000");
  EXPECT_EQ(number_of("+3"), "value: 3.000000");
  EXPECT_EQ(number_of("-2.5e1"), "value: -25.000000");
  EXPECT_EQ(number_of(".5"), "value: 0.500000");
  for (const char* wrong : {"20.0 kWh", "nan", "NaN", "inf", "-inf", "infinity", "0x10", "", "1.2.3", "1e", "--5",
                            "+-5", "+", "1_000", "1 000"}) {
    EXPECT_THAT(number_of(wrong),
                AllOf(StartsWith("t.csv:3: energy_kwh: '" + std::string(wrong) + "'"), HasSubstr("no number")))
        << wrong;
  }
  EXPECT_THAT(number_of("\"20,5\""), HasSubstr("decimal point"));
  EXPECT_THAT(number_of("1e999"), HasSubstr("too large or too small"));
  EXPECT_THAT(number_of("-3", 0.0), AllOf(HasSubstr("'-3'"), HasSubstr("outside 0 to")));
  EXPECT_THAT(number_of("1e308", 0.0, 10'000.0), AllOf(HasSubstr("'1e308'"), HasSubstr("outside 0 to 10000")));
}

TEST(Csv, HostileTextInMessagesIsEscapedAndCut) {
  const std::string message = number_of("\x1B[2J" + std::string(5000, 'x'));
  EXPECT_THAT(message, Not(HasSubstr("\x1B")));
  EXPECT_LT(message.size(), 300U);
}

RC_GTEST_PROP(Csv, WhateverIsWrittenInQuotesIsReadBack, ()) {
  const auto cell = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,;\"\n\r\t 1")));
  const auto row = rc::gen::container<std::vector<std::string>>(3, cell);
  const auto table = *rc::gen::container<std::vector<std::vector<std::string>>>(row);
  std::string text = "a,b,c\n";
  for (const Row& r : table) {
    for (std::size_t i = 0; i < 3; ++i) {
      text += i == 0 ? "\"" : ",\"";
      for (const char c : r[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  RC_ASSERT(rows_of(text) == table);
}

RC_GTEST_PROP(Csv, NoBytesCrashTheReader, ()) {
  const std::string text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("a1,,;;\"\"''\n\n\r\t") + std::string(1, '\0') + "\xFF"));
  const std::string outcome = csv_refusal(text);
  RC_ASSERT(outcome == "accepted" || outcome.starts_with("t.csv"));
}

}  // namespace
}  // namespace evtwin::sessions
