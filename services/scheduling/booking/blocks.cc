#include "services/scheduling/booking/blocks.h"

#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/booking/calendar_rows.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using storage::Transaction;
using storage::v1::BlockRecord;

constexpr char kBlocked[] = "a resource is blocked at this time";

absl::StatusOr<Interval> IntervalOf(const v1::Block& block) {
  const absl::Time start = FromWire(block.window().start_time());
  const absl::Time end = FromWire(block.window().end_time());
  std::vector<base::Violation> violations;
  if (!calendar::IsOnTick(start))
    violations.push_back({"block.window.start_time", "is at no full 5 minutes"});
  if (!calendar::IsOnTick(end))
    violations.push_back({"block.window.end_time", "is at no full 5 minutes"});
  if (end <= start) violations.push_back({"block.window", "ends before it starts"});
  if (end - start > limits::kBlockMax)
    violations.push_back({"block.window", "is longer than 31 days"});
  if (!violations.empty()) return base::InvalidRequest(violations);
  return Interval{calendar::FloorTick(start), calendar::FloorTick(end)};
}

// Who may not see every clinic a resource serves may not block it, nor free it.
absl::Status MayBlock(const rpc::Call& call, const catalog::Snapshot& snapshot, int resource) {
  for (const calendar::Location location : snapshot.LocationsOf(resource)) {
    RETURN_IF_ERROR(call.MaySee(snapshot.clinic(catalog::ClinicOf(location)).name(), ""));
  }
  return absl::OkStatus();
}

// The resources by number.
absl::StatusOr<std::vector<int>> ResourcesOf(const rpc::Call& call,
                                             const catalog::Snapshot& snapshot,
                                             const v1::Block& block) {
  std::vector<int> resources;
  for (const std::string& name : block.resources()) {
    const auto resource = snapshot.FindResource(name);
    if (!resource.has_value()) return base::NotFound(name);
    RETURN_IF_ERROR(MayBlock(call, snapshot, *resource));
    resources.push_back(*resource);
  }
  return resources;
}

// Who has any of the time.
struct InTheWay {
  std::set<std::string> appointments;
  std::set<std::string> holds;
};

absl::StatusOr<InTheWay> FindInTheWay(const rpc::Call& call, Transaction& transaction,
                                      const v1::Block& block, Interval interval) {
  InTheWay found;
  for (const std::string& resource : block.resources()) {
    ASSIGN_OR_RETURN(const auto claims,
                     ReadClaims(transaction, resource, calendar::PagesOf(interval)));
    for (const Claim& claim : claims) {
      if (!claim.interval.Overlaps(interval)) continue;
      if (absl::StartsWith(claim.owner, "appointments/")) found.appointments.insert(claim.owner);
      if (absl::StartsWith(claim.owner, "holds/") && !claim.Expired(call.now)) {
        found.holds.insert(claim.owner);
      }
    }
  }
  return found;
}

// A hold that could not be booked any more ends: whoever has it is told at the next call.
absl::StatusOr<std::vector<Claim>> EndHolds(Transaction& transaction,
                                            const std::set<std::string>& holds) {
  std::vector<Claim> freed;
  for (const std::string& name : holds) {
    RETURN_IF_ERROR(DeleteHold(transaction, name));
    ASSIGN_OR_RETURN(auto claims, DeleteClaims(transaction, name));
    freed.insert(freed.end(), std::make_move_iterator(claims.begin()),
                 std::make_move_iterator(claims.end()));
  }
  return freed;
}

absl::Status MarkCoverLost(const rpc::Call& call, Transaction& transaction,
                           const Publisher& publisher, const std::string& block,
                           const std::string& name) {
  ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, name));
  AddAttention(call, v1::Attention::REASON_COVER_LOST, kBlocked, block,
               record.mutable_appointment());
  return publisher.Update(call, transaction, &record);
}

