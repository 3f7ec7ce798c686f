#include "tests/simulation/memory_files.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"

namespace clarity::simulation {
namespace {

constexpr size_t kSectorBytes = 512;  // what a disk writes whole or not at all

// A write may get to the disk whole, up to some sector of it, or not at all.
size_t BytesArrived(size_t bytes, base::Random& random) {
  switch (random.Next() % 3) {
    case 0:
      return 0;
    case 1:
      return bytes;
    default:
      return std::min(bytes, random.Next() % (bytes / kSectorBytes + 1) * kSectorBytes);
  }
}

}  // namespace

void MemoryFiles::File::Apply(const Write& write, std::string* to) const {
  if (write.truncates) {
    if (to->size() > write.offset) to->resize(write.offset);
    return;
  }
  if (to->size() < write.offset + write.bytes.size()) {
    to->resize(write.offset + write.bytes.size());
  }
  std::copy(write.bytes.begin(), write.bytes.end(),
            to->begin() + static_cast<ptrdiff_t>(write.offset));
}

std::shared_ptr<MemoryFiles::File> MemoryFiles::Open(const std::string& path) {
  if (path.empty()) return std::make_shared<File>();  // a temporary file
  auto& file = files_[path];
  if (file == nullptr) file = std::make_shared<File>();
  return file;
}

bool MemoryFiles::Has(const std::string& path) const {
  const auto found = files_.find(path);
  return found != files_.end() && !found->second->content.empty();
}

void MemoryFiles::Remove(const std::string& path) { files_.erase(path); }

int MemoryFiles::Check(Operation operation) {
  switch (fault_) {
    case Fault::kNone:
      return SQLITE_OK;
    case Fault::kOnce:
      if (operation != failing_ || left_-- > 0) return SQLITE_OK;
      fault_ = Fault::kNone;
      met_ = true;
      return operation == Operation::kSync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
    case Fault::kFull:
      if (operation != Operation::kWrite) return SQLITE_OK;
      met_ = true;
      return SQLITE_FULL;
    case Fault::kPowerCut:
      if (operation == Operation::kRead ? left_ > 0 : left_-- > 0) return SQLITE_OK;
      left_ = 0;
      met_ = true;
      return SQLITE_IOERR;
  }
  return SQLITE_OK;
}

void MemoryFiles::Put(File* file, File::Write write) {
  file->Apply(write, &file->content);
  file->unsynced.push_back(std::move(write));
}

void MemoryFiles::Sync(File* file, const std::string& path) {
  if (lies_ && absl::EndsWith(path, "-wal")) return;
  for (const File::Write& write : file->unsynced) file->Apply(write, &file->synced);
  file->unsynced.clear();
}

void MemoryFiles::FailOnce(Operation operation, int skipped) {
  base::MutexLock lock(&mutex_);
  fault_ = Fault::kOnce;
  failing_ = operation;
  left_ = skipped;
}

void MemoryFiles::FillUp() {
  base::MutexLock lock(&mutex_);
  fault_ = Fault::kFull;
}

void MemoryFiles::CutPower(int skipped) {
  base::MutexLock lock(&mutex_);
  fault_ = Fault::kPowerCut;
  left_ = skipped;
}

void MemoryFiles::Heal() {
  base::MutexLock lock(&mutex_);
  fault_ = Fault::kNone;
}

bool MemoryFiles::TakeMet() {
  base::MutexLock lock(&mutex_);
  return std::exchange(met_, false);
}

void MemoryFiles::Crash(Survival survival, base::Random& random) {
  base::MutexLock lock(&mutex_);
  fault_ = Fault::kNone;
  ++crashes_;
  for (auto& [path, file] : files_) {
    auto survivor = std::make_shared<File>();
    survivor->synced = file->synced;
    for (File::Write write : file->unsynced) {
      if (survival == Survival::kSynced) break;
      if (survival == Survival::kAnyOfIt) {
        if (write.truncates && random.Next() % 2 == 0) continue;
        write.bytes.resize(BytesArrived(write.bytes.size(), random));
        if (!write.truncates && write.bytes.empty()) continue;
      }
      file->Apply(write, &survivor->synced);
    }
    survivor->content = survivor->synced;
    file = std::move(survivor);
  }
}

}  // namespace clarity::simulation
