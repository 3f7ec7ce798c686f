#include "services/consultation/intake/contacts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/consultation/errors.h"
#include "services/consultation/limits.h"
#include "services/consultation/paging.h"
#include "services/consultation/patients/phone_numbers.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::ContactRecord;
using storage::v1::EpisodeRecord;
using ToCall = v1::ListOverdueContactsResponse;

constexpr Sql kWrite = {
    "INSERT INTO contact (name, episode, time, body, key_id) VALUES ($1, $2, $3, $4, 0)"};
constexpr Sql kList = {
    "SELECT name, time, body FROM contact WHERE episode = $4 AND time <= $1 "
    "AND (time < $1 OR name > $2) ORDER BY time DESC, name LIMIT $3"};
constexpr Sql kLast = {
    "SELECT body FROM contact WHERE episode = $1 ORDER BY time DESC, name DESC LIMIT $2"};
constexpr Sql kWaiting = {
    "SELECT body FROM episode WHERE waiting = 1 AND warning_time <= $1 "
    "ORDER BY warning_time LIMIT $2"};
constexpr Sql kCallbacks = {
    "SELECT body FROM episode WHERE callback_time > 0 AND callback_time <= $1 "
    "ORDER BY callback_time LIMIT $2"};

// Why an episode is on the list; nothing: it is not.
struct Urgency {
  ToCall::Cause cause;
  int64_t due_micros;
};

std::optional<Urgency> UrgencyOf(const EpisodeRecord& record, int64_t now) {
  const bool is_waiting = IsWaiting(record);
  if (is_waiting && record.overdue_time_micros() <= now) {
    return Urgency{ToCall::CAUSE_OVERDUE, record.overdue_time_micros()};
  }
  if (record.callback_time_micros() > 0 && record.callback_time_micros() <= now) {
    return Urgency{ToCall::CAUSE_CALLBACK, record.callback_time_micros()};
  }
  const bool is_booked_in_time = !record.consultation().empty() &&
                                 record.consultation_time_micros() < record.overdue_time_micros();
  if (is_waiting && record.warning_time_micros() <= now && !is_booked_in_time) {
    return Urgency{ToCall::CAUSE_DUE_SOON, record.overdue_time_micros()};
  }
  return std::nullopt;
}

// The order of the list, also its cursor: cause, time, name.
using Place = std::tuple<int, int64_t, std::string>;

storage::v1::PageCursor CursorOf(const Place& place) {
  storage::v1::PageCursor cursor;
  cursor.set_time_micros(std::get<1>(place));
  cursor.set_name(absl::StrCat(std::get<0>(place), std::get<2>(place)));
  return cursor;
}

Place PlaceOf(const storage::v1::PageCursor& cursor) {
  if (cursor.name().empty()) return {-1, 0, ""};
  return {cursor.name()[0] - '0', cursor.time_micros(), cursor.name().substr(1)};
}

bool IsReached(const v1::Contact& contact) {
  return contact.disposition() == v1::Contact::DISPOSITION_REACHED;
}

}  // namespace

absl::StatusOr<std::vector<v1::Contact>> LastContacts(Transaction& transaction,
                                                      absl::string_view episode, int64_t max) {
  std::vector<v1::Contact> contacts;
  RETURN_IF_ERROR(transaction.Query(
      kLast, {Value::Text(episode), Value::Integer(max)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(auto record, storage::ParseRecord<ContactRecord>(row.Text(0)));
        contacts.push_back(std::move(*record.mutable_contact()));
        return absl::OkStatus();
      }));
  return contacts;
}

