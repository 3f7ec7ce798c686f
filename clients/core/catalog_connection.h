#ifndef CLARITY_CLIENTS_CORE_CATALOG_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_CATALOG_CONNECTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/catalog_service.grpc.pb.h"
#include "clients/core/options.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Every method of the catalog service, with retries, credentials and typed errors. What it means is
// told in catalog_service.proto. The seam for tests: see core/mocks. Safe for use from several
// threads.
class CatalogConnection {
 public:
  virtual ~CatalogConnection() = default;

  virtual absl::StatusOr<scheduling::v1::ApplyCatalogResponse> ApplyCatalog(
      const scheduling::v1::ApplyCatalogRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ExportCatalogResponse> ExportCatalog(
      const scheduling::v1::ExportCatalogRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Clinic> GetClinic(
      const scheduling::v1::GetClinicRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ListClinicsResponse> ListClinics(
      const scheduling::v1::ListClinicsRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Resource> GetResource(
      const scheduling::v1::GetResourceRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ListResourcesResponse> ListResources(
      const scheduling::v1::ListResourcesRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::VisitType> GetVisitType(
      const scheduling::v1::GetVisitTypeRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ListVisitTypesResponse> ListVisitTypes(
      const scheduling::v1::ListVisitTypesRequest& request, const CallOptions& options) = 0;
};

std::shared_ptr<CatalogConnection> MakeCatalogConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CATALOG_CONNECTION_H_
