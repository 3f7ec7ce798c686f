#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_CARE_SCREEN_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_CARE_SCREEN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/consultation/v1/episode.pb.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "clients/callcenter/tool/directory.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// Puts patients, and how far their care has come, before an agent's eyes. Days and times are those
// of the clinic.
class CareScreen {
 public:
  // Both outlive it.
  CareScreen(const Console* console, const Directory* directory)
      : console_(*console), directory_(*directory) {}

  // Whom to call, numbered.
  void ShowToCall(const std::vector<consultation::v1::ListOverdueContactsResponse::OverdueContact>&
                      contacts) const;
  // Numbered. `alike`: by the name of the record, in what it looks like one that is to be made.
  void ShowPatients(const std::vector<consultation::v1::Patient>& patients,
                    const std::map<std::string, std::string>& alike = {}) const;
  // All of the record.
  void ShowPatient(const consultation::v1::Patient& patient) const;
  // What the agent has to know before the first word.
  void Introduce(const consultation::v1::Patient& patient) const;
  // `letters`: of the visits, in their order; none: their names are shown. `numbered`: whether what
  // can be booked is called by its number, or by what a search takes.
  void ShowPathway(const consultation::v1::Pathway& pathway,
                   const std::vector<std::string>& letters, bool numbered) const;
  // Cannot be overlooked.
  void WarnOfAlert() const;
  void ShowAlert(const consultation::v1::SafetyAlert& alert) const;
  // `labelled`: whether they are called s1, s2, or by their ids. `patients`: by name, those known.
  void ShowAlerts(const std::vector<consultation::v1::SafetyAlert>& alerts,
                  const std::map<std::string, consultation::v1::Patient>& patients,
                  bool labelled) const;
  void ShowContact(const consultation::v1::Contact& contact, absl::TimeZone zone) const;
  // "by Mon Mar 16".
  std::string ConsultationDue(const consultation::v1::Episode& episode) const;

  // "Maria Ortiz".
  static std::string NameOf(const consultation::v1::Patient& patient);

 private:
  using Pathway = consultation::v1::Pathway;

  void Row(absl::string_view label, absl::string_view text) const;
  void ShowSteps(const Pathway& pathway, absl::TimeZone zone) const;
  void ShowOpenPoints(const Pathway& pathway, absl::TimeZone zone) const;
  void ShowVisits(const Pathway& pathway, const std::vector<std::string>& letters) const;
  void ShowBookable(const Pathway& pathway, absl::TimeZone zone, bool numbered) const;
  std::string Told(const consultation::v1::Contact& contact, absl::TimeZone zone) const;
  absl::TimeZone ZoneOfClinic(const std::string& clinic) const;
  absl::Time now() const { return console_.environment.now(); }

  const Console& console_;
  const Directory& directory_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_CARE_SCREEN_H_
