#ifndef CLARITY_TESTS_SIMULATION_MEMORY_VFS_H_
#define CLARITY_TESTS_SIMULATION_MEMORY_VFS_H_

#include <sqlite3.h>

#include "tests/simulation/memory_files.h"

namespace clarity::simulation {

// The disk in memory as SQLite sees it, for the connections of one process. Registered while it
// lives; one at a time.
class MemoryVfs {
 public:
  // `files` outlives it.
  explicit MemoryVfs(MemoryFiles* files);
  ~MemoryVfs();
  MemoryVfs(const MemoryVfs&) = delete;
  MemoryVfs& operator=(const MemoryVfs&) = delete;

  const char* name() const { return vfs_.zName; }

 private:
  struct Handle;
  struct Calls;

  MemoryFiles* const files_;
  int crashes_before_ = 0;
  sqlite3_vfs vfs_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_MEMORY_VFS_H_
