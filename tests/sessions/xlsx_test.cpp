// Sheets of workbooks as tables, and workbooks that mean harm.
#include "sessions/xlsx.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "sessions/session_table.hpp"
#include "support/temporary_file.hpp"
#include "workbook.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using ::testing::StartsWith;
using testing::TemporaryFolder;

class Xlsx : public ::testing::Test {
 protected:
  std::string text_of(const Parts& parts, const SheetLimits& limits = {}) const {
    write_workbook(path(), parts);
    return read_sheet_text("demand.xlsx", path(), limits);
  }
  std::string refusal(const Parts& parts, const SheetLimits& limits = {}) const {
    const std::string said = message_of<InputError>([&] { text_of(parts, limits); });
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    EXPECT_THAT(said, StartsWith("demand.xlsx"));
    return said;
  }
  std::string path() const { return path_; }

  TemporaryFolder folder_;
  std::string path_ = folder_.write("demand.xlsx", "");
};

std::string cell(const std::string& place, const std::string& value, const std::string& more = {}) {
  return "<c r='" + place + "'" + more + "><v>" + value + "</v></c>";
}

TEST_F(Xlsx, CellsOfEveryKindBecomeTheTextOfACsv) {
  Parts parts =
      workbook_of("<row r='1'>" + cell("A1", "0", " t='s'") + cell("B1", "1", " t='s'") + cell("C1", "2", " t='s'") +
                  cell("D1", "3", " t='s'") + "</row><row r='2'>" + cell("A2", "45444.34375", " s='1'") +
                  cell("B2", "45444.5", " s='2'") + cell("C2", "17.25") + cell("D2", "1", " t='b'") +
                  "</row><row r='5'>" + "<c r='B5' t='inlineStr'><is><t>a \"b\", c</t></is></c>" +
                  "<c r='C5' t='str'><f>1/3</f><v>x&#10;y</v></c>" + cell("D5", "#DIV/0!", " t='e'") + "</row>");
  parts["xl/sharedStrings.xml"] =
      "<sst><si><t>day</t></si><si><r><t>wh</t></r><r><t>en</t></r></si><si><t>\xEC\xB6\xA9\xEC\xA0\x84<rPh><t>no</t></"
      "rPh></t></si>"
      "<si><t>flag</t></si></sst>";
  parts["xl/styles.xml"] =
      "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='&quot;at&quot; yyyy\\-mm'/><numFmt numFmtId='165' "
      "formatCode='[Red]0.0&quot; kWh&quot;'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
      "<cellXfs><xf numFmtId='0'/><xf numFmtId='22'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs></styleSheet>";
  // 45444 is 2024-06-01; row 5 stands on line 5.
  EXPECT_EQ(
      text_of(parts),
      "day,when,\xEC\xB6\xA9\xEC\xA0\x84,flag\n2024-06-01T08:15:00,2024-06-01T12:00:00,17.25,true\n\n\n,\"a \"\"b\"\", "
      "c\",x y,#DIV/0!\n");
}

TEST_F(Xlsx, TheFirstVisibleSheetIsRead) {
  Parts parts = workbook_of("<row><c><v>7</v></c><c><v>8</v></c></row>");
  parts["xl/workbook.xml"] =
      "<x:workbook xmlns:x='urn:x' xmlns:r='urn:r'><x:sheets><x:sheet state='hidden' r:id='rId1'/><x:sheet "
      "r:id='rId7'/>"
      "<x:sheet r:id='rId1'/></x:sheets></x:workbook>";
  EXPECT_EQ(text_of(parts), "7,8\n");
  parts["xl/_rels/workbook.xml.rels"] =
      "<Relationships><Relationship Id='rId7' Target='/xl/worksheets/sheet1.xml'/></Relationships>";
  EXPECT_EQ(text_of(parts), "7,8\n");
}

TEST_F(Xlsx, WhatIsNoWorkbookIsNamed) {
  EXPECT_THAT(refusal({{"content.xml", "<x/>"}}), HasSubstr("OpenDocument"));
  EXPECT_THAT(refusal({{"xl/workbook.bin", "x"}}), HasSubstr(".xlsb"));
  EXPECT_THAT(refusal({{"readme.txt", "hello"}}), HasSubstr("no .xlsx workbook"));
  Parts parts = workbook_of("");
  parts.erase("xl/worksheets/sheet1.xml");
  EXPECT_THAT(refusal(parts), HasSubstr("has no part xl/worksheets/sheet1.xml"));
  parts["xl/workbook.xml"] = "<workbook><sheets/></workbook>";
  EXPECT_THAT(refusal(parts), HasSubstr("no visible sheet"));
  parts["xl/workbook.xml"] =
      "<workbook xmlns:r='urn:r'><workbookPr date1904='1'/><sheets><sheet r:id='rId7'/></sheets></workbook>";
  EXPECT_THAT(refusal(parts), HasSubstr("1904"));
}

