#include "services/scheduling/catalog/catalog.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/page_token.h"
#include "services/scheduling/catalog/validate.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling::catalog {
namespace {

using Difference = v1::ApplyCatalogResponse::Difference;

constexpr char kCatalogName[] = "catalog";  // in errors, in the audit, and as the guard of applying
constexpr size_t kNamedInErrorMax = 20;     // errors stay small; `validate_only` names all

void AddDifference(v1::ApplyCatalogResponse::Action action, const std::string& name,
                   v1::ApplyCatalogResponse* reply) {
  Difference* difference = reply->add_differences();
  difference->set_action(action);
  difference->set_name(name);
}

// The fields of the messages themselves, not of what is within them: a person reads this.
void AddChangedFields(const google::protobuf::Message& before,
                      const google::protobuf::Message& after, Difference* difference) {
  const google::protobuf::Descriptor& type = *before.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const std::vector<const google::protobuf::FieldDescriptor*> field = {type.field(i)};
    if (type.field(i)->name() == "etag") continue;
    google::protobuf::util::MessageDifferencer differencer;
    if (!differencer.CompareWithFields(before, after, field, field)) {
      difference->add_fields(type.field(i)->name());
    }
  }
}

// Both sorted by name.
template <typename Items>
void Compare(const Items& before, const Items& after, v1::ApplyCatalogResponse* reply) {
  auto old = before.begin();
  auto next = after.begin();
  while (old != before.end() || next != after.end()) {
    if (next == after.end() || (old != before.end() && old->name() < next->name())) {
      AddDifference(v1::ApplyCatalogResponse::ACTION_DELETE, (old++)->name(), reply);
    } else if (old == before.end() || next->name() < old->name()) {
      AddDifference(v1::ApplyCatalogResponse::ACTION_CREATE, (next++)->name(), reply);
    } else {
      if (old->etag() != next->etag()) {
        AddDifference(v1::ApplyCatalogResponse::ACTION_UPDATE, next->name(), reply);
        AddChangedFields(*old, *next, reply->mutable_differences(reply->differences_size() - 1));
      }
      ++old;
      ++next;
    }
  }
}

void AddResourcesAt(const Snapshot& snapshot, absl::string_view clinic,
                    std::set<std::string>* names) {
  const std::optional<int> index = snapshot.FindClinic(clinic);
  if (!index.has_value()) return;
  for (const v1::Modality modality : {v1::MODALITY_IN_PERSON, v1::MODALITY_TELEHEALTH}) {
    for (const int resource : snapshot.ResourcesOf(LocationOf(*index, modality))) {
      names->insert(snapshot.resource(resource).name());
    }
  }
}

// Whatever differs about a clinic counts for everybody there: to rewrite a page that stays as it
// was costs little, and a rule for which fields matter would one day miss one.
std::vector<std::string> ResourcesTouched(const CatalogChange& change,
                                          const v1::ApplyCatalogResponse& reply) {
  std::set<std::string> names;
  for (const Difference& difference : reply.differences()) {
    const std::string& name = difference.name();
    if (change.before->FindResource(name).has_value() ||
        change.after->FindResource(name).has_value()) {
      names.insert(name);
    }
    AddResourcesAt(*change.before, name, &names);
    AddResourcesAt(*change.after, name, &names);
  }
  return {names.begin(), names.end()};
}

std::string FirstNames(const std::vector<std::string>& names) {
  return absl::StrJoin(absl::MakeSpan(names).first(std::min(names.size(), kNamedInErrorMax)), ", ");
}

absl::Status InUse(const std::vector<std::string>& names) {
  return base::FailedPrecondition(
      "IN_USE",
      absl::StrCat(FirstNames(names), names.size() == 1 ? " has" : " have",
                   " a future (appointments, holds, blocks or orders) and cannot be removed"),
      {{"name", names.front()}, {"names", FirstNames(names)}});
}

