#include "services/scheduling/booking/appointment_reads.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/page_token.h"
#include "services/scheduling/booking/appointment_filter.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/records.h"
#include "services/scheduling/watch/watch.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentCursor;
using storage::v1::AppointmentRecord;

// The same list by three indexes; $1 is the name where there is one.
constexpr Sql kByPatient = {
    "SELECT body, start_time, name FROM appointment WHERE patient = $1 AND start_time >= $2 "
    "AND start_time <= $3 AND (start_time > $2 OR name > $4) ORDER BY start_time, name LIMIT $5"};
constexpr Sql kByClinic = {
    "SELECT body, start_time, name FROM appointment WHERE clinic = $1 AND start_time >= $2 "
    "AND start_time <= $3 AND (start_time > $2 OR name > $4) ORDER BY start_time, name LIMIT $5"};
constexpr Sql kByStart = {
    "SELECT body, start_time, name FROM appointment WHERE $1 = '' AND start_time >= $2 "
    "AND start_time <= $3 AND (start_time > $2 OR name > $4) ORDER BY start_time, name LIMIT $5"};

// Which index, and the range within it.
struct Scan {
  const Sql* sql = &kByStart;
  std::string name;
  int64_t from_micros = 0;
  int64_t to_micros = 0;
  std::string after_name;
};

int64_t Micros(absl::Time time) {
  if (time == absl::InfinitePast()) return INT64_MIN;
  if (time == absl::InfiniteFuture()) return INT64_MAX;
  return absl::ToUnixMicros(time);
}

Scan ScanFor(const rpc::Call& call, const AppointmentFilter& filter) {
  Scan scan;
  const std::string patient = filter.RequiredName(AppointmentFilter::Field::kPatient);
  const std::string clinic = filter.RequiredName(AppointmentFilter::Field::kClinic);
  if (call.principal.IsPatientOnly()) {
    scan.sql = &kByPatient;
    scan.name = call.principal.patient;
  } else if (!patient.empty()) {
    scan.sql = &kByPatient;
    scan.name = patient;
  } else if (!clinic.empty()) {
    scan.sql = &kByClinic;
    scan.name = clinic;
  }
  scan.from_micros = Micros(filter.EarliestStart());
  scan.to_micros = Micros(filter.LatestStart());
  return scan;
}

absl::Status ResumeFrom(const v1::ListAppointmentsRequest& request, Scan* scan) {
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, request.page_token()));
  if (token.empty()) return absl::OkStatus();
  AppointmentCursor cursor;
  if (!cursor.ParseFromString(token)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  scan->from_micros = cursor.start_time_micros();
  scan->after_name = cursor.name();
  return absl::OkStatus();
}

}  // namespace

absl::Status AppointmentReads::Get(const rpc::Call& call, Transaction& transaction,
                                   const v1::GetAppointmentRequest& request,
                                   v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, request.name()));
  Show(call, std::move(*record.mutable_appointment()), reply);
  return absl::OkStatus();
}

absl::Status AppointmentReads::BatchGet(const rpc::Call& call, Transaction& transaction,
                                        const v1::BatchGetAppointmentsRequest& request,
                                        v1::BatchGetAppointmentsResponse* reply) {
  for (const std::string& name : request.names()) {
    auto* item = reply->add_items();
    item->set_name(name);
    auto record = Load<AppointmentRecord>(call, transaction, name);
    if (record.ok()) {
      Show(call, std::move(*record->mutable_appointment()), item->mutable_appointment());
    } else if (absl::IsNotFound(record.status()) || absl::IsPermissionDenied(record.status())) {
      *item->mutable_status() = base::ToRpcStatus(record.status());
    } else {
      return record.status();
    }
  }
  return absl::OkStatus();
}

absl::Status AppointmentReads::List(const rpc::Call& call, Transaction& transaction,
                                    const v1::ListAppointmentsRequest& request,
                                    v1::ListAppointmentsResponse* reply) {
  ASSIGN_OR_RETURN(const auto filter, AppointmentFilter::Parse(request.filter()));
  const bool show_ended = request.show_ended() || filter.NamesState();
  const int page_size =
      request.page_size() > 0 ? request.page_size() : limits::kAppointmentsPageDefault;
  Scan scan = ScanFor(call, filter);
  RETURN_IF_ERROR(ResumeFrom(request, &scan));

  AppointmentCursor last;
  int scanned = 0;
  const absl::Status page_full = absl::CancelledError("the page is full");
  const absl::Status read = transaction.Query(
      *scan.sql,
      {Value::Text(scan.name), Value::Integer(scan.from_micros), Value::Integer(scan.to_micros),
       Value::Text(scan.after_name), Value::Integer(limits::kAppointmentsScannedMax)},
      [&](const Row& row) -> absl::Status {
        ++scanned;
        ASSIGN_OR_RETURN(auto appointment, ParseAppointment(row.Text(0)));
        last.set_start_time_micros(row.Integer(1));
        last.set_name(std::string(row.Text(2)));
        const bool visible =
            call.MaySee(appointment.clinic(), appointment.participants(0).patient()).ok();
        if (visible && (show_ended || !IsMissed(appointment.state())) &&
            filter.Matches(appointment)) {
          Show(call, std::move(appointment), reply->add_appointments());
          if (reply->appointments_size() == page_size) return page_full;
        }
        return absl::OkStatus();
      });
  if (read != page_full) RETURN_IF_ERROR(read);
  // A page may hold fewer than asked for, when many rows had to be passed over.
  if (read == page_full || scanned == limits::kAppointmentsScannedMax) {
    reply->set_next_page_token(rpc::EncodePageToken(request, last.SerializeAsString()));
  }
  if (request.page_token().empty()) {
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    ASSIGN_OR_RETURN(*reply->mutable_watch_token(),
                     WatchTokenNow(transaction, VisibleStreams(call, *snapshot)));
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
