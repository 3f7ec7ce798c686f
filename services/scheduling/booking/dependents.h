#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_DEPENDENTS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_DEPENDENTS_H_

#include <string>
#include <vector>

#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog.h"

namespace clarity::scheduling {

// What appointments and holds have to say when the catalog changes.
class Dependents final : public catalog::CatalogDependents {
 public:
  // Outlives it.
  explicit Dependents(const Publisher* publisher) : publisher_(publisher) {}

  absl::StatusOr<bool> HasFuture(const rpc::Call& call, storage::Transaction& transaction,
                                 absl::string_view name) override;
  absl::StatusOr<std::vector<std::string>> Uncovered(const rpc::Call& call,
                                                     storage::Transaction& transaction,
                                                     const catalog::CatalogChange& change) override;
  absl::Status OnChange(const rpc::Call& call, storage::Transaction& transaction,
                        const catalog::CatalogChange& change,
                        const std::vector<std::string>& uncovered) override;

 private:
  absl::Status RestoreCover(const rpc::Call& call, storage::Transaction& transaction,
                            const catalog::CatalogChange& change,
                            const std::vector<std::string>& uncovered);

  const Publisher* const publisher_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_DEPENDENTS_H_
