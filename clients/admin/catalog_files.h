#ifndef CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_
#define CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "google/protobuf/text_format.h"

namespace clarity::client {

// A catalog declared in text files (*.textproto, each any part of a clarity.scheduling.v1.Catalog),
// that remembers where each part was declared.
class CatalogFiles {
 public:
  // Reads a file, or every *.textproto of a directory in the order of their names. INVALID_ARGUMENT
  // lists everything wrong, a line each: "file:line:column: reason". Nothing may be declared twice.
  static absl::StatusOr<CatalogFiles> Read(const std::string& path);

  const scheduling::v1::Catalog& catalog() const { return catalog_; }
  const std::vector<std::string>& file_names() const { return file_names_; }

  // "file:line" of what a field path of ApplyCatalogRequest names, as BadRequest gives them:
  // "catalog.resources[3].availability[0].recurrence". Of the closest thing around it, when it is
  // not in the files itself; empty when there is none.
  std::string Locate(absl::string_view field_path) const;

 private:
  // Where one clinic, resource or visit type was declared.
  struct Origin {
    size_t file;
    int index;  // in that file
  };

  std::string At(size_t file, google::protobuf::TextFormat::ParseLocation location) const;
  void ReadFile(const std::string& file_name, std::vector<std::string>* errors);
  void Merge(size_t file, const scheduling::v1::Catalog& part, std::vector<std::string>* errors);

  scheduling::v1::Catalog catalog_;
  std::vector<std::string> file_names_;
  std::vector<std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree>> trees_;  // one a file
  // For each repeated field of the catalog: where its items came from, in their order.
  std::map<const google::protobuf::FieldDescriptor*, std::vector<Origin>> origins_;
  std::map<std::string, std::string> declared_;  // name to "file:line"
};

// Writes a catalog as files that Read() takes: clinics.textproto, resources.textproto and
// visit_types.textproto. What only the server sets is left out. Refused where the directory has
// other *.textproto files: read together with these, everything would be declared twice.
absl::Status WriteCatalogFiles(const scheduling::v1::Catalog& catalog,
                               const std::string& directory);

// The catalog as one text, as Read() takes it; empty where nothing is in it.
std::string CatalogText(const scheduling::v1::Catalog& catalog);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_CATALOG_FILES_H_
