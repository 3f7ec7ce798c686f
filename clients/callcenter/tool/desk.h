#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clients/callcenter/call_center_client.h"
#include "clients/callcenter/care_client.h"
#include "clients/callcenter/tool/care_screen.h"
#include "clients/callcenter/tool/commands.h"
#include "clients/callcenter/tool/directory.h"
#include "clients/callcenter/tool/held_times.h"
#include "clients/callcenter/tool/interview.h"
#include "clients/callcenter/tool/last_slots.h"
#include "clients/callcenter/tool/on_the_line.h"
#include "clients/callcenter/tool/screen.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace clarity::client {

// What a desk calls: scheduling for visits, consultation for all else.
struct DeskClients {
  CallCenterClient visits;
  CareClient care;
};

// An agent's desk: what every command of the call-center tool does, whether it comes from the
// command line or from a session. Each says how it went, and gives the exit code.
//
// In a session the desk also remembers: who is on the line, which times are held, and what stands
// on the screen. Visits are then called by letters, held times h1, h2, and what was listed last
// (slots, people, or what the pathway says can be booked) by number.
class Desk {
 public:
  struct Setup {
    bool json = false;  // a document for programs instead of words for people
    bool session = false;
    absl::optional<absl::TimeZone> caller_zone;
  };

  // `console` outlives the desk.
  Desk(DeskClients clients, const Console* console, LastSlots last_slots, const Setup& setup);

  // Finding a time.
  ExitCode Slots(SlotsCommand command);
  ExitCode Next(const NextCommand& command);
  ExitCode Month(const MonthCommand& command);
  ExitCode Explain(const ExplainCommand& command);

  // Keeping it. Without saying which: the one that is held.
  ExitCode Hold(const HoldCommand& command);
  ExitCode Renew(const std::string& what);
  ExitCode Release(const std::string& what);

  // The appointment.
  ExitCode Book(const BookCommand& command);
  ExitCode Move(const MoveCommand& command);
  ExitCode Cancel(const CancelCommand& command);
  ExitCode Take(Step step, const StepCommand& command);

  // Looking.
  ExitCode Show(const std::string& appointment);
  ExitCode List(ListCommand command);
  ExitCode Board(const BoardCommand& command);
  // Of a patient, or of who is on the line.
  ExitCode Orders(const std::string& patient);
  // Until Ctrl-C, or until the connection is lost for good.
  ExitCode Watch(const std::vector<std::string>& clinics);
  ExitCode Clinics();
  ExitCode VisitTypes(const std::string& clinic);

  // Who it is.
  ExitCode FindPatient(const FindPatientCommand& command);
  ExitCode NewPatient(const PatientCommand& command);
  ExitCode ChangePatient(const PatientCommand& command);
  ExitCode ShowPatient(const std::string& patient);

  // Their care. Without saying whose: of who is on the line.
  ExitCode Overdue(const OverdueCommand& command);
  ExitCode OpenEpisode(const OpenEpisodeCommand& command);
  ExitCode Pathway(const std::string& patient);
  ExitCode LogContact(const ContactCommand& command);
  ExitCode Ask(const AskCommand& command);
  ExitCode RaiseAlert(const AlertCommand& command);
  ExitCode Alerts(const AlertsCommand& command);
  ExitCode TakeUpAlert(const TakeUpCommand& command);

  // Of a session only.
  // Before the first command: which alerts are open, and whom to call; nothing where that is not
  // served, or not for whoever this is.
  void Begin();
  ExitCode Caller(const CallerCommand& command);
  // A number alone: holds a slot, takes a person on the line, or shows the times of a visit.
  ExitCode TakeNumber(const std::string& number);
  ExitCode Holds();
  // Gives back what is held, and says so.
  void ReleaseAll();
  // Which holds are about to lapse, and which have; empty: none since it was asked last.
  std::string News();
  // Says what went wrong, as everything else is said here.
  ExitCode Fail(const absl::Status& status);
  const OnTheLine& line() const { return line_; }
  const HeldTimes& held() const { return held_; }
  // Letters of the visits on the screen.
  std::vector<std::string> Letters() const;
  Directory& directory() { return directory_; }

