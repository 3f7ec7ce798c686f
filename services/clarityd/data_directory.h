#ifndef CLARITY_SERVICES_CLARITYD_DATA_DIRECTORY_H_
#define CLARITY_SERVICES_CLARITYD_DATA_DIRECTORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/base/ids.h"
#include "services/platform/storage/migrations/migration.h"
#include "services/platform/storage/sqlite/backup.h"

// What lies in a server's data directory: a store for each service, and the file "stores", which
// names them, so that one that is lost is missed. A backup is such a directory, too, with nothing
// in it but these.
namespace clarity {

struct StoreFile {
  const char* file_name;
  std::vector<storage::MigrationSet> migrations;
};
StoreFile SchedulingStore();
StoreFile ConsultationStore();

// FAILED_PRECONDITION where the directory had that store and has it no more: an empty one in its
// place would be told from the right one by nobody.
absl::Status CheckNotLost(const std::string& directory, const StoreFile& store);

// Names a store that is there now. Again changes nothing.
absl::Status NameStore(const std::string& directory, const StoreFile& store);

// The key of the patient search (see consultation/patients/search_index.h): a file in the
// directory, for its owner only, made the first time. It belongs to the store: a backup has it,
// too.
absl::StatusOr<std::string> ReadOrMakeSearchKey(const std::string& directory, base::Random& random);

// What one store holds.
struct StoreReport {
  std::string file_name;
  storage::StoreContents contents;
};
using BackupProgress =
    std::function<absl::Status(absl::string_view doing, int64_t done, int64_t total)>;

// Reads every store of `directory`, whether or not a server has it open, and says what it holds; an
// error names what is wrong with which, or which is lost. See storage::VerifyStore.
absl::StatusOr<std::vector<StoreReport>> VerifyDataDirectory(const std::string& directory,
                                                             const BackupProgress& progress);

// Copies the stores of `directory`, whether or not a server has it open, to the directory `target`,
// which must not exist, and verifies them there. `target` appears once all of it is verified and on
// the disk; until then it is "{target}.partial", which goes if something fails.
absl::StatusOr<std::vector<StoreReport>> BackUpDataDirectory(const std::string& directory,
                                                             const std::string& target,
                                                             const BackupProgress& progress);

}  // namespace clarity

#endif  // CLARITY_SERVICES_CLARITYD_DATA_DIRECTORY_H_
