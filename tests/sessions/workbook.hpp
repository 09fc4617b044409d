// Workbooks of tests: the parts of an .xlsx, packed.
#pragma once
#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace evtwin::sessions {

using Parts = std::map<std::string, std::string>;

/// The least that a workbook is: one sheet, without styles and shared texts.
inline Parts workbook_of(const std::string& sheet_data) {
  return {{"xl/workbook.xml",
           "<workbook xmlns:r='urn:r'><sheets><sheet name='Demand' sheetId='1' r:id='rId7'/></sheets></workbook>"},
          {"xl/_rels/workbook.xml.rels",
           "<Relationships><Relationship Id='rId7' Target='worksheets/sheet1.xml'/></Relationships>"},
          {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + sheet_data + "</sheetData></worksheet>"}};
}

/// Writes the parts as a zip archive, each deflated. The sheet is repeated so often: a large one needs no memory here.
inline void write_workbook(const std::string& path, const Parts& parts, std::size_t times = 1) {
  std::filesystem::remove(path);
  int error = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_EXCL, &error);
  ASSERT_NE(zip, nullptr) << error;
  std::list<std::vector<zip_buffer_fragment_t>> repeated;  // until the archive is closed
  for (const auto& [name, content] : parts) {
    zip_buffer_fragment_t piece{};
    piece.data = reinterpret_cast<zip_uint8_t*>(const_cast<char*>(content.data()));
    piece.length = content.size();
    repeated.emplace_back(name.ends_with("sheet1.xml") ? times : 1, piece);
    zip_source_t* source = zip_source_buffer_fragment(zip, repeated.back().data(), repeated.back().size(), 0);
    ASSERT_GE(zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
  }
  ASSERT_EQ(zip_close(zip), 0) << zip_strerror(zip);
}

}  // namespace evtwin::sessions
