#ifndef CLARITY_CLIENTS_PORTAL_PORTAL_CLIENT_H_
#define CLARITY_CLIENTS_PORTAL_PORTAL_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/order_connection.h"
#include "clients/core/page_range.h"
#include "clients/core/scheduling_connection.h"

namespace clarity::client {

// What a patient looks for.
struct PortalSearch {
  scheduling::v1::SlotQuery query;
  std::string order;                   // "orders/{order}" the visit would use; empty: none
  std::string reschedule_appointment;  // the own appointment to be moved; empty: a new one
  int per_day_max = 0;                 // so that the choice spreads over days; 0: any number
  std::string viewer_time_zone;        // IANA; empty: the clinic's
  int page_size = 0;                   // 0: as the server sees fit
};

// What a patient adds to a booking.
struct PortalBooking {
  std::string order;  // "orders/{order}"; empty: none
  std::string note;   // for the staff
};

// What a patient may do, and nothing else: no method names a patient, the server takes it from
// the token. Cheap to copy. Make one for each patient, over shared connections:
//
//   PortalClient client(scheduling, catalog, orders, TokenCredentials(token_of_the_session));
//   for (const auto& slot : client.FindSlots(search)) { ... }
//   auto hold = client.CreateHold(chosen);
//   auto appointment = client.Book(*hold);
//
// Every failed call says why in ReasonOf(status); a time that is gone (SLOT_TAKEN) comes with
// DetailOf<SlotConflict>(status)->alternatives().
class PortalClient {
 public:
  PortalClient(std::shared_ptr<SchedulingConnection> scheduling,
               std::shared_ptr<CatalogConnection> catalog, std::shared_ptr<OrderConnection> orders,
               std::shared_ptr<Credentials> patient_credentials);

  PageRange<scheduling::v1::Clinic> ListClinics() const;
  // Those offered at a clinic; empty: at any.
  PageRange<scheduling::v1::VisitType> ListVisitTypes(absl::string_view clinic = "") const;

  // What a clinician has agreed to, the newest first: a visit that needs an order names one.
  PageRange<scheduling::v1::Order> ListOrders() const;

  PageRange<scheduling::v1::Slot> FindSlots(const PortalSearch& search) const;
  // How many starts each day has: a month view.
  absl::StatusOr<scheduling::v1::CountSlotsResponse> CountSlots(
      const scheduling::v1::SlotQuery& query) const;

  // Keeps a slot while the patient decides. To move a visit, name the appointment.
  absl::StatusOr<scheduling::v1::Hold> CreateHold(
      const scheduling::v1::Slot& slot, absl::string_view reschedule_appointment = "") const;
  absl::StatusOr<scheduling::v1::Hold> RenewHold(const scheduling::v1::Hold& hold) const;
  absl::Status ReleaseHold(const scheduling::v1::Hold& hold) const;

  absl::StatusOr<scheduling::v1::Appointment> Book(const scheduling::v1::Hold& hold,
                                                   const PortalBooking& booking = {}) const;
  absl::StatusOr<scheduling::v1::Appointment> Book(const scheduling::v1::Slot& slot,
                                                   const PortalBooking& booking = {}) const;

  // These change the appointment as the patient has seen it: ABORTED (ETAG_MISMATCH) when it has
  // changed since; get it and show it again.
  absl::StatusOr<scheduling::v1::Appointment> Reschedule(
      const scheduling::v1::Appointment& appointment, const scheduling::v1::Slot& to) const;
  absl::StatusOr<scheduling::v1::Appointment> Reschedule(
      const scheduling::v1::Appointment& appointment, const scheduling::v1::Hold& to) const;
  absl::StatusOr<scheduling::v1::Appointment> Cancel(
      const scheduling::v1::Appointment& appointment,
      scheduling::v1::Cancellation::Reason reason =
          scheduling::v1::Cancellation::REASON_UNSPECIFIED,
      absl::string_view note = "") const;
  absl::StatusOr<scheduling::v1::Appointment> Confirm(
      const scheduling::v1::Appointment& appointment) const;

  absl::StatusOr<scheduling::v1::Appointment> GetAppointment(absl::string_view name) const;
  // The own ones, by start. `filter` as ListAppointmentsRequest has it.
  PageRange<scheduling::v1::Appointment> ListAppointments(absl::string_view filter = "",
                                                          bool show_ended = false) const;

 private:
  absl::StatusOr<scheduling::v1::Appointment> Book(scheduling::v1::BookAppointmentRequest request,
                                                   const PortalBooking& booking) const;

  std::shared_ptr<SchedulingConnection> scheduling_;
  std::shared_ptr<CatalogConnection> catalog_;
  std::shared_ptr<OrderConnection> orders_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_PORTAL_PORTAL_CLIENT_H_
