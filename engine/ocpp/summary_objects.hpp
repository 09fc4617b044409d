// Documents that tell of whole sessions instead of messages: objects that sum up a transaction (station, connector,
// transaction, smart charging in one), and OCPI 2.2.1 Sessions and CDRs.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// Whether a text begins like such documents and not like a log of frames: no frame in it, and a field that only they
/// have. @param head  the first kilobytes are enough
bool looks_like_summary(std::string_view head);

/// Adds the sessions of a text to `log`: JSON objects one after the other, pretty or one a line, with anything between
/// them (lines such as ==ocpp==), arrays of objects, and OCPI's answer {"data": [...]}. Field names may be written
/// chargingStart, charging_start or ChargingStart. Of a session that several documents tell (OCPP and OCPI, the same
/// one again later) one transaction is made; where they disagree, a flag says so. Fields that nobody used are named in
/// a flag; objects that are something else, or can not be read, in others.
/// @param name  of the file, for messages. @returns how many documents told of a session
std::size_t read_summary(const std::string& name, std::string_view text, SiteLog& log);

/// A text as a log of its own. @returns nothing where it does not look like such documents.
/// @throws LogError where it does and no document can be used: the first reason, with its line.
std::optional<SiteLog> read_summary_text(const std::string& name, std::string_view text);

/// The same for files and folders, plain or gzipped, those that look like such documents together.
std::optional<SiteLog> read_summary_files(std::span<const std::string> paths);

/// Flags such documents among the files of a log of frames, of which the frames alone were used.
void flag_documents_beside(std::span<const std::string> paths, SiteLog& log);

}  // namespace evtwin::ocpp
