// The answer as JSON: what `evtwin decide` prints, and what schema.cpp describes.
#include <cmath>
#include <nlohmann/json.hpp>

#include "decide/advisor.hpp"
#include "decide/request_keys.hpp"

namespace evtwin::decide {

using Json = nlohmann::ordered_json;

namespace {

/// JSON has no NaN and no infinity.
Json finite_number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

void add_corrections(const std::vector<Asked>& rows, const char* subject, Json& out) {
  for (const Asked& row : rows) {
    if (row.reason == control::Correction::none) continue;
    Json entry{{subject, row.id},
               {"asked_kw", finite_number(row.asked_kw)},
               {"granted_kw", row.granted_kw},
               {"reason", control::name_of(row.reason)}};
    if (!row.limit.empty()) entry["limit"] = row.limit;
    out.push_back(std::move(entry));
  }
}

/// By id: those that are connected, and those that were asked all the same.
Json by_id(const std::vector<Asked>& rows, double Asked::*kw) {
  Json out = Json::object();
  // Ids are different from each other: no need to look for each among those before.
  auto& entries = out.get_ref<Json::object_t&>();
  for (const Asked& row : rows) {
    if (row.connected || !std::isnan(row.asked_kw)) entries.emplace_back(row.id, finite_number(row.*kw));
  }
  return out;
}

Json plan_rows(const std::vector<AnsweredPlan::Row>& rows) {
  Json out = Json::object();
  for (const AnsweredPlan::Row& row : rows) {
    Json& kw = out[row.id] = Json::array();
    for (const double x : row.kw) kw.push_back(finite_number(x));
  }
  return out;
}

Json plan_json(const Request& request, const std::optional<AnsweredPlan>& plan) {
  if (!plan) return {};
  Json out{{"start", Json::array()}};
  for (const TimeNs t : plan->start_ns) out["start"].push_back(request.calendar.format_iso(t));
  out["evse_kw"] = plan_rows(plan->evses);
  out["storage_kw"] = plan_rows(plan->storages);
  return out;
}

}  // namespace

Json answer_json(const Request& request, const Answer& answer) {
  Json json = Json::object();
  if (!request.id.empty()) json["id"] = request.id;
  json["strategy"] = answer.strategy;
  json["now"] = request.calendar.format_iso(request.now_ns);

  json["why"] = Json::array();
  for (const WhyWord& word : why_words()) {
    if ((request.why & word.bit) != 0) json["why"].push_back(word.word);
  }

  // Asked by the strategy, then granted by the guard: a host sends the latter.
  json["evse_kw"] = by_id(answer.evses, &Asked::asked_kw);
  json["storage_kw"] = by_id(answer.storages, &Asked::asked_kw);
  json["granted_kw"] = by_id(answer.evses, &Asked::granted_kw);
  json["storage_granted_kw"] = by_id(answer.storages, &Asked::granted_kw);
  json["corrections"] = Json::array();
  add_corrections(answer.evses, "evse", json["corrections"]);
  add_corrections(answer.storages, "storage", json["corrections"]);

  json["exceeded"] = Json::array();
  for (const Exceeded& row : answer.exceeded)
    json["exceeded"].push_back({{"limit", row.limit},
                                {"value", finite_number(row.value)},
                                {"lower", finite_number(row.lower)},
                                {"upper", finite_number(row.upper)}});

  // Instants as people and as programs read them; 0 is none.
  const auto instant = [&](TimeNs t) {
    return t == 0 ? Json() : Json{{"at", request.calendar.format_iso(t)}, {"ns", t}};
  };
  json["wake"] = instant(answer.wake_ns);
  json["quiet_until"] = instant(answer.quiet_until_ns);
  json["expected_cost"] = finite_number(answer.expected_cost);
  json["plan"] = plan_json(request, answer.plan);

  json["remarks"] = Json::array();
  for (const auto& remark : answer.remarks)
    json["remarks"].push_back(
        {{"severity", remark.severity == EVTWIN_WARNING ? "warning" : "info"}, {"text", remark.text}});
  return json;
}

}  // namespace evtwin::decide
