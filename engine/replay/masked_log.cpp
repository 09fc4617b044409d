#include "replay/masked_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include "kernel/text.hpp"
#include "ocpp/log_source.hpp"
#include "ocpp/site_log.hpp"
#include "replay/identifier_mask.hpp"

namespace evtwin::replay {
namespace {

namespace fs = std::filesystem;
using View = std::string_view;

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::size_t looked_at = 4096;

// Whole lines of a file, one piece after the other.
void for_each_piece(const ocpp::LogPath& file, const std::function<void(View)>& take) {
  const auto source = ocpp::open_log(file.path, file.name);
  std::string text;
  while (source->read_more(text, piece_bytes)) {
    const std::size_t newline = text.rfind('\n');
    if (newline == std::string::npos) continue;
    take(View(text).substr(0, newline + 1));
    text.erase(0, newline + 1);
  }
  if (!text.empty()) take(text);
}

// A table's column of cards has no field names beside its values.
void refuse_identifier_columns(const std::string& name, View head) {
  head = head.substr(0, head.find('\n'));
  if (std::count_if(head.begin(), head.end(), [](char c) { return c == ',' || c == ';' || c == '\t'; }) < 2) return;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find_first_of(",;\t\r", at), head.size());
    View cell = head.substr(at, end - at);
    while (!cell.empty() && (cell.front() == '"' || cell.front() == ' ')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == '"' || cell.back() == ' ')) cell.remove_suffix(1);
    if (IdentifierFields::names_identifier(cell))
      throw std::invalid_argument(
          fmt::format("{}: a table with the column {}, which is not masked: take it out, or hand in the log of frames",
                      kernel::make_printable(name), kernel::make_printable(cell, 60)));
    at = end + 1;
  }
}

// A file of the masked log, under the name that it will have.
struct Part {
  ocpp::LogPath file;
  std::string name;
};

std::vector<Part> parts_of(const std::string& log, MaskedLogSummary& summary) {
  std::vector<Part> parts;
  const std::array given{log};
  std::error_code error;
  const bool folder = fs::is_directory(log, error);
  for (ocpp::LogPath& file : ocpp::log_paths(given)) {
    std::string name =
        folder ? fs::path(file.path).lexically_relative(log).string() : fs::path(file.path).filename().string();
    if (name.ends_with(".gz")) name.resize(name.size() - 3);
    std::string head;
    const auto source = ocpp::open_log(file.path, file.name);
    while (head.size() < looked_at && source->read_more(head, looked_at)) continue;
    if (View(head).substr(0, looked_at).find('\0') != View::npos) {
      summary.left_out.push_back(file.name);
      continue;
    }
    refuse_identifier_columns(file.name, head);
    parts.push_back({std::move(file), std::move(name)});
  }
  return parts;
}

}  // namespace

MaskedLogSummary mask_log(const std::string& log, const MaskedText& write) {
  MaskedLogSummary summary;
  const std::vector<Part> parts = parts_of(log, summary);
  IdentifierMask mask;
  for (const ocpp::Station& station : ocpp::read_site_log(std::array{log}).stations) mask.keep_name(station.id);
  for (const Part& part : parts) for_each_piece(part.file, [&](View text) { mask.learn_identifiers(text); });
  for (const Part& part : parts) {
    write(part.name, {});
    for_each_piece(part.file, [&](View text) { write(part.name, mask.mask_text(text, IdentifierMask::Words::log)); });
  }
  summary.files = parts.size();
  summary.identifiers = mask.identifier_count();
  summary.replaced = mask.replaced_count();
  summary.left = mask.kept_count();
  summary.broken = mask.broken_count();
  return summary;
}

}  // namespace evtwin::replay
