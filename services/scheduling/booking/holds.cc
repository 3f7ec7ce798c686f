#include "services/scheduling/booking/holds.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Transaction;
using storage::v1::HoldRecord;

// The kind a caller's role stands for, unless the caller may and does say another.
absl::StatusOr<v1::Hold::Kind> KindFor(const rpc::Call& call, v1::Hold::Kind wanted) {
  if (call.principal.IsPatientOnly()) {
    if (wanted != v1::Hold::KIND_UNSPECIFIED && wanted != v1::Hold::KIND_PORTAL) {
      return base::PermissionDenied();
    }
    return v1::Hold::KIND_PORTAL;
  }
  const bool service = call.principal.Has(rpc::Role::kService);
  if (wanted == v1::Hold::KIND_UNSPECIFIED) {
    return service ? v1::Hold::KIND_SERVICE : v1::Hold::KIND_AGENT;
  }
  if (wanted == v1::Hold::KIND_SERVICE && !service) return base::PermissionDenied();
  return wanted;
}

constexpr storage::Sql kExpiredHolds = {
    "SELECT name FROM hold WHERE expire_time <= $1 ORDER BY expire_time LIMIT $2"};

Wish WishOf(const v1::CreateHoldRequest& request) {
  Wish wish;
  wish.visit_type = request.hold().visit_type();
  wish.clinic = request.hold().clinic();
  wish.modality = request.hold().modality();
  wish.start = FromWire(request.hold().start_time());
  wish.patient = request.hold().patient();
  wish.selection.required = {request.required_resources().begin(),
                             request.required_resources().end()};
  wish.selection.preferred = {request.preferred_resources().begin(),
                              request.preferred_resources().end()};
  return wish;
}

// One more of a kind; the guard makes two at once wait for each other.
absl::Status CheckQuota(const rpc::Call& call, Transaction& transaction, v1::Hold::Kind kind) {
  RETURN_IF_ERROR(transaction.BumpGuard(absl::StrCat("holds/", call.principal.subject)));
  ASSIGN_OR_RETURN(const int64_t holds, CountHolds(call, transaction, kind));
  const int holds_max = limits::ForHoldKind(kind).per_holder_max;
  return holds < holds_max ? absl::OkStatus() : HoldLimit(holds_max);
}

}  // namespace

absl::Status Holds::Create(const rpc::Call& call, Transaction& transaction,
                           const v1::CreateHoldRequest& request, v1::Hold* reply) {
  const v1::Hold& wanted = request.hold();
  ASSIGN_OR_RETURN(const auto kind, KindFor(call, wanted.kind()));
  RETURN_IF_ERROR(CheckQuota(call, transaction, kind));

  Wish wish = WishOf(request);
  if (!request.reschedule_appointment().empty()) {
    RETURN_IF_ERROR(
        Load<storage::v1::AppointmentRecord>(call, transaction, request.reschedule_appointment())
            .status());
    wish.ignored_owners.push_back(request.reschedule_appointment());
    wish.moved_appointment = request.reschedule_appointment();
  }
  ASSIGN_OR_RETURN(const Placement placement, Place(call, transaction, *catalog_, *cache_, wish));

  HoldRecord record;
  v1::Hold& hold = *record.mutable_hold();
  hold.set_name(absl::StrCat("holds/", base::NewId(call.now, *random_)));
  hold.set_kind(kind);
  hold.set_patient(wanted.patient());
  hold.set_caller_label(wanted.caller_label());
  hold.set_holder(call.principal.subject);
  Describe(placement, &hold);
  const limits::HoldLimits life = limits::ForHoldKind(kind);
  *hold.mutable_create_time() = ToWire(call.now);
  *hold.mutable_expire_time() = ToWire(call.now + life.life);
  *hold.mutable_last_expire_time() = ToWire(call.now + life.life_max);
  RETURN_IF_ERROR(Save(call, transaction, &record));
  ASSIGN_OR_RETURN(auto claims, ClaimPlacement(call, transaction, *catalog_, placement, hold.name(),
                                               hold.patient(), call.now + life.life));
  publisher_->ClaimsChanged(transaction, {}, std::move(claims));
  *reply = hold;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

void Holds::ExplainCreate(const rpc::Call& call, const v1::CreateHoldRequest& request,
                          absl::Status* refusal) {
  explainer_->ExplainRefusal(call, WishOf(request), "", request.reschedule_appointment(), refusal);
}

absl::Status Holds::Renew(const rpc::Call& call, Transaction& transaction,
                          const v1::RenewHoldRequest& request, v1::Hold* reply) {
  ASSIGN_OR_RETURN(auto record, Load<HoldRecord>(call, transaction, request.name()));
  v1::Hold& hold = *record.mutable_hold();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), hold.etag(), hold.name()));
  const absl::Time expire_time =
      std::min(call.now + limits::ForHoldKind(hold.kind()).life, FromWire(hold.last_expire_time()));
  *hold.mutable_expire_time() = ToWire(expire_time);
  RETURN_IF_ERROR(Save(call, transaction, &record));
  ASSIGN_OR_RETURN(auto claims, SetClaimsExpiry(transaction, hold.name(), expire_time));
  publisher_->ExpiryChanged(transaction, std::move(claims), expire_time);
  *reply = hold;
  return absl::OkStatus();
}

absl::Status Holds::Release(const rpc::Call& call, Transaction& transaction,
                            const v1::ReleaseHoldRequest& request, v1::ReleaseHoldResponse* reply) {
  const auto record = Load<HoldRecord>(call, transaction, request.name());
  // Gone already, or never the caller's: there is nothing left to give back.
  if (base::ReasonOf(record.status()) == "HOLD_EXPIRED") return absl::OkStatus();
  RETURN_IF_ERROR(record.status());
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), record->hold().etag(), request.name()));
  RETURN_IF_ERROR(DeleteHold(transaction, request.name()));
  ASSIGN_OR_RETURN(auto claims, DeleteClaims(transaction, request.name()));
  publisher_->ClaimsChanged(transaction, std::move(claims), {});
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SweepHolds(Transaction& transaction, absl::Time now) {
  std::vector<std::string> expired;
  RETURN_IF_ERROR(transaction.Query(
      kExpiredHolds, {storage::Value::Time(now), storage::Value::Integer(limits::kHoldsSweptMax)},
      [&](const storage::Row& row) {
        expired.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  for (const std::string& name : expired) {
    RETURN_IF_ERROR(DeleteHold(transaction, name));
    RETURN_IF_ERROR(DeleteClaims(transaction, name).status());
  }
  return static_cast<int64_t>(expired.size());
}

}  // namespace clarity::scheduling
