#include "tests/support/requests.h"

#include <stdexcept>

#include "clients/admin/catalog_files.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;

constexpr char kFormat[] = "%Y-%m-%d %H:%M";

absl::TimeZone LakeForestZone() {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("America/Los_Angeles", &zone)) throw std::runtime_error("no zones here");
  return zone;
}

}  // namespace

v1::Catalog TestCatalog() {
  return Value(client::CatalogFiles::Read(CLARITY_TESTS_SUPPORT_DIR "/clinics.textproto"))
      .catalog();
}

scheduling::v1::Catalog OpenCatalog() {
  scheduling::v1::Catalog catalog = TestCatalog();
  for (scheduling::v1::Resource& resource : *catalog.mutable_resources()) {
    for (scheduling::v1::Availability& row : *resource.mutable_availability()) {
      row.set_recurrence("FREQ=DAILY");
      row.mutable_hours()->mutable_start()->set_hours(0);
      row.mutable_hours()->mutable_end()->set_hours(24);
    }
  }
  return catalog;
}

absl::Time At(absl::string_view local) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kFormat, local, LakeForestZone(), &time, &error)) {
    throw std::runtime_error(error);
  }
  return time;
}

std::string Local(absl::Time time) { return absl::FormatTime(kFormat, time, LakeForestZone()); }

google::protobuf::Timestamp ToWire(absl::Time time) {
  google::protobuf::Timestamp wire;
  wire.set_seconds(absl::ToUnixSeconds(time));
  wire.set_nanos(
      static_cast<int>((time - absl::FromUnixSeconds(wire.seconds())) / absl::Nanoseconds(1)));
  return wire;
}

absl::Time FromWire(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

v1::FindSlotsRequest Search(absl::string_view visit_type, absl::string_view clinic,
                            absl::string_view from, absl::string_view to) {
  v1::FindSlotsRequest request;
  v1::SlotQuery& query = *request.mutable_query();
  query.set_visit_type(std::string(visit_type));
  query.add_clinics(std::string(clinic));
  *query.mutable_window()->mutable_start_time() = ToWire(At(from));
  *query.mutable_window()->mutable_end_time() = ToWire(At(to));
  request.set_page_size(200);
  return request;
}

v1::CreateHoldRequest Hold(absl::string_view visit_type, absl::string_view clinic,
                           absl::string_view start) {
  v1::CreateHoldRequest request;
  request.mutable_hold()->set_visit_type(std::string(visit_type));
  request.mutable_hold()->set_clinic(std::string(clinic));
  *request.mutable_hold()->mutable_start_time() = ToWire(At(start));
  return request;
}

v1::BookAppointmentRequest Booking(absl::string_view visit_type, absl::string_view clinic,
                                   absl::string_view start, absl::string_view patient) {
  v1::BookAppointmentRequest request;
  request.set_visit_type(std::string(visit_type));
  request.set_clinic(std::string(clinic));
  *request.mutable_start_time() = ToWire(At(start));
  request.add_participants()->set_patient(std::string(patient));
  return request;
}

v1::BookAppointmentRequest Booking(const v1::Hold& hold, absl::string_view patient) {
  v1::BookAppointmentRequest request;
  request.set_hold(hold.name());
  request.add_participants()->set_patient(std::string(patient));
  return request;
}

v1::RescheduleAppointmentRequest Move(const v1::Appointment& appointment, absl::string_view start) {
  v1::RescheduleAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  *request.mutable_start_time() = ToWire(At(start));
  return request;
}

v1::CancelAppointmentRequest Cancellation(const v1::Appointment& appointment) {
  v1::CancelAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  return request;
}

v1::GetAppointmentRequest Get(absl::string_view name) {
  v1::GetAppointmentRequest request;
  request.set_name(std::string(name));
  return request;
}

v1::ListAppointmentsRequest List(absl::string_view filter) {
  v1::ListAppointmentsRequest request;
  request.set_filter(std::string(filter));
  return request;
}

v1::WatchAppointmentsRequest Watch(absl::string_view clinic, absl::string_view resume_token) {
  v1::WatchAppointmentsRequest request;
  request.add_scopes()->set_clinic(std::string(clinic));
  request.set_resume_token(std::string(resume_token));
  return request;
}

}  // namespace clarity::tests