 private:
  // A choice, understood: a hold, or a slot, or a slot and the hold that keeps it.
  struct Chosen {
    int number = 0;    // 0: not of the slots shown last
    std::string hold;  // empty: none
    scheduling::v1::Slot slot;
  };

  static constexpr int kShownAtTheStart = 10;  // of each list that a session begins with

  // Consultation hears of a visit within this time.
  static constexpr absl::Duration kNewsTakes = absl::Minutes(1);
  struct JustBooked {
    scheduling::v1::Appointment appointment;
    absl::Time time;
  };

  // What the numbers on the screen stand for.
  enum class Numbered { kSlots, kPeople, kVisits };
  struct Listed {
    consultation::v1::Patient patient;
    bool to_call = false;
  };

  absl::StatusOr<Chosen> Choose(const Choice& choice);
  absl::StatusOr<scheduling::v1::Slot> SlotInWords(const Choice& choice);
  // The only time held, where nothing is said.
  Choice OrHeld(Choice choice) const;
  absl::StatusOr<Chosen> ChooseHold(const std::string& what);
  absl::StatusOr<scheduling::v1::FindSlotsRequest> SearchOf(const SlotsCommand& command);
  void AdviseOtherModality(const scheduling::v1::Slot& shown, Modality asked);
  absl::Status AddPlaces(const SlotsCommand& command, scheduling::v1::SlotQuery* query);
  absl::StatusOr<std::string> FilterOf(const ListCommand& command);
  // The clinics named, or all there are.
  absl::StatusOr<std::vector<std::string>> ClinicsOf(const std::vector<std::string>& named);
  absl::TimeZone ZoneOfClinic(const std::string& clinic) const;
  absl::Time now() const { return console_.environment.now(); }

  // What was typed, else what is known of who is on the line.
  std::string PatientOr(const std::string& typed) const;
  // For a visit that needs an order; in a session also the only one of the patient's that covers
  // it.
  std::string OrderOr(const std::string& typed, const std::string& patient,
                      const std::string& visit_type);
  std::string OnlyOrderFor(const std::string& patient, const std::string& visit_type);
  // A name, an id, or in a session a letter of the screen.
  absl::StatusOr<std::string> AppointmentNamed(const std::string& typed) const;
  absl::StatusOr<scheduling::v1::Appointment> GetAppointment(const std::string& typed);
  // When a step of a visit happened, on the clock of its clinic; not set where nothing was typed.
  absl::StatusOr<absl::optional<absl::Time>> TimeOfStep(const StepCommand& command);

