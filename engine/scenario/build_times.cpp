#include <set>

#include "kernel/text.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {

market::Calendar calendar_of(const std::string& zone, const Where& where) {
  try {
    return market::Calendar(zone);
  } catch (const market::CalendarError& error) {
    throw_at(where, "= \"" + zone + "\": " + error.what());
  }
}

TimeNs instant_of(const Value& value, const Where& where, const market::Calendar& calendar) {
  if (value.is_number()) throw_at(where, "must be text such as \"2025-06-02T14:00\", got " + describe_value(value));
  const std::string& text = text_of(value, where);
  try {
    return market::parse_instant(text, calendar);
  } catch (const market::CalendarError& error) {
    fail_at(where, where.field_label() + ": " + error.what());
  }
}

market::LocalDate date_of(const Value& value, const Where& where) {
  const std::string& text = text_of(value, where);
  try {
    return market::parse_date(text);
  } catch (const market::CalendarError& error) {
    fail_at(where, where.field_label() + ": " + error.what());
  }
}

std::vector<market::LocalDate> dates_of(const Value& value, const Where& where) {
  std::vector<market::LocalDate> dates;
  const std::vector<const Value*> list = list_of(value, where, "dates such as \"2025-06-06\"");
  std::set<std::int64_t> known;
  for (std::size_t i = 0; i < list.size(); ++i) {
    dates.push_back(date_of(*list[i], where / i));
    if (!known.insert(market::days_since_epoch(dates.back())).second)
      throw_at(where / i, "= \"" + market::format_date(dates.back()) + "\" stands in the list twice");
  }
  return dates;
}

market::MonthMask months_of(const Value& value, const Where& where) {
  market::MonthMask mask = 0;
  const std::vector<const Value*> list = list_of(value, where, "months 1..12");
  if (list.empty()) throw_at(where, "is empty; name months from 1 to 12, or leave the key out");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto bit = market::month_bit(static_cast<int>(whole_of(*list[i], where / i, 1, 12)));
    if ((mask & bit) != 0) throw_at(where / i, "names a month twice");
    mask = static_cast<market::MonthMask>(mask | bit);
  }
  return mask;
}

}  // namespace evtwin::scenario
