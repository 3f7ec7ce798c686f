#include "clients/core/catalog_connection.h"

#include <utility>

#include "clients/core/caller.h"

namespace clarity::client {
namespace {

class CatalogConnectionImpl final : public CatalogConnection {
 public:
  CatalogConnectionImpl(std::unique_ptr<scheduling::v1::CatalogService::StubInterface> stub,
                        const Options& options)
      : stub_(std::move(stub)), caller_(std::make_shared<Caller>(options)) {}

  absl::StatusOr<scheduling::v1::ApplyCatalogResponse> ApplyCatalog(
      const scheduling::v1::ApplyCatalogRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ApplyCatalog, request, options);
  }
  absl::StatusOr<scheduling::v1::ExportCatalogResponse> ExportCatalog(
      const scheduling::v1::ExportCatalogRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ExportCatalog, request, options);
  }
  absl::StatusOr<scheduling::v1::Clinic> GetClinic(const scheduling::v1::GetClinicRequest& request,
                                                   const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetClinic, request, options);
  }
  absl::StatusOr<scheduling::v1::ListClinicsResponse> ListClinics(
      const scheduling::v1::ListClinicsRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ListClinics, request, options);
  }
  absl::StatusOr<scheduling::v1::Resource> GetResource(
      const scheduling::v1::GetResourceRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetResource, request, options);
  }
  absl::StatusOr<scheduling::v1::ListResourcesResponse> ListResources(
      const scheduling::v1::ListResourcesRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ListResources, request, options);
  }
  absl::StatusOr<scheduling::v1::VisitType> GetVisitType(
      const scheduling::v1::GetVisitTypeRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetVisitType, request, options);
  }
  absl::StatusOr<scheduling::v1::ListVisitTypesResponse> ListVisitTypes(
      const scheduling::v1::ListVisitTypesRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ListVisitTypes, request, options);
  }

 private:
  using Stub = scheduling::v1::CatalogService::StubInterface;

  const std::shared_ptr<Stub> stub_;
  const std::shared_ptr<Caller> caller_;
};

}  // namespace

std::shared_ptr<CatalogConnection> MakeCatalogConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options) {
  return std::make_shared<CatalogConnectionImpl>(scheduling::v1::CatalogService::NewStub(channel),
                                                 options);
}

}  // namespace clarity::client
