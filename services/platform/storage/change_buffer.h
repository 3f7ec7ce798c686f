#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_CHANGE_BUFFER_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_CHANGE_BUFFER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/storage/database.h"

namespace clarity::storage {

// The changes a transaction has appended so far. They wait here until its work is over, because
// bumping a stream's counter makes every other writer of that stream wait for the commit. For the
// stores, all of which write the same change log.
class ChangeBuffer {
 public:
  void Append(absl::string_view stream, absl::string_view kind, absl::string_view resource_name,
              std::string body);

  // Those it has changes for, in sorted order.
  std::vector<std::string> streams() const;

  // Writes them as the last statements of `transaction`, stream after stream in sorted order (so
  // that two writers never wait for each other in a circle). Gives each stream's last position.
  absl::StatusOr<std::vector<StreamPosition>> Flush(Transaction& transaction, absl::Time now);

 private:
  struct Pending {
    std::string kind;
    std::string resource_name;
    std::string body;
  };

  std::map<std::string, std::vector<Pending>> by_stream_;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_CHANGE_BUFFER_H_
