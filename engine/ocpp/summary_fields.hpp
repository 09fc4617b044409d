// The fields of a summary object: looked up by what they mean, whatever way they are written, and accounted for.
// Private to this room's .cpp files.
#pragma once
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/flag_list.hpp"
#include "ocpp/json_fields.hpp"

namespace evtwin::ocpp {

/// Fields that nobody used, by their path, with the number of objects that had them.
using UnusedFields = std::map<std::string, std::size_t>;

/// Subject of a document's flags, and where they go.
struct SummaryContext {
  FlagList& flags;
  UnusedFields& unused;
  std::string subject;  ///< the session, once it is known
  Place place;
  std::vector<std::string> codes = {};  ///< of the flags, each once
  void add_flag(std::string_view code, std::string text);
  void leave_unused(std::string path);
};

/// The members of an object. Names are compared without case, '_' and '-': chargingStart is charging_start.
class SummaryFields {
 public:
  /// @param object  none, or no object: no members
  SummaryFields(std::optional<Json> object, std::string path, SummaryContext& context);

  /// The first of `names` (in lower case, without '_') that the object has and that is not null; marked as used.
  std::optional<Json> take_member(std::initializer_list<std::string_view> names);
  bool has_member(std::initializer_list<std::string_view> names) const;
  /// A member that is an object, as fields of its own; an object without members where there is none.
  SummaryFields& take_object(std::initializer_list<std::string_view> names);

  std::string take_text(std::initializer_list<std::string_view> names);
  /// A number; NaN where there is none, and one that is no number is flagged.
  double take_number(std::initializer_list<std::string_view> names);
  /// A time; time_never where there is none, and one that is no time is flagged.
  TimeNs take_time(std::initializer_list<std::string_view> names);

  /// Tells the context of the members that nobody took, here and in the objects taken from here.
  void report_unused() const;

 private:
  struct Entry {
    std::string name;      // as compared
    std::string_view key;  // as written
    Json value;
    bool used = false;
  };
  Entry* find_entry(std::initializer_list<std::string_view> names);
  std::string path_of(const Entry& entry) const;

  SummaryContext& context_;
  std::string path_;
  std::vector<Entry> entries_;
  std::deque<SummaryFields> children_;
};

}  // namespace evtwin::ocpp
