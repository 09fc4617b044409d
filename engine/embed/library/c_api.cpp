// The C face of a hosted run and of an advisor.
#include <evtwin/embed.h>

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/run_report.hpp"
#include "control/strategy_choice.hpp"
#include "decide/advisor.hpp"
#include "decide/json_value.hpp"
#include "decide/schema.hpp"
#include "embed/hosted_run.hpp"
#include "fleet/c_face.hpp"
#include "kernel/text.hpp"
#include "record/create.hpp"
#include "scenario/language.hpp"

struct evtwin_run {
  evtwin::embed::HostedRun run;
};

struct evtwin_advisor {
  evtwin::decide::Advisor advisor;
};

namespace {

using evtwin::fleet::copy_grown;
using evtwin::fleet::require_pointer;
using evtwin::fleet::status_of;

void pour(const evtwin_sink* sink, const std::string& text) {
  require_pointer(sink, "the sink");
  if (sink->write == nullptr) throw std::invalid_argument("the sink's write is NULL");
  if (sink->write(sink, text.data(), text.size()) != EVTWIN_OK)
    throw std::runtime_error("the sink took not all that was written to it");
}

}  // namespace

extern "C" {

uint32_t evtwin_embed_abi(void) { return EVTWIN_EMBED_ABI_MAJOR << 16 | EVTWIN_EMBED_ABI_MINOR; }
const char* evtwin_embed_error(void) { return evtwin::fleet::last_error; }
const char* evtwin_embed_view_digest(void) { return EVTWIN_ABI_DIGEST; }
const char* evtwin_embed_version(void) {
  static const std::string version = evtwin::record::evtwin_version();
  return version.c_str();
}

// ---- A run

evtwin_status evtwin_run_create(const evtwin_run_spec* spec, evtwin_run** out) {
  return status_of([&] {
    require_pointer(out, "out");
    *out = nullptr;
    evtwin::scenario::mute_prints();
    const evtwin_run_spec full = copy_grown(spec, "spec");
    *out = new evtwin_run{evtwin::embed::HostedRun(full)};
  });
}

void evtwin_run_destroy(evtwin_run* run) { delete run; }

uint32_t evtwin_run_sites(const evtwin_run* run) { return run == nullptr ? 0 : run->run.site_count(); }

evtwin_status evtwin_run_world(const evtwin_run* run, const evtwin_sink* json) {
  return status_of([&] {
    require_pointer(run, "run");
    pour(json, run->run.world_json());
  });
}

evtwin_status evtwin_run_tell(evtwin_run* run, uint32_t site, const evtwin_run_interest* interest) {
  return status_of([&] {
    require_pointer(run, "run");
    run->run.tell(site, copy_grown(interest, "interest"));
  });
}

evtwin_status evtwin_run_advance(evtwin_run* run, int64_t until_ns, evtwin_run_pause* pause) {
  return status_of([&] {
    require_pointer(run, "run");
    require_pointer(pause, "pause");
    if (pause->struct_size != sizeof *pause)
      throw std::invalid_argument("pause.struct_size is " + std::to_string(pause->struct_size) +
                                  "; this library knows " + std::to_string(sizeof *pause) + " bytes");
    const evtwin::twin::Pause at = run->run.advance(until_ns);
    pause->kind = static_cast<uint32_t>(at.kind);
    pause->now_ns = at.now_ns;
    pause->sites = at.sites.data();
    pause->n_sites = static_cast<uint32_t>(at.sites.size());
  });
}

const evtwin_view* evtwin_run_view(const evtwin_run* run, uint32_t site) {
  return run == nullptr ? nullptr : run->run.view(site);
}

evtwin_decision* evtwin_run_decision(evtwin_run* run, uint32_t site) {
  return run == nullptr ? nullptr : run->run.decision(site);
}

evtwin_status evtwin_run_report(evtwin_run* run, uint32_t site, uint32_t severity, const char* text) {
  return status_of([&] {
    require_pointer(run, "run");
    require_pointer(text, "text");
    run->run.report(site, severity, text);
  });
}

evtwin_status evtwin_run_answer(evtwin_run* run, uint32_t site) {
  return status_of([&] {
    require_pointer(run, "run");
    run->run.answer(site);
  });
}

uint64_t evtwin_run_random(const evtwin_run* run, uint32_t site, uint64_t stream, uint64_t index) {
  return run == nullptr ? 0 : run->run.random(site, stream, index);
}

evtwin_status evtwin_run_finish(evtwin_run* run, const evtwin_sink* json) {
  return status_of([&] {
    require_pointer(run, "run");
    pour(json, run->run.finish());
  });
}

evtwin_status evtwin_run_give_up(evtwin_run* run, uint32_t interrupted, const char* why) {
  return status_of([&] {
    require_pointer(run, "run");
    require_pointer(why, "why");
    using evtwin::record::RunState;
    run->run.give_up(interrupted != 0 ? RunState::interrupted : RunState::failed, evtwin::kernel::make_printable(why));
  });
}

// ---- A decision in JSON

evtwin_status evtwin_advisor_create(const char* strategy, const evtwin_fleet_setting* params, uint32_t n,
                                    evtwin_advisor** out) {
  return status_of([&] {
    require_pointer(out, "out");
    *out = nullptr;
    require_pointer(strategy, "strategy");
    if (n > 0) require_pointer(params, "params");
    evtwin::control::TextParams given;
    for (uint32_t p = 0; p < n; ++p) {
      require_pointer(params[p].name, "a parameter's name");
      require_pointer(params[p].value, "a parameter's value");
      given.emplace_back(params[p].name, params[p].value);
    }
    *out = new evtwin_advisor{evtwin::decide::Advisor(evtwin::control::choose_strategy(strategy, given))};
  });
}

void evtwin_advisor_destroy(evtwin_advisor* advisor) { delete advisor; }

evtwin_status evtwin_advisor_decide(evtwin_advisor* advisor, const char* request, const evtwin_sink* answer) {
  return status_of([&] {
    require_pointer(advisor, "advisor");
    require_pointer(request, "request");
    using namespace evtwin;
    try {
      const decide::Request read = decide::read_request(request);
      pour(answer, analysis::json_text(decide::answer_json(read, advisor->advisor.answer_request(read))));
    } catch (const scenario::FieldError& error) {
      const nlohmann::ordered_json refusal{{"error", kernel::make_printable(error.what())}, {"field", error.field}};
      pour(answer, analysis::json_text(refusal));
      throw;
    }
  });
}

evtwin_status evtwin_advisor_schema(const evtwin_sink* schema) {
  return status_of([&] { pour(schema, evtwin::analysis::json_text(evtwin::decide::request_schema())); });
}

}  // extern "C"
