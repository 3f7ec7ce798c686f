// Catalogs as operators write them: each is read or refused with a reason, and of what is found to
// be right a snapshot can be made.

#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "clients/admin/catalog_files.h"
#include "services/platform/rpc/validation.h"
#include "services/scheduling/catalog/snapshot.h"
#include "services/scheduling/catalog/validate.h"
#include "tests/fuzz/declared_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/requests.h"

namespace clarity::fuzz {
namespace {

void Try(const std::string& path) {
  static const auto* const validator =
      rpc::Validator::Create({scheduling::v1::ApplyCatalogRequest::descriptor()})->release();
  const auto files = client::CatalogFiles::Read(path);
  if (!files.ok()) return Require(absl::IsInvalidArgument(files.status()), "a file is refused so");
  scheduling::v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = files->catalog();
  if (!validator->Check(request, [](absl::string_view) { return true; }).ok()) return;
  const auto violations = scheduling::catalog::Validate(request.catalog());
  for (const base::Violation& violation : violations) {
    Require(!violation.description.empty(), "a violation says what is wrong");
    files->Locate(violation.field);
  }
  if (violations.empty()) scheduling::catalog::Snapshot::Make(request.catalog(), 1);
}

const Words& CatalogWords() {
  static const auto* const words = [] {
    auto* known = new Words;
    known->Learn(tests::TestCatalog());
    return known;
  }();
  return *words;
}

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  clarity::fuzz::Try(clarity::fuzz::FileOf(data, size));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned seed) {
  return clarity::fuzz::ChangeDeclared<clarity::scheduling::v1::Catalog>(
      data, size, size_max, seed, clarity::fuzz::CatalogWords());
}
