#include "services/consultation/errors.h"

#include <string>

#include "services/platform/base/errors.h"

namespace clarity::consultation {

absl::Status LikelyDuplicate(const v1::LikelyDuplicates& duplicates) {
  absl::Status status = base::FailedPrecondition(
      "LIKELY_DUPLICATE",
      "there may be a record of this person already: look at those named, and use one, or name "
      "them as confirmed_distinct_from");
  base::AddDetail(status, duplicates);
  return status;
}

absl::Status WrongState(absl::string_view name, absl::string_view state, absl::string_view why) {
  return base::FailedPrecondition("WRONG_STATE", why,
                                  {{"name", std::string(name)}, {"state", std::string(state)}});
}

}  // namespace clarity::consultation
