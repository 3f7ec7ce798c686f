#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling::catalog {

// A change of the catalog that is about to happen.
struct CatalogChange {
  std::shared_ptr<const Snapshot> before;
  std::shared_ptr<const Snapshot> after;
  // Whose open hours, shares or eligibility may differ: changed themselves, or at a clinic that
  // did. Names; of `before`, of `after`, or of both. Sorted.
  std::vector<std::string> resources;
};

// What stands on the catalog and has a say when it changes: the appointments. Every call is in
// the transaction of the change.
class CatalogDependents {
 public:
  virtual ~CatalogDependents() = default;

  // Whether a clinic, resource or visit type is named by an appointment, hold, block or order
  // that is not over yet. Such a thing is not removed.
  virtual absl::StatusOr<bool> HasFuture(const rpc::Call& call, storage::Transaction& transaction,
                                         absl::string_view name) = 0;

  // The future appointments that the change leaves without cover, sorted by name.
  virtual absl::StatusOr<std::vector<std::string>> Uncovered(const rpc::Call& call,
                                                             storage::Transaction& transaction,
                                                             const CatalogChange& change) = 0;

  // The change happens: the calendar pages of `change.resources` are to be rewritten, and the
  // appointments `uncovered` (as Uncovered gave them) marked for attention.
  virtual absl::Status OnChange(const rpc::Call& call, storage::Transaction& transaction,
                                const CatalogChange& change,
                                const std::vector<std::string>& uncovered) = 0;
};

// The use cases of the catalog: what CatalogService answers.
class CatalogUseCases {
 public:
  // Both outlive it.
  CatalogUseCases(CatalogStore* store, CatalogDependents* dependents)
      : store_(store), dependents_(dependents) {}

  // For Door::Write.
  absl::Status Apply(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::ApplyCatalogRequest& request, v1::ApplyCatalogResponse* reply);
  // For Door::Read.
  absl::Status Export(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::ExportCatalogRequest& request, v1::ExportCatalogResponse* reply);
  // For Door::Compute, from memory. Lists are sorted by name.
  absl::Status GetClinic(const rpc::Call& call, const v1::GetClinicRequest& request,
                         v1::Clinic* reply);
  absl::Status ListClinics(const rpc::Call& call, const v1::ListClinicsRequest& request,
                           v1::ListClinicsResponse* reply);
  absl::Status GetResource(const rpc::Call& call, const v1::GetResourceRequest& request,
                           v1::Resource* reply);
  absl::Status ListResources(const rpc::Call& call, const v1::ListResourcesRequest& request,
                             v1::ListResourcesResponse* reply);
  absl::Status GetVisitType(const rpc::Call& call, const v1::GetVisitTypeRequest& request,
                            v1::VisitType* reply);
  absl::Status ListVisitTypes(const rpc::Call& call, const v1::ListVisitTypesRequest& request,
                              v1::ListVisitTypesResponse* reply);

 private:
  // What Apply does once it knows the differences, which `reply` lists.
  absl::Status CarryOut(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::ApplyCatalogRequest& request, const CatalogChange& change,
                        v1::ApplyCatalogResponse* reply);

  CatalogStore* const store_;
  CatalogDependents* const dependents_;
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_H_