// A block that still lies over an appointment; empty: none.
absl::StatusOr<std::string> BlockOver(Transaction& transaction, const std::string& appointment) {
  ASSIGN_OR_RETURN(const auto own, ReadOwnedClaims(transaction, appointment));
  for (const Claim& claim : own) {
    ASSIGN_OR_RETURN(const auto others,
                     ReadClaims(transaction, claim.resource, calendar::PagesOf(claim.interval)));
    for (const Claim& other : others) {
      if (absl::StartsWith(other.owner, "blocks/") && other.interval.Overlaps(claim.interval)) {
        return other.owner;
      }
    }
  }
  return std::string();
}

// The block is gone: the appointment has its cover back, unless another block is over it.
absl::Status UnmarkCoverLost(const rpc::Call& call, Transaction& transaction,
                             const Publisher& publisher, const std::string& block,
                             const std::string& name) {
  ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, name));
  v1::Appointment& appointment = *record.mutable_appointment();
  if (absl::c_none_of(appointment.attention(),
                      [&](const v1::Attention& a) { return a.about() == block; })) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string other, BlockOver(transaction, name));
  RemoveAttention(v1::Attention::REASON_COVER_LOST, &appointment);
  if (!other.empty()) {
    AddAttention(call, v1::Attention::REASON_COVER_LOST, kBlocked, other, &appointment);
  }
  return publisher.Update(call, transaction, &record);
}

}  // namespace

absl::Status Blocks::Create(const rpc::Call& call, Transaction& transaction,
                            const v1::CreateBlockRequest& request, v1::Block* reply) {
  ASSIGN_OR_RETURN(const Interval interval, IntervalOf(request.block()));
  ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
  ASSIGN_OR_RETURN(const auto resources, ResourcesOf(call, *snapshot, request.block()));

  // Locked before looking: nobody books the time between the look and the claim.
  CalendarRows rows(transaction, *catalog_, *snapshot, call.now, {});
  RETURN_IF_ERROR(rows.Lock(resources, calendar::PagesOf(interval)).status());
  ASSIGN_OR_RETURN(const auto in_the_way,
                   FindInTheWay(call, transaction, request.block(), interval));
  const std::set<std::string>& orphans = in_the_way.appointments;
  if (!orphans.empty() && !request.accept_orphans() && !call.validate_only) {
    return WouldOrphan({orphans.begin(), orphans.end()});
  }

  BlockRecord record;
  v1::Block& block = *record.mutable_block();
  block = request.block();
  block.set_name(absl::StrCat("blocks/", base::NewId(call.now, *random_)));
  *block.mutable_create_time() = ToWire(call.now);
  std::vector<Claim> claims;
  for (const int resource : resources) {
    AppendClaims(block.name(), snapshot->resource(resource).name(), interval, calendar::kAllShares,
                 absl::InfiniteFuture(), &claims);
  }
  ASSIGN_OR_RETURN(auto freed, EndHolds(transaction, in_the_way.holds));
  RETURN_IF_ERROR(rows.Insert(claims));
  for (const std::string& name : orphans) {
    block.add_appointments(name);
    RETURN_IF_ERROR(MarkCoverLost(call, transaction, *publisher_, block.name(), name));
  }
  RETURN_IF_ERROR(Save(call, transaction, &record));
  publisher_->ClaimsChanged(transaction, std::move(freed), std::move(claims));
  *reply = block;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Blocks::Delete(const rpc::Call& call, Transaction& transaction,
                            const v1::DeleteBlockRequest& request, v1::DeleteBlockResponse* reply) {
  ASSIGN_OR_RETURN(const auto record, Load<BlockRecord>(call, transaction, request.name()));
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), record.block().etag(), request.name()));
  ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
  for (const std::string& resource : record.block().resources()) {
    // One that has left the catalog since serves nowhere.
    const auto index = snapshot->FindResource(resource);
    if (index.has_value()) RETURN_IF_ERROR(MayBlock(call, *snapshot, *index));
  }
  RETURN_IF_ERROR(DeleteBlock(transaction, request.name()));
  ASSIGN_OR_RETURN(auto claims, DeleteClaims(transaction, request.name()));
  for (const std::string& name : record.block().appointments()) {
    RETURN_IF_ERROR(UnmarkCoverLost(call, transaction, *publisher_, request.name(), name));
  }
  call.audit_resource = request.name();
  publisher_->ClaimsChanged(transaction, std::move(claims), {});
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