TEST_F(Xlsx, ABombIsRefusedWhileItUnpacks) {
  // 300 MiB of blanks in 300 kB; its memory is that of a piece.
  Parts bomb = workbook_of("");
  bomb["xl/worksheets/sheet1.xml"] = std::string(std::size_t{1} << 20, ' ');
  write_workbook(path(), bomb, 300);
  EXPECT_LT(std::filesystem::file_size(path()), 1'000'000U);
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_THAT(message_of<InputError>([&] { read_sheet_text("demand.xlsx", path()); }),
              HasSubstr("xl/worksheets/sheet1.xml unpacks to more than the limit of 268435456 bytes"));
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 50'000);  // kB

  Parts strings = workbook_of("<row><c t='s'><v>0</v></c></row>");
  strings["xl/sharedStrings.xml"] = "<sst><si><t>" + std::string(200'000, 'x') + "</t></si></sst>";
  EXPECT_THAT(refusal(strings, {100'000, 100'000}), HasSubstr("xl/sharedStrings.xml unpacks to more"));
  // One long text, named by many cells: the table grows where the parts do not.
  std::string cells;
  for (int i = 1; i <= 100; ++i) cells += "<row><c t='s'><v>0</v></c></row>";
  strings = workbook_of(cells);
  strings["xl/sharedStrings.xml"] = "<sst><si><t>" + std::string(20'000, 'x') + "</t></si></sst>";
  EXPECT_THAT(refusal(strings, {100'000, 100'000}), HasSubstr("above the limit of 100000 bytes"));
}

TEST_F(Xlsx, EntitiesAndBrokenXmlAreRefused) {
  Parts parts = workbook_of("");
  std::string laughs = "<!DOCTYPE a [<!ENTITY l0 'lol'>";
  for (int i = 1; i < 10; ++i)
    laughs += "<!ENTITY l" + std::to_string(i) + " '&l" + std::to_string(i - 1) + ";&l" + std::to_string(i - 1) + ";'>";
  parts["xl/worksheets/sheet1.xml"] =
      laughs + "]><worksheet><sheetData><row><c><v>&l9;</v></c></row></sheetData></worksheet>";
  EXPECT_THAT(refusal(parts), HasSubstr("document type"));
  for (const char* broken :
       {"<worksheet><sheetData>", "<worksheet></sheetData>", "", "no xml", "<worksheet>&nope;</worksheet>"}) {
    parts["xl/worksheets/sheet1.xml"] = broken;
    EXPECT_THAT(refusal(parts), HasSubstr("is no whole XML")) << broken;
  }
  // Nesting without end is a stack of the parser's own, not of the program.
  std::string deep = "<worksheet>";
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  parts["xl/worksheets/sheet1.xml"] = deep;
  EXPECT_THAT(refusal(parts), HasSubstr("is no whole XML"));
}

TEST_F(Xlsx, CellsThatCanNotBeAreRefusedWithTheirRow) {
  const auto said = [&](const std::string& rows) { return refusal(workbook_of(rows)); };
  EXPECT_THAT(said("<row r='3'><c t='s'><v>9</v></c></row>"),
              AllOf(StartsWith("demand.xlsx:3: "), HasSubstr("not there")));
  EXPECT_THAT(said("<row r='1'><c r='XFD1'><v>9</v></c></row>"), HasSubstr("more than 1000 columns"));
  EXPECT_THAT(said("<row r='1'><c r='ABCDEFG1'><v>9</v></c></row>"), HasSubstr("without a place"));
  EXPECT_THAT(said("<row r='1'><c r='7'><v>9</v></c></row>"), HasSubstr("without a place"));
  EXPECT_THAT(said("<row r='2'><c><v>1</v></c></row><row r='2'><c><v>1</v></c></row>"),
              HasSubstr("rows that are no rows"));
  EXPECT_THAT(said("<row r='1048577'><c><v>1</v></c></row>"), HasSubstr("rows that are no rows"));
  EXPECT_THAT(said("<row r='-1'><c><v>1</v></c></row>"), HasSubstr("rows that are no rows"));
  EXPECT_THAT(said("<row r='1'><c><v>" + std::string(300'000, '1') + "</v></c></row>"), HasSubstr("too long"));
}

TEST_F(Xlsx, ATruncatedOrDamagedArchiveIsRefusedOrWhole) {
  std::string rows;
  for (int i = 1; i < 40; ++i) rows += "<row><c><v>" + std::to_string(i * i) + "</v></c></row>";
  const std::string whole_text = text_of(workbook_of(rows));
  std::ifstream stream(path(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  const auto outcome = [&](const std::string& bytes) {
    std::ofstream(path(), std::ios::binary) << bytes;
    try {
      return read_sheet_text("demand.xlsx", path());
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), StartsWith("demand.xlsx"));
      return std::string("refused");
    }
  };
  for (std::size_t length = 4; length < whole.size(); ++length) EXPECT_EQ(outcome(whole.substr(0, length)), "refused");
  // A byte changed somewhere: the archive's sums see it wherever the content is touched.
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    const std::string text = outcome(broken);
    EXPECT_TRUE(text == "refused" || text == whole_text) << at;
    refused += text == "refused" ? 1U : 0U;
  }
  EXPECT_GT(refused, whole.size() / 2);
}

TEST_F(Xlsx, SessionsOfAWorkbookAreThoseOfItsCsv) {
  write_workbook(path(), workbook_of("<row><c t='str'><v>arrival</v></c><c t='str'><v>departure</v></c><c "
                                     "t='str'><v>energy_kwh</v></c></row><row><c t='str'><v>2026-06-01T08:00</v></c><c "
                                     "t='str'><v>2026-06-01T17:00</v></c><c><v>12.5</v></c></row>"));
  const SessionTable table = read_sessions("demand.xlsx", path(), market::Calendar("Asia/Seoul"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].visit.taken_kwh, 12.5);
  EXPECT_EQ(table.rows[0].line, 2U);
}

}  // namespace
}  // namespace evtwin::sessions
