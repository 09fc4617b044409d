// What strategies were shown of the time to come.
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {

void read_forecasts(const Source& source, Run& run) {
  Rows rules = source.all_rows("forecast", "site, quantity, rule");
  while (rules.next_row()) {
    const std::uint32_t site = rules.column_row(1, run.sites.size());
    if (rules.raw_text(3) == "perfect") run.sites[site].given_forecasts.push_back(rules.column_text(2));
  }

  Rows rows = source.all_rows("foreseen", "site, quantity, seen_ns, issued_ns, first_end_ns, step_ns, mean, low, high");
  while (rows.next_row()) {
    record::Foreseen row;
    row.site = rows.column_row(1, run.sites.size());
    row.quantity = rows.column_text(2);
    row.seen_ns = rows.column_time(3);
    row.issued_ns = rows.column_time(4);
    row.first_end_ns = rows.column_time(5);
    row.step_ns = rows.column_integer(6);
    if (row.step_ns <= 0 || row.step_ns > 400 * kernel::day_ns) rows.throw_bad_row("has no length of its steps");
    if (row.first_end_ns <= row.seen_ns) rows.throw_bad_row("ends its first step before it begins");
    if (!run.forecasts.empty() && row.seen_ns < run.forecasts.back().seen_ns) rows.throw_bad_row("goes back in time");
    for (const auto& [column, values] : {std::pair{7, &row.mean}, {8, &row.low}, {9, &row.high}}) {
      if (column > 7 && rows.is_null(column)) continue;
      if (!record::parse_number_list(rows.column_bytes(column), *values)) rows.throw_bad_row("has no list of numbers");
      if (values->size() != row.mean.size() || values->size() > 100'000) rows.throw_bad_row("has lists of two lengths");
    }
    if (row.low.empty() != row.high.empty()) rows.throw_bad_row("has half a band");
    run.forecasts.push_back(std::move(row));
  }
}

}  // namespace evtwin::viewer::model
