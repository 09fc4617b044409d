#include "web/run_page.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "record/schema.hpp"
#include "web/encodings.hpp"
#include "web/font_subset.hpp"

namespace evtwin::web {
namespace {

namespace fs = std::filesystem;

/// @throws WebError
std::string read_bytes(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw WebError(kernel::make_printable(file) + ": can not be read");
  return bytes;
}

/// Every text of a table, names and sentences alike: what the viewer shows of it is among them.
void add_texts(const record::Database& database, const record::TableContent& table,
               std::set<std::uint32_t>& characters) {
  record::Statement rows(database, fmt::format("SELECT {} FROM {}", table.columns, table.name));
  while (rows.next_row()) {
    for (int column = 0; column < rows.column_count(); ++column) {
      if (rows.column_type(column) == SQLITE_TEXT) add_characters(rows.column_bytes(column), characters);
    }
  }
}

/// Characters of ASCII and Latin-1 are always there, whatever a run is called.
std::set<std::uint32_t> characters_of(const ViewerParts& viewer, const std::vector<PageRun>& runs) {
  std::set<std::uint32_t> characters;
  for (std::uint32_t c = 0x20; c < 0x7F; ++c) characters.insert(c);
  for (std::uint32_t c = 0xA0; c < 0x100; ++c) characters.insert(c);
  add_characters(viewer.characters, characters);
  for (const PageRun& run : runs) {
    add_characters(run.name, characters);
    characters.insert(run.characters.begin(), run.characters.end());
  }
  return characters;
}

/// The template with each of its places filled in, and what is filled in left as it is.
std::string filled(std::string_view page, const std::vector<std::pair<std::string_view, std::string>>& places) {
  std::string text;
  for (const auto& [place, content] : places) {
    const std::size_t at = page.find(place);
    if (at == std::string_view::npos) throw WebError(fmt::format("page.html: it has no place {}", place));
    text += page.substr(0, at);
    text += content;
    page.remove_prefix(at + place.size());
  }
  text += page;
  return text;
}

/// Data inside the page, which a <script> of this type only holds.
std::string held(std::string_view id, std::string_view bytes) {
  return fmt::format("<script type=\"text/plain\" id=\"{}\">{}</script>\n", id, base64_of(bytes));
}

/// A program's text inside a <script>: in it "</script" stands in strings at most, where "<\/script" is the same.
std::string inlined(std::string script) {
  for (std::size_t at = 0; (at = script.find("</script", at)) != std::string::npos; at += 2)
    script.insert(at + 1, "\\");
  return fmt::format("<script>\n{}\n</script>\n", script);
}

/// The page's list of its runs. @param in_page  they are in it, by number; else files beside it
std::string list_of(const std::vector<PageRun>& runs, bool in_page) {
  std::string list;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string place = in_page ? fmt::format("run{}", i) : runs[i].name + ".gz";
    list += fmt::format("{}{{\"name\":{},\"place\":{}}}", i == 0 ? "" : ",\n", script_string(runs[i].name),
                        script_string(place));
  }
  return fmt::format("<script>\nconst evtwinRuns = [{}];\nconst evtwinInPage = {};\n</script>\n", list, in_page);
}

}  // namespace

ViewerParts read_viewer_parts(const std::string& folder) {
  const auto read = [&](const char* name) { return read_bytes((fs::path(folder) / name).string()); };
  return {read("page.html"), read("page.js") + read("evtwin.js"), read("evtwin.wasm.gz"), read("NanumGothic.ttf"),
          read("characters.txt")};
}

PageRun read_page_run(const std::string& file) {
  const record::RunSummary summary = record::read_summary(file);
  if (summary.state == record::RunState::running)
    throw WebError(kernel::make_printable(file) +
                   ": is still being written, or its writer was killed: a page would show that part for ever");
  PageRun run;
  run.name = fs::path(file).filename().string();
  const record::Database database = record::open_run_file(file);
  for (const record::TableContent& table : record::table_contents()) add_texts(database, table, run.characters);
  const std::string bytes = read_bytes(file);
  run.bytes = bytes.size();
  run.bytes_gz = gzip_bytes(bytes);
  return run;
}

std::string one_page(const ViewerParts& viewer, const std::vector<PageRun>& runs) {
  std::string data = held("program", viewer.program_gz) +
                     held("font", gzip_bytes(font_subset(viewer.font, characters_of(viewer, runs))));
  for (std::size_t i = 0; i < runs.size(); ++i) data += held(fmt::format("run{}", i), runs[i].bytes_gz);
  return filled(viewer.page, {{"<!-- runs -->\n", list_of(runs, true)},
                              {"<!-- data -->\n", data},
                              {"<!-- script -->\n", inlined(viewer.script)}});
}

void folder_files(const ViewerParts& viewer, const std::vector<PageRun>& runs,
                  const std::function<void(const std::string& name, std::string_view bytes)>& write) {
  write("evtwin.js", viewer.script);
  write("evtwin.wasm.gz", viewer.program_gz);
  write("font.ttf.gz", gzip_bytes(font_subset(viewer.font, characters_of(viewer, runs))));
  write("NanumGothic.ttf.gz", gzip_bytes(viewer.font));
  for (const PageRun& run : runs) write(run.name + ".gz", run.bytes_gz);
  write("index.html", filled(viewer.page, {{"<!-- runs -->\n", list_of(runs, false)},
                                           {"<!-- data -->\n", ""},
                                           {"<!-- script -->\n", "<script src=\"evtwin.js\"></script>\n"}}));
}

}  // namespace evtwin::web
