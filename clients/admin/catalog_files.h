#ifndef CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_
#define CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "clients/admin/declared_files.h"

namespace clarity::client {

// A catalog declared in text files, each any part of a clarity.scheduling.v1.Catalog.
class CatalogFiles : public DeclaredFiles {
 public:
  // See DeclaredFiles::Read.
  static absl::StatusOr<CatalogFiles> Read(const std::string& path);

  const scheduling::v1::Catalog& catalog() const {
    return static_cast<const scheduling::v1::Catalog&>(message());
  }

 private:
  explicit CatalogFiles(DeclaredFiles&& files) : DeclaredFiles(std::move(files)) {}
};

// Writes a catalog as files that Read() takes: clinics.textproto, resources.textproto and
// visit_types.textproto. What only the server sets is left out. See WriteDeclaredFiles.
absl::Status WriteCatalogFiles(const scheduling::v1::Catalog& catalog,
                               const std::string& directory);

// The catalog as one text, as Read() takes it; empty where nothing is in it.
std::string CatalogText(const scheduling::v1::Catalog& catalog);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_
