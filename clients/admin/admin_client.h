#ifndef CLARITY_CLIENTS_ADMIN_ADMIN_CLIENT_H_
#define CLARITY_CLIENTS_ADMIN_ADMIN_CLIENT_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/page_range.h"

namespace clarity::client {

// What an operator's application calls. Takes the requests of catalog_service.proto, whose
// comments say what they mean. Cheap to copy.
class AdminClient {
 public:
  explicit AdminClient(std::shared_ptr<CatalogConnection> catalog, CallOptions options = {})
      : catalog_(std::move(catalog)), options_(std::move(options)) {}

  absl::StatusOr<scheduling::v1::ApplyCatalogResponse> ApplyCatalog(
      const scheduling::v1::ApplyCatalogRequest& request) const;
  absl::StatusOr<scheduling::v1::ExportCatalogResponse> ExportCatalog() const;

  PageRange<scheduling::v1::Clinic> ListClinics() const;
  PageRange<scheduling::v1::Resource> ListResources() const;
  PageRange<scheduling::v1::VisitType> ListVisitTypes() const;

 private:
  std::shared_ptr<CatalogConnection> catalog_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_ADMIN_CLIENT_H_
