#include "clients/admin/catalog_files.h"

namespace clarity::client {
namespace {

using scheduling::v1::Catalog;

Catalog WithoutEtags(Catalog catalog) {
  for (auto& clinic : *catalog.mutable_clinics()) clinic.clear_etag();
  for (auto& resource : *catalog.mutable_resources()) resource.clear_etag();
  for (auto& visit_type : *catalog.mutable_visit_types()) visit_type.clear_etag();
  return catalog;
}

}  // namespace

absl::StatusOr<CatalogFiles> CatalogFiles::Read(const std::string& path) {
  auto files = DeclaredFiles::Read(path, Catalog::default_instance(), "catalog");
  if (!files.ok()) return files.status();
  return CatalogFiles(*std::move(files));
}

absl::Status WriteCatalogFiles(const Catalog& catalog, const std::string& directory) {
  Catalog whole = WithoutEtags(catalog);
  Catalog clinics;
  Catalog resources;
  Catalog visit_types;
  clinics.mutable_clinics()->Swap(whole.mutable_clinics());
  resources.mutable_resources()->Swap(whole.mutable_resources());
  visit_types.mutable_visit_types()->Swap(whole.mutable_visit_types());
  return WriteDeclaredFiles({{"clinics.textproto", &clinics},
                             {"resources.textproto", &resources},
                             {"visit_types.textproto", &visit_types}},
                            directory);
}

std::string CatalogText(const Catalog& catalog) { return DeclaredText(WithoutEtags(catalog)); }

}  // namespace clarity::client
