#include "services/consultation/episode_parts.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::ClearanceRecord;
using storage::v1::ExclusionRecord;
using storage::v1::OutcomeRecord;
using storage::v1::PlanRecord;
using storage::v1::RequirementRecord;
using storage::v1::ResponseRecord;
using storage::v1::ResultRecord;
using storage::v1::RuleOverrideRecord;

constexpr Sql kRead = {"SELECT body FROM episode_part WHERE name = $1"};
constexpr Sql kReadAll = {
    "SELECT body FROM episode_part WHERE collection = $1 ORDER BY time, name"};
constexpr Sql kReadExclusions = {
    "SELECT part.body FROM episode JOIN episode_part part "
    "ON part.collection = episode.name || '/exclusions' WHERE episode.patient = $1 "
    "ORDER BY part.time, part.name"};
constexpr Sql kWrite = {
    "INSERT INTO episode_part (name, collection, time, body, key_id) VALUES ($1, $2, $3, $4, 0) "
    "ON CONFLICT (name) DO UPDATE SET collection = $2, time = $3, body = $4, key_id = 0"};

// What a row is found by.
struct Key {
  std::string name;
  std::string episode;
  absl::Time time;
};

Key KeyOf(const ResponseRecord& record) {
  return {record.response().name(), record.response().episode(),
          absl::FromUnixMicros(record.create_time_micros())};
}
Key KeyOf(const ResultRecord& record) {
  const v1::Result& result = record.result();
  return {result.name(), result.episode(), FromWire(result.measure_time())};
}
Key KeyOf(const OutcomeRecord& record) {
  const v1::Outcome& outcome = record.outcome();
  return {outcome.name(), outcome.episode(), FromWire(outcome.time())};
}
Key KeyOf(const RequirementRecord& record) {
  const v1::Requirement& requirement = record.requirement();
  return {requirement.name(), requirement.episode(), FromWire(requirement.due_time())};
}
// It has no name of its own. Of a rule there may be several, one after the other: each from when
// the first has signed it.
Key KeyOf(const RuleOverrideRecord& record) {
  const v1::RuleOverride& override = record.override();
  const absl::Time time = FromWire(override.signatures(0).time());
  return {absl::StrCat(override.episode(), "/overrides/", override.rule(), "/",
                       absl::ToUnixMicros(time)),
          override.episode(), time};
}
// Nor has this one: an episode has one for each rule.
Key KeyOf(const ExclusionRecord& record) {
  return {absl::StrCat(record.episode(), "/exclusions/", record.rule()), record.episode(),
          absl::FromUnixMicros(record.since_time_micros())};
}
Key KeyOf(const ClearanceRecord& record) {
  const v1::Clearance& clearance = record.clearance();
  return {clearance.name(), clearance.episode(), FromWire(clearance.signature().time())};
}
Key KeyOf(const PlanRecord& record) {
  const v1::Plan& plan = record.plan();
  return {plan.name(), plan.episode(), FromWire(plan.create_time())};
}

const char* NameOf(const ResponseRecord*) { return "questionnaireResponses"; }
const char* NameOf(const ResultRecord*) { return "results"; }
const char* NameOf(const OutcomeRecord*) { return "outcomes"; }
const char* NameOf(const RequirementRecord*) { return "requirements"; }
const char* NameOf(const RuleOverrideRecord*) { return "overrides"; }
const char* NameOf(const ExclusionRecord*) { return "exclusions"; }
const char* NameOf(const ClearanceRecord*) { return "clearances"; }
const char* NameOf(const PlanRecord*) { return "plans"; }

template <typename Record>
void CountRevision(Record* record, std::string* etag) {
  record->set_revision(record->revision() + 1);
  *etag = storage::EtagOf(record->revision());
}
void CountRevision(ResponseRecord* record) {
  CountRevision(record, record->mutable_response()->mutable_etag());
}
void CountRevision(ResultRecord* record) {
  CountRevision(record, record->mutable_result()->mutable_etag());
}
void CountRevision(OutcomeRecord* record) {
  CountRevision(record, record->mutable_outcome()->mutable_etag());
}
void CountRevision(RequirementRecord* record) {
  CountRevision(record, record->mutable_requirement()->mutable_etag());
}
void CountRevision(PlanRecord* record) {
  CountRevision(record, record->mutable_plan()->mutable_etag());
}
void CountRevision(RuleOverrideRecord*) {}
void CountRevision(ExclusionRecord*) {}
void CountRevision(ClearanceRecord*) {}

