// Sessions and charge detail records of OCPI 2.2.1 as JSON objects: what documents say of a session is kept, told in
// the standard's words, and what they lack of its required fields is filled in.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "replay/pseudonym.hpp"

namespace evtwin::replay {

using OcpiJson = nlohmann::ordered_json;

/// mod_cdrs.asciidoc 3.1 and mod_sessions.asciidoc 3.1.
enum class OcpiObject : std::uint8_t { cdr, session };

/// Remark in records that evtwin made, in the CDR's field of that name.
inline constexpr std::string_view made_by_evtwin = "made by evtwin from a simulation";

/// A document's object with its fields in the standard's names: startDateTime is start_date_time; of the looser names
/// cdr_id is id, location cdr_location, auth_id and token_type are of cdr_token. Values stay as they are, and so does
/// what the standard does not know.
OcpiJson in_standard_words(const OcpiJson& document, OcpiObject kind);

/// The Session of a CDR: COMPLETED, with the CDR's session_id. Fields that the CDR lacks are missing.
OcpiJson session_of(const OcpiJson& cdr);
/// CDR as far as a Session tells it; fields that only a CDR has are missing.
OcpiJson cdr_of(const OcpiJson& session);

/// Takes required fields that `object` lacks from `made`, also those of its token and location. Charging periods of a
/// CDR count as missing where there are none. @returns whether it has all that OCPI 2.2.1 requires
bool complete_record(OcpiJson& object, const OcpiJson& made, OcpiObject kind);

/// Numbers the token's uid and contract, and leaves out what may name somebody otherwise: signed data, references to
/// authorisations and invoices, remarks of others, fields that the standard does not have.
void mask_record(OcpiJson& object, OcpiObject kind, Pseudonyms& pseudonyms);

}  // namespace evtwin::replay
