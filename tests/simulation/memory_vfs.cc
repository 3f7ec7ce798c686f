#include "tests/simulation/memory_vfs.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

namespace clarity::simulation {

using base::MutexLock;
using Operation = MemoryFiles::Operation;

// An open file of SQLite's.
struct MemoryVfs::Handle {
  sqlite3_file base;
  MemoryFiles* files;
  std::shared_ptr<MemoryFiles::File> file;
  std::string path;
  int level = SQLITE_LOCK_NONE;
};

// The functions SQLite calls.
struct MemoryVfs::Calls {
  static Handle& Self(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static MemoryFiles& FilesOf(sqlite3_vfs* vfs) {
    return *static_cast<MemoryVfs*>(vfs->pAppData)->files_;
  }
  // Who was there before a crash does no more to what is there now.
  static bool IsOver(sqlite3_vfs* vfs) ABSL_EXCLUSIVE_LOCKS_REQUIRED(FilesOf(vfs).mutex()) {
    return FilesOf(vfs).crashes() != static_cast<MemoryVfs*>(vfs->pAppData)->crashes_before_;
  }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    MemoryFiles& files = FilesOf(vfs);
    auto* handle = new (file) Handle();
    handle->files = &files;
    handle->path = path == nullptr ? "" : path;
    MutexLock lock(&files.mutex());
    handle->file = files.Open(IsOver(vfs) ? "" : handle->path);
    handle->base.pMethods = &kMethods;
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }
  static int Close(sqlite3_file* file) {
    Unlock(file, SQLITE_LOCK_NONE);
    Self(file).~Handle();
    return SQLITE_OK;
  }
  static int Delete(sqlite3_vfs* vfs, const char* path, int) {
    MutexLock lock(&FilesOf(vfs).mutex());
    if (!IsOver(vfs)) FilesOf(vfs).Remove(path);
    return SQLITE_OK;
  }
  static int Access(sqlite3_vfs* vfs, const char* path, int, int* out) {
    MutexLock lock(&FilesOf(vfs).mutex());
    *out = FilesOf(vfs).Has(path) ? 1 : 0;
    return SQLITE_OK;
  }
  static int FullPathname(sqlite3_vfs*, const char* path, int bytes, char* out) {
    sqlite3_snprintf(bytes, out, "%s", path);
    return SQLITE_OK;
  }
  static int Sleep(sqlite3_vfs*, int micros) { return micros; }

  static int Read(sqlite3_file* file, void* data, int bytes, sqlite3_int64 offset) {
    Handle& self = Self(file);
    MutexLock lock(&self.files->mutex());
    if (const int code = self.files->Check(Operation::kRead); code != SQLITE_OK) return code;
    const std::string& content = self.file->content;
    const auto begin = std::min(content.size(), static_cast<size_t>(offset));
    const size_t there = std::min(content.size() - begin, static_cast<size_t>(bytes));
    std::memcpy(data, content.data() + begin, there);
    std::memset(static_cast<char*>(data) + there, 0, static_cast<size_t>(bytes) - there);
    return there == static_cast<size_t>(bytes) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int Put(sqlite3_file* file, MemoryFiles::File::Write write) {
    Handle& self = Self(file);
    MutexLock lock(&self.files->mutex());
    if (const int code = self.files->Check(Operation::kWrite); code != SQLITE_OK) return code;
    self.files->Put(self.file.get(), std::move(write));
    return SQLITE_OK;
  }
  static int Write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
    return Put(file,
               {static_cast<size_t>(offset),
                std::string(static_cast<const char*>(data), static_cast<size_t>(bytes)), false});
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 bytes) {
    return Put(file, {static_cast<size_t>(bytes), "", true});
  }
  static int Sync(sqlite3_file* file, int) {
    Handle& self = Self(file);
    MutexLock lock(&self.files->mutex());
    if (const int code = self.files->Check(Operation::kSync); code != SQLITE_OK) return code;
    self.files->Sync(self.file.get(), self.path);
    return SQLITE_OK;
  }
  static int FileSize(sqlite3_file* file, sqlite3_int64* bytes) {
    MutexLock lock(&Self(file).files->mutex());
    *bytes = static_cast<sqlite3_int64>(Self(file).file->content.size());
    return SQLITE_OK;
  }

