// Reads JSON objects of a log that wrap frames, or hold their parts in fields, as records.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ocpp/message_object.hpp"
#include "ocpp/text_reader.hpp"

namespace evtwin::ocpp {

class ObjectReader {
 public:
  /// @param texts  for frames in the texts of fields, and for the record of the line that an object stands on
  ObjectReader(const ReadOptions& options, const Manner& manner, TextReader& texts, RecordSink& sink);

  /// Reads the object that begins at the '{' at `at`, with all messages in it.
  /// @returns where reading goes on; at + 1: it is none that is read as a whole. TextReader::need_more
  std::size_t read_brace(std::string_view text, std::size_t at, TextSpan& line, bool last);

 private:
  /// A payload alone, where the words before it say the rest. @returns whether they do
  bool payload_only(std::string_view text, std::size_t at, const simdjson::dom::element& payload, TextSpan& line);
  std::size_t whole_object(std::string_view text, std::size_t at, const TextSpan& line,
                           MessageObjectReader::Result& messages);
  std::size_t counted_object(std::string_view text, std::size_t at, const TextSpan& line, bool last,
                             MessageObjectReader::Result& messages);
  std::uint64_t read_message(const MessageObject& message, const Record& record);
  void report_odd(const MessageObjectReader::Result& messages, std::string_view whole, std::uint64_t line);

  const ReadOptions& options_;
  const Manner& manner_;
  TextReader& texts_;
  RecordSink& sink_;
  MessageObjectReader objects_;
  std::uint64_t tried_line_ = 0, whole_hits_ = 0, whole_misses_ = 0;
  std::string raw_;  ///< text of a field, with text_padding bytes behind it
};

}  // namespace evtwin::ocpp
