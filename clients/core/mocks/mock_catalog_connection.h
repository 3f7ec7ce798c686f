#ifndef CLARITY_CLIENTS_CORE_MOCKS_MOCK_CATALOG_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_MOCKS_MOCK_CATALOG_CONNECTION_H_

#include <memory>

#include "clients/core/catalog_connection.h"
#include "gmock/gmock.h"

namespace clarity::client {

// For an application's own tests: give it to the client instead of a connection.
class MockCatalogConnection : public CatalogConnection {
 public:
  MockCatalogConnection();
  ~MockCatalogConnection() override;

  MOCK_METHOD(absl::StatusOr<scheduling::v1::ApplyCatalogResponse>, ApplyCatalog,
              (const scheduling::v1::ApplyCatalogRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ExportCatalogResponse>, ExportCatalog,
              (const scheduling::v1::ExportCatalogRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Clinic>, GetClinic,
              (const scheduling::v1::GetClinicRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ListClinicsResponse>, ListClinics,
              (const scheduling::v1::ListClinicsRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Resource>, GetResource,
              (const scheduling::v1::GetResourceRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ListResourcesResponse>, ListResources,
              (const scheduling::v1::ListResourcesRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::VisitType>, GetVisitType,
              (const scheduling::v1::GetVisitTypeRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ListVisitTypesResponse>, ListVisitTypes,
              (const scheduling::v1::ListVisitTypesRequest& request, const CallOptions& options),
              (override));
};

}  // namespace clarity::client

extern template class testing::NiceMock<clarity::client::MockCatalogConnection>;

#endif  // CLARITY_CLIENTS_CORE_MOCKS_MOCK_CATALOG_CONNECTION_H_
