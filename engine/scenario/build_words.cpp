#include <algorithm>

#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

Value table_value(Table table) {
  std::sort(table.named.begin(), table.named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {std::make_shared<const Table>(std::move(table))};
}

}  // namespace

Fields fields_with_file(const Construct& word, const Section& section, const Where& where) {
  const Value& given = word.arguments.front();
  if (given.as_text() != nullptr) {
    Table table;
    table.named.emplace_back("file", given);
    return Fields(table_value(std::move(table)), section, where);
  }
  const Table* written = given.as_table();
  if (written == nullptr || written->numbered.empty()) return Fields(given, section, where);
  if (written->numbered.size() > 1 || written->numbered.front().first != 1)
    throw_at(where, "takes one file without a key");
  if (written->find_value("file") != nullptr) throw_at(where, "names its file twice: without a key and as file");
  Table table = *written;
  table.named.emplace_back("file", table.numbered.front().second);
  table.numbered.clear();
  return Fields(table_value(std::move(table)), section, where);
}

Fields fields_in_order(const Construct& word, const Section& section, const Where& where) {
  const Table* written = word.arguments.front().as_table();
  if (written == nullptr || written->numbered.empty()) return Fields(word.arguments.front(), section, where);
  Table table = *written;
  if (!table.is_list() || table.numbered.size() > section.keys.size()) {
    throw_at(where, "takes at most " + std::to_string(section.keys.size()) + " figures without keys, without holes");
  }
  for (auto& [position, value] : table.numbered) {
    const std::string_view key = section.keys[static_cast<std::size_t>(position - 1)].name;
    if (written->find_value(key) != nullptr) throw_at(where / key, "is given twice: by its place and by its key");
    table.named.emplace_back(key, std::move(value));
  }
  table.numbered.clear();
  return Fields(table_value(std::move(table)), section, where);
}

}  // namespace evtwin::scenario
