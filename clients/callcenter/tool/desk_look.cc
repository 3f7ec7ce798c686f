// The desk: looking at visits, and at what the clinics offer.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/first_items.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/ctrl_c.h"
#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::GetDayBoardRequest;
using scheduling::v1::ListAppointmentsRequest;
using scheduling::v1::ListAppointmentsResponse;
using scheduling::v1::ListOrdersRequest;
using scheduling::v1::ListOrdersResponse;
using scheduling::v1::WatchAppointmentsRequest;

constexpr int kListDaysUsual = 14;

}  // namespace

ExitCode Desk::Show(const std::string& name) {
  const auto appointment = GetAppointment(name);
  if (!appointment.ok()) return Fail(appointment.status());
  if (setup_.json) return PrintJson(*appointment);
  directory_.Load().IgnoreError();
  NameShown(appointment->name());
  screen_.ShowAppointment(*appointment);
  return kExitOk;
}

ExitCode Desk::List(ListCommand command) {
  directory_.Load().IgnoreError();
  // Without a word, those of whom the agent is talking to.
  if (command.patient.empty() && command.clinic.empty() && command.filter.empty()) {
    command.patient = line_.patient;
  }
  const auto filter = FilterOf(command);
  if (!filter.ok()) return Fail(filter.status());
  ListAppointmentsRequest request;
  request.set_filter(*filter);
  request.set_show_ended(command.all);
  request.set_page_size(command.limit);
  const auto appointments = FirstItems(client_.ListAppointments(request), command.limit);
  if (!appointments.ok()) return Fail(appointments.status());
  if (setup_.json) {
    ListAppointmentsResponse reply;
    *reply.mutable_appointments() = {appointments->begin(), appointments->end()};
    return PrintJson(reply);
  }
  if (appointments->empty()) {
    *console_.out << "No appointments"
                  << (command.all ? ".\n" : ". --all also shows those cancelled or missed.\n");
    return kExitOk;
  }
  std::vector<std::string> names;
  for (const Appointment& appointment : *appointments) names.push_back(appointment.name());
  screen_.ShowAppointments(*appointments, NamesShown(names));
  if (static_cast<int>(appointments->size()) == command.limit) {
    screen_.Advise(absl::StrCat("The first ", command.limit, "; --limit shows more."));
  }
  return kExitOk;
}

absl::StatusOr<std::string> Desk::FilterOf(const ListCommand& command) {
  std::vector<std::string> terms;
  const std::string clinic = FullName("clinics", command.clinic);
  if (!clinic.empty()) terms.push_back(absl::StrCat("clinic = \"", clinic, "\""));
  if (!command.patient.empty()) {
    terms.push_back(absl::StrCat("patient = \"", FullName("patients", command.patient), "\""));
  }
  if (!command.from.empty() || command.days > 0) {
    const absl::TimeZone zone = ZoneOfClinic(clinic);
    const auto from =
        ParseDay(command.from.empty() ? "today" : command.from, absl::ToCivilDay(now(), zone));
    if (!from.ok()) return from.status();
    const int days = command.days > 0 ? command.days : kListDaysUsual;
    const auto bound = [zone](absl::CivilDay day) {
      return absl::FormatTime(absl::RFC3339_sec, absl::FromCivil(day, zone), zone);
    };
    terms.push_back(absl::StrCat("start_time >= \"", bound(*from), "\""));
    terms.push_back(absl::StrCat("start_time < \"", bound(*from + days), "\""));
  }
  if (!command.filter.empty()) terms.push_back(command.filter);
  return absl::StrJoin(terms, " AND ");
}

ExitCode Desk::Board(const BoardCommand& command) {
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return Fail(loaded);
  GetDayBoardRequest request;
  request.set_clinic(FullName("clinics", command.clinic));
  const auto day = ParseDay(command.day, absl::ToCivilDay(now(), ZoneOfClinic(request.clinic())));
  if (!day.ok()) return Fail(day.status());
  request.mutable_date()->set_year(static_cast<int32_t>(day->year()));
  request.mutable_date()->set_month(day->month());
  request.mutable_date()->set_day(day->day());
  const auto board = client_.GetDayBoard(request);
  if (!board.ok()) return Fail(board.status());
  if (setup_.json) return PrintJson(*board);
  std::vector<std::string> names;
  for (const auto& row : board->rows()) names.push_back(row.appointment().name());
  screen_.ShowBoard(*board, NamesShown(names));
  return kExitOk;
}

ExitCode Desk::Orders(const std::string& patient) {
  ListOrdersRequest request;
  request.set_patient(PatientOr(patient));
  if (request.patient().empty()) {
    return Fail(absl::InvalidArgumentError("say whose: the patient"));
  }
  const auto orders = FirstItems(client_.ListOrders(request), /*limit=*/0);
  if (!orders.ok()) return Fail(orders.status());
  if (setup_.json) {
    ListOrdersResponse reply;
    *reply.mutable_orders() = {orders->begin(), orders->end()};
    return PrintJson(reply);
  }
  if (orders->empty()) {
    *console_.out << "No orders: a clinician has to put one first.\n";
    return kExitOk;
  }
  directory_.Load().IgnoreError();
  screen_.ShowOrders(*orders);
  return kExitOk;
}

ExitCode Desk::Watch(const std::vector<std::string>& clinics) {
  directory_.Load().IgnoreError();
  WatchAppointmentsRequest request;
  for (const std::string& clinic : clinics) {
    request.add_scopes()->set_clinic(FullName("clinics", clinic));
  }
  if (clinics.empty()) request.add_scopes()->set_clinic("clinics/-");
  const auto watch = client_.WatchAppointments(request);
  const CtrlC ends_it([&watch] { watch->Cancel(); });
  if (!setup_.json) screen_.Advise("Changes as they happen. Ctrl-C ends it.");
  for (;;) {
    const auto message = watch->Next();
    if (absl::IsCancelled(message.status())) {
      if (console_.can_ask) *console_.out << std::endl;  // the terminal has shown a ^C
      return kExitOk;
    }
    if (!message.ok()) return Fail(message.status());
    if (setup_.json) {
      PrintJson(*message, /*on_one_line=*/true);
    } else if (message->has_change()) {
      screen_.ShowChange(message->change());
    } else if (message->has_resync()) {
      *console_.out << console_.Styled(Tone::kWarning, "Some changes were missed: list again.")
                    << std::endl;
    }
  }
}

ExitCode Desk::Clinics() {
  const absl::Status loaded = directory_.Reload();
  if (!loaded.ok()) return Fail(loaded);
  if (!setup_.json) {
    screen_.ShowClinics();
    return kExitOk;
  }
  scheduling::v1::ListClinicsResponse reply;
  for (const auto& [name, clinic] : directory_.clinics()) *reply.add_clinics() = clinic;
  return PrintJson(reply);
}

ExitCode Desk::VisitTypes(const std::string& clinic) {
  scheduling::v1::ListVisitTypesRequest request;
  request.set_clinic(FullName("clinics", clinic));
  const auto visit_types = FirstItems(client_.ListVisitTypes(request), /*limit=*/0);
  if (!visit_types.ok()) return Fail(visit_types.status());
  if (!setup_.json) {
    screen_.ShowVisitTypes(*visit_types);
    return kExitOk;
  }
  scheduling::v1::ListVisitTypesResponse reply;
  *reply.mutable_visit_types() = {visit_types->begin(), visit_types->end()};
  return PrintJson(reply);
}

}  // namespace clarity::client
