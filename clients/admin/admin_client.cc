#include "clients/admin/admin_client.h"

namespace clarity::client {

using scheduling::v1::ApplyCatalogRequest;
using scheduling::v1::ApplyCatalogResponse;
using scheduling::v1::Clinic;
using scheduling::v1::ExportCatalogResponse;
using scheduling::v1::ListClinicsRequest;
using scheduling::v1::ListClinicsResponse;
using scheduling::v1::ListResourcesRequest;
using scheduling::v1::ListResourcesResponse;
using scheduling::v1::ListVisitTypesRequest;
using scheduling::v1::ListVisitTypesResponse;
using scheduling::v1::Resource;
using scheduling::v1::VisitType;

namespace {

constexpr int kPageSize = 1000;  // all that a page may hold: an operator wants the whole

}  // namespace

absl::StatusOr<ApplyCatalogResponse> AdminClient::ApplyCatalog(
    const ApplyCatalogRequest& request) const {
  return catalog_->ApplyCatalog(request, options_);
}

absl::StatusOr<ExportCatalogResponse> AdminClient::ExportCatalog() const {
  return catalog_->ExportCatalog({}, options_);
}

PageRange<Clinic> AdminClient::ListClinics() const {
  ListClinicsRequest request;
  request.set_page_size(kPageSize);
  return Paginate<Clinic, ListClinicsRequest, ListClinicsResponse>(
      std::move(request), &ListClinicsResponse::mutable_clinics,
      [catalog = catalog_, options = options_](const ListClinicsRequest& page) {
        return catalog->ListClinics(page, options);
      });
}

PageRange<Resource> AdminClient::ListResources() const {
  ListResourcesRequest request;
  request.set_page_size(kPageSize);
  return Paginate<Resource, ListResourcesRequest, ListResourcesResponse>(
      std::move(request), &ListResourcesResponse::mutable_resources,
      [catalog = catalog_, options = options_](const ListResourcesRequest& page) {
        return catalog->ListResources(page, options);
      });
}

PageRange<VisitType> AdminClient::ListVisitTypes() const {
  ListVisitTypesRequest request;
  request.set_page_size(kPageSize);
  return Paginate<VisitType, ListVisitTypesRequest, ListVisitTypesResponse>(
      std::move(request), &ListVisitTypesResponse::mutable_visit_types,
      [catalog = catalog_, options = options_](const ListVisitTypesRequest& page) {
        return catalog->ListVisitTypes(page, options);
      });
}

}  // namespace clarity::client