template <typename Record>
absl::StatusOr<std::vector<Record>> ReadBodies(Transaction& transaction, const Sql& sql,
                                               absl::string_view key) {
  std::vector<Record> records;
  RETURN_IF_ERROR(transaction.Query(sql, {Value::Text(key)}, [&](const Row& row) -> absl::Status {
    ASSIGN_OR_RETURN(auto record, storage::ParseRecord<Record>(row.Text(0)));
    records.push_back(std::move(record));
    return absl::OkStatus();
  }));
  return records;
}

}  // namespace

template <typename Record>
std::string CollectionOf(absl::string_view episode) {
  return absl::StrCat(episode, "/", NameOf(static_cast<const Record*>(nullptr)));
}

template <typename Record>
absl::StatusOr<std::vector<Record>> ReadParts(Transaction& transaction, absl::string_view episode) {
  return ReadBodies<Record>(transaction, kReadAll, CollectionOf<Record>(episode));
}

absl::StatusOr<std::vector<ExclusionRecord>> ReadExclusions(Transaction& transaction,
                                                            absl::string_view patient) {
  return ReadBodies<ExclusionRecord>(transaction, kReadExclusions, patient);
}

template <typename Record>
absl::StatusOr<std::optional<Record>> FindPart(Transaction& transaction, absl::string_view name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kRead, name));
  if (!body.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(auto record, storage::ParseRecord<Record>(*body));
  return std::optional<Record>(std::move(record));
}

template <typename Record>
absl::StatusOr<Record> LoadPart(const rpc::Call& call, Transaction& transaction,
                                absl::string_view name) {
  call.audit_resource = std::string(name);
  ASSIGN_OR_RETURN(auto record, FindPart<Record>(transaction, name));
  if (!record.has_value()) return call.Missing(name);
  RETURN_IF_ERROR(
      Load<storage::v1::EpisodeRecord>(call, transaction, KeyOf(*record).episode).status());
  call.audit_resource = std::string(name);
  return *std::move(record);
}

template <typename Record>
absl::StatusOr<PartToChange<Record>> LoadPartToChange(const rpc::Call& call,
                                                      Transaction& transaction,
                                                      absl::string_view name) {
  ASSIGN_OR_RETURN(const Record seen, LoadPart<Record>(call, transaction, name));
  PartToChange<Record> part;
  ASSIGN_OR_RETURN(part.episode, LoadToChange(call, transaction, KeyOf(seen).episode));
  // What was read before the guard was taken may have changed meanwhile.
  ASSIGN_OR_RETURN(part.record, LoadPart<Record>(call, transaction, name));
  return part;
}

template <typename Record>
absl::Status SavePart(Transaction& transaction, Record* record) {
  CountRevision(record);
  const Key key = KeyOf(*record);
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWrite, {Value::Text(key.name), Value::Text(CollectionOf<Record>(key.episode)),
                        Value::Time(key.time), Value::Bytes(body)})
      .status();
}

#define CLARITY_EPISODE_PART(Record)                                                             \
  template std::string CollectionOf<Record>(absl::string_view);                                  \
  template absl::StatusOr<std::vector<Record>> ReadParts(Transaction&, absl::string_view);       \
  template absl::StatusOr<std::optional<Record>> FindPart(Transaction&, absl::string_view);      \
  template absl::StatusOr<Record> LoadPart(const rpc::Call&, Transaction&, absl::string_view);   \
  template absl::StatusOr<PartToChange<Record>> LoadPartToChange(const rpc::Call&, Transaction&, \
                                                                 absl::string_view);             \
  template absl::Status SavePart(Transaction&, Record*)

CLARITY_EPISODE_PART(ResponseRecord);
CLARITY_EPISODE_PART(ResultRecord);
CLARITY_EPISODE_PART(OutcomeRecord);
CLARITY_EPISODE_PART(RequirementRecord);
CLARITY_EPISODE_PART(RuleOverrideRecord);
CLARITY_EPISODE_PART(ExclusionRecord);
CLARITY_EPISODE_PART(ClearanceRecord);
CLARITY_EPISODE_PART(PlanRecord);

#undef CLARITY_EPISODE_PART

}  // namespace clarity::consultation