// One page of `items`, which are sorted by name: what `keep` keeps, after the last name of the
// page before.
template <typename Request, typename Items, typename Keep>
absl::Status ListPage(const Request& request, const Items& items, Keep keep, Items* page,
                      std::string* next_page_token) {
  ASSIGN_OR_RETURN(const std::string cursor, rpc::DecodePageToken(request, request.page_token()));
  const int size = request.page_size() == 0 ? rpc::kPageSizeUsual : request.page_size();
  auto it = std::upper_bound(
      items.begin(), items.end(), cursor,
      [](const std::string& name, const auto& item) { return name < item.name(); });
  for (; it != items.end(); ++it) {
    if (!keep(static_cast<int>(it - items.begin()))) continue;
    if (page->size() == size) {
      *next_page_token = rpc::EncodePageToken(request, page->Get(size - 1).name());
      break;
    }
    *page->Add() = *it;
  }
  return absl::OkStatus();
}

template <typename Item>
absl::Status GetOne(absl::string_view name, std::optional<int> index,
                    const google::protobuf::RepeatedPtrField<Item>& items, Item* reply) {
  if (!index.has_value()) return base::NotFound(name);
  *reply = items.Get(*index);
  return absl::OkStatus();
}

// The clinic a list is narrowed to; -1 where it is not.
absl::StatusOr<int> ClinicFilter(const Snapshot& snapshot, const std::string& clinic) {
  if (clinic.empty()) return -1;
  const std::optional<int> index = snapshot.FindClinic(clinic);
  if (!index.has_value()) return base::NotFound(clinic);
  return *index;
}

}  // namespace

absl::Status CatalogUseCases::Apply(const rpc::Call& call, storage::Transaction& transaction,
                                    const v1::ApplyCatalogRequest& request,
                                    v1::ApplyCatalogResponse* reply) {
  reply->Clear();
  call.audit_resource = kCatalogName;
  if (!call.principal.all_clinics) return base::PermissionDenied();
  const std::vector<base::Violation> violations = Validate(request.catalog());
  if (!violations.empty()) return base::InvalidRequest(violations);

  RETURN_IF_ERROR(transaction.BumpGuard(kCatalogName));
  CatalogChange change;
  ASSIGN_OR_RETURN(change.before, store_->At(transaction));
  if (!request.etag().empty() && request.etag() != change.before->etag()) {
    return base::EtagMismatch(kCatalogName);
  }
  change.after = Snapshot::Make(request.catalog(), change.before->version() + 1);
  const v1::Catalog& before = change.before->catalog();
  const v1::Catalog& after = change.after->catalog();
  Compare(before.clinics(), after.clinics(), reply);
  Compare(before.resources(), after.resources(), reply);
  Compare(before.visit_types(), after.visit_types(), reply);
  reply->set_etag(change.after->etag());
  if (reply->differences_size() == 0) return absl::OkStatus();

  change.resources = ResourcesTouched(change, *reply);
  return CarryOut(call, transaction, request, change, reply);
}

absl::Status CatalogUseCases::CarryOut(const rpc::Call& call, storage::Transaction& transaction,
                                       const v1::ApplyCatalogRequest& request,
                                       const CatalogChange& change,
                                       v1::ApplyCatalogResponse* reply) {
  std::vector<std::string> in_use;
  for (const Difference& difference : reply->differences()) {
    if (difference.action() != v1::ApplyCatalogResponse::ACTION_DELETE) continue;
    ASSIGN_OR_RETURN(const bool has_future,
                     dependents_->HasFuture(call, transaction, difference.name()));
    if (has_future) in_use.push_back(difference.name());
  }
  if (!in_use.empty()) return InUse(in_use);

  ASSIGN_OR_RETURN(const std::vector<std::string> orphans,
                   dependents_->Uncovered(call, transaction, change));
  reply->set_orphaned_appointment_count(static_cast<int>(orphans.size()));
  for (const std::string& name : orphans) {
    if (reply->orphaned_appointments_size() == limits::kOrphansListedMax) break;
    reply->add_orphaned_appointments(name);
  }
  if (!orphans.empty() && !request.accept_orphans() && !request.validate_only()) {
    return WouldOrphan(orphans);
  }
  RETURN_IF_ERROR(store_->Replace(transaction, *change.before, change.after));
  return dependents_->OnChange(call, transaction, change, orphans);
}

