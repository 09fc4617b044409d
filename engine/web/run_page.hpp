// Run files with the browser viewer around them: the files of a folder for any web server, or one page.
#pragma once
#include <cstdint>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::web {

struct WebError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Parts that scripts/build web made: the page's text, the program, the font it takes characters from.
struct ViewerParts {
  std::string page;        ///< page.html, with the places that are filled in
  std::string script;      ///< of the page, then evtwin.js
  std::string program_gz;  ///< evtwin.wasm, gzipped
  std::string font;        ///< NanumGothic.ttf
  std::string characters;  ///< all that the viewer's own words need
};
/// @throws WebError "FOLDER: what is missing"
ViewerParts read_viewer_parts(const std::string& folder);

/// One run to be shown.
struct PageRun {
  std::string name;      ///< "edf.evtwin", as the page calls it
  std::string bytes_gz;  ///< of the file, gzipped
  std::uint64_t bytes = 0;
  std::set<std::uint32_t> characters;  ///< of all texts in it
};
/// A whole run file, checked as every reader does. One that somebody still writes is refused: a part of it would be
/// shown for ever. @throws record::RunFileError, WebError
PageRun read_page_run(const std::string& file);

/// One page with everything in it, which opens from disk.
std::string one_page(const ViewerParts& viewer, const std::vector<PageRun>& runs);

/// The same as files: index.html, evtwin.js, evtwin.wasm.gz, font.ttf.gz, NanumGothic.ttf.gz (all characters, for runs
/// that are opened later) and a file per run.
void folder_files(const ViewerParts& viewer, const std::vector<PageRun>& runs,
                  const std::function<void(const std::string& name, std::string_view bytes)>& write);

}  // namespace evtwin::web