  static int Lock(sqlite3_file* file, int level) {
    Handle& self = Self(file);
    MutexLock lock(&self.files->mutex());
    MemoryFiles::File& of = *self.file;
    if (self.level >= level) return SQLITE_OK;
    const bool is_others = of.reserved_by != nullptr && of.reserved_by != &self;
    if (level == SQLITE_LOCK_SHARED) {
      if (of.exclusive) return SQLITE_BUSY;
      ++of.shared_locks;
    } else {
      if (is_others) return SQLITE_BUSY;
      of.reserved_by = &self;
      if (level == SQLITE_LOCK_EXCLUSIVE) {
        if (of.shared_locks > 1) return SQLITE_BUSY;
        of.exclusive = true;
      }
    }
    self.level = level;
    return SQLITE_OK;
  }
  static int Unlock(sqlite3_file* file, int level) {
    Handle& self = Self(file);
    MutexLock lock(&self.files->mutex());
    if (self.file->reserved_by == &self) {
      self.file->reserved_by = nullptr;
      self.file->exclusive = false;
    }
    if (level == SQLITE_LOCK_NONE && self.level != SQLITE_LOCK_NONE) --self.file->shared_locks;
    self.level = std::min(self.level, level);
    return SQLITE_OK;
  }
  static int CheckReservedLock(sqlite3_file* file, int* held) {
    MutexLock lock(&Self(file).files->mutex());
    *held = Self(file).file->reserved_by != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  static int ShmMap(sqlite3_file* file, int region, int bytes, int extend, void volatile** out) {
    MutexLock lock(&Self(file).files->mutex());
    auto& regions = Self(file).file->shared_memory;
    const auto wanted = static_cast<size_t>(region);
    while (extend != 0 && regions.size() <= wanted) {
      regions.push_back(std::make_unique<char[]>(static_cast<size_t>(bytes)));
    }
    *out = wanted < regions.size() ? regions[wanted].get() : nullptr;
    return SQLITE_OK;
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    MutexLock lock(&Self(file).files->mutex());
    auto& locks = Self(file).file->memory_locks;
    const bool is_shared = (flags & SQLITE_SHM_SHARED) != 0;
    const bool unlocks = (flags & SQLITE_SHM_UNLOCK) != 0;
    for (int i = offset; !unlocks && i < offset + count; ++i) {
      if (is_shared ? locks[i] < 0 : locks[i] != 0) return SQLITE_BUSY;
    }
    for (int i = offset; i < offset + count; ++i) {
      if (is_shared) {
        locks[i] += unlocks ? -1 : 1;
      } else {
        locks[i] = unlocks ? 0 : -1;
      }
    }
    return SQLITE_OK;
  }
  // What processes share is in this one, under the mutex of every call.
  static void ShmBarrier(sqlite3_file* file) { MutexLock lock(&Self(file).files->mutex()); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    MutexLock lock(&Self(file).files->mutex());
    if (remove != 0) Self(file).file->shared_memory.clear();
    return SQLITE_OK;
  }

  static int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return 4096; }
  static int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods MemoryVfs::Calls::kMethods = {
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

// What is not named here is the system's own: its randomness and its time.
MemoryVfs::MemoryVfs(MemoryFiles* files) : files_(files), vfs_(*sqlite3_vfs_find(nullptr)) {
  {
    MutexLock lock(&files->mutex());
    crashes_before_ = files->crashes();
  }
  vfs_.zName = "simulation";
  vfs_.szOsFile = sizeof(Handle);
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = Calls::Open;
  vfs_.xDelete = Calls::Delete;
  vfs_.xAccess = Calls::Access;
  vfs_.xFullPathname = Calls::FullPathname;
  vfs_.xSleep = Calls::Sleep;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/0);
}

MemoryVfs::~MemoryVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace clarity::simulation