absl::Status CatalogUseCases::Export(const rpc::Call& call, storage::Transaction& transaction,
                                     const v1::ExportCatalogRequest& request,
                                     v1::ExportCatalogResponse* reply) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> snapshot, store_->At(transaction));
  *reply->mutable_catalog() = snapshot->catalog();
  reply->set_etag(snapshot->etag());
  return absl::OkStatus();
}

absl::Status CatalogUseCases::GetClinic(const rpc::Call& call, const v1::GetClinicRequest& request,
                                        v1::Clinic* reply) {
  const auto snapshot = store_->Current();
  return GetOne(request.name(), snapshot->FindClinic(request.name()), snapshot->catalog().clinics(),
                reply);
}

absl::Status CatalogUseCases::ListClinics(const rpc::Call& call,
                                          const v1::ListClinicsRequest& request,
                                          v1::ListClinicsResponse* reply) {
  const auto snapshot = store_->Current();
  return ListPage(
      request, snapshot->catalog().clinics(), [](int) { return true; }, reply->mutable_clinics(),
      reply->mutable_next_page_token());
}

absl::Status CatalogUseCases::GetResource(const rpc::Call& call,
                                          const v1::GetResourceRequest& request,
                                          v1::Resource* reply) {
  const auto snapshot = store_->Current();
  return GetOne(request.name(), snapshot->FindResource(request.name()),
                snapshot->catalog().resources(), reply);
}

absl::Status CatalogUseCases::ListResources(const rpc::Call& call,
                                            const v1::ListResourcesRequest& request,
                                            v1::ListResourcesResponse* reply) {
  const auto snapshot = store_->Current();
  ASSIGN_OR_RETURN(const int clinic, ClinicFilter(*snapshot, request.clinic()));
  const auto serves = [&](int resource) {
    const auto& locations = snapshot->LocationsOf(resource);
    return clinic < 0 || std::any_of(locations.begin(), locations.end(),
                                     [&](int location) { return ClinicOf(location) == clinic; });
  };
  const auto in_pool = [&](int resource) {
    const auto& pools = snapshot->resource(resource).pools();
    return request.pool().empty() ||
           std::find(pools.begin(), pools.end(), request.pool()) != pools.end();
  };
  return ListPage(
      request, snapshot->catalog().resources(),
      [&](int resource) { return serves(resource) && in_pool(resource); },
      reply->mutable_resources(), reply->mutable_next_page_token());
}

absl::Status CatalogUseCases::GetVisitType(const rpc::Call& call,
                                           const v1::GetVisitTypeRequest& request,
                                           v1::VisitType* reply) {
  const auto snapshot = store_->Current();
  return GetOne(request.name(), snapshot->FindVisitType(request.name()),
                snapshot->catalog().visit_types(), reply);
}

absl::Status CatalogUseCases::ListVisitTypes(const rpc::Call& call,
                                             const v1::ListVisitTypesRequest& request,
                                             v1::ListVisitTypesResponse* reply) {
  const auto snapshot = store_->Current();
  ASSIGN_OR_RETURN(const int clinic, ClinicFilter(*snapshot, request.clinic()));
  const auto offered = [&](int type) {
    return clinic < 0 || snapshot->Plan(type, clinic, v1::MODALITY_IN_PERSON) != nullptr ||
           snapshot->Plan(type, clinic, v1::MODALITY_TELEHEALTH) != nullptr;
  };
  return ListPage(request, snapshot->catalog().visit_types(), offered, reply->mutable_visit_types(),
                  reply->mutable_next_page_token());
}

}  // namespace clarity::scheduling::catalog