  // Finds the caller by the number, and takes them on the line where there is only one.
  ExitCode CallerWithNumber(const std::string& number);
  ExitCode CallerWithRecord(const std::string& patient);
  // Shows who it is and how far they have come. What is held for somebody else is released.
  ExitCode TakeOnTheLine(const consultation::v1::Patient& patient, bool called);
  void BeginWith(OnTheLine line);
  // `alike`: as CareScreen::ShowPatients.
  void ListPeople(const std::vector<consultation::v1::Patient>& patients,
                  const std::map<std::string, std::string>& alike = {});
  ExitCode TakePerson(const std::string& number);
  // The times at which a visit can take place that the pathway says can be booked.
  ExitCode SlotsOfVisit(const std::string& number, Modality modality);
  absl::StatusOr<consultation::v1::CreatePatientRequest> NewPatientRequest(
      const PatientCommand& command);
  // Writes what was said of a record into it, and names the fields.
  absl::Status WriteDown(const PatientCommand& command, consultation::v1::Patient* patient,
                         google::protobuf::FieldMask* fields) const;
  ExitCode FailedToMake(const consultation::v1::CreatePatientRequest& request,
                        const absl::Status& status);
  absl::StatusOr<consultation::v1::Pathway> GetPathway(const std::string& patient);
  // What was booked just now can be booked no more, though consultation has not heard of it yet.
  // Gives how those visits are called.
  std::vector<std::string> LeaveOutBooked(consultation::v1::Pathway* pathway);
  void ShowPathway(const consultation::v1::Pathway& pathway);
  // The open episode of a patient.
  absl::StatusOr<consultation::v1::Episode> EpisodeOf(const std::string& patient);
  // What was typed, else that of the patient, else the only one there is.
  absl::StatusOr<std::string> ClinicOr(const std::string& typed, const std::string& patient);
  absl::StatusOr<Interview::Form> FormOf(const AskCommand& command,
                                         const consultation::v1::Episode& episode);
  absl::Status SaveGiven(const AskCommand& command, Interview* interview) const;
  ExitCode AskAll(Interview* interview);
  ExitCode Submit(Interview* interview);
  absl::StatusOr<consultation::v1::LogContactRequest> ContactRequest(
      const ContactCommand& command, const consultation::v1::Episode& episode);
  absl::StatusOr<std::vector<consultation::v1::ListOverdueContactsResponse::OverdueContact>>
  WhomToCall(const OverdueCommand& command);
  std::map<std::string, consultation::v1::Patient> PatientsWithAlerts(
      const std::vector<consultation::v1::SafetyAlert>& alerts) const;
  absl::StatusOr<std::vector<consultation::v1::SafetyAlert>> OpenAlerts(
      const AlertsCommand& command);
  void ShowOpenAlerts(std::vector<consultation::v1::SafetyAlert> alerts, int limit);
  consultation::v1::SafetyAlert NewAlert(const AlertCommand& command) const;
  absl::StatusOr<std::string> ClinicOfAlert(const AlertCommand& command,
                                            const consultation::v1::SafetyAlert& alert);
  ExitCode NotOnRecord(const absl::Status& status);
  ExitCode FailFor(absl::string_view roles, const absl::Status& status);
  // A name, an id, or in a session a label of the list: "s1".
  absl::StatusOr<std::string> AlertNamed(const std::string& typed) const;
  void BeginWithAlerts();
  void BeginWithWhomToCall();
  void CannotBegin(absl::string_view what, const absl::Status& status);
  void ListToCall(
      std::vector<consultation::v1::ListOverdueContactsResponse::OverdueContact> contacts,
      int limit);

  // Shows slots as a numbered table, and remembers them.
  void Offer(const std::vector<scheduling::v1::Slot>& slots);
  void Remember(const std::vector<scheduling::v1::Slot>& slots);
  void Forget(const Chosen& chosen);  // its hold is used up or gone
  // What came of a booking, or of a change of one; with what the agent reads out.
  ExitCode ReadBack(absl::string_view headline, const scheduling::v1::Appointment& appointment);
  // How the agent calls this visit from now on.
  std::string NameShown(const std::string& appointment);
  // The same for each visit of a table; in a session only.
  std::vector<std::string> NamesShown(const std::vector<std::string>& appointments);
  // Of an attempt to take a chosen time: with the alternatives.
  ExitCode FailedToTake(const Chosen& chosen, const absl::Status& status);
  ExitCode PrintJson(const google::protobuf::Message& message, bool on_one_line = false);
  // Where a session says what no command has asked for: not between documents for programs.
  std::ostream& Aside() const;
  void ReleaseOne(const HeldTime& time);

  const CallCenterClient client_;
  const CareClient care_;
  const Console& console_;
  const Setup setup_;
  LastSlots last_slots_;
  Directory directory_;
  Screen screen_;
  CareScreen care_screen_;

  // What a session remembers.
  OnTheLine line_;
  Numbered numbered_ = Numbered::kSlots;
  std::vector<Listed> people_;  // by number
  // What was refused for records that looked like it, once more for somebody else than those.
  consultation::v1::CreatePatientRequest distinct_;
  HeldTimes held_;
  std::vector<std::string> visits_;  // names, by letter
  std::vector<std::string> alerts_;  // names, by the number in their label
  std::vector<JustBooked> booked_;
  std::string moving_;  // the appointment that the slots shown are for; empty: none
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_DESK_H_
