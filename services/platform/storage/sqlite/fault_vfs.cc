#include "services/platform/storage/sqlite/fault_vfs.h"

#include <cassert>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace clarity::storage {
namespace {

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

// What SQLite sees as an open file; the real one follows in the same memory.
struct FaultVfs::File {
  sqlite3_file base;
  FaultVfs* vfs;
  const char* path;  // null for a temporary file; SQLite keeps it while the file is open

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// The functions SQLite calls.
struct FaultVfs::Calls {
  static File* Self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* Real(sqlite3_file* file) { return Self(file)->real(); }
  static int Check(sqlite3_file* file, Operation operation) {
    FaultVfs* vfs = Self(file)->vfs;
    base::MutexLock lock(&vfs->mutex_);
    return vfs->Check(operation);
  }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto* self = static_cast<FaultVfs*>(vfs->pAppData);
    Self(file)->vfs = self;
    Self(file)->path = path;
    const int code = self->real_->xOpen(self->real_, path, Real(file), flags, out);
    file->pMethods = Real(file)->pMethods != nullptr ? &kMethods : nullptr;
    return code;
  }
  static int Delete(sqlite3_vfs* vfs, const char* path, int) {
    auto* self = static_cast<FaultVfs*>(vfs->pAppData);
    {
      base::MutexLock lock(&self->mutex_);
      self->synced_.erase(path);
    }
    return self->real_->xDelete(self->real_, path, /*syncDir=*/0);
  }

  static int Read(sqlite3_file* file, void* data, int bytes, sqlite3_int64 offset) {
    if (const int code = Check(file, Operation::kRead); code != SQLITE_OK) return code;
    return Real(file)->pMethods->xRead(Real(file), data, bytes, offset);
  }
  static int Write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
    if (const int code = Check(file, Operation::kWrite); code != SQLITE_OK) return code;
    return Real(file)->pMethods->xWrite(Real(file), data, bytes, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 bytes) {
    if (const int code = Check(file, Operation::kWrite); code != SQLITE_OK) return code;
    return Real(file)->pMethods->xTruncate(Real(file), bytes);
  }
  static int Sync(sqlite3_file* file, int) {
    if (const int code = Check(file, Operation::kSync); code != SQLITE_OK) return code;
    File* self = Self(file);
    if (self->path != nullptr) {
      base::MutexLock lock(&self->vfs->mutex_);
      self->vfs->synced_[self->path] = ReadWhole(self->path);
    }
    return SQLITE_OK;
  }

  // The rest goes to the real file as it is.
  static int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }
  static int FileSize(sqlite3_file* file, sqlite3_int64* bytes) {
    return Real(file)->pMethods->xFileSize(Real(file), bytes);
  }
  static int Lock(sqlite3_file* file, int level) {
    return Real(file)->pMethods->xLock(Real(file), level);
  }
  static int Unlock(sqlite3_file* file, int level) {
    return Real(file)->pMethods->xUnlock(Real(file), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* held) {
    return Real(file)->pMethods->xCheckReservedLock(Real(file), held);
  }
  static int FileControl(sqlite3_file* file, int code, void* argument) {
    return Real(file)->pMethods->xFileControl(Real(file), code, argument);
  }
  static int SectorSize(sqlite3_file* file) {
    return Real(file)->pMethods->xSectorSize(Real(file));
  }
  static int DeviceCharacteristics(sqlite3_file* file) {
    return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
  }
  static int ShmMap(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
    return Real(file)->pMethods->xShmMap(Real(file), page, bytes, extend, out);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    return Real(file)->pMethods->xShmUnmap(Real(file), remove);
  }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods FaultVfs::Calls::kMethods = {
    /*iVersion=*/2,
    Close,
    Read,
    Write,
    Truncate,
    Sync,
    FileSize,
    Lock,
    Unlock,
    CheckReservedLock,
    FileControl,
    SectorSize,
    DeviceCharacteristics,
    ShmMap,
    ShmLock,
    ShmBarrier,
    ShmUnmap,
    /*xFetch=*/nullptr,
    /*xUnfetch=*/nullptr};

FaultVfs::FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.zName = "fault";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = Calls::Open;
  vfs_.xDelete = Calls::Delete;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultVfs::Fail(Operation operation, int skipped, int code, bool until_healed) {
  base::MutexLock lock(&mutex_);
  armed_ = true;
  met_ = power_cut_ = false;
  operation_ = operation;
  left_ = skipped;
  code_ = code;
  until_healed_ = until_healed;
}

void FaultVfs::CutPower(int skipped) {
  base::MutexLock lock(&mutex_);
  armed_ = power_cut_ = until_healed_ = true;
  met_ = false;
  left_ = skipped;
  code_ = SQLITE_IOERR;
}

void FaultVfs::Heal() {
  base::MutexLock lock(&mutex_);
  armed_ = false;
}

bool FaultVfs::WasMet() {
  base::MutexLock lock(&mutex_);
  return met_;
}

int FaultVfs::Check(Operation operation) {
  if (!armed_) return SQLITE_OK;
  const bool counts = power_cut_ ? operation != Operation::kRead : operation == operation_;
  if (counts && left_ > 0) {
    --left_;
    return SQLITE_OK;
  }
  if (left_ > 0 || !(counts || power_cut_)) return SQLITE_OK;
  met_ = true;
  armed_ = until_healed_;
  return code_;
}

void FaultVfs::CopyDurable(const std::string& directory, bool unsynced_database,
                           bool unsynced_log) {
  std::filesystem::create_directories(directory);
  base::MutexLock lock(&mutex_);
  for (const auto& [path, synced] : synced_) {
    const bool unsynced = EndsWith(path, "-wal") ? unsynced_log : unsynced_database;
    const std::string name = std::filesystem::path(path).filename();
    std::ofstream(directory + "/" + name, std::ios::binary)
        << (unsynced ? ReadWhole(path) : synced);
  }
}

}  // namespace clarity::storage
