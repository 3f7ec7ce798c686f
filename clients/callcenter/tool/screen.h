#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_SCREEN_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_SCREEN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/order.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "clients/callcenter/tool/directory.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// Puts slots, holds and appointments before an agent's eyes. Times are when the patient is there,
// on the clinic's clock and, where it shows something else, on the caller's.
class Screen {
 public:
  // Both outlive it.
  Screen(const Console* console, const Directory* directory,
         absl::optional<absl::TimeZone> caller_zone)
      : console_(*console), directory_(*directory), caller_zone_(caller_zone) {}

  const absl::optional<absl::TimeZone>& caller_zone() const { return caller_zone_; }
  void set_caller_zone(absl::optional<absl::TimeZone> zone) { caller_zone_ = zone; }

  // Numbered tables.
  void ShowSlots(const std::vector<scheduling::v1::Slot>& slots) const;
  // A calendar of each clinic: how many starts are free on a day.
  void ShowMonth(const std::vector<std::string>& clinics, absl::CivilMonth month,
                 const scheduling::v1::CountSlotsResponse& counts) const;
  void ShowOpenings(const scheduling::v1::FindNextAvailableResponse& openings) const;
  // `name`: what the agent calls it. `expires`: by the clock of this machine.
  void ShowHold(const scheduling::v1::Hold& hold, absl::string_view name, absl::Time expires) const;
  // What a hold is for, in a few words.
  std::string Title(const scheduling::v1::Hold& hold) const;
  // What stands in the way of a time, a line each.
  std::string Obstacles(const scheduling::v1::SlotConflict& conflict) const;
  // What the agent reads out to the caller, under a headline.
  void ReadBack(absl::string_view headline, absl::string_view name,
                const scheduling::v1::Appointment& appointment) const;
  void ShowAppointment(const scheduling::v1::Appointment& appointment) const;
  // With the letters that the agent calls them by; none: their names are shown.
  void ShowAppointments(const std::vector<scheduling::v1::Appointment>& appointments,
                        const std::vector<std::string>& letters) const;
  void ShowBoard(const scheduling::v1::DayBoard& board,
                 const std::vector<std::string>& letters) const;
  void ShowOrders(const std::vector<scheduling::v1::Order>& orders) const;
  void ShowChange(const scheduling::v1::WatchAppointmentsResponse::Change& change) const;
  void ShowClinics() const;
  void ShowVisitTypes(const std::vector<scheduling::v1::VisitType>& visit_types) const;
  // What may be done next: a sentence of the tool, not of the server.
  void Advise(absl::string_view next) const;

 private:
  struct Span {
    absl::Time start, end;
    absl::TimeZone zone;  // the clinic's
  };
  template <typename Visit>
  static Span PatientSpan(const Visit& visit);

  // "9:00 AM PST", and the caller's where it differs, otherwise empty.
  std::string ClinicTime(const Span& span) const;
  std::string CallerTime(const Span& span) const;
  // "Tuesday, December 1, 2026, 9:00 AM to 11:30 AM PST (12:00 PM to 2:30 PM EST for the caller)".
  std::string Spoken(const Span& span) const;
  absl::Time now() const { return console_.environment.now(); }

  const Console& console_;
  const Directory& directory_;
  absl::optional<absl::TimeZone> caller_zone_;
};

// "booked" of STATE_BOOKED: the name of an enum value as people read it.
std::string ValueWords(absl::string_view value_name, absl::string_view prefix);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_SCREEN_H_
