// The actions of OCPP 1.6 (with the security extensions), 2.0.1 and 2.1, and what is made of each.
#include "ocpp/action_table.hpp"

#include <algorithm>
#include <iterator>

#include "kernel/static_checks.hpp"
#include "ocpp/name_slots.hpp"

namespace evtwin::ocpp {
namespace {

using enum Use;
constexpr Version any = Version::unknown, v16 = Version::v16, v201 = Version::v201, v21 = Version::v21;

// By name. Version: the only one that has the action, or the oldest of 2.0.1 and 2.1.
constexpr ActionRow table[] = {
    {"AFRRSignal", counted, v21, "smart charging", false},
    {"AdjustPeriodicEventStream", counted, v21, "device model", false},
    {"Authorize", used, any, "authorisation", false},
    {"BatterySwap", counted, v21, "battery swap", false},
    {"BootNotification", used, any, "boot", false},
    {"CancelReservation", used, any, "reservation", true},
    {"CertificateSigned", counted, any, "security", true},
    {"ChangeAvailability", used, any, "control", true},
    {"ChangeConfiguration", counted, v16, "configuration", true},
    {"ChangeTransactionTariff", counted, v21, "cost", true},
    {"ClearCache", counted, any, "local list", true},
    {"ClearChargingProfile", used, any, "smart charging", true},
    {"ClearDERControl", counted, v21, "smart charging", true},
    {"ClearDisplayMessage", counted, v201, "display", true},
    {"ClearTariffs", counted, v21, "cost", true},
    {"ClearVariableMonitoring", counted, v201, "device model", true},
    {"ClearedChargingLimit", counted, v201, "smart charging", false},
    {"ClosePeriodicEventStream", counted, v21, "device model", false},
    {"CostUpdated", counted, v201, "cost", true},
    {"CustomerInformation", counted, v201, "diagnostics", true},
    {"DataTransfer", counted, any, "vendor", false},
    {"DeleteCertificate", counted, any, "security", true},
    {"DiagnosticsStatusNotification", used, v16, "diagnostics", false},
    {"ExtendedTriggerMessage", used, v16, "control", true},
    {"FirmwareStatusNotification", used, any, "firmware", false},
    {"Get15118EVCertificate", counted, v201, "security", false},
    {"GetBaseReport", counted, v201, "device model", true},
    {"GetCertificateChainStatus", counted, v21, "security", false},
    {"GetCertificateStatus", counted, v201, "security", false},
    {"GetChargingProfiles", counted, v201, "smart charging", true},
    {"GetCompositeSchedule", counted, any, "smart charging", true},
    {"GetConfiguration", counted, v16, "configuration", true},
    {"GetDERControl", counted, v21, "smart charging", true},
    {"GetDiagnostics", counted, v16, "diagnostics", true},
    {"GetDisplayMessages", counted, v201, "display", true},
    {"GetInstalledCertificateIds", counted, any, "security", true},
    {"GetLocalListVersion", counted, any, "local list", true},
    {"GetLog", counted, any, "diagnostics", true},
    {"GetMonitoringReport", counted, v201, "device model", true},
    {"GetPeriodicEventStream", counted, v21, "device model", true},
    {"GetReport", counted, v201, "device model", true},
    {"GetTariffs", counted, v21, "cost", true},
    {"GetTransactionStatus", counted, v201, "transaction", true},
    {"GetVariables", counted, v201, "device model", true},
    {"Heartbeat", used, any, "heartbeat", false},
    {"InstallCertificate", counted, any, "security", true},
    {"LogStatusNotification", used, any, "diagnostics", false},
    {"MeterValues", used, any, "metering", false},
    {"NotifyAllowedEnergyTransfer", counted, v21, "smart charging", true},
    {"NotifyChargingLimit", counted, v201, "smart charging", false},
    {"NotifyCustomerInformation", counted, v201, "diagnostics", false},
    {"NotifyDERAlarm", counted, v21, "smart charging", false},
    {"NotifyDERStartStop", counted, v21, "smart charging", false},
    {"NotifyDisplayMessages", counted, v201, "display", false},
    {"NotifyEVChargingNeeds", used, v201, "smart charging", false},
    {"NotifyEVChargingSchedule", counted, v201, "smart charging", false},
    {"NotifyEvent", used, v201, "device model", false},
    {"NotifyMonitoringReport", counted, v201, "device model", false},
    {"NotifyPeriodicEventStream", counted, v21, "device model", false},
    {"NotifyPriorityCharging", counted, v21, "smart charging", false},
    {"NotifyReport", counted, v201, "device model", false},
    {"NotifySettlement", counted, v21, "cost", false},
    {"NotifyWebPaymentStarted", counted, v21, "cost", true},
    {"OpenPeriodicEventStream", counted, v21, "device model", false},
    {"PublishFirmware", counted, v201, "firmware", true},
    {"PublishFirmwareStatusNotification", counted, v201, "firmware", false},
    {"PullDynamicScheduleUpdate", counted, v21, "smart charging", false},
    {"RemoteStartTransaction", used, v16, "remote start and stop", true},
    {"RemoteStopTransaction", used, v16, "remote start and stop", true},
    {"ReportChargingProfiles", counted, v201, "smart charging", false},
    {"ReportDERControl", counted, v21, "smart charging", false},
    {"RequestBatterySwap", counted, v21, "battery swap", true},
    {"RequestStartTransaction", used, v201, "remote start and stop", true},
    {"RequestStopTransaction", used, v201, "remote start and stop", true},
    {"ReservationStatusUpdate", used, v201, "reservation", false},
    {"ReserveNow", used, any, "reservation", true},
    {"Reset", used, any, "control", true},
    {"SecurityEventNotification", counted, any, "security", false},
    {"SendLocalList", used, any, "local list", true},
    {"SetChargingProfile", used, any, "smart charging", true},
    {"SetDERControl", counted, v21, "smart charging", true},
    {"SetDefaultTariff", counted, v21, "cost", true},
    {"SetDisplayMessage", counted, v201, "display", true},
    {"SetMonitoringBase", counted, v201, "device model", true},
    {"SetMonitoringLevel", counted, v201, "device model", true},
    {"SetNetworkProfile", counted, v201, "configuration", true},
    {"SetVariableMonitoring", counted, v201, "device model", true},
    {"SetVariables", counted, v201, "device model", true},
    {"SignCertificate", counted, any, "security", false},
    {"SignedFirmwareStatusNotification", used, v16, "firmware", false},
    {"SignedUpdateFirmware", used, v16, "firmware", true},
    {"StartTransaction", used, v16, "transaction", false},
    {"StatusNotification", used, any, "status", false},
    {"StopTransaction", used, v16, "transaction", false},
    {"TransactionEvent", used, v201, "transaction", false},
    {"TriggerMessage", used, any, "control", true},
    {"UnlockConnector", used, any, "control", true},
    {"UnpublishFirmware", counted, v201, "firmware", true},
    {"UpdateDynamicSchedule", counted, v21, "smart charging", true},
    {"UpdateFirmware", used, any, "firmware", true},
    {"UsePriorityCharging", counted, v21, "smart charging", true},
    {"VatNumberValidation", counted, v21, "cost", false},
};
static_assert(kernel::is_ascending(table, &ActionRow::name), "each action once");
static_assert(std::all_of(std::begin(table), std::end(table),
                          [](const ActionRow& row) {
                            return row.use != unknown_action &&
                                   row.name.size() <= 36;  // an action is a string of 36 characters at most
                          }),
              "an action of the table is one that is known");

constexpr std::string_view name_of_row(std::size_t row) { return table[row].name; }
constexpr NameSlots<std::size(table)> by_name(name_of_row);

}  // namespace

const ActionRow* find_action(std::string_view name) {
  const std::size_t row = by_name.find_name(name, name_of_row);
  return row < std::size(table) ? &table[row] : nullptr;
}

Use use_of(std::string_view action) {
  const ActionRow* row = find_action(action);
  return row ? row->use : Use::unknown_action;
}

}  // namespace evtwin::ocpp
