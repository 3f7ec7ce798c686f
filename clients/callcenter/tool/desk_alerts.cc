// The desk: what must not be lost, until a clinician takes it up.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/first_items.h"
#include "clients/terminal/names.h"
#include "clients/terminal/words.h"

namespace clarity::client {

using consultation::v1::AcknowledgeSafetyAlertRequest;
using consultation::v1::BatchGetPatientsRequest;
using consultation::v1::ListSafetyAlertsRequest;
using consultation::v1::ListSafetyAlertsResponse;
using consultation::v1::Patient;
using consultation::v1::RaiseSafetyAlertRequest;
using consultation::v1::SafetyAlert;

// -- Raising one ----------------------------------------------------------------------------------

// Of a patient whom consultation does not know it says who they are, as of any caller.
SafetyAlert Desk::NewAlert(const AlertCommand& command) const {
  SafetyAlert alert;
  alert.set_kind(ValueFor<SafetyAlert::Kind>(command.kind));
  alert.set_description(absl::StrJoin(command.words, " "));
  alert.set_patient(command.patient.empty() ? line_.record.name()
                                            : FullName("patients", command.patient));
  alert.set_caller_label(command.caller);
  if (alert.patient().empty() && command.caller.empty()) {
    alert.set_caller_label(line_.label.empty() ? line_.title : line_.label);
  }
  return alert;
}

// Of a patient whose record the agent may not see: where there is only one, there.
absl::StatusOr<std::string> Desk::ClinicOfAlert(const AlertCommand& command,
                                                const SafetyAlert& alert) {
  if (alert.patient().empty() && alert.caller_label().empty()) {
    return absl::InvalidArgumentError(
        "say at which clinic, and who it is and how to reach them: --clinic C --caller 'Ann, "
        "949-555-0100'");
  }
  auto clinic = ClinicOr(command.clinic, alert.patient());
  const bool is_unknown =
      absl::IsPermissionDenied(clinic.status()) || absl::IsNotFound(clinic.status());
  if (!is_unknown) return clinic;
  clinic = ClinicOr("", "");
  if (!absl::IsInvalidArgument(clinic.status())) return clinic;
  return absl::NotFoundError(absl::StrCat(
      "no record ", ShortName(alert.patient()),
      " is known that you may see: say which clinic takes it up, --clinic C; the alert is taken "
      "without a record"));
}

ExitCode Desk::RaiseAlert(const AlertCommand& command) {
  RaiseSafetyAlertRequest request;
  SafetyAlert& alert = *request.mutable_alert();
  alert = NewAlert(command);
  const auto clinic = ClinicOfAlert(command, alert);
  if (!clinic.ok()) return NotOnRecord(clinic.status());
  alert.set_clinic(*clinic);
  const auto raised = care_.RaiseSafetyAlert(request);
  if (!raised.ok()) return NotOnRecord(raised.status());
  if (alert.patient() == line_.record.name()) line_.alert_open = true;
  if (setup_.json) return PrintJson(*raised);
  directory_.Load().IgnoreError();
  care_screen_.ShowAlert(*raised);
  if (raised->patient().empty() && !alert.patient().empty()) {
    screen_.Advise(absl::StrCat("No record '", ShortName(alert.patient()),
                                "' is known that you may see. The alert is on record for '",
                                Printable(raised->caller_label()),
                                "': tell the clinician how to reach them."));
  }
  if (raised->clinic() != alert.clinic()) {
    screen_.Advise(absl::StrCat("No clinic '", ShortName(alert.clinic()), "' is known: ",
                                directory_.ClinicTitle(raised->clinic()), " takes it up."));
  }
  return kExitOk;
}

ExitCode Desk::NotOnRecord(const absl::Status& status) {
  *console_.err << console_.Styled(Tone::kBad,
                                   "!! THE ALERT IS NOT ON RECORD. Pass the call to a clinician "
                                   "now all the same, then try again. !!")
                << '\n';
  return Fail(status);
}

// -- Those that are open --------------------------------------------------------------------------

// One more than is shown, so that it can be said that there are more.
absl::StatusOr<std::vector<SafetyAlert>> Desk::OpenAlerts(const AlertsCommand& command) {
  ListSafetyAlertsRequest request;
  request.set_clinic(FullName("clinics", command.clinic));
  request.set_page_size(command.limit + 1);
  return FirstItems(care_.ListSafetyAlerts(request), command.limit + 1);
}

std::map<std::string, Patient> Desk::PatientsWithAlerts(
    const std::vector<SafetyAlert>& alerts) const {
  std::set<std::string> names;
  for (const SafetyAlert& alert : alerts) {
    if (!alert.patient().empty()) names.insert(alert.patient());
  }
  std::map<std::string, Patient> patients;
  if (names.empty()) return patients;
  BatchGetPatientsRequest request;
  *request.mutable_names() = {names.begin(), names.end()};
  const auto found = care_.BatchGetPatients(request);
  if (!found.ok()) return patients;  // they are called by their records then
  for (const auto& item : found->items()) {
    if (item.has_patient()) patients[item.patient().name()] = item.patient();
  }
  return patients;
}

void Desk::ShowOpenAlerts(std::vector<SafetyAlert> alerts, int limit) {
  const bool has_more = static_cast<int>(alerts.size()) > limit;
  if (has_more) alerts.resize(static_cast<size_t>(limit));
  alerts_.clear();
  for (const SafetyAlert& alert : alerts) alerts_.push_back(alert.name());
  directory_.Load().IgnoreError();
  care_screen_.ShowAlerts(alerts, PatientsWithAlerts(alerts), setup_.session);
  if (has_more) screen_.Advise(absl::StrCat("The first ", limit, "; 'alerts --limit' shows more."));
  screen_.Advise(absl::StrCat("Next: 'take-up ",
                              setup_.session ? "s1" : ShortName(alerts.front().name()),
                              " WHAT WAS DONE' takes the first one up."));
}

void Desk::BeginWithAlerts() {
  AlertsCommand command;
  command.limit = kShownAtTheStart;
  auto alerts = OpenAlerts(command);
  if (!alerts.ok()) {
    CannotBegin("Open safety alerts cannot be told. 'alerts' asks again.", alerts.status());
  } else if (!alerts->empty()) {
    ShowOpenAlerts(*std::move(alerts), command.limit);
  }
}

ExitCode Desk::Alerts(const AlertsCommand& command) {
  auto alerts = OpenAlerts(command);
  if (!alerts.ok()) return FailFor("staff and clinicians", alerts.status());
  if (setup_.json) {
    ListSafetyAlertsResponse reply;
    for (const SafetyAlert& alert : *alerts) {
      if (reply.alerts_size() < command.limit) *reply.add_alerts() = alert;
    }
    return PrintJson(reply);
  }
  if (alerts->empty()) {
    *console_.out << "No safety alert is open.\n";
  } else {
    ShowOpenAlerts(*std::move(alerts), command.limit);
  }
  return kExitOk;
}

// That it is not for an agent is not to be looked for in a name.
ExitCode Desk::FailFor(absl::string_view roles, const absl::Status& status) {
  if (setup_.json || !absl::IsPermissionDenied(status)) return Fail(status);
  return Report(console_, status,
                absl::StrCat("This is for ", roles,
                             ". Agents raise alerts, and see on the pathway that one is open.\n"));
}

// -- Taking one up --------------------------------------------------------------------------------

absl::StatusOr<std::string> Desk::AlertNamed(const std::string& typed) const {
  absl::string_view label = typed;
  size_t number = 0;
  const bool is_label = setup_.session && absl::ConsumePrefix(&label, "s") && !label.empty() &&
                        absl::ascii_isdigit(label.front()) && absl::SimpleAtoi(label, &number);
  if (!is_label) return FullName("safetyAlerts", typed);
  if (number < 1 || number > alerts_.size()) {
    return absl::NotFoundError(
        absl::StrCat("no alert of the list is called '", typed, "': 'alerts' lists them"));
  }
  return alerts_[number - 1];
}

ExitCode Desk::TakeUpAlert(const TakeUpCommand& command) {
  const auto name = AlertNamed(command.alert);
  if (!name.ok()) return Fail(name.status());
  AcknowledgeSafetyAlertRequest request;
  request.set_name(*name);
  request.set_action(absl::StrJoin(command.words, " "));
  const auto taken = care_.AcknowledgeSafetyAlert(request);
  if (!taken.ok()) return FailFor("clinicians", taken.status());
  if (!taken->patient().empty() && taken->patient() == line_.patient) {
    const auto pathway = GetPathway(line_.patient);  // another may be open
    line_.alert_open = !pathway.ok() || pathway->safety_alert_open();
  }
  if (setup_.json) return PrintJson(*taken);
  *console_.out << console_.Styled(Tone::kGood, "Taken up: ") << taken->name() << ". It is "
                << Printable(ShortName(taken->owner())) << "'s now.\n";
  return kExitOk;
}

}  // namespace clarity::client