absl::Status Contacts::CheckNew(const rpc::Call& call, Transaction& transaction,
                                const v1::Episode& episode, v1::Contact* contact) const {
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, episode.clinic()));
  std::vector<base::Violation> violations;
  if (!contact->has_time()) *contact->mutable_time() = ToWire(call.now);
  const absl::Time time = FromWire(contact->time());
  if (time > call.now) violations.push_back({"contact.time", "is in the future"});
  if (time < call.now - limits::kContactAgeMax) {
    violations.push_back({"contact.time", "is more than 7 days back"});
  }
  if (contact->has_callback_time() && FromWire(contact->callback_time()) < time) {
    violations.push_back({"contact.callback_time", "is before the contact"});
  }
  if (!contact->callback_number().empty()) {
    auto number = ToE164(contact->callback_number(), clinic.address().country());
    if (number.has_value()) {
      contact->set_callback_number(*std::move(number));
    } else {
      violations.push_back({"contact.callback_number", "is no telephone number"});
    }
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

absl::Status Contacts::Log(const rpc::Call& call, Transaction& transaction,
                           const v1::LogContactRequest& request, v1::Contact* reply) {
  ASSIGN_OR_RETURN(auto episode, LoadToChange(call, transaction, request.contact().episode()));
  if (episode.episode().state() == v1::Episode::STATE_CLOSED) {
    return EpisodeClosed(episode.episode().name());
  }
  ContactRecord record;
  v1::Contact& contact = *record.mutable_contact();
  contact = request.contact();
  RETURN_IF_ERROR(CheckNew(call, transaction, episode.episode(), &contact));
  contact.set_name(absl::StrCat("contacts/", base::NewId(call.now, random_)));
  contact.set_subject(call.principal.subject);
  const std::string body = record.SerializeAsString();
  RETURN_IF_ERROR(transaction
                      .Execute(kWrite, {Value::Text(contact.name()), Value::Text(contact.episode()),
                                        Value::Time(FromWire(contact.time())), Value::Bytes(body)})
                      .status());
  // A call back is open until somebody was reached, or another one is agreed.
  if (contact.has_callback_time()) {
    episode.set_callback_time_micros(absl::ToUnixMicros(FromWire(contact.callback_time())));
  } else if (IsReached(contact)) {
    episode.set_callback_time_micros(0);
  }
  RETURN_IF_ERROR(Save(transaction, call.now, &episode));
  log_.Changed(transaction, episode.episode(), v1::WatchEpisodesResponse::KIND_UPDATED,
               contact.name());
  call.audit_resource = contact.name();
  *reply = contact;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Contacts::List(const rpc::Call& call, Transaction& transaction,
                            const v1::ListContactsRequest& request,
                            v1::ListContactsResponse* reply) {
  RETURN_IF_ERROR(Load<EpisodeRecord>(call, transaction, request.episode()).status());
  const auto take = [&](ContactRecord& record, bool has_room) -> absl::StatusOr<bool> {
    if (has_room) *reply->add_contacts() = std::move(*record.mutable_contact());
    return true;
  };
  ASSIGN_OR_RETURN(*reply->mutable_next_page_token(),
                   ReadPage<ContactRecord>(transaction, kList, request, Order::kNewestFirst,
                                           request.episode(), take));
  return absl::OkStatus();
}

absl::Status Contacts::ListOverdue(const rpc::Call& call, Transaction& transaction,
                                   const v1::ListOverdueContactsRequest& request,
                                   v1::ListOverdueContactsResponse* reply) {
  const int64_t now = absl::ToUnixMicros(call.now);
  std::map<Place, std::pair<EpisodeRecord, Urgency>> to_call;
  for (const Sql* sql : {&kWaiting, &kCallbacks}) {
    RETURN_IF_ERROR(transaction.Query(
        *sql, {Value::Integer(now), Value::Integer(limits::kWaitingListedMax)},
        [&](const Row& row) -> absl::Status {
          ASSIGN_OR_RETURN(auto record, storage::ParseRecord<EpisodeRecord>(row.Text(0)));
          const v1::Episode& episode = record.episode();
          const auto urgency = UrgencyOf(record, now);
          if (!urgency.has_value() || !call.principal.SeesClinic(episode.clinic())) {
            return absl::OkStatus();
          }
          if (!request.clinic().empty() && request.clinic() != episode.clinic()) {
            return absl::OkStatus();
          }
          const Place place = {urgency->cause, urgency->due_micros, episode.name()};
          to_call.emplace(place, std::pair(std::move(record), *urgency));
          return absl::OkStatus();
        }));
  }
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(request, request.page_token(), request.page_size(), Order::kOldestFirst));
  auto next = to_call.upper_bound(PlaceOf(page.cursor));
  for (; next != to_call.end() && reply->overdue_contacts_size() < page.size; ++next) {
    auto& [record, urgency] = next->second;
    ToCall::OverdueContact& item = *reply->add_overdue_contacts();
    ASSIGN_OR_RETURN(auto patient, ReadPatient(transaction, record.episode().patient()));
    *item.mutable_patient() = std::move(*patient.mutable_patient());
    item.set_cause(urgency.cause);
    *item.mutable_due_time() = ToWire(absl::FromUnixMicros(urgency.due_micros));
    ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, record.episode().clinic()));
    ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(clinic));
    item.set_days_since_contact(
        static_cast<int32_t>(absl::ToCivilDay(call.now, zone) -
                             absl::ToCivilDay(FromWire(record.episode().contact_time()), zone)));
    if (!record.consultation_begun()) item.set_appointment(record.consultation());
    ASSIGN_OR_RETURN(auto last, LastContacts(transaction, record.episode().name(), 1));
    if (!last.empty()) *item.mutable_last_contact() = std::move(last[0]);
    *item.mutable_episode() = std::move(*record.mutable_episode());
  }
  if (next != to_call.end()) {
    reply->set_next_page_token(NextPageToken(request, CursorOf(std::prev(next)->first)));
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
