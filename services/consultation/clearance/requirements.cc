#include "services/consultation/clearance/requirements.h"

#include <string>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/paging.h"
#include "services/consultation/records.h"
#include "services/consultation/signatures.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::RequirementRecord;

// The order of the list, also its cursor.
storage::v1::PageCursor PlaceOf(const RequirementRecord& record) {
  storage::v1::PageCursor place;
  place.set_time_micros(absl::ToUnixMicros(FromWire(record.requirement().due_time())));
  place.set_name(record.requirement().name());
  return place;
}
bool IsBefore(const storage::v1::PageCursor& a, const storage::v1::PageCursor& b) {
  return std::forward_as_tuple(a.time_micros(), a.name()) <
         std::forward_as_tuple(b.time_micros(), b.name());
}

// The one way into a reply. A patient is not shown what is for those who treat them.
void Show(const rpc::Call& call, const v1::Requirement& requirement, v1::Requirement* reply) {
  *reply = requirement;
  if (!call.principal.IsPatientOnly()) return;
  reply->clear_rules();
  for (v1::Signature& waiver : *reply->mutable_waivers()) waiver.clear_reason();
}

absl::Status CheckCanBeWaived(const v1::Requirement& requirement) {
  if (IsMetOrWaived(requirement)) {
    const std::string& state = v1::Requirement::State_Name(requirement.state());
    return WrongState(requirement.name(), state.substr(state.find('_') + 1),
                      "nothing is missing that could be waived");
  }
  if (requirement.waivable_by() == v1::AUTHORITY_UNSPECIFIED) return NotOverridable();
  return absl::OkStatus();
}

}  // namespace

absl::Status Requirements::List(const rpc::Call& call, Transaction& transaction,
                                const v1::ListRequirementsRequest& request,
                                v1::ListRequirementsResponse* reply) {
  ASSIGN_OR_RETURN(const auto episode, Load<EpisodeRecord>(call, transaction, request.episode()));
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(request, request.page_token(), request.page_size(), Order::kOldestFirst));
  ASSIGN_OR_RETURN(CaseFile file, consequences_.Read(transaction, call.now, episode));
  absl::c_sort(file.requirements, [](const RequirementRecord& a, const RequirementRecord& b) {
    return IsBefore(PlaceOf(a), PlaceOf(b));
  });
  storage::v1::PageCursor last = page.cursor;
  for (const RequirementRecord& record : file.requirements) {
    const v1::Requirement& requirement = record.requirement();
    const bool is_withdrawn = requirement.state() == v1::Requirement::STATE_WITHDRAWN;
    if (is_withdrawn && !request.show_withdrawn()) continue;
    if (!IsBefore(last, PlaceOf(record))) continue;
    if (reply->requirements_size() == page.size) {
      reply->set_next_page_token(NextPageToken(request, last));
      break;
    }
    Show(call, requirement, reply->add_requirements());
    // It appears just now by itself, and has no lasting name before it is written.
    if (record.revision() == 0) reply->mutable_requirements()->rbegin()->clear_name();
    last = PlaceOf(record);
  }
  return absl::OkStatus();
}

absl::Status Requirements::Waive(const rpc::Call& call, Transaction& transaction,
                                 const v1::WaiveRequirementRequest& request,
                                 v1::Requirement* reply) {
  ASSIGN_OR_RETURN(auto part,
                   LoadPartToChange<RequirementRecord>(call, transaction, request.name()));
  v1::Evaluation evaluation;
  ASSIGN_OR_RETURN(CaseFile file,
                   consequences_.Read(transaction, call.now, part.episode, &evaluation));
  ASSIGN_OR_RETURN(
      v1::Signature waiver,
      SignAsPrescriber(call, *file.rulebook, part.episode.episode().clinic(), request.reason()));
  RequirementRecord& record = *absl::c_find_if(
      file.requirements,
      [&](const RequirementRecord& other) { return other.requirement().name() == request.name(); });
  v1::Requirement& requirement = *record.mutable_requirement();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), requirement.etag(), request.name()));
  RETURN_IF_ERROR(CheckCanBeWaived(requirement));
  if (HasSigned(requirement.waivers(), waiver.practitioner())) return SecondPrescriberNeeded();
  *requirement.add_waivers() = std::move(waiver);
  *record.mutable_waived_on() = FactsBehind(requirement, evaluation);
  RETURN_IF_ERROR(SavePart(transaction, &record));
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &part.episode, request.name()));
  ASSIGN_OR_RETURN(record, LoadPart<RequirementRecord>(call, transaction, request.name()));
  Show(call, record.requirement(), reply);
  return absl::OkStatus();
}

}  // namespace clarity::consultation
